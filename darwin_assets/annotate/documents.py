"""A slice of documents as every light model sees it: rows, and a reading of their windows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from darwin_assets.annotate.reading import Reading, read
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.train import Floats
from darwin_assets.annotate.windows import windows


@dataclass(frozen=True)
class Documents:
    """`rows`: text (never null) and what else a model asks for. Windows `first_window[i] : first_window[i + 1]` are
    those of row i.
    """

    rows: pl.DataFrame
    windows: Reading
    first_window: npt.NDArray[np.int64]

    def mean(self, by_window: Floats) -> Floats:
        """(windows, k) → (rows, k): the mean over a document's windows with words, NaN where there is none."""
        has_words = self.windows.n_words > 0
        kept = np.concatenate([[0], np.cumsum(has_words)])[self.first_window].tolist()
        values = by_window[has_words]
        nothing = np.full(by_window.shape[1], np.nan)
        means = [values[a:b].mean(axis=0) if b > a else nothing for a, b in pairwise(kept)]
        return np.array(means).reshape(self.rows.height, by_window.shape[1])

    def highest(self, by_window: Floats) -> Floats:
        """(windows,) → (rows,): the highest value among a document's windows with words, NaN where there is none."""
        values = np.where(self.windows.n_words > 0, by_window, np.nan)
        pairs = pairwise(self.first_window.tolist())
        return np.array([np.fmax.reduce(values[a:b]) if b > a else np.nan for a, b in pairs], dtype=np.float64)


def read_documents(rows: pl.DataFrame, settings: AnnotateSettings) -> Documents:
    """Cut each text into windows and read them. A null text counts as empty."""
    rows = rows.with_columns(pl.col("text").fill_null(""))
    pieces = [windows(text, settings.max_windows, settings.window_chars) for text in rows["text"].to_list()]
    ends = np.cumsum([0, *map(len, pieces)])
    return Documents(rows, read([piece for one in pieces for piece in one]), ends)
