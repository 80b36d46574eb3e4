"""The distinct shingles of the texts that must be compared, read a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import polars as pl

from darwin_assets.filter.kernels.folding import folding
from darwin_assets.filter.kernels.shingles import shingles_of_texts
from darwin_assets.filter.kernels.text_column import slices
from darwin_assets.filter.kernels.verify import Sets
from darwin_assets.filter.signatures import SLICE_BYTES

TextsOf = Callable[[pl.DataFrame], Iterable[pl.DataFrame]]
"""From the rows that are wanted (id, and batch of published ones) to frames (id, text) that hold them all, in any order."""

NO_SETS = Sets(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64))


def shingle_sets(wanted: pl.DataFrame, texts_of: TextsOf, shingle_words: int) -> Sets:
    """Return the sets of the wanted rows (id, ...), in their order.

    LookupError when a text is missing: what cannot be compared is not rejected, and not quietly kept.
    """
    places = wanted.select("id").with_row_index("place")
    begins, sizes = np.zeros(wanted.height, np.int64), np.full(wanted.height, -1, np.int64)
    every = np.empty(0, np.uint64)
    for frame in texts_of(wanted):
        found = frame.select("id", "text").join(places, on="id", maintain_order="left")
        at = 0
        for texts in slices(found["text"], SLICE_BYTES):
            hashes, starts = shingles_of_texts(texts.data, texts.starts, *folding(), shingle_words, True)
            here = found["place"][at : at + len(texts)].to_numpy()
            begins[here], sizes[here] = starts[:-1] + every.size, np.diff(starts)
            # grows in place: parts that are joined at the end are there twice
            every.resize(every.size + hashes.size, refcheck=False)
            every[every.size - hashes.size :] = hashes
            at += len(texts)
    missing = np.flatnonzero(sizes < 0)
    if missing.size:
        raise LookupError(
            f"{missing.size} documents stand in the index without text, such as {wanted['id'][int(missing[0])]}: "
            "make the index agree with what is published, then run this batch again"
        )
    return Sets(every, begins, sizes)
