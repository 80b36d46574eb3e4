"""How many lines and paragraphs of a prose stood there before; labels in bold type only are layout and not counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import SPACE, flags_at, skip_space, strip_space, width
from darwin_assets.filter.kernels.compiled import inner_kernel
from darwin_assets.filter.kernels.distinct import hash_of, seen_before
from darwin_assets.filter.kernels.eight_bytes import n_code_points
from darwin_assets.filter.kernels.text_lines import after_break, line_end

MAX_LABEL_CHARS = 60
(PIECES, CHARS, DUPLICATES, DUPLICATE_CHARS) = range(4)
_STAR, _NEWLINE = ord("*"), ord("\n")


@inner_kernel
def max_lines(data: NDArray[np.uint8], begin: int, end: int) -> int:
    """No fewer than the lines of a text: a line break begins with a byte below 0x20, C2 or E2."""
    total = 1
    for at in range(begin, end):
        byte = data[at]
        total += (byte < 0x20) | (byte == 0xC2) | (byte == 0xE2)
    return total


@inner_kernel
def _is_label(data: NDArray[np.uint8], begin: int, end: int) -> bool:
    """Whether a piece is `**words**`, of one line and no other stars."""
    if end - begin < 5 or data[begin] != _STAR or data[begin + 1] != _STAR:
        return False
    if data[end - 1] != _STAR or data[end - 2] != _STAR:
        return False
    for at in range(begin + 2, end - 2):
        if data[at] == _STAR or data[at] == _NEWLINE:
            return False
    return n_code_points(data, begin + 2, end - 2) <= MAX_LABEL_CHARS


@inner_kernel
def _add_piece(
    data: NDArray[np.uint8], begin: int, end: int, keys: NDArray[np.uint64], size: int, counts: NDArray[np.int64]
) -> None:
    if begin == end or _is_label(data, begin, end):
        return
    n_chars = n_code_points(data, begin, end)
    counts[PIECES] += 1
    counts[CHARS] += n_chars
    if seen_before(hash_of(data, begin, end), keys, size):
        counts[DUPLICATES] += 1
        counts[DUPLICATE_CHARS] += n_chars


@inner_kernel
def count_lines(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    size: int,
    counts: NDArray[np.int64],
) -> None:
    """Add the lines that are not blank, without outer white space, to `counts`; `keys` is an empty table of `size`."""
    at = begin
    while at < end:
        stop = line_end(data, at, end, table)
        first = skip_space(data, at, stop, table)
        _add_piece(data, first, strip_space(data, first, stop, table), keys, size, counts)
        at = after_break(data, stop, end) if stop < end else end


@inner_kernel
def count_paragraphs(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    size: int,
    counts: NDArray[np.int64],
) -> None:
    """Add the paragraphs, what white space with two line feeds or more divides, to `counts`; `keys` as for lines."""
    first = at = skip_space(data, begin, end, table)
    while at < end:
        if not flags_at(data, at, table) & SPACE:
            at += width(data[at])
            continue
        stop, feeds = at, 0
        while at < end and flags_at(data, at, table) & SPACE:
            feeds += data[at] == _NEWLINE
            at += width(data[at])
        if feeds > 1 or at == end:
            _add_piece(data, first, stop, keys, size, counts)
            first = at
    _add_piece(data, first, end, keys, size, counts)
