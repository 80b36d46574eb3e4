"""Takes rows out of tables for good: what holds them is written again without them, and the files they stood in are removed.

Safe beside running writers. A partition is replaced only as it was read (`Conflict` starts over), and a file is removed only
when the log says that it was replaced, or when nobody can be about to commit it any more.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import polars as pl

from resources.delta import quoted, without_row_contents, writer_properties
from resources.errors import Conflict, LakeError
from resources.lake import METADATA_PREFIX, Lake
from resources.object_store import open_store

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

MAX_ATTEMPTS = 100
LONGEST_PAUSE_S = 0.5
KEYS_A_COMMIT = 2_000
"""Bounds the length of a predicate."""
ANSWERS = ("answers", "chat")
ROW_ID_DIGITS = 32
"""With which the key of a stored answer begins."""
LOG = "_delta_log/"
PARTIAL_MARK = "#"
"""In the name of an object that was still being written when its writer died (object_store's local files)."""

Change = Callable[[pl.DataFrame], pl.DataFrame]
Query = Callable[[pl.LazyFrame], pl.LazyFrame]


def newest(lake: Lake, zone: str, table: str, query: Query) -> pl.DataFrame:
    """What a query finds in the newest version of a table; asked again when its files went away meanwhile."""
    for _ in range(MAX_ATTEMPTS):
        version = lake.version(zone, table)
        try:
            return lake.collect(query(lake.scan(zone, table, version)), f"read {zone}/{table}")
        except LakeError:
            if lake.version(zone, table) == version:
                raise
    raise LakeError(f"{zone}/{table} changed {MAX_ATTEMPTS} times while it was read; run it again")


def rewrite(lake: Lake, zone: str, level: str, batch: str, change: Change, metadata: Mapping[str, str]) -> int | None:
    """Replace a partition by what `change` makes of its rows, however many others write; the version of the commit.

    None when `change` leaves the rows as they are: a second call does nothing.
    """
    for attempt in range(MAX_ATTEMPTS):
        seen = lake.version(zone, level)
        try:
            rows = lake.read(zone, level, batch, seen)
        except LakeError:
            if lake.version(zone, level) == seen:
                raise
            continue  # its files were removed after somebody had replaced them
        changed = change(rows)
        if changed.equals(rows):
            return None
        try:
            return lake.write(zone, level, batch, changed, metadata, since=seen)
        except Conflict:
            _pause(attempt)
    raise Conflict(f"{zone}/{level}/{batch}: {MAX_ATTEMPTS} times another writer was faster; run it again")


def delete(
    lake: Lake, zone: str, table: str, column: str, values: Collection[str], metadata: Mapping[str, str],
    within: tuple[str, str] | None = None,
) -> int:  # fmt: skip
    """Delete the rows of a table that others append to whose `column` is one of `values`; how many there were.

    Only the files that hold such rows are written again. `within`: the one partition (column, value) to look into.
    """
    wanted, deleted = sorted(values), 0
    for start in range(0, len(wanted), KEYS_A_COMMIT):
        predicate = f"{column} IN ({', '.join(map(quoted, wanted[start : start + KEYS_A_COMMIT]))})"
        if within is not None:
            predicate = f"{within[0]} = {quoted(within[1])} AND {predicate}"
        deleted += _delete(lake, zone, table, predicate, metadata)
    return deleted


def _delete(lake: Lake, zone: str, table: str, predicate: str, metadata: Mapping[str, str]) -> int:
    for attempt in range(MAX_ATTEMPTS):
        try:
            with without_row_contents(f"delete from {zone}/{table}"):
                result = _open(lake, zone, table).delete(
                    predicate, writer_properties=writer_properties(), commit_properties=_commit(metadata)
                )
            return int(result["num_deleted_rows"] or 0)
        except Conflict:
            _pause(attempt)
    raise Conflict(f"{zone}/{table}: {MAX_ATTEMPTS} times another writer was faster; run it again")


def find_answers(lake: Lake, row_ids: Collection[str]) -> pl.DataFrame:
    """Stored answers to what was asked about some rows: prompt_id, request_key."""
    of_row = pl.col("request_key").str.slice(0, ROW_ID_DIGITS)
    wanted = pl.DataFrame({"row": list(row_ids)}, schema={"row": pl.String()}).lazy()

    def query(rows: pl.LazyFrame) -> pl.LazyFrame:
        return rows.select("prompt_id", "request_key", row=of_row).join(wanted, on="row", how="semi").drop("row")

    return newest(lake, *ANSWERS, query)


def delete_answers(lake: Lake, row_ids: Collection[str], metadata: Mapping[str, str]) -> int:
    """Delete the stored answers to what was asked about some rows; how many there were."""
    found = find_answers(lake, row_ids) if row_ids else pl.DataFrame(schema={"prompt_id": pl.String()})
    return sum(
        delete(
            lake, *ANSWERS, "request_key", keys["request_key"].unique().to_list(), metadata, ("prompt_id", str(prompt))
        )
        for (prompt,), keys in found.group_by("prompt_id", maintain_order=True)
    )


@dataclass(frozen=True)
class Removal:
    """`removed`: how many files are gone. `young`: the age of files that no commit names, yet too young to be sure of."""

    removed: int = 0
    young: dict[str, timedelta] = field(default_factory=dict)


def remove_old_files(
    lake: Lake, zone: str, table: str, within: Collection[str] | None, grace: timedelta, left: Collection[str] = ()
) -> Removal:
    """Remove the files of a table that its newest version does not name; the log stays.

    A file that a commit replaced goes at once. One that no commit names is what a writer left that was killed, or is about
    to be committed: it goes when it is older than `grace` or one of `left`, and is named as young before. `within`: the
    partition folders (`batch=...`) to look into, None for all.
    """
    current = _open(lake, zone, table)
    with without_row_contents(f"list old files of {zone}/{table}"):
        actions = pl.DataFrame(current.get_add_actions(flatten=True))
        named = {unquote(path) for path in actions["path"]} if actions.height else set()
        # asked of the same version: what is committed after it is in neither list
        replaced = {*current.vacuum(0, True, enforce_retention_duration=False, full=False)}
    now = datetime.now(UTC)
    gone, young = [], {}
    for name, modified in _listed(lake, f"{zone}/{table}"):
        if name in named or name.startswith(LOG) or not _is_within(name, within):
            continue
        if name in replaced or name in left or now - modified > grace:
            gone.append(name)
        else:
            young[name] = now - modified
    _remove(lake, f"{zone}/{table}", gone)
    return Removal(len(gone), young)


def holds(lake: Lake, zone: str, table: str, path: str, condition: pl.Expr) -> bool:
    """Whether a Parquet file of a table holds a row that meets a condition; one that cannot be read does not."""
    try:
        found = lake.scan_file(zone, table, path).filter(condition).head(1)
        return lake.collect(found, f"look into an old file of {zone}/{table}").height > 0
    except LakeError:
        return False


def remove_partial_objects(lake: Lake, folder: str, grace: timedelta) -> int:
    """Remove what a killed writer left of objects below a folder of the lake and is older than `grace`; how many."""
    before = datetime.now(UTC) - grace
    gone = [name for name, modified in _listed(lake, folder) if PARTIAL_MARK in name and modified < before]
    _remove(lake, folder, gone)
    return len(gone)


def _listed(lake: Lake, folder: str) -> Iterator[tuple[str, datetime]]:
    """Name, relative to the folder, and time of change of every object below a folder of the lake."""
    if lake.is_local():
        # object_store does not list what it was still writing when it was killed
        from pathlib import Path

        root = Path(lake.uri) / folder
        for path in root.rglob("*"):
            if path.is_file():
                yield path.relative_to(root).as_posix(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return
    for page in open_store(f"{lake.uri.rstrip('/')}/{folder}", lake.storage_options).list():
        for one in page:
            yield one["path"], one["last_modified"]


def _remove(lake: Lake, folder: str, names: Sequence[str]) -> None:
    from pathlib import Path

    if lake.is_local():
        for name in names:
            (Path(lake.uri) / folder / name).unlink(missing_ok=True)
    elif names:
        open_store(f"{lake.uri.rstrip('/')}/{folder}", lake.storage_options).delete(list(names))


def _is_within(name: str, within: Collection[str] | None) -> bool:
    return within is None or name.partition("/")[0] in within


def _open(lake: Lake, zone: str, table: str) -> "DeltaTable":
    from deltalake import DeltaTable

    with without_row_contents(f"open {zone}/{table}"):
        return DeltaTable(lake.table_uri(zone, table), storage_options=lake.storage_options or None)


def _commit(metadata: Mapping[str, str]) -> "CommitProperties":
    from deltalake import CommitProperties

    return CommitProperties(custom_metadata={METADATA_PREFIX + key: value for key, value in metadata.items()})


def _pause(attempt: int) -> None:
    import random

    time.sleep(random.uniform(0, min(LONGEST_PAUSE_S, 0.01 * 2 ** min(attempt, 6))))
