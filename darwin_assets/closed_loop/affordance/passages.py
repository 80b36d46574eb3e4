"""Which operations the passages of a row show, and how much of the row each set of them takes up.

A long text shows nearly every operation somewhere. How much of it does, and which operations meet in one place, is told by
its passages: a task with its solution, a theorem with its proof, else a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from darwin_assets.closed_loop.affordance.cues import counts, operations
from darwin_assets.closed_loop.columns import AFFORDANCES

PICTURE = r"!\[[^\]]*\]\([^)\s]*\)"
"""Words that describe a picture carry nothing out."""


def operations_shown(passages: Iterable[Sequence[str]]) -> pl.DataFrame:
    """`operations` and `passages` (AFFORDANCES) of rows that are given by the texts of their passages, in their order.

    A row shows what the cues of all its passages together show. Shares are of the characters of its passages.
    """
    texts = pl.Series("text", list(passages), dtype=pl.List(pl.String))
    counted = (
        texts.to_frame()
        .with_row_index("row")
        .explode("text", empty_as_null=True)
        .with_columns(pl.col("text").fill_null(""))
        .with_columns(pl.col("text").str.replace_all(PICTURE, ""), n_chars=pl.col("text").str.len_chars())
        .select("row", *counts(), "n_chars", n_words=pl.col("text").str.count_matches(r"\S+"))
    )
    whole = counted.group_by("row", maintain_order=True).sum().select("row", "n_chars", operations=operations())
    return whole.select("operations").with_columns(passages=_distribution(counted, whole))


def _distribution(counted: pl.DataFrame, whole: pl.DataFrame) -> pl.Series:
    """The sets of operations of each row's passages, that with the greatest share first."""
    sets = (
        counted.select("row", "n_chars", operations=operations())
        .filter(pl.col("n_chars") > 0)
        .group_by("row", "operations")
        .agg(pl.col("n_chars").sum())
        .join(whole.select("row", total="n_chars"), on="row")
        .with_columns(share=pl.col("n_chars") / pl.col("total"))
        .sort("row", -pl.col("share"), pl.col("operations").list.join(" "))
        .group_by("row", maintain_order=True)
        .agg(passages=pl.struct("operations", "share"))
    )
    found = whole.join(sets, on="row", how="left", maintain_order="left")["passages"]
    return found.cast(AFFORDANCES["passages"]).fill_null([])


def as_one_passage() -> pl.Expr:
    """`passages` of rows that are one passage, which shows all their `operations`."""
    return pl.concat_list(pl.struct("operations", share=pl.lit(1.0)))
