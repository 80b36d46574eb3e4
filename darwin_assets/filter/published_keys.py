"""Keys of published rows as the settings in force make them: rows that were signed by others are signed anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from resources.recipe_book import RecipeBook


def comparable_keys(
    table: pl.LazyFrame,
    book: RecipeBook,
    columns: Sequence[str],
    signs_alike: Callable[[Mapping[str, Any]], bool],
    read: Sequence[str | pl.Expr],
    sign: Callable[[pl.DataFrame], pl.DataFrame],
) -> pl.LazyFrame:
    """Return batch and `columns` of each row of `table`: as stored where the recipe that made it `signs_alike`, given the
    settings in the book; else as `sign` makes them of the columns `read`, a few rows at a time.

    Keys of other settings hardly share a band with new ones, whatever the texts, and nothing would show it.
    """
    recipes = table.select("recipe").unique().collect().to_series().to_list()
    alike = [one for one in recipes if (entry := book.find(one)) and signs_alike(entry.settings)]
    is_alike = pl.col("recipe").is_in(alike)
    parts = [table.filter(is_alike).select("batch", *columns)]
    if len(alike) < len(recipes):
        others = table.filter(~is_alike).select("batch", *read)
        for rows in others.collect_batches(maintain_order=False, engine="streaming"):
            parts.append(rows.select("batch").hstack(sign(rows)).select("batch", *columns).lazy())
    return pl.concat(parts)
