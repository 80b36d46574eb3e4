"""Which selection won: a table of the scores that models reached after training on each of them (papers.md §3.5).

Training is not done here. A contestant is a data set cut by one method; its score is the mean over
the benchmarks, as `darwin evaluate suite` prints it.
"""

from __future__ import annotations

import polars as pl

FULL = "full"
SAME_BUDGET = ("difficulty", "length", "random")

RESULTS: dict[str, pl.DataType] = {
    "data_set": pl.String(),
    "method": pl.String(),
    "n_rows": pl.Int64(),
    "mean_tokens": pl.Float64(),
    "score": pl.Float64(),
}
CONTEST: dict[str, pl.DataType] = {
    **RESULTS,
    "over_full": pl.Float64(),
    "winner": pl.Boolean(),
    "why": pl.String(),
}
"""`over_full`: the score less that of the whole data set. `why` says of a winner what made it one."""


def contest(results: pl.DataFrame) -> pl.DataFrame:
    """The table in CONTEST, by data set and falling score, of RESULTS.

    The highest score wins; of equal scores the smaller set does, since it costs less to train on, and of equally large ones
    the first method by name. ValueError when a method stands twice or has no score, or the three that are compared at the
    same budget differ in size.
    """
    if results.select("data_set", "method").is_duplicated().any():
        raise ValueError("a data set has two results of one method: average them first")
    _scored(results)
    _same_budget(results)
    ordered = results.sort("data_set", "score", "n_rows", "method", descending=[False, True, False, False])
    rival = pl.col("score").shift(-1).over("data_set")
    smaller = (pl.col("n_rows") < pl.col("n_rows").shift(-1).over("data_set")).fill_null(False)
    why = (
        pl.when(rival.is_null())
        .then(pl.lit("the only one"))
        .when(rival < pl.col("score"))
        .then(pl.lit("highest score"))
        .when(smaller)
        .then(pl.lit("tie, smaller set"))
        .otherwise(pl.lit("tie, first by name"))
    )
    whole = pl.col("score").filter(pl.col("method") == FULL).first().over("data_set")
    first = pl.int_range(pl.len()).over("data_set") == 0
    told = ordered.with_columns(over_full=pl.col("score") - whole, winner=first, why=pl.when(first).then(why))
    return told.select(pl.col(name).cast(dtype) for name, dtype in CONTEST.items())


def _scored(results: pl.DataFrame) -> None:
    missing = results.filter(pl.col("score").is_null() | pl.col("score").is_nan()).sort("data_set", "method")
    if missing.height:
        named = ", ".join(f"{method} for {data_set}" for data_set, method in missing["data_set", "method"].iter_rows())
        raise ValueError(f"there is no score of {named}: add it, or take the line out")


def _same_budget(results: pl.DataFrame) -> None:
    sizes = results.filter(pl.col("method").is_in(SAME_BUDGET)).group_by("data_set").agg(pl.col("n_rows").n_unique())
    if unequal := sorted(sizes.filter(pl.col("n_rows") > 1)["data_set"]):
        raise ValueError(f"methods were not compared at the same budget for {', '.join(unequal)}")
