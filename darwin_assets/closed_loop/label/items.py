"""From samples to LABELS, a row an item."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from darwin_assets.closed_loop.columns import LABELS
from darwin_assets.closed_loop.label.item import Item
from darwin_assets.closed_loop.label.rules import Label, annotator, label_item
from darwin_assets.closed_loop.taxonomy import taxonomy


def label(samples: pl.DataFrame) -> pl.DataFrame:
    """LABELS by rules alone. Rows of `samples` that could not be read have no item, and get no label."""
    return frame((item, found, annotator()) for item, found in rule_labels(samples))


def rule_labels(samples: pl.DataFrame) -> list[tuple[Item, Label]]:
    """Each item with its label by rules, in the order of the items' hashes."""
    return [(item, label_item(item)) for item in _items(samples)]


def frame(labels: Iterable[tuple[Item, Label, str]]) -> pl.DataFrame:
    """LABELS of items, their labels and who gave them."""
    rows = [
        {
            "item": item.hash,
            "benchmark": item.benchmark,
            "subset": item.subset,
            "background": found.slice.background,
            "task_type": found.slice.task_type,
            "operations": list(found.slice.operations),
            "form": found.slice.form,
            "scorer": found.slice.scorer,
            "rigidity": found.slice.rigidity,
            "slice": found.slice.id,
            "slice_name": found.slice.name,
            "confidence": min(found.sure.values()),
            "annotator": by,
            "taxonomy": taxonomy().version,
        }
        for item, found, by in labels
    ]
    return pl.DataFrame(rows, schema=LABELS, orient="row")


def _items(samples: pl.DataFrame) -> list[Item]:
    """Of several samples one that tells where the question begins, the first by file and line."""
    told = (
        samples.filter(pl.col("error").is_null(), pl.col("item").is_not_null())
        .with_columns(written=pl.col("output").is_not_null().any().over("item"))
        .sort("item", pl.col("question").is_null(), "format", "file", "line")
        .unique("item", keep="first", maintain_order=True)
        .select(
            "benchmark", "subset", "item_id", "question", "prompt", pl.col("gold").fill_null([]), "written", hash="item"
        )
    )
    return [Item(**{**row, "gold": tuple(row["gold"])}) for row in told.iter_rows(named=True)]
