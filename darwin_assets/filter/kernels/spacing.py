"""Texts with single blanks for space, as the exact key wants them, and whether they are surely in Unicode form NFC."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import kernel
from darwin_assets.filter.kernels.word_hashes import decode

N_CODE_POINTS = 0x3000
ORDINARY, SPACE, UNSURE = 0, 1, 2
_JAMO = range(0x1100, 0x1200)


@cache
def spacing() -> NDArray[np.uint8]:
    """For each code point below `N_CODE_POINTS` whether it is ordinary, space, or may change under NFC.

    A text of ordinary code points and space is in NFC: none of them has a canonical decomposition of its own, and none
    (a mark, a conjoining letter) joins with what stands before it.
    """
    table = np.zeros(N_CODE_POINTS, dtype=np.uint8)
    for code in range(N_CODE_POINTS):
        character = chr(code)
        if (
            code in _JAMO
            or unicodedata.category(character)[0] == "M"
            or not unicodedata.is_normalized("NFC", character)
        ):
            table[code] = UNSURE
        elif character.isspace():
            table[code] = SPACE
    return table


@kernel
def single_blanks(
    data: NDArray[np.uint8], starts: NDArray[np.int64], table: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """The texts with each run of space as one blank and none at their ends, where each begins, and which of them hold
    a code point that is `UNSURE` or not in the table: their result means nothing."""
    n_texts = starts.size - 1
    out = np.empty(data.size + 1, dtype=np.uint8)
    begins = np.zeros(n_texts + 1, dtype=np.int64)
    unsure = np.zeros(n_texts, dtype=np.bool_)
    n_out = np.uint64(0)
    for text in range(n_texts):
        # every byte is written, and the place moves on unless it was space after space: no branch to foretell
        after_space = True
        place, end = np.uint64(starts[text]), np.uint64(starts[text + 1])
        while place < end:
            byte = data[place]
            if byte < 0x80:
                space = table[np.uint64(byte)] == SPACE
                out[n_out] = np.uint8(0x20) if space else byte
                n_out += np.uint64(not (space and after_space))
                after_space = space
                place += np.uint64(1)
                continue
            code, after = decode(data, int(np.int64(place)))
            kind = table[np.uint64(code)] if code < table.size else UNSURE
            if kind == UNSURE:
                unsure[text] = True
                break
            if kind == SPACE:
                out[n_out] = 0x20
                n_out += np.uint64(not after_space)
            else:
                for source in range(place, np.uint64(after)):
                    out[n_out] = data[source]
                    n_out += np.uint64(1)
            after_space = kind == SPACE
            place = np.uint64(after)
        if after_space and n_out > np.uint64(begins[text]):
            n_out -= np.uint64(1)
        begins[text + 1] = np.int64(n_out)
    return out[: np.int64(n_out)], begins, unsure
