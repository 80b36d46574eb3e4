"""What became of each item: the score of every checkpoint, and of two that are put beside each other."""

from __future__ import annotations

import polars as pl

OUTCOMES = pl.Schema(
    {
        "checkpoint": pl.String(),
        "benchmark": pl.String(),
        "item": pl.String(),
        "score": pl.Float64(),  # 0 to 1, the mean over samples
        "n": pl.Int64(),  # samples
    }
)
SCORE = pl.coalesce("score", pl.col("verdict").cast(pl.Float64))
"""Of a row of SAMPLES: a verdict alone is a score too."""


def outcomes(samples: pl.DataFrame) -> pl.DataFrame:
    """A row of OUTCOMES for every item that a checkpoint was scored on, from a frame of `columns.SAMPLES`.

    Counted are rows of the primary metric, without error, with a score between 0 and 1.
    """
    return (
        samples.filter("primary", pl.col("error").is_null())
        .with_columns(score=SCORE)
        .filter(pl.col("score").is_between(0, 1))
        .group_by("checkpoint", "benchmark", "item")
        .agg(pl.col("score").mean(), n=pl.len().cast(pl.Int64))
        .sort("checkpoint", "benchmark", "item")
    )


def paired(found: pl.DataFrame, reference: str) -> pl.DataFrame:
    """checkpoint, benchmark, item, score, ref_score: every item that another checkpoint shares with the reference.

    ValueError where the reference has none.
    """
    theirs = found.filter(checkpoint=reference).select("benchmark", "item", ref_score="score")
    if theirs.is_empty():
        known = ", ".join(found["checkpoint"].unique().sort())
        raise ValueError(f"the reference {reference} has no scored item; checkpoints that have: {known or 'none'}")
    return (
        found.filter(pl.col("checkpoint") != reference)
        .join(theirs, on=["benchmark", "item"])
        .select("checkpoint", "benchmark", "item", "score", "ref_score")
        .sort("checkpoint", "benchmark", "item")
    )
