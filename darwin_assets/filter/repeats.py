"""Paragraphs and runs of words that stand in an earlier document of the batch: measured, and dropped where a bound is set.

Only what is kept counts as earlier; what other batches have published is not looked at. Nothing is cut out of a text: this
level never edits. Memory: 8 bytes a key at three quarters to three eighths full, about one key for 16 words and one a
paragraph: 1 GB of text needs some 200 MB.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from darwin_assets.filter.rules import REPEATED_PARAGRAPHS, REPEATED_WINDOWS
from darwin_assets.filter.settings import FilterSettings

REPEATS: dict[str, pl.DataType] = {
    "repeated_paragraph_share": pl.Float64(),
    "repeated_window_share": pl.Float64(),
}
"""Share of a document's characters that stand in paragraphs, and of its words that stand in runs of `window_words`, which an
earlier document that is kept has too."""

_FIRST_SLOTS = 1 << 16
_NO_BOUND = 1.0


def measure_repeats(texts: pl.Series, settings: FilterSettings) -> pl.DataFrame:
    """Return `REPEATS` for the texts of a batch that are kept, in order of arrival."""
    from darwin_assets.filter.kernels.folding import folding
    from darwin_assets.filter.kernels.repeats import repeated_shares
    from darwin_assets.filter.kernels.text_column import slices

    bounds = _bounds(settings)
    limits = (bounds.get(REPEATED_PARAGRAPHS, _NO_BOUND), bounds.get(REPEATED_WINDOWS, _NO_BOUND))
    table, n_keys = np.zeros(_FIRST_SLOTS, np.uint64), 0
    parts = [pl.DataFrame(schema=REPEATS)]
    for column in slices(texts):
        *shares, table, n_keys = repeated_shares(
            column.data, column.starts, *folding(), settings.min_paragraph_chars, settings.window_words, *limits,
            table, n_keys,
        )  # fmt: skip
        parts.append(pl.DataFrame(dict(zip(REPEATS, shares, strict=True))))
    return pl.concat(parts)


def reject_repeats(measured: pl.DataFrame, settings: FilterSettings) -> pl.DataFrame:
    """Return id, rule, value and threshold of the rows (id and `REPEATS`) that are above a bound that is set."""
    rejected = [
        measured.filter(pl.col(column) > bound).select(
            "id", rule=pl.lit(rule), value=column, threshold=pl.lit(f"..{bound:.15g}")
        )
        for (rule, bound), column in ((item, _COLUMN_OF[item[0]]) for item in _bounds(settings).items())
    ]
    schema = {"id": pl.String(), "rule": pl.String(), "value": pl.Float64(), "threshold": pl.String()}
    return pl.concat([pl.DataFrame(schema=schema), *rejected]).unique("id", keep="first", maintain_order=True)


_COLUMN_OF = dict(zip((REPEATED_PARAGRAPHS, REPEATED_WINDOWS), REPEATS, strict=True))


def _bounds(settings: FilterSettings) -> dict[str, float]:
    """Rule id → bound, of those that may drop."""
    stated = {
        REPEATED_PARAGRAPHS: settings.max_repeated_paragraph_share,
        REPEATED_WINDOWS: settings.max_repeated_window_share,
    }
    return {rule: bound for rule, bound in stated.items() if bound is not None and rule not in settings.disabled_rules}
