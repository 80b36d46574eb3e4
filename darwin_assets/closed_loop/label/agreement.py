"""How far two annotators agree on the same items: Cohen's kappa, field by field and operation by operation (C03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from darwin_assets.closed_loop.label.rules import ASKED_FIELDS

AGREEMENT = pl.Schema(
    {
        "field": pl.String(),
        "operation": pl.String(),  # null for the other fields
        "items": pl.Int64(),
        "first": pl.Int64(),  # items to which the first annotator gives the operation
        "second": pl.Int64(),
        "agreed": pl.Float64(),  # share of the items
        "kappa": pl.Float64(),  # null where both give one and the same value to every item
        "low": pl.Float64(),  # of the 95 % interval
        "high": pl.Float64(),
    }
)

Values = Mapping[str, Any]
"""By field of ASKED_FIELDS; operations are several."""


def agreement(first: Sequence[Values], second: Sequence[Values]) -> pl.DataFrame:
    """AGREEMENT of two annotators on the same items, in the same order; operations that one of them gives are told apart."""
    rows = [
        _row(field, None, [one[field] for one in first], [one[field] for one in second])
        for field in ASKED_FIELDS
        if field != "operations" and first
    ]
    given = sorted({operation for one in (*first, *second) for operation in one["operations"]})
    rows += [
        _row(
            "operations",
            operation,
            [operation in one["operations"] for one in first],
            [operation in one["operations"] for one in second],
        )
        for operation in given
    ]
    return pl.DataFrame(rows, schema=AGREEMENT, orient="row")


def macro_kappa(agreed: pl.DataFrame, min_items: int = 1) -> float | None:
    """Mean kappa of the operations that the first annotator gives to so many items."""
    often = agreed.filter(pl.col("field") == "operations", pl.col("first") >= min_items)
    found: float | None = often.select(pl.col("kappa").mean()).item()
    return found


class Kappa(NamedTuple):
    """Cohen's kappa and its 95 % interval, whose bounds may not exist where hardly anything varies."""

    value: float
    low: float | None
    high: float | None


def kappa(first: Sequence[object], second: Sequence[object]) -> Kappa | None:
    """Cohen's kappa; null where both say one and the same of everything."""
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa

    values = sorted({*map(str, first), *map(str, second)})
    if len(values) < 2:
        return None
    table = [[0] * len(values) for _ in values]
    for one, other in zip(first, second, strict=True):
        table[values.index(str(one))][values.index(str(other))] += 1
    with np.errstate(invalid="ignore"):
        found = cohens_kappa(table)
    low, high = (None if np.isnan(bound) else float(bound) for bound in (found.kappa_low, found.kappa_upp))
    return Kappa(float(found.kappa), low, high)


def _row(field: str, operation: str | None, first: list[Any], second: list[Any]) -> tuple[Any, ...]:
    same = sum(one == other for one, other in zip(first, second, strict=True)) / len(first)
    counts = (None, None) if operation is None else (sum(first), sum(second))
    return (field, operation, len(first), *counts, same, *(kappa(first, second) or (None, None, None)))
