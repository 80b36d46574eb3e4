"""Word hashes to shingle hashes, and the sets of them that are compared.

The hash of a shingle is fixed to the bit, since the index of what is published outlives any implementation: the word
hashes as a polynomial in `BASE` modulo 2^64, mixed by the finalizer of MurmurHash3. Two different shingles have one hash
with probability 2^-64: among the n shingles of two texts of 10,000 words that happens in one pair of texts of 10^11.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.room import with_room
from darwin_assets.filter.kernels.word_hashes import FOLDED_ROOM, all_words

BASE = np.uint64(0x9E3779B97F4A7C15)
_FIRST_MULTIPLIER = np.uint64(0xFF51AFD7ED558CCD)
_SECOND_MULTIPLIER = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


@inner_kernel
def mixed(value: np.uint64) -> np.uint64:
    """The finalizer of MurmurHash3, 64 bits: a bijection."""
    value = (value ^ (value >> _SHIFT)) * _FIRST_MULTIPLIER
    value = (value ^ (value >> _SHIFT)) * _SECOND_MULTIPLIER
    return value ^ (value >> _SHIFT)


@inner_kernel
def shingles(words: NDArray[np.uint64], n_words: int, width: int, found: NDArray[np.uint64]) -> int:
    """Write the hashes of all runs of `width` words into `found`, in order; their number.

    Fewer words than `width` are one shingle, no words none.
    """
    if n_words == 0:
        return 0
    width = min(width, n_words)
    leaving = np.uint64(1)
    for _ in range(width):
        leaving *= BASE
    value = np.uint64(0)
    for place in range(n_words):
        value = value * BASE + words[place]
        if place >= width:
            value -= leaving * words[place - width]
        if place >= width - 1:
            found[place - width + 1] = mixed(value)
    return n_words - width + 1


@kernel
def shingles_of_texts(
    data: NDArray[np.uint8], starts: NDArray[np.int64], single: NDArray[np.int32], several: NDArray[np.int32],
    width: int, distinct: bool,
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:  # fmt: skip
    """The shingle hashes of each text, one text after the other, and where each begins (one entry more than texts).

    `distinct`: each hash of a text once, in order of its first place.
    """
    n_texts = starts.size - 1
    folded = np.empty(FOLDED_ROOM, dtype=np.uint32)
    words = np.empty(1024, dtype=np.uint64)
    found = np.empty(1024, dtype=np.uint64)
    table = np.empty(4096, dtype=np.uint64)
    taken = np.full(table.size, -1, dtype=np.int64)
    hashes = np.empty(1024, dtype=np.uint64)
    begins = np.zeros(n_texts + 1, dtype=np.int64)
    total = 0
    for text in range(n_texts):
        words, n_words = all_words(data, starts[text], starts[text + 1], single, several, folded, words)
        found = with_room(found, 0, n_words)
        n_found = shingles(words, n_words, width, found)
        hashes = with_room(hashes, total, total + n_found)
        slots = power_of_two(2 * n_found)
        if distinct and table.size < slots:
            table = np.empty(slots, dtype=np.uint64)
            taken = np.full(slots, -1, dtype=np.int64)
        for place in range(n_found):
            if not distinct or add(found[place], table, taken, slots, text):
                hashes[total] = found[place]
                total += 1
        begins[text + 1] = total
    return hashes[:total].copy(), begins


@inner_kernel
def power_of_two(at_least: int) -> int:
    size = 16
    while size < at_least:
        size *= 2
    return size


@inner_kernel
def add(value: np.uint64, table: NDArray[np.uint64], taken: NDArray[np.int64], slots: int, owner: int) -> bool:
    """Put a value into the set of `owner`, in the first `slots` of an open-addressing table; whether it was not there.

    `slots`: a power of two, the same for one owner. Slots of other owners are free.
    """
    mask = np.uint64(slots - 1)
    slot = value & mask
    while taken[slot] == owner:
        if table[slot] == value:
            return False
        slot = (slot + np.uint64(1)) & mask
    table[slot] = value
    taken[slot] = owner
    return True


@inner_kernel
def holds(value: np.uint64, table: NDArray[np.uint64], taken: NDArray[np.int64], slots: int, owner: int) -> bool:
    """Whether a value stands in the set of `owner`."""
    mask = np.uint64(slots - 1)
    slot = value & mask
    while taken[slot] == owner:
        if table[slot] == value:
            return True
        slot = (slot + np.uint64(1)) & mask
    return False
