"""A short sample of each of many texts, for language identification."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import ALPHA, LOWER, UPPER, flags_at, width
from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.eight_bytes import n_code_points

NO_LETTERS, AS_WRITTEN, CAPITALS = range(3)
"""What is to be done with a sample: it has no language, it is read as it stands, or in lower case."""
MAX_CAPITAL_SHARE = 0.8
_BLANK, _NEWLINE = ord(" "), ord("\n")


@inner_kernel
def _forward(data: NDArray[np.uint8], at: int, end: int, n_chars: int) -> int:
    for _ in range(n_chars):
        if at >= end:
            return end
        at += width(data[at])
    return at


@inner_kernel
def _case(data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    """Capitals, of ASCII, beyond `MAX_CAPITAL_SHARE`, or none but capitals in any script."""
    flags_of_any, letters, capitals, at = 0, 0, 0, begin
    while at < end:
        byte = data[at]
        flags_of_any |= flags_at(data, at, table)
        capital = 65 <= byte <= 90
        capitals += capital
        letters += capital or 97 <= byte <= 122
        at += width(byte)
    if not flags_of_any & ALPHA:
        return NO_LETTERS
    only = flags_of_any & (UPPER | LOWER) == UPPER
    return CAPITALS if only or capitals > MAX_CAPITAL_SHARE * letters else AS_WRITTEN


@kernel
def samples(
    data: NDArray[np.uint8], starts: NDArray[np.int64], table: NDArray[np.uint32], n_parts: int, part_chars: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int8]]:
    """Return a text of at most `n_parts * part_chars` characters whole, of others parts at even distances.

    As bytes, starts, and what is to be done with each; a line feed is a blank.
    """
    n_texts = starts.size - 1
    out = np.empty(n_texts * (n_parts * (4 * part_chars + 1)), np.uint8)
    out_starts, cases = np.zeros(n_texts + 1, np.int64), np.zeros(n_texts, np.int8)
    written = 0
    for text in range(n_texts):
        begin, end = starts[text], starts[text + 1]
        n_chars = n_code_points(data, begin, end)
        parts, length = (1, n_chars) if n_chars <= n_parts * part_chars else (n_parts, part_chars)
        at, place = begin, 0
        for part in range(parts):
            first = round(part * (n_chars - length) / max(parts - 1, 1))
            at = _forward(data, at, end, first - place)
            stop = _forward(data, at, end, length)
            if part:
                out[written] = _BLANK
                written += 1
            while at < stop:
                out[written] = _BLANK if data[at] == _NEWLINE else data[at]
                written += 1
                at += 1
            place = first + length
        out_starts[text + 1] = written
        cases[text] = _case(out, out_starts[text], written, table)
    return out[:written], out_starts, cases
