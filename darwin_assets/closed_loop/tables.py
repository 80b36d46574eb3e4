"""The tables of the closed loop: what an evaluation came to, what published rows afford, and what was sampled from them."""

from dataclasses import dataclass

import polars as pl

from darwin_assets.closed_loop.columns import (
    AFFORDANCES,
    DIAGNOSES,
    LABELS,
    MIX,
    OPERATIONS,
    RULE_EVIDENCE,
    SAMPLES,
    VALIDATIONS,
)
from darwin_assets.closed_loop.gated import GatedTable
from darwin_assets.closed_loop.sealed import write_sealed
from resources.errors import Unpublished
from resources.lake import Lake


@dataclass(frozen=True)
class PlainTable:
    """A table with a partition a key, without a gate; `columns` are those without `batch`."""

    zone: str
    name: str
    columns: pl.Schema
    indexed: tuple[str, ...] = ()

    def create(self, lake: Lake) -> bool:
        return lake.create_table(self.zone, self.name, {"batch": pl.String(), **self.columns}, "batch", self.indexed)

    def write(self, lake: Lake, key: str, rows: pl.DataFrame, run_id: str) -> int:
        """Replace the rows of a key; the version of the commit. Conflict when another run wrote them meanwhile."""
        stored = rows.select(pl.lit(key).alias("batch"), *self.columns)
        seen = lake.version(self.zone, self.name)
        return write_sealed(lake, self, key, stored, {"run": run_id}, since=seen)

    def read(self, lake: Lake, key: str) -> pl.DataFrame:
        """The rows of a key as they stand now; none where nothing was written."""
        return lake.read(self.zone, self.name, key, lake.version(self.zone, self.name), list(self.columns))

    def all(self, lake: Lake) -> pl.DataFrame:
        """The rows of all keys as they stand now."""
        scan = lake.newest(self.zone, self.name).select(list(self.columns))
        return lake.collect(scan, f"read {self.zone}/{self.name}")

    def expect(self, lake: Lake, key: str) -> pl.DataFrame:
        """The rows of a key. Unpublished where there are none."""
        rows = self.read(lake, key)
        if rows.is_empty():
            raise Unpublished(
                f"{self.zone}/{self.name} has no rows of {key}: materialize the asset that makes them first"
            )
        return rows


SAMPLES_TABLE = GatedTable(
    "evaluation", "samples", "evaluation_samples", SAMPLES, ("item", "checkpoint"),
    words=("system", "prompt", "question", "output", "error_detail"),
)  # fmt: skip
MIX_TABLE = GatedTable("mixture", "targeted", "targeted_mix", MIX, ("id", "root_id"), words=("manifest",))
MANIFESTS_TABLE = PlainTable("evaluation", "manifests", pl.Schema({"facts": pl.String()}))
LABELS_TABLE = PlainTable("evaluation", "labels", LABELS, ("item",))
DIAGNOSES_TABLE = PlainTable("evaluation", "diagnoses", DIAGNOSES, ("checkpoint",))
OPERATIONS_TABLE = PlainTable("evaluation", "operations", OPERATIONS, ("checkpoint",))
VALIDATIONS_TABLE = PlainTable("evaluation", "validations", VALIDATIONS)
RULE_EVIDENCE_TABLE = PlainTable("evaluation", "rule_evidence", RULE_EVIDENCE)
AFFORDANCES_TABLE = PlainTable("affordances", "rows", AFFORDANCES, ("id", "root_id"))
GATED_TABLES = (SAMPLES_TABLE, MIX_TABLE)
TABLES = (
    SAMPLES_TABLE, MIX_TABLE, MANIFESTS_TABLE, LABELS_TABLE, DIAGNOSES_TABLE, OPERATIONS_TABLE,
    VALIDATIONS_TABLE, RULE_EVIDENCE_TABLE, AFFORDANCES_TABLE,
)  # fmt: skip


def create_tables(lake: Lake) -> int:
    """Make those that are missing; how many were made."""
    return sum(table.create(lake) for table in TABLES)
