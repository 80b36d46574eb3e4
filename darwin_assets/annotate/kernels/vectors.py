"""From words to vectors: which words are equal, and sums of vectors (compiled)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import kernel


@kernel
def number_words(words: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(the number of each word, counted by first occurrence; the place of each number's first occurrence)."""
    size = 1024
    while size < 2 * words.size:
        size *= 2
    table = np.full(size, -1, np.int64)
    numbers = np.empty(words.size, np.int64)
    first = np.empty(words.size, np.int64)
    n = 0
    for i in range(words.size):
        slot = np.int64((words[i] ^ (words[i] >> np.uint64(29))) & np.uint64(size - 1))
        while table[slot] >= 0 and words[first[table[slot]]] != words[i]:
            slot = (slot + 1) & (size - 1)
        if table[slot] < 0:
            table[slot] = n
            first[n] = i
            n += 1
        numbers[i] = table[slot]
    return numbers, first[:n].copy()


@kernel
def sum_rows(
    numbers: NDArray[np.int64], firsts: NDArray[np.int64], vectors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Row i of the result is the sum of the rows of `vectors` that `numbers[firsts[i] : firsts[i + 1]]` names."""
    n, size = firsts.size - 1, vectors.shape[1]
    out = np.zeros((n, size), np.float32)
    for i in range(n):
        row = out[i]
        for position in range(firsts[i], firsts[i + 1]):
            vector = vectors[numbers[position]]
            for j in range(size):
                row[j] += vector[j]
    return out
