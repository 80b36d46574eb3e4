"""The lake at one moment: every table pinned to a version, under the name by which queries ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from darwin_assets.levels import BUILT
from darwin_assets.reports.domains import domains_of
from resources.errors import DarwinError, LakeError
from resources.lake import Lake

TABLES: dict[str, tuple[str, str]] = {
    **{level.lower(): ("published", level) for level in BUILT},
    **{f"{level.lower()}_rejected": ("rejected", level) for level in BUILT},
    "landed": ("landed", "files"),
    "gates": ("ledger", "gates"),
    "recipes": ("ledger", "recipes"),
    "chain": ("ledger", "chain"),
    "blocked": ("ledger", "blocked"),
    "calls": ("answers", "calls"),
}
"""Name in a query, and where the table stands."""

CHOSEN = "chosen"
"""The name by which queries ask for the published rows of the level that is reported on."""


@dataclass(frozen=True)
class Snapshot:
    """`versions` by name in a query; `batches` restricts every table that has batches, None takes all."""

    lake: Lake
    level: str
    versions: Mapping[str, int]
    batches: tuple[str, ...] | None = None

    def where(self, name: str) -> str:
        """A table and its version as a reader names it: `published/L2@7`."""
        zone, table = TABLES[self._real(name)]
        return f"{zone}/{table}@{self.versions[self._real(name)]}"

    def scan(self, name: str) -> pl.LazyFrame:
        """One table, restricted to the batches; without `text`, which no report shows."""
        real = self._real(name)
        rows = self.lake.scan(*TABLES[real], self.versions[real])
        columns = rows.collect_schema().names()
        if self.batches is not None and "batch" in columns:
            rows = rows.filter(pl.col("batch").is_in(self.batches))
        rows = rows.drop("text", strict=False)
        if real == "l0":
            rows = rows.with_columns(domain=pl.col("uri").map_batches(domains_of, return_dtype=pl.String))
        return rows

    def texts(self, level: str) -> pl.LazyFrame:
        """`id`, `n_chars` and `text` of a level's published rows, for counting tokens only."""
        rows = self.lake.scan("published", level, self.versions[level.lower()])
        if self.batches is not None:
            rows = rows.filter(pl.col("batch").is_in(self.batches))
        return rows.select("id", "n_chars", "text")

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels that hold rows, from the top down to the one that is reported on."""
        return tuple(one for one in BUILT[: BUILT.index(self.level) + 1] if one.lower() in self.versions)

    @cached_property
    def as_of(self) -> str:
        """When the newest verdict was given that this snapshot holds, ISO 8601: the date of the report."""
        newest = self.scan("gates").select(pl.col("at").max()).collect().item()
        return str(newest or "")

    def named(self, tables: tuple[str, ...]) -> list[str]:
        return [self.where(one) for one in tables]

    def _real(self, name: str) -> str:
        return self.level.lower() if name == CHOSEN else name


def take_snapshot(lake: Lake, level: str | None = None, batches: tuple[str, ...] | None = None) -> Snapshot:
    """Every table as it stands now. `level`: the one to report on, by default the deepest that holds rows.

    DarwinError when nothing is published, or not at the level that was asked for, or a batch is unknown.
    """
    versions = {}
    for name, (zone, table) in TABLES.items():
        try:
            versions[name] = lake.version(zone, table)
        except LakeError:
            if name in ("gates", "landed", "l0"):
                raise
    if unknown := sorted({*(batches or ())} - {*lake.batches("published", BUILT[0])}):
        raise DarwinError(f"nothing is published of {', '.join(unknown)}: `darwin status` shows the batches")
    held = [one for one in BUILT if one.lower() in versions and _holds(lake, one, versions[one.lower()], batches)]
    if not held:
        raise DarwinError("nothing is published yet, so there is nothing to report: land a drop and run it")
    if level is not None and level not in held:
        raise DarwinError(f"nothing is published at {level}; rows stand at {', '.join(held)}")
    snapshot = Snapshot(lake, level or held[-1], versions, batches)
    _check_roots(snapshot)
    return snapshot


def _check_roots(snapshot: Snapshot) -> None:
    """DarwinError when reported rows were made from documents that L0, made anew since, does not know by these ids."""
    chosen = snapshot.scan(CHOSEN).select("root_id", "batch")
    unknown = chosen.join(snapshot.scan("l0").select("id"), left_on="root_id", right_on="id", how="anti")
    batches = unknown.select(pl.col("batch").unique().sort()).collect()["batch"]
    if batches.len():
        raise DarwinError(
            f"{snapshot.level} of {', '.join(batches)} was made from rows of L0 that have been made anew since, so that "
            "their sources cannot be told: run them again, or report on other batches by --batch"
        )


def _holds(lake: Lake, level: str, version: int, batches: tuple[str, ...] | None) -> bool:
    rows = lake.scan("published", level, version).select("batch")
    if batches is not None:
        rows = rows.filter(pl.col("batch").is_in(batches))
    return rows.head(1).collect().height > 0
