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
    """A row of OUTCOMES for every item that a checkpoint was scored on, from a frame of `columns.SAMPLES`."""
    return (
        scored(samples)
        .group_by("checkpoint", "benchmark", "item")
        .agg(pl.col("score").mean(), n=pl.len().cast(pl.Int64))
        .sort("checkpoint", "benchmark", "item")
    )


def scored(samples: pl.DataFrame) -> pl.DataFrame:
    """Rows of the primary metric, without error, with a score between 0 and 1."""
    known = samples.filter("primary", pl.col("error").is_null()).with_columns(score=SCORE)
    return known.filter(pl.col("score").is_between(0, 1))


def equally_often(samples: pl.DataFrame) -> pl.DataFrame:
    """Scored rows, the first ones of an item, as many of every checkpoint that was asked it.

    The test of repeated samples takes a difference for as likely as its opposite. The mean of one sample and that of many
    are not: at 97 % right the one is mostly 1, and the other a little less.
    """
    by = ("checkpoint", "benchmark", "item")
    counted = (
        scored(samples).sort(*by, "sample").with_columns(n=pl.len().over(by), place=pl.int_range(pl.len()).over(by))
    )
    fewest = pl.col("n").min().over("benchmark", "item")
    return counted.filter(pl.col("place") < fewest).drop("n", "place")


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
