"""A column of texts as kernels see it: the UTF-8 bytes of all of them in a row, and where each begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

SLICE_BYTES = 4 * 1024 * 1024
"""Text handed over at once, unless one document alone is longer: bounds the memory that a pass takes."""


class TextColumn(NamedTuple):
    """`data[starts[i]:starts[i + 1]]` is text i in UTF-8; `starts` has one entry more than there are texts."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return self.starts.size - 1


def text_column(texts: pl.Series) -> TextColumn:
    """The texts of a String series, copied once; a null is an empty text."""
    return next(slices(texts, max_bytes=1 << 62), TextColumn(np.empty(0, np.uint8), np.zeros(1, np.int64)))


def slices(texts: pl.Series, max_bytes: int = SLICE_BYTES) -> Iterator[TextColumn]:
    """The texts in order, as columns of at most `max_bytes` each, or of one text where that is longer."""
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(texts.str.len_bytes().fill_null(0).to_numpy(), out=starts[1:])
    first = 0
    while first < len(texts):
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + max_bytes, side="right")) - 1)
        part = texts[first:last]
        # a text alone is as good as joined: a long one need not be copied once more
        joined: bytes = (part if len(part) == 1 else part.str.join("")).cast(pl.Binary).item() or b""
        yield TextColumn(np.frombuffer(joined, dtype=np.uint8), starts[first : last + 1] - starts[first])
        first = last
