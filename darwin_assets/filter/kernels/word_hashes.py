"""Texts to word hashes: the pass over the bytes that shingles, paragraphs and windows have in common.

The hash of a word is FNV-1a, 64 bits, over its folded code points (`folding`); for a word in ASCII that is FNV-1a over its
bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.folding import N_CODE_POINTS

_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)


@inner_kernel
def decode(data: NDArray[np.uint8], place: int) -> tuple[int, int]:
    """The code point at a place in valid UTF-8, and the place of the next."""
    first = np.int64(data[place])
    if first < 0x80:
        return int(first), place + 1
    if first < 0xE0:
        return int((first & 0x1F) << 6 | (data[place + 1] & 0x3F)), place + 2
    high = (data[place + 1] & 0x3F) << 6 | (data[place + 2] & 0x3F)
    if first < 0xF0:
        return int((first & 0x0F) << 12 | high), place + 3
    return int((first & 0x07) << 18 | high << 6 | (data[place + 3] & 0x3F)), place + 4


@inner_kernel
def word_hashes(  # noqa: PLR0912 - one pass over the bytes; a call for each of them would cost more than the pass
    data: NDArray[np.uint8], start: int, end: int, single: NDArray[np.int32], several: NDArray[np.int32],
    words: NDArray[np.uint64],
) -> int:  # fmt: skip
    """Write the hashes of the words of `data[start:end]` into `words`, in order, as far as they fit; their number."""
    n_words = 0
    inside = False
    value = _FNV_OFFSET
    place = start
    while place < end:
        if data[place] < 0x80:
            folded = single[data[place]]
            place += 1
        else:
            code, place = decode(data, place)
            folded = single[code] if code < N_CODE_POINTS else np.int32(0)
        if folded > 0:
            value = (value ^ np.uint64(folded)) * _FNV_PRIME
            inside = True
        elif folded == 0:
            if inside:
                if n_words < words.size:
                    words[n_words] = value
                n_words += 1
                inside = False
                value = _FNV_OFFSET
        elif folded < -1:
            for at in range(-1 - folded, -1 - folded + several[-2 - folded]):
                if several[at] > 0:
                    value = (value ^ np.uint64(several[at])) * _FNV_PRIME
                    inside = True
                elif inside:
                    if n_words < words.size:
                        words[n_words] = value
                    n_words += 1
                    inside = False
                    value = _FNV_OFFSET
    if inside:
        if n_words < words.size:
            words[n_words] = value
        n_words += 1
    return n_words


@kernel
def all_words(
    data: NDArray[np.uint8], start: int, end: int, single: NDArray[np.int32], several: NDArray[np.int32],
    room: NDArray[np.uint64],
) -> tuple[NDArray[np.uint64], int]:  # fmt: skip
    """The hashes of the words of `data[start:end]` in `room`, or in a larger array where they do not fit; their number."""
    n_words = word_hashes(data, start, end, single, several, room)
    if n_words > room.size:
        room = np.empty(n_words + n_words // 4, dtype=np.uint64)
        word_hashes(data, start, end, single, several, room)
    return room, n_words
