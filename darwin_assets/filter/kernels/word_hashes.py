"""Texts to word hashes: the pass over the bytes that shingles, paragraphs and windows have in common.

The hash of a word is FNV-1a, 64 bits, over its folded code points (`folding`); for a word in ASCII that is FNV-1a over its
bytes. A text is folded a block at a time, then the words of either half of the block are hashed side by side: each
multiplication waits for the one before it in its word, so that one after the other would leave the processor idle.
Places are unsigned: numba then asks at no access whether they count from the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.folding import N_CODE_POINTS, SEPARATOR
from darwin_assets.filter.kernels.room import with_room

_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_BLOCK_BYTES = 2048
# No code point folds to more than six units a byte (U+FDFA: 18 units, 3 bytes); the last may begin inside and end behind.
FOLDED_ROOM = 6 * (_BLOCK_BYTES + 4)
_ONE = np.uint64(1)


@inner_kernel
def decode(data: NDArray[np.uint8], place: int) -> tuple[int, int]:
    """The code point at a place in valid UTF-8, and the place of the next."""
    at = np.uint64(place)
    first = np.int64(data[at])
    if first < 0x80:
        return int(first), place + 1
    if first < 0xE0:
        return int((first & 0x1F) << 6 | (data[at + _ONE] & 0x3F)), place + 2
    high = (data[at + _ONE] & 0x3F) << 6 | (data[at + np.uint64(2)] & 0x3F)
    if first < 0xF0:
        return int((first & 0x0F) << 12 | high), place + 3
    return int((first & 0x07) << 18 | high << 6 | (data[at + np.uint64(3)] & 0x3F)), place + 4


@inner_kernel
def _fold(
    data: NDArray[np.uint8], start: int, end: int, single: NDArray[np.int32], several: NDArray[np.int32], last: np.uint32,
    folded: NDArray[np.uint32],
) -> tuple[int, int, np.uint32]:  # fmt: skip
    """Write what a block of `data[start:end]` folds to, one 0 for whatever stands between two words; where the next block
    begins, the number of units, and the last of them. `last`: that of the block before, 0 at the start of a text.
    """
    n_units = np.uint64(0)
    place, stop = np.uint64(start), np.uint64(min(end, start + _BLOCK_BYTES))
    while place < stop:
        byte = data[place]
        if byte < 0x80:
            place += _ONE
            unit = np.uint32(single[np.uint64(byte)])
            folded[n_units] = unit
            n_units += np.uint64((unit | last) != np.uint32(0))
            last = unit
            continue
        code, after = decode(data, int(np.int64(place)))
        place = np.uint64(after)
        found = single[np.uint64(code)] if code < N_CODE_POINTS else np.int32(0)
        first, behind = (-1 - found, -1 - found + several[-2 - found]) if found < -1 else (0, int(found >= 0))
        for at in range(first, behind):
            unit = np.uint32(several[at] if found < -1 else found)
            folded[n_units] = unit
            n_units += np.uint64((unit | last) != np.uint32(0))
            last = unit
    return int(np.int64(place)), int(np.int64(n_units)), last


@inner_kernel
def _hashed(
    value: np.uint64, unit: np.uint32, words: NDArray[np.uint64], n_words: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """The hash with one more unit, and the number of words; one is written every time, so that no branch is to foretell."""
    words[n_words] = value
    longer = (value ^ np.uint64(unit)) * _FNV_PRIME
    ends = unit == np.uint32(0)
    return (_FNV_OFFSET if ends else longer), n_words + np.uint64(ends)


@inner_kernel
def _hash_block(
    folded: NDArray[np.uint32], n_units: int, value: np.uint64, words: NDArray[np.uint64], n_words: int
) -> tuple[np.uint64, int]:
    """Write the hashes of the words that end in a block behind the first `n_words`; the hash of what is left, the number.

    `value`: of the word that goes on from the block before.
    """
    half = np.uint64(n_units // 2)
    n = np.uint64(n_units)
    while half < n and folded[half] != np.uint32(0):
        half += _ONE
    half = min(half + _ONE, n)
    # the second half's words go where the first half's cannot reach, then move up
    other = np.uint64(n_words) + half // np.uint64(2) + np.uint64(2)
    left, n_left, right, n_right = value, np.uint64(n_words), _FNV_OFFSET, other
    both = min(half, n - half)
    for at in range(both):
        left, n_left = _hashed(left, folded[at], words, n_left)
        right, n_right = _hashed(right, folded[half + at], words, n_right)
    for at in range(both, half):
        left, n_left = _hashed(left, folded[at], words, n_left)
    for at in range(half + both, n):
        right, n_right = _hashed(right, folded[at], words, n_right)
    for at in range(n_right - other):
        words[n_left + at] = words[other + at]
    n_found = int(np.int64(n_left + (n_right - other)))
    return (right if half < n else left), n_found


@kernel
def all_words(
    data: NDArray[np.uint8], start: int, end: int, single: NDArray[np.int32], several: NDArray[np.int32],
    folded: NDArray[np.uint32], words: NDArray[np.uint64],
) -> tuple[NDArray[np.uint64], int]:  # fmt: skip
    """The hashes of the words of `data[start:end]` in `words`, or in a larger array where they do not fit; their number.

    `folded`: `FOLDED_ROOM` units to work in.
    """
    n_words = 0
    value, last = _FNV_OFFSET, np.uint32(0)
    while start < end:
        start, n_units, last = _fold(data, start, end, single, several, last, folded)
        words = with_room(words, n_words, n_words + n_units // 2 + 8)
        value, n_words = _hash_block(folded, n_units, value, words, n_words)
    if last != np.uint32(0):
        words[n_words] = value
        n_words += 1
    return words, n_words


@inner_kernel
def word_end(data: NDArray[np.uint8], place: int, end: int, single: NDArray[np.int32]) -> int:
    """Where the word ends that a place is in, or the one after it: before a code point that ends words, or with the text."""
    while place < end:
        if data[place] & 0xC0 != 0x80:
            code, _ = decode(data, place)
            if code >= N_CODE_POINTS or single[code] == SEPARATOR:
                return place
        place += 1
    return end
