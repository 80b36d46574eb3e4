"""Everything that the checks of an audit compare, read once: chain, ledger, seals, and what the tables now name as theirs."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from darwin_assets.closed_loop.tables import TABLES
from darwin_assets.lineage.findings import Finding
from darwin_assets.project import Project
from darwin_assets.seals import KIND as SEALED
from darwin_assets.seals import Seal, seal_of
from resources.block_list import Blocked
from resources.errors import LakeError
from resources.lake import Lake

Partition = tuple[str, str]
"""Level, or table of the closed loop, and batch."""
LOOP_ZONES = tuple(dict.fromkeys(table.zone for table in TABLES))


@dataclass(frozen=True)
class Evidence:
    """One reading of a lake. The tables come first: what is published afterwards is not among their files."""

    project: Project
    versions: dict[tuple[str, str], int]
    files: dict[tuple[str, str], pl.DataFrame]
    unreadable: list[Finding]
    verdicts: pl.DataFrame
    links: pl.DataFrame
    blocked: Blocked
    block_list: pl.DataFrame
    recipes: pl.DataFrame

    @property
    def lake(self) -> Lake:
        return self.project.lake

    @cached_property
    def seals(self) -> dict[Partition, Seal]:
        """The newest seal of each partition."""
        return {(one.level, one.batch): one for one in self.all_seals}

    @cached_property
    def all_seals(self) -> list[Seal]:
        """Oldest first. One that was edited beyond reading is left to the check of the chain."""
        found = []
        for one in self.links.filter(pl.col("kind") == SEALED).iter_rows(named=True):
            with suppress(KeyError, TypeError, ValueError):
                found.append(seal_of(one))
        return found

    @cached_property
    def opened(self) -> dict[str, Partition]:
        """Verdict → partition, of those that let a batch through."""
        rows = self.verdicts.filter(pl.col("passed") | pl.col("waived")).select("verdict", "level", "batch")
        return {verdict: (level, batch) for verdict, level, batch in rows.iter_rows()}

    @cached_property
    def made_of(self) -> dict[str, tuple[str, str]]:
        """Verdict → what its candidate was made from, and by which recipe."""
        rows = self.verdicts.select("verdict", "input_key", "recipe").iter_rows()
        return {verdict: (key, recipe) for verdict, key, recipe in rows}

    @cached_property
    def requests(self) -> frozenset[str]:
        """Take-downs that the block list or the chain knows."""
        asked = {one for by_value in self.blocked.requests.values() for one in by_value.values()}
        named = self.links.filter(pl.col("kind").is_in(["takedown", "erased"]))["subject"]
        causes = {one.cause.partition(":")[2] for one in self.all_seals if one.cause.startswith("takedown:")}
        return frozenset({*asked, *named, *causes})

    def newest(self, kind: str) -> dict[str, dict[str, Any]]:
        """Subject → what the newest link of a kind says; links that cannot be read are named by the check of the chain."""
        found = {}
        for subject, payload in self.links.filter(pl.col("kind") == kind).select("subject", "payload").iter_rows():
            with suppress(ValueError):
                found[subject] = dict(json.loads(payload))
        return found

    @cached_property
    def certified(self) -> frozenset[str]:
        """Take-downs that were finished, with a certificate."""
        return frozenset(request for request, told in self.newest("takedown").items() if told.get("clean"))

    @cached_property
    def documents(self) -> pl.DataFrame:
        """The kept rows of L0: id, parents, locator, content_sha256."""
        return self.rows("published", "L0", ["id", "parents", "locator", "content_sha256"])

    def verdict_of(self, partition: Partition) -> dict[str, Any] | None:
        """The ledger's row of the verdict that the partition was last published by; None when there is none."""
        sealed = [one.verdict for one in self.all_seals if (one.level, one.batch) == partition and one.verdict]
        rows = self.verdicts.filter(pl.col("verdict") == sealed[-1]) if sealed else self.verdicts.clear()
        return rows.row(0, named=True) if rows.height else None

    def standing_ids(self, zone: str, partition: Partition) -> list[str]:
        """Ids of the rows of a partition, in those of its files that can be read."""
        level, batch = partition
        found: list[str] = []
        for path in self.files[zone, level].filter(pl.col("batch") == batch)["path"]:
            try:
                rows = self.lake.collect(self.lake.scan_file(zone, level, path).select("id"), f"read {path}")
            except LakeError:
                continue
            found.extend(rows["id"])
        return found

    def partitions(self, zone: str) -> Iterator[tuple[Partition, pl.DataFrame]]:
        """Level and batch, and the files of each partition of a zone that holds any."""
        for level in [level for one, level in self.files if one == zone]:
            for (batch,), listed in self.files[zone, level].group_by("batch"):
                yield (level, str(batch)), listed

    def rows(self, zone: str, level: str, columns: list[str]) -> pl.DataFrame:
        """Some columns of a whole table at the version of this reading; none of a table that cannot be read."""
        if (zone, level) not in self.versions:
            return pl.DataFrame(schema=dict.fromkeys(columns, pl.String()))
        scan = self.lake.scan(zone, level, self.versions[zone, level])
        try:
            return self.lake.collect(scan.select(columns), f"read {zone}/{level}")
        except LakeError:
            return self._readable_rows(zone, level, columns)

    def _readable_rows(self, zone: str, level: str, columns: list[str]) -> pl.DataFrame:
        """The rows of those files that can be read; the others are named by the checks of files."""
        files = self.files[zone, level]
        found = [rows for _, rows in file_by_file(self.lake, zone, level, files, "batch", columns) if rows is not None]
        return pl.concat(found) if found else pl.DataFrame(schema=dict.fromkeys(columns, pl.String()))


def file_by_file(
    lake: Lake, zone: str, table: str, files: pl.DataFrame, partition: str, columns: Sequence[str]
) -> Iterator[tuple[str, pl.DataFrame | None]]:
    """Path and some columns of each file, None for one that cannot be read. What the log says of its size is not asked."""
    for path, key in files.select("path", partition).iter_rows():
        scan = lake.scan_file(zone, table, path).with_columns(pl.lit(key).alias(partition)).select(columns)
        try:
            yield path, lake.collect(scan, f"read {path}")
        except LakeError:
            yield path, None
