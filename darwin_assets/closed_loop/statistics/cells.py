"""Every checkpoint beside the reference: on benchmarks, capability slices, operations and pairs of operations (C06, C07).

Slices divide a benchmark; a weakness in an operation or a pair cuts through many of them, and is seen where all its items
stand together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from darwin_assets.closed_loop.statistics.many import holm
from darwin_assets.closed_loop.statistics.merge import FIELDS, merged
from darwin_assets.closed_loop.statistics.outcomes import outcomes, paired
from darwin_assets.closed_loop.statistics.paired import compare
from darwin_assets.closed_loop.statistics.passages import design_effect, passages, together
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.shares import wilson
from darwin_assets.closed_loop.statistics.terms import terms_of

KEY = ["checkpoint", "benchmark", "level", "cell"]

CELLS = pl.Schema(
    {
        "checkpoint": pl.String(),
        "benchmark": pl.String(),
        "level": pl.String(),  # "benchmark": all of its items; "slice": of one slice, after merging; "operations"
        "cell": pl.String(),  # the benchmark's name; the slice's hash; an operation, or two of them
        "slice_name": pl.String(),  # null for others than slices
        "merged_to": pl.String(),  # the field that was left out last; null for a slice as it was labelled
        "n": pl.Int64(),  # items that both have
        "score": pl.Float64(),
        "low": pl.Float64(),  # Wilson, of as many independent items as those of shared passages are worth
        "high": pl.Float64(),
        "ref_score": pl.Float64(),
        "delta": pl.Float64(),  # less than 0: weaker than the reference
        "delta_low": pl.Float64(),
        "delta_high": pl.Float64(),
        "p": pl.Float64(),  # null where there are too few items
        "p_holm": pl.Float64(),  # over all rows of all checkpoints, and of all pairs of them where the reference was chosen
        "share": pl.Float64(),  # of the benchmark's items
        "weakness": pl.Float64(),  # (reference - score) x share: points of the benchmark's gap, as a share of 1
        "weight_in_failure": pl.Float64(),  # share of what the checkpoint failed in this benchmark
    }
)

MEMBERS = pl.Schema(
    {
        "checkpoint": pl.String(),
        "benchmark": pl.String(),
        "level": pl.String(),
        "cell": pl.String(),
        "item": pl.String(),
        "score": pl.Float64(),
        "ref_score": pl.Float64(),
        "passage": pl.String(),  # that other items ask about too; null for none
    }
)


@dataclass(frozen=True)
class Cells:
    """`rows`: a frame of CELLS, sorted by its first four columns. `members`: a frame of MEMBERS, where an item stands in its
    benchmark, once more in its slice, and in each operation and pair."""

    rows: pl.DataFrame
    members: pl.DataFrame


def cells(
    samples: pl.DataFrame,
    labels: pl.DataFrame,
    reference: str,
    settings: StatisticsSettings,
    *,
    is_chosen: bool = False,
) -> Cells:
    """Every checkpoint but the reference, on the items that both have; from frames of `columns.SAMPLES` and `columns.LABELS`.

    A reference that `is_chosen` for its scores might have been any checkpoint: p-values are corrected for all pairs then.
    Slices of fewer than `min_items` items are merged; what is still smaller is shown, but not tested.
    ValueError where an item has no label, or the reference no item.
    """
    shared = paired(outcomes(samples), reference)
    items = shared.join(labels.select("item", "operations", "slice", "slice_name", *FIELDS), on="item").join(
        passages(samples, settings.min_passage_chars), on="item", how="left", maintain_order="left"
    )
    if n_missing := shared["item"].n_unique() - items["item"].n_unique():
        raise ValueError(f"{n_missing} items have no label: make the capability slices of this evaluation first")
    slices = merged(items, settings.min_items).with_columns(level=pl.lit("slice"))
    members = pl.concat(
        part.select(MEMBERS.names())
        for part in (
            items.with_columns(level=pl.lit("benchmark"), cell="benchmark"),
            slices,
            _by_operations(items, settings.min_items).with_columns(level=pl.lit("operations")),
        )
    ).sort(*KEY, "item")
    names = slices.select(*KEY, "slice_name", "merged_to").unique()
    rows = _measured(members, settings).join(names, on=KEY, how="left")
    corrected = rows.with_columns(p_holm=_corrected(rows, is_chosen=is_chosen))
    return Cells(corrected.select(CELLS.names()).sort(KEY), members)


def _by_operations(items: pl.DataFrame, min_items: int) -> pl.DataFrame:
    """The items of each operation and pair, as `cell`."""
    parts = [
        of.filter(pl.Series(term.inside)).with_columns(cell=pl.lit(term.name))
        for of in items.partition_by("checkpoint", "benchmark", maintain_order=True)
        for term in terms_of(of["operations"].to_list(), min_items)
    ]
    return pl.concat([items.clear().with_columns(cell=pl.lit("")), *parts])


def _measured(members: pl.DataFrame, settings: StatisticsSettings) -> pl.DataFrame:
    rows = (
        members.group_by(KEY)
        .agg(
            n=pl.len().cast(pl.Int64),
            right=pl.col("score").sum(),
            ref_score=pl.col("ref_score").mean(),
            scores="score",
            ref_scores="ref_score",
            passages="passage",
        )
        .sort(KEY)
        .with_columns(score=pl.col("right") / pl.col("n"), wrong=pl.col("n") - pl.col("right"))
    )
    less = np.array(
        [
            design_effect(np.asarray(score), together(of_items))
            for score, of_items in rows.select("scores", "passages").iter_rows()
        ]
    )
    low, high = wilson(rows["right"].to_numpy() / less, rows["n"].to_numpy() / less, settings.confidence)
    of_benchmark = ("checkpoint", "benchmark")  # the row of the benchmark has the most
    return (
        rows.hstack([pl.Series("low", low), pl.Series("high", high), *_compared(rows, settings)])
        .with_columns(share=pl.col("n") / pl.col("n").max().over(of_benchmark))
        .with_columns(
            weakness=(pl.col("ref_score") - pl.col("score")) * pl.col("share"),
            weight_in_failure=(pl.col("wrong") / pl.col("wrong").max().over(of_benchmark)).fill_nan(0.0),
        )
    )


def _compared(rows: pl.DataFrame, settings: StatisticsSettings) -> list[pl.Series]:
    """delta with its interval for all rows; p for those with enough items."""
    found = [
        compare(np.asarray(score), np.asarray(ref_score), settings, of_items)
        for score, ref_score, of_items in rows.select("scores", "ref_scores", "passages").iter_rows()
    ]
    p = [one.p if n >= settings.min_items else None for one, n in zip(found, rows["n"], strict=True)]
    return [
        pl.Series("delta", [one.delta for one in found], pl.Float64),
        pl.Series("delta_low", [one.low for one in found], pl.Float64),
        pl.Series("delta_high", [one.high for one in found], pl.Float64),
        pl.Series("p", p, pl.Float64),
    ]


def _corrected(rows: pl.DataFrame, *, is_chosen: bool) -> pl.Series:
    n_checkpoints = rows["checkpoint"].n_unique() + 1
    # k - 1 checkpoints are compared, and there are k / 2 times as many pairs
    further = rows["p"].count() * (n_checkpoints - 2) // 2 if is_chosen else 0
    return pl.Series(holm(rows["p"].to_numpy(), further)).fill_nan(None)
