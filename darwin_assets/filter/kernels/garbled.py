"""How many characters of a prose are garbled (papers.md §1.3, L2 filter 2; D14).

Darwin drops documents with more than half of their characters garbled and does not say what garbled means.
Here a character that is not white space is garbled when it is one of these:

1. a character that no text should hold: the replacement character, a control character, a private-use or
   unassigned code point;
2. part of mojibake: two to four characters that are UTF-8 bytes read as Windows-1252 ("Ã©", "â€™");
3. part of a token in which symbols outnumber letters and digits, ordinary punctuation at its ends aside ("~^|%§l").
   A run of one repeated character (a leader, a rule) is layout, not garble.
"""

# A loop over bytes is written for the compiler.
# ruff: noqa: SIM110
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import ALNUM, EDGE, SPACE, TAIL, UNFIT, code_point, flags_at, width
from darwin_assets.filter.kernels.compiled import inner_kernel

_REPLACEMENT = 0xFFFD


@inner_kernel
def longest_piece(data: NDArray[np.uint8], begin: int, end: int) -> int:
    """No fewer than the bytes of the longest piece between white space; control characters are none."""
    longest, first = 0, begin
    for at in range(begin, end):
        if data[at] == ord(" ") or ord("\t") <= data[at] <= ord("\r"):
            longest = max(longest, at - first)
            first = at + 1
    return max(longest, end - first)


@inner_kernel
def garbled_and_all(
    data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32], token: NDArray[np.int32]
) -> tuple[int, int]:
    """Return garbled characters, and all that are not white space; `token` is scratch for the longest piece."""
    garbled, n_chars, at = 0, 0, begin
    while at < end:
        size, flags_of_all = 0, -1
        while at < end:
            flags = flags_at(data, at, table)
            if flags & SPACE:
                break
            token[size] = code_point(data, at)
            flags_of_all &= flags
            size += 1
            at += width(data[at])
        n_chars += size
        if size and not (flags_of_all & ALNUM and _is_ascii(token, size)):
            garbled += _garbled_of_token(token, size, table)
        while at < end and flags_at(data, at, table) & SPACE:
            at += width(data[at])
    return garbled, n_chars


@inner_kernel
def _is_ascii(token: NDArray[np.int32], size: int) -> bool:
    for place in range(size):
        if token[place] > 0x7F:
            return False
    return True


@inner_kernel
def _without_mojibake(token: NDArray[np.int32], size: int, table: NDArray[np.uint32]) -> int:
    """Take out of a token, in place, what is UTF-8 read as Windows-1252; return the size that is left."""
    read = written = 0
    while read < size:
        point = token[read]
        length = 2 if 0xC2 <= point <= 0xDF else 3 if 0xE0 <= point <= 0xEF else 4 if 0xF0 <= point <= 0xF4 else 0
        damaged = 0 < length <= size - read
        for place in range(read + 1, read + length):
            damaged = damaged and table[token[place]] & TAIL != 0
        if damaged:
            read += length
            continue
        token[written] = point
        written += 1
        read += 1
    return written


@inner_kernel
def _garbled_of_token(token: NDArray[np.int32], size: int, table: NDArray[np.uint32]) -> int:
    damaged = 0
    while True:
        first, last = 0, size
        while first < last and table[token[first]] & EDGE:
            first += 1
        while last > first and table[token[last - 1]] & EDGE:
            last -= 1
        n_alnum, varied, plain = 0, False, last > first
        for place in range(first, last):
            alnum = table[token[place]] & ALNUM
            n_alnum += alnum
            varied = varied or token[place] != token[first]
            plain = plain and alnum and token[place] < 0x80
        if plain:
            return damaged
        left = _without_mojibake(token, size, table)
        if left == size:
            break
        damaged += size - left
        size = left
    if varied and 2 * n_alnum < last - first:
        return damaged + size
    for place in range(size):
        damaged += token[place] == _REPLACEMENT or table[token[place]] & UNFIT != 0
    return damaged
