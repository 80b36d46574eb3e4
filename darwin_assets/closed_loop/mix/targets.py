"""What a mix is aimed at: the operations that a diagnosis found weak, and the actions that it proposes (papers.md §2.3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from darwin_assets.closed_loop.actions import Action, manifest
from darwin_assets.closed_loop.data_side import data_side
from darwin_assets.closed_loop.mapping import weak_slices
from darwin_assets.closed_loop.mix.draw import TARGETS
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import (
    AFFORDANCES_TABLE,
    DIAGNOSES_TABLE,
    OPERATIONS_TABLE,
    RULE_EVIDENCE_TABLE,
)
from darwin_assets.closed_loop.taxonomy import OTHER
from resources.lake import Lake


@dataclass(frozen=True)
class Aim:
    """`targets` in TARGETS; none where no operation stands out and no weak slice names one."""

    targets: pl.DataFrame
    actions: tuple[Action, ...]

    @property
    def sha256(self) -> str:
        """Of all that it says, hex."""
        return hashlib.sha256(f"{self.targets.write_ndjson()}\n{manifest(self.actions)}".encode()).hexdigest()


def read_aim(lake: Lake, key: str, settings: ClosedLoopSettings) -> Aim:
    """By what stands in the lake now. Unpublished where the evaluation is not diagnosed."""
    operations, diagnoses = OPERATIONS_TABLE.read(lake, key), DIAGNOSES_TABLE.expect(lake, key)
    affordances, evidence = AFFORDANCES_TABLE.all(lake), RULE_EVIDENCE_TABLE.all(lake)
    side = data_side(diagnoses, operations, affordances, evidence, settings)
    return Aim(targets_of(operations, diagnoses), side.actions)


def targets_of(operations: pl.DataFrame, diagnoses: pl.DataFrame) -> pl.DataFrame:
    """`TARGETS`, the weakest first, from OPERATIONS and DIAGNOSES.

    Operations and pairs that stand out; where none does, the operations of the weak slices. The points of the gap that are
    left to the data are added up over benchmarks; of several checkpoints the weakest counts. `other` is no operation to aim
    at: it is what rows without a cue are labelled with.
    """
    standing_out = _named(
        operations.filter("kept", pl.col("weakness") > 0),
        pl.concat_list("operation", "other").list.drop_nulls(),
    )
    slices = _named(weak_slices(diagnoses), pl.col("operations").fill_null([]))
    weak = slices if standing_out.is_empty() else standing_out
    by_checkpoint = weak.group_by("checkpoint", "operations").agg(pl.col("weakness").sum())
    targets = by_checkpoint.group_by("operations").agg(pl.col("weakness").max())
    ordered = targets.sort("weakness", pl.col("operations").list.join(" "), descending=[True, False])
    return ordered.select(pl.col(name).cast(dtype) for name, dtype in TARGETS.items())


def _named(rows: pl.DataFrame, operations: pl.Expr) -> pl.DataFrame:
    """checkpoint, weakness and operations, `other` not among them; without rows of which none is left."""
    known = operations.list.set_difference(pl.lit([OTHER])).list.sort()
    return rows.select("checkpoint", "weakness", operations=known).filter(pl.col("operations").list.len() > 0)
