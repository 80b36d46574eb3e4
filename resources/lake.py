"""The lake: one Delta table a level and zone, partitioned by batch, on a local folder or an object store.

Zones: `candidate` (what a step built, readers never open it), `published` (what a gate let through) and `rejected`
(what was not kept, with the reason). Tables are made once by `create_table`: creating one concurrently is not safe,
overwriting partitions of an existing one is (spec/dagster.md §2.3). Every read pins a version, since a lazy scan would
otherwise resolve it when collected. Nothing here prints rows: errors are re-raised without them.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import polars as pl

from resources.delta import (
    ledger_properties,
    listed_files,
    put_together,
    quoted,
    without_row_contents,
    writer_properties,
)
from resources.errors import LakeError
from resources.object_store import read_chunks, sha256_of
from resources.workplace import storage_options

if TYPE_CHECKING:
    from deltalake import DeltaTable

ZONES = ("candidate", "published", "rejected")
METADATA_PREFIX = "darwin."
DELETED_FILE_RETENTION = "interval 7 days"
LOG_RETENTION = "interval 36500 days"
"""The history of commits says which version published a row; by default it would be cut after 30 days."""
COMPACT_ABOVE_FILES = 64
"""When the files of a ledger are put together."""


class Lake(dg.ConfigurableResource[Any]):
    """Tables by (zone, level). `uri` is a folder or an object store URL such as `s3://bucket/lake`."""

    uri: str

    @property
    def storage_options(self) -> dict[str, str]:
        """Those of the environment, at each use: keys are among them, and Dagster stores and shows a resource's fields."""
        return storage_options()

    def table_uri(self, zone: str, level: str) -> str:
        return f"{self.uri.rstrip('/')}/{zone}/{level}"

    def is_local(self) -> bool:
        return "://" not in self.uri

    def create_table(
        self, zone: str, level: str, schema: Mapping[str, pl.DataType], partition_by: str, indexed: Sequence[str]
    ) -> bool:
        """Make the table when it is missing; true when it was made. Statistics cover the `indexed` columns only.

        Column statistics are written into the Delta log in the clear, so the text column is never among them.
        An existing table with other columns raises LakeError: a changed schema needs a new lake or a migration.
        """
        from deltalake import DeltaTable

        uri = self.table_uri(zone, level)
        with without_row_contents(f"look for {zone}/{level}"):
            exists = DeltaTable.is_deltatable(uri, self.storage_options or None)
        if exists:
            self._check_schema(zone, level, schema)
            return False
        if self.is_local():
            Path(uri).mkdir(parents=True, exist_ok=True)
        with without_row_contents(f"create {zone}/{level}"):
            DeltaTable.create(
                uri,
                schema=pl.Schema(schema),
                partition_by=[partition_by],
                storage_options=self.storage_options or None,
                configuration={
                    "delta.dataSkippingStatsColumns": ",".join(indexed),
                    "delta.deletedFileRetentionDuration": DELETED_FILE_RETENTION,
                    "delta.logRetentionDuration": LOG_RETENTION,
                },
            )
        return True

    def _check_schema(self, zone: str, level: str, schema: Mapping[str, pl.DataType]) -> None:
        found = set(self.scan(zone, level, self.version(zone, level)).collect_schema())
        if found != set(schema):
            raise LakeError(
                f"table {zone}/{level} was made by another version: missing {sorted(set(schema) - found)}, "
                f"unknown {sorted(found - set(schema))}. Make a new lake, or move this one aside."
            )

    def version(self, zone: str, level: str) -> int:
        return int(self._open(zone, level).version())

    def scan(self, zone: str, level: str, version: int) -> pl.LazyFrame:
        """The whole table at exactly this version."""
        with without_row_contents(f"scan {zone}/{level}"):
            return pl.scan_delta(
                self.table_uri(zone, level), version=version, storage_options=self.storage_options or None
            )

    def newest(self, zone: str, level: str) -> pl.LazyFrame:
        """The whole table at the version that is the newest now."""
        with without_row_contents(f"scan {zone}/{level}"):
            return pl.scan_delta(self._open(zone, level))

    def read(
        self, zone: str, level: str, batch: str, version: int, columns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """One partition at exactly this version; zero rows when the partition does not exist."""
        rows = self.scan(zone, level, version).filter(pl.col("batch") == batch)
        with without_row_contents(f"read {zone}/{level}/{batch}"):
            return (rows if columns is None else rows.select(columns)).collect()

    def write(
        self,
        zone: str,
        level: str,
        batch: str,
        rows: pl.DataFrame,
        metadata: Mapping[str, str],
        only_if_version: int | None = None,
        since: int | None = None,
    ) -> int:
        """Replace one partition in one commit; returns the version of that commit.

        With `since`, the version that the rows were made from, the commit is refused (Conflict) when somebody changed the
        partition after it; with `only_if_version` when *anybody* committed to the table since that version. Without either
        only a writer of the same partition at the same moment is in the way.
        """
        from deltalake import CommitProperties, write_deltalake

        table = self._open(zone, level, since if only_if_version is None else only_if_version)
        commit = CommitProperties(
            custom_metadata={METADATA_PREFIX + key: value for key, value in metadata.items()},
            max_commit_retries=None if only_if_version is None else 0,
        )
        with without_row_contents(f"write {zone}/{level}/{batch}"):
            write_deltalake(
                table, rows, mode="overwrite", predicate=f"batch = {quoted(batch)}", commit_properties=commit,
                writer_properties=writer_properties(),
            )  # fmt: skip
        return int(table.version())

    def append(self, zone: str, level: str, rows: pl.DataFrame) -> None:
        """Add rows of one partition in one commit: for ledgers, which nobody overwrites."""
        self._append(self._open(zone, level), zone, level, rows, max_retries=None)

    def append_after(
        self, zone: str, level: str, indexed: Sequence[str], make: Callable[[pl.DataFrame], pl.DataFrame]
    ) -> None:
        """Add the rows that `make` makes of the table's files (`files`, without partition columns), in one commit.

        Conflict when anybody has committed to the table since its files were listed.
        """
        table = self._open(zone, level)
        rows = make(listed_files(table, [], indexed))
        self._append(table, zone, level, rows, max_retries=0)

    def _append(self, table: "DeltaTable", zone: str, level: str, rows: pl.DataFrame, max_retries: int | None) -> None:
        from deltalake import CommitProperties, write_deltalake

        commit = CommitProperties(max_commit_retries=max_retries)
        with without_row_contents(f"append {zone}/{level}"):
            write_deltalake(table, rows, mode="append", commit_properties=commit, writer_properties=ledger_properties())
            (key,) = table.metadata().partition_columns
        value = str(rows[key][0])
        files = listed_files(table, [key], [])
        if files.filter(pl.col(key) == value).height > COMPACT_ABOVE_FILES:
            put_together(table, f"{zone}/{level}", (key, "=", value))

    def files(
        self, zone: str, level: str, version: int, partitions: Sequence[str] = ("batch",), indexed: Sequence[str] = ()
    ) -> pl.DataFrame:
        """The data files of a table at a version, in order of their paths; nothing but the log is read.

        Columns: path (relative to the table), size_bytes, num_records, a column a partition key, and `min.` and `max.` of
        each indexed column.
        """
        with without_row_contents(f"list {zone}/{level}"):
            return listed_files(self._open(zone, level, version), partitions, indexed)

    def newest_files(self, zone: str, level: str) -> tuple[int, pl.DataFrame]:
        """The newest version and its `files`."""
        with without_row_contents(f"list {zone}/{level}"):
            table = self._open(zone, level)
            return int(table.version()), listed_files(table, ["batch"], [])

    def file_sha256(self, zone: str, level: str, path: str) -> str | None:
        """SHA-256 of a data file as it stands, hex; None when it is missing."""
        with without_row_contents(f"hash a file of {zone}/{level}"):
            try:
                return sha256_of(self.table_uri(zone, level), self.storage_options, path)
            except FileNotFoundError:
                return None

    def scan_file(self, zone: str, level: str, path: str) -> pl.LazyFrame:
        """One data file as it stands, without the partition columns, which are not in it."""
        return pl.scan_parquet(
            f"{self.table_uri(zone, level)}/{path}",
            storage_options=self.storage_options or None, hive_partitioning=False,
        )  # fmt: skip

    def collect(self, rows: pl.LazyFrame, doing: str) -> pl.DataFrame:
        """The rows; LakeError, without their contents, when they cannot be read."""
        with without_row_contents(doing):
            return rows.collect()

    def history(self, zone: str, level: str) -> list[dict[str, Any]]:
        """What the log still tells of each commit, newest first: version, timestamp (ms), operation, its parameters, and what
        the writer said under `METADATA_PREFIX`.
        """
        with without_row_contents(f"read the history of {zone}/{level}"):
            return self._open(zone, level).history()

    def touched_files(self, zone: str, level: str, version: int) -> set[str]:
        """Paths of the data files that one commit added or removed; empty when the log no longer holds the commit."""
        from urllib.parse import unquote

        name = f"_delta_log/{version:020}.json"
        with without_row_contents(f"read commit {version} of {zone}/{level}"):
            try:
                lines = b"".join(read_chunks(self.table_uri(zone, level), self.storage_options, name)).splitlines()
            except FileNotFoundError:
                return set()
            actions = [json.loads(line) for line in lines]
        return {unquote(one[kind]["path"]) for one in actions for kind in ("add", "remove") if kind in one}

    def fingerprint(self, zone: str, level: str, batch: str, version: int) -> str:
        """SHA-256 over the paths and sizes of the partition's files: what a verdict is bound to."""
        actions = self._open(zone, level, version).get_add_actions(flatten=True)
        files = (
            pl.DataFrame(actions).filter(pl.col("partition.batch") == batch).select("path", "size_bytes").sort("path")
        )
        listing = "\n".join(f"{path}\t{size}" for path, size in files.iter_rows())
        return hashlib.sha256(listing.encode()).hexdigest()

    def batches(self, zone: str, level: str) -> list[str]:
        """The partitions that hold at least one file, in key order."""
        actions = pl.DataFrame(self._open(zone, level).get_add_actions(flatten=True))
        return sorted(actions["partition.batch"].unique().to_list()) if actions.height else []

    def _open(self, zone: str, level: str, version: int | None = None) -> "DeltaTable":
        from deltalake import DeltaTable

        with without_row_contents(f"open {zone}/{level} of {self.uri}"):
            return DeltaTable(
                self.table_uri(zone, level), version=version, storage_options=self.storage_options or None
            )
