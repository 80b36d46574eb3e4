"""Twins inside a batch: in order of arrival, what is kept rejects what follows and is similar enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darwin_assets.filter.kernels.pairs import NOBODY, first_with_key, flatten, unite
from darwin_assets.filter.kernels.verify import KEPT, Sets, Verdicts, decide, nothing_kept, scratch
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.shingle_sets import NO_SETS, TextsOf, shingle_sets

# Bounds the memory of the shingle sets in hand, unless one cluster alone is larger.
_TEXTS_AT_HAND = 100_000


def batch_twins(
    documents: pl.DataFrame, texts: TextsOf, settings: FilterSettings, exact: bool, near: bool, url: bool
) -> Verdicts:
    """Return what becomes of each document (id, exact_key, band_keys, url_key); numbers are places in `documents`.

    `exact`, `near`, `url`: which kinds of twins are looked for.
    """
    text_of = _first_with(documents, "exact_key") if exact else np.arange(documents.height, dtype=np.int32)
    first = _shared_bands(documents, text_of, settings) if near else np.empty((0, documents.height), np.int32)
    url_of = _shared_urls(documents) if url else np.full(documents.height, NOBODY, np.int32)
    root = _clusters(text_of, first, url_of)
    verdicts, memory = _nothing_decided(documents.height), nothing_kept(*first.shape)
    for part, wanted in _parts(root, text_of):
        sets = _sets(documents, wanted, texts, settings)
        decide(
            part, text_of, first, url_of, sets, settings.min_jaccard, settings.min_url_jaccard, verdicts, memory,
            scratch(sets),
        )  # fmt: skip
    return verdicts


def _first_with(documents: pl.DataFrame, column: str) -> NDArray[np.int32]:
    """For each document the first that has the same value."""
    first = documents.select(column).with_row_index("place").select(pl.col("place").min().over(column))
    return first.to_series().cast(pl.Int32).to_numpy()


def _shared_bands(documents: pl.DataFrame, text_of: NDArray[np.int32], settings: FilterSettings) -> NDArray[np.int32]:
    """`first_with_key` of the texts; a document that is not the first of its text has no bands."""
    bands, _ = settings.bands_and_rows
    signed = (documents["band_keys"].list.len() > 0).to_numpy() & (text_of == np.arange(documents.height))
    keys = np.zeros((documents.height, bands), np.int64)
    with_keys = documents["band_keys"].filter(pl.Series(signed))
    keys[signed] = with_keys.explode().to_numpy().reshape(-1, bands) if with_keys.len() else 0
    return first_with_key(keys, signed)


def _shared_urls(documents: pl.DataFrame) -> NDArray[np.int32]:
    """For each document the first that has the same URL key; NOBODY where nobody else has it."""
    shared = documents.select(pl.col("url_key").is_not_null() & (pl.len().over("url_key") > 1)).to_series().to_numpy()
    return np.where(shared, _first_with(documents, "url_key"), NOBODY).astype(np.int32)


def _clusters(text_of: NDArray[np.int32], first: NDArray[np.int32], url_of: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each text the first that it hangs together with, over shared bands and shared URLs."""
    root = np.arange(text_of.size, dtype=np.int32)
    for links in first:
        unite(root, np.arange(text_of.size, dtype=np.int32), links)
    same_url = np.flatnonzero(url_of != NOBODY)
    unite(root, text_of[same_url], text_of[url_of[same_url]])
    flatten(root)
    return root


def _nothing_decided(n_documents: int) -> Verdicts:
    nobody = np.full(n_documents, NOBODY, np.int32)
    return Verdicts(
        np.full(n_documents, KEPT, np.int8), nobody, np.zeros(n_documents), np.zeros(n_documents, np.int64),
        nobody.copy(), np.zeros(n_documents),
    )  # fmt: skip


def _parts(
    root: NDArray[np.int32], text_of: NDArray[np.int32]
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Documents to decide on together, in order of arrival, and the texts of them that must be read.

    A text that hangs together with no other needs no reading; its documents are all in the first part.
    """
    n_texts = np.bincount(root[text_of == np.arange(text_of.size)], minlength=root.size)
    size = np.where(n_texts > 1, n_texts, 0)
    part_of_cluster = np.cumsum(size) // _TEXTS_AT_HAND
    part_of_cluster[size == 0] = 0
    part_of = part_of_cluster[root[text_of]]
    for part in range(int(part_of.max()) + 1 if part_of.size else 0):
        documents = np.flatnonzero(part_of == part).astype(np.int32)
        own_texts = documents[text_of[documents] == documents]
        yield documents, own_texts[size[root[own_texts]] > 0]


def _sets(documents: pl.DataFrame, wanted: NDArray[np.int32], texts: TextsOf, settings: FilterSettings) -> Sets:
    """Shingle sets by number of the text; empty where it is not wanted."""
    if not wanted.size:
        return Sets(NO_SETS.hashes, np.zeros(documents.height, np.int64), np.zeros(documents.height, np.int64))
    found = shingle_sets(documents.select("id")[wanted], texts, settings.shingle_words)
    begins, sizes = np.zeros(documents.height, np.int64), np.zeros(documents.height, np.int64)
    begins[wanted], sizes[wanted] = found.begins, found.sizes
    return Sets(found.hashes, begins, sizes)
