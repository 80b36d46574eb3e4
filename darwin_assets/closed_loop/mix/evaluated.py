"""The items of an evaluation as benchmark items: what a model is measured on, it is not trained on, registered or not."""

from __future__ import annotations

import polars as pl

from darwin_assets.decontamination.items import ITEMS


def evaluated_items(samples: pl.DataFrame) -> pl.DataFrame:
    """`decontamination.items.ITEMS` of SAMPLES: an item once, by its question where a file shows it, else by its prompt.

    `file` and `number` are where it was first read.
    """
    return named_items(samples).drop("item")


def named_items(samples: pl.DataFrame) -> pl.DataFrame:
    """The same with the `item` of SAMPLES that each is."""
    shown = pl.col("question").str.strip_chars() != ""
    asked = samples.filter(pl.col("error").is_null()).with_columns(
        question=pl.coalesce(pl.col("question").filter(shown).first().over("item"), "prompt"),
        answer=pl.col("gold").list.first().fill_null(""),
    )
    items = asked.filter(shown).unique("item", keep="first", maintain_order=True)
    sample = pl.concat_str("question", "answer", separator="\n")
    return items.select("item", "benchmark", "file", "question", "answer", number="line", sample=sample).select(
        "item", *(pl.col(name).cast(dtype) for name, dtype in ITEMS.items())
    )


def n_without_text(samples: pl.DataFrame) -> int:
    """Items that files show neither question nor prompt of: nothing can be held against them."""
    asked = samples.filter(pl.col("error").is_null())
    return asked["item"].n_unique() - evaluated_items(samples).height
