"""Rows of documents that are taken down: how they are taken out of a table, and what a running step does about them.

A take-down writes its documents on the block list first and sweeps the tables afterwards; a step asks the list before it
writes and again after it has published. So one of the two always sees what the other has done.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from darwin_assets.levels import BUILT, level_below
from darwin_assets.seals import seal
from resources.block_list import Blocked, BlockList
from resources.erasing import delete_answers, newest, rewrite
from resources.errors import Conflict
from resources.lake import ZONES, Lake

BOTTOM = BUILT[0]
ERASED = "erased"
"""`rejected_by` of the row of L0 that remains of an erased document."""
REFUSALS = (ERASED, "file.erased", "file.blocked", "record.erased", "record.blocked")
"""`rejected_by` of rows of L0 that say no more than that there was a document."""
WHOLE_FILE = "*"
"""In place of a locator: whatever is in a file that was taken down before it was opened."""
KEPT_OF_L0 = (
    "id", "parents", "root_id", "batch", "source", "licence", "level", "ultradata_tier", "tier_evidence", "recipe", "verdict",
    "candidate_key", "media_type", "document_kind", "n_bytes", "n_chars", "n_words",
)  # fmt: skip
"""What the row of L0 still tells of an erased document."""


def take_out(lake: Lake, zone: str, level: str, batch: str, ids: Collection[str], request: str) -> None:
    """Take rows out of a partition; of L0 a rejected row remains that names the request. Done again it does nothing."""
    metadata = {"takedown": request, "batch": batch}
    ours = pl.col("id").is_in(list(ids))
    if level != BOTTOM:
        rewrite(lake, zone, level, batch, lambda rows: rows.filter(~ours), metadata)
    elif zone == "published":
        # the remark that takes its place comes first, so that no document is ever without a row
        rows = newest(lake, zone, level, lambda present: present.filter((pl.col("batch") == batch) & ours))
        rewrite(lake, "rejected", level, batch, lambda present: _with_remarks(present, rows, request), metadata)
        rewrite(lake, zone, level, batch, lambda rows: rows.filter(~ours), metadata)
    else:
        rewrite(lake, zone, level, batch, lambda rows: _blanked(rows, ours, request), metadata)


def _with_remarks(rejected: pl.DataFrame, erased: pl.DataFrame, request: str) -> pl.DataFrame:
    """The rejected rows of L0 with one that says "erased" for each published row that goes."""
    new = erased.join(rejected, on="id", how="anti")
    columns = [
        pl.col(name) if name in new.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in rejected.schema.items()
    ]
    return pl.concat([rejected, _blanked(new.select(columns), pl.lit(True), request)])


def _blanked(rows: pl.DataFrame, ours: pl.Expr, request: str) -> pl.DataFrame:
    """The rows of L0 with nothing left on ours but what they were and by which request they went."""
    ours = ours & pl.col("rejected_by").ne_missing(ERASED)
    said = {"rejected_by": ERASED, "rejected_kind": "failure", "rejected_detail": request}
    return rows.with_columns(
        pl.when(ours).then(pl.lit(said.get(name), dtype)).otherwise(pl.col(name)).alias(name)
        for name, dtype in rows.schema.items()
        if name not in KEPT_OF_L0
    )


@dataclass(frozen=True)
class Watch:
    """Asks the block list for one step: `parents` are the rows that it works on."""

    lake: Lake
    level: str
    batch: str
    parents: pl.DataFrame

    def before_writing(self, rows: pl.DataFrame | None = None) -> None:
        """Conflict when one of the parents, or of the rows made of them, was taken down: nothing may be written of it."""
        blocked = BlockList(lake=self.lake).read()
        gone = self._parents_gone(blocked)
        if rows is not None:
            gone |= _erased(self.level, rows, blocked) | _to_make_again(self.level, rows, blocked)
        if gone:
            delete_answers(self.lake, gone, {"batch": self.batch})
            raise self._conflict()

    def take_back(self, rows: pl.DataFrame) -> None:
        """Take out what has been written of documents that were taken down meanwhile, and raise Conflict; else nothing."""
        blocked = BlockList(lake=self.lake).read()
        erased, again = _erased(self.level, rows, blocked), _to_make_again(self.level, rows, blocked)
        if not erased and not again:
            return
        for zone in ZONES:
            if again:
                metadata = {"batch": self.batch, "withdrawn": "taken down"}
                rewrite(self.lake, zone, self.level, self.batch, pl.DataFrame.clear, metadata)
                continue
            for request in sorted({*erased.values()}):
                ids = [one for one, asked in erased.items() if asked == request]
                take_out(self.lake, zone, self.level, self.batch, ids, request)
        delete_answers(self.lake, [*erased, *again, *self._parents_gone(blocked)], {"batch": self.batch})
        seal(self.lake, self.level, self.batch, "taken down meanwhile")
        raise self._conflict()

    def _parents_gone(self, blocked: Blocked) -> dict[str, str]:
        return _erased(level_below(self.level), self.parents, blocked) if self.level != BOTTOM else {}

    def _conflict(self) -> Conflict:
        return Conflict(
            f"{self.level}/{self.batch}: documents of this batch were taken down meanwhile: run it again. If it happens "
            "again, `darwin takedown --list` shows a take-down that was cut off"
        )


def _erased(level: str, rows: pl.DataFrame, blocked: Blocked) -> dict[str, str]:
    """Ids of the rows of a level whose document is blocked, and the request that blocked it."""
    roots = blocked.requests.get("root", {})
    if rows.is_empty() or not (roots or blocked.values("record")):
        return {}
    if level != BOTTOM:
        ours = rows.filter(pl.col("root_id").is_in(list(roots)))
        return {one: roots[root] for one, root in ours.select("id", "root_id").iter_rows()}
    places = _documents(rows).select("id", pl.col("parents").list.first(), pl.col("locator").fill_null("")).iter_rows()
    asked = {
        one: roots.get(one) or blocked.request_of_record(landed, place) or blocked.request_of_record(landed, WHOLE_FILE)
        for one, landed, place in places
    }
    return {one: request for one, request in asked.items() if request}


def _to_make_again(level: str, rows: pl.DataFrame, blocked: Blocked) -> dict[str, str]:
    """Rows for which their level has to be made again, and the request: those that stand for several documents of which one
    is blocked; of L0 those known by their address or bytes, whose raw bytes the next run refuses and removes."""
    if rows.is_empty() or not blocked:
        return {}
    if level != BOTTOM:
        roots = blocked.requests.get("root", {})
        several = rows.filter((pl.col("parents").list.len() > 1) & ~pl.col("root_id").is_in(list(roots)))
        parts = several.select("id", "parents").explode("parents").filter(pl.col("parents").is_in(list(roots)))
        return {one: roots[part] for one, part in parts.iter_rows()}
    known = _erased(level, rows, blocked)
    asked = {
        one: blocked.request_of_uri(uri) or blocked.request_of("bytes", sha256)
        for one, uri, sha256 in _documents(rows).select("id", "uri", "content_sha256").iter_rows()
        if one not in known
    }
    return {one: request for one, request in asked.items() if request}


def _documents(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of L0 that hold a document or say why one cannot be opened, less those that say that one was taken down."""
    if "rejected_by" not in rows.columns:
        return rows
    return rows.filter(~pl.col("rejected_by").is_in(REFUSALS).fill_null(False))
