"""Items that ask about one passage, as in reading comprehension or a task in several parts. An output that misreads it misses
them together, so that they tell less than as many items that have nothing in common.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from darwin_assets.closed_loop.statistics.shares import Floats

Groups = npt.NDArray[np.int64]

MOST = 0.5
"""Share of a subset's items above which a paragraph belongs to the way of asking."""


def passages(samples: pl.DataFrame, min_chars: int) -> pl.DataFrame:
    """item and passage, a hash: items of `columns.SAMPLES` that share one; those that share none are missing.

    A passage is a paragraph of `min_chars` characters and more that several items of a subset have: the last such one of each
    of them. It is looked for in questions, and in prompts that hold no worked examples, or of which nothing else is known.
    One that stands farther up in another text, or in most of them, is part of how all are asked.
    """
    list_of, by = ("benchmark", "subset"), ("benchmark", "subset", "item")
    text = (
        pl.when(pl.col("n_shot") == 0)
        .then(pl.coalesce("prompt", "question"))
        .otherwise(pl.coalesce("question", "prompt"))
    )
    asked = (
        samples.filter(pl.col("error").is_null(), pl.col("item").is_not_null())
        .select(*by, "checkpoint", "file", "line", text=text)
        .filter(pl.col("text").str.len_chars() >= min_chars)
        .sort("checkpoint", "file", "line")
        .unique("item", keep="first", maintain_order=True)
    )
    sizes = samples.group_by(list_of).agg(n_listed=pl.col("item").n_unique())
    paragraphs = (
        asked.select(*by, passage=pl.col("text").str.split("\n"))
        .explode("passage", empty_as_null=True)
        .with_columns(pl.col("passage").str.replace_all(r"\s+", " ").str.strip_chars())
        .filter(pl.col("passage").str.len_chars() >= min_chars)
        .with_columns(pl.col("passage").hash(), n_items=pl.col("item").n_unique().over(*list_of, "passage"))
        .join(sizes, on=list_of, nulls_equal=True)
        .filter(pl.col("n_items") > 1, pl.col("n_items") <= MOST * pl.col("n_listed"))
    )
    last = paragraphs.group_by(by, maintain_order=True).last()
    are_last = pl.len().over(*list_of, "passage") == pl.col("n_items")
    return last.filter(are_last).select("item", pl.col("passage").cast(pl.String))


def together(of_items: Sequence[str | None]) -> Groups | None:
    """The number of each item's group, an item without a passage being one of its own; None where no two are together."""
    named = [passage for passage in of_items if passage is not None]
    if len(set(named)) == len(named):
        return None
    numbers: dict[str | int, int] = {}
    return np.array(
        [numbers.setdefault(place if one is None else one, len(numbers)) for place, one in enumerate(of_items)],
        dtype=np.int64,
    )


def design_effect(scores: Floats, groups: Groups | None) -> float:
    """How many times more the mean of scores (0 to 1) varies than that of as many independent items; never below 1. Where all
    scores are equal nothing tells, and each group counts as one item.
    """
    if groups is None:
        return 1.0
    if not np.ptp(scores):
        return scores.size / float(groups.max() + 1)
    off = scores - scores.mean()
    return max(1.0, float((np.bincount(groups, off) ** 2).sum() / (off**2).sum()))
