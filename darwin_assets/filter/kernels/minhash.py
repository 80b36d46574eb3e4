"""MinHash signatures of texts, to the bit those of datasketch 2 (scheme affine32) on the same shingle hashes.

The 32-bit hash of a shingle is the upper half of its 64-bit hash. It is mixed once (MurmurHash3's 32-bit finalizer), then
permutation k is a[k] * h + b[k] modulo 2^32 with a[k] odd, and a signature holds the least of each.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.room import with_room
from darwin_assets.filter.kernels.shingles import BASE, mixed, shingles
from darwin_assets.filter.kernels.word_hashes import FOLDED_ROOM, all_words, word_end

_NOTHING = np.uint32(0xFFFFFFFF)
_PIECE_BYTES = 64 * 1024
"""Enough for most texts; of a longer one, what is at work stays in the processor's cache."""


@cache
def permutations(number: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The a and b of each permutation, drawn as datasketch 2 draws them."""
    source = np.random.RandomState(seed)
    a = source.randint(0, 1 << 31, number, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return a, source.randint(0, 1 << 32, number, dtype=np.uint32)


@inner_kernel
def _mixed32(value: np.uint32) -> np.uint32:
    value = np.uint32(value ^ (value >> np.uint32(16)))
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value = np.uint32(value ^ (value >> np.uint32(13)))
    value = np.uint32(value * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ (value >> np.uint32(16)))


@inner_kernel
def _hash32(hashes: NDArray[np.uint64], place: int) -> np.uint32:
    return _mixed32(np.uint32(hashes[place] >> np.uint64(32)))


@inner_kernel
def _lower(
    hashes: NDArray[np.uint64], n_hashes: int, a: NDArray[np.uint32], b: NDArray[np.uint32], least: NDArray[np.uint32]
) -> None:
    """Take the first `n_hashes` 64-bit shingle hashes into a signature.

    Four hashes at once, so that a, b and the least are read once for them; the last may be taken more than once.
    """
    last = n_hashes - 1
    for place in range(0, n_hashes, 4):
        first = _hash32(hashes, place)
        second = _hash32(hashes, min(place + 1, last))
        third = _hash32(hashes, min(place + 2, last))
        fourth = _hash32(hashes, min(place + 3, last))
        for k in range(a.size):
            one = min(np.uint32(a[k] * first + b[k]), np.uint32(a[k] * second + b[k]))
            other = min(np.uint32(a[k] * third + b[k]), np.uint32(a[k] * fourth + b[k]))
            of_four = min(one, other)
            least[k] = min(least[k], of_four)


@inner_kernel
def minima(
    hashes: NDArray[np.uint64], n_hashes: int, a: NDArray[np.uint32], b: NDArray[np.uint32], least: NDArray[np.uint32]
) -> None:
    """Write the signature of the first `n_hashes` 64-bit shingle hashes into `least`."""
    least[:] = _NOTHING
    _lower(hashes, n_hashes, a, b, least)


@kernel
def band_keys(
    data: NDArray[np.uint8], starts: NDArray[np.int64], single: NDArray[np.int32], several: NDArray[np.int32],
    width: int, a: NDArray[np.uint32], b: NDArray[np.uint32], bands: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:  # fmt: skip
    """One key a band of each text (rows: texts, columns: bands), and which texts have words; the others' keys are 0.

    The number of the band goes into its key, so that equal hashes in different bands do not meet. A long text is read piece
    by piece, each with the last words of the one before, in memory that does not grow with it.
    """
    n_texts = starts.size - 1
    rows = a.size // bands
    folded = np.empty(FOLDED_ROOM, dtype=np.uint32)
    part = np.empty(1024, dtype=np.uint64)
    words = np.empty(1024, dtype=np.uint64)
    found = np.empty(1024, dtype=np.uint64)
    least = np.empty(a.size, dtype=np.uint32)
    keys = np.zeros((n_texts, bands), dtype=np.int64)
    has_words = np.zeros(n_texts, dtype=np.bool_)
    for text in range(n_texts):
        least[:] = _NOTHING
        place, end, n_words = starts[text], starts[text + 1], 0
        while place < end:
            stop = word_end(data, place + _PIECE_BYTES, end, single)
            part, n_part = all_words(data, place, stop, single, several, folded, part)
            words = with_room(words, n_words, n_words + n_part)
            words[n_words : n_words + n_part] = part[:n_part]
            n_words += n_part
            place = stop
            if n_words >= width or (place == end and not has_words[text]):
                found = with_room(found, 0, n_words)
                _lower(found, shingles(words, n_words, width, found), a, b, least)
                has_words[text] = n_words > 0
                n_carried = min(width - 1, n_words)
                for at in range(n_carried):
                    words[at] = words[n_words - n_carried + at]
                n_words = n_carried
        for band in range(bands if has_words[text] else 0):
            value = np.uint64(band + 1)
            for row in range(band * rows, band * rows + rows):
                value = value * BASE + np.uint64(least[row])
            keys[text, band] = np.int64(mixed(value))
    return keys, has_words
