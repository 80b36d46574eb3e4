"""Exact search among unit vectors by their cosines: every pair is computed, in blocks, so memory stays bounded.

Blocks are multiplied in single precision; what comes near the bound is measured again in double precision and rounded to
`COSINE_DECIMALS`, which is what 32-bit vectors carry. So neither the blocks nor the order of sums shows in a result.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Indexes = NDArray[np.int64]
Cosines = NDArray[np.float64]

COSINE_DECIMALS = 6
QUERY_ROWS, CORPUS_ROWS = 1_024, 4_096
MEASURED_AT_ONCE = 8_192


def pairs_above(
    queries: Vectors,
    corpus: Vectors,
    min_cosine: float,
    *,
    query_rows: int = QUERY_ROWS,
    corpus_rows: int = CORPUS_ROWS,
) -> Iterator[tuple[Indexes, Indexes, Cosines]]:
    """Every (query, row of the corpus, cosine) with a cosine of at least `min_cosine`, a block at a time.

    Both are (rows, dimensions) with rows of length 1.
    """
    margin = _margin(queries)
    for first_query in range(0, len(queries), query_rows):
        block = queries[first_query : first_query + query_rows]
        for first_row in range(0, len(corpus), corpus_rows):
            scores = block @ corpus[first_row : first_row + corpus_rows].T
            left, right = np.nonzero(scores >= min_cosine - margin)
            left, right = left + first_query, right + first_row
            cosines = measure(queries, corpus, left, right)
            holds = cosines >= min_cosine
            if holds.any():
                yield left[holds], right[holds], cosines[holds]


def top_k(
    queries: Vectors, corpus: Vectors, k: int, *, query_rows: int = QUERY_ROWS, corpus_rows: int = CORPUS_ROWS
) -> tuple[Indexes, Cosines]:
    """The `k` rows of the corpus nearest to each query and their cosines, both (queries, k), nearest first.

    Of equally near rows the earlier one comes first. ValueError when the corpus has fewer than `k` rows.
    """
    if not 1 <= k <= len(corpus):
        raise ValueError(f"k must be 1 to the {len(corpus)} rows of the corpus, not {k}")
    rows = np.empty((len(queries), k), dtype=np.int64)
    cosines = np.empty((len(queries), k), dtype=np.float64)
    for first in range(0, len(queries), query_rows):
        block = queries[first : first + query_rows]
        left, right = _candidates(block, corpus, k, corpus_rows)
        measured = measure(block, corpus, left, right)
        order = np.lexsort((right, -measured, left))
        left, right, measured = left[order], right[order], measured[order]
        place = np.searchsorted(left, np.arange(len(block)))[:, np.newaxis] + np.arange(k)
        rows[first : first + len(block)], cosines[first : first + len(block)] = right[place], measured[place]
    return rows, cosines


def measure(queries: Vectors, corpus: Vectors, left: Indexes, right: Indexes) -> Cosines:
    """The cosine of each pair of rows, from products in double precision, rounded to `COSINE_DECIMALS`."""
    cosines = np.empty(len(left), dtype=np.float64)
    for first in range(0, len(left), MEASURED_AT_ONCE):
        part = slice(first, first + MEASURED_AT_ONCE)
        one, other = queries[left[part]].astype(np.float64), corpus[right[part]].astype(np.float64)
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        cosines[part] = np.einsum("ij,ij->i", one, other) / lengths
    return np.round(cosines, COSINE_DECIMALS)


def _candidates(block: Vectors, corpus: Vectors, k: int, corpus_rows: int) -> tuple[Indexes, Indexes]:
    """Pairs that hold the `k` nearest of each query: what is as near as the k-th nearest of all rows seen by then."""
    margin = _margin(block)
    found_left, found_right = [], []
    nearest = np.full((len(block), k), -np.inf, dtype=np.float32)
    for first_row in range(0, len(corpus), corpus_rows):
        scores = block @ corpus[first_row : first_row + corpus_rows].T
        both = np.concatenate([nearest, scores], axis=1)
        nearest = np.partition(both, both.shape[1] - k, axis=1)[:, -k:]
        left, right = np.nonzero(scores >= nearest.min(axis=1, keepdims=True) - margin)
        found_left.append(left)
        found_right.append(right + first_row)
    return np.concatenate(found_left), np.concatenate(found_right)


def _margin(vectors: Vectors) -> float:
    """What a product in single precision can be off by, and half a step of the rounding: nothing is missed for it."""
    return float(2 * vectors.shape[1] * np.finfo(np.float32).eps + 10.0**-COSINE_DECIMALS)
