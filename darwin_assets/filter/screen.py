"""L2 up to, and without, duplicates: measure every document, then judge it by the rules (papers.md §1.3)."""

from __future__ import annotations

import polars as pl

from darwin_assets.filter.language import LANGUAGE, identify_column
from darwin_assets.filter.prose import prose_column
from darwin_assets.filter.rules import JUDGEMENT, judge
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signals import SIGNALS, measure_column

TEXT_MISSING = "text.missing"

SCREEN: dict[str, pl.DataType] = {"id": pl.String(), **SIGNALS, **LANGUAGE, **JUDGEMENT}
"""Columns of a screened batch."""


def screen(rows: pl.DataFrame, settings: FilterSettings) -> pl.DataFrame:
    """Return `SCREEN` for `rows` (id, text), one row a document, in order; no text is changed.

    A null text is a failure, "text.missing": nothing was there to judge. Whoever keeps a row goes on to
    `duplicates.find_twins`, which needs the index of what is published.
    """
    measured = _measured(rows["text"], settings)
    screened = rows.select("id", missing=pl.col("text").is_null()).hstack(measured).hstack(judge(measured, settings))
    failure = {
        "rejected_by": pl.lit(TEXT_MISSING),
        "rejected_kind": pl.lit("failure"),
        "rejected_value": pl.lit(None, dtype=pl.Float64),
        "rejected_threshold": pl.lit(None, dtype=pl.String),
        "rejected_detail": pl.lit("the row of the level below has no text"),
    }
    overridden = (pl.when("missing").then(value).otherwise(pl.col(name)).alias(name) for name, value in failure.items())
    return screened.with_columns(overridden).select(*SCREEN)


def _measured(texts: pl.Series, settings: FilterSettings) -> pl.DataFrame:
    """Signals and language, slice by slice of the texts."""
    from darwin_assets.filter.kernels.text_column import slices

    parts = [pl.DataFrame(schema={**SIGNALS, **LANGUAGE})]
    for column in slices(texts):
        proses = prose_column(column)
        parts.append(measure_column(column, proses, settings).hstack(identify_column(proses, settings.language)))
    return pl.concat(parts)
