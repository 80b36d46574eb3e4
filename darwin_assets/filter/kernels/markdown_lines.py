"""Lines of Markdown that are no prose, and the marks that lines of prose begin with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import DECIMAL, code_point, flags_at, width
from darwin_assets.filter.kernels.compiled import inner_kernel
from darwin_assets.filter.kernels.markdown import run_of, skip_blanks

_BLANK, _TAB = ord(" "), ord("\t")
_BULLET = 0x2022


@inner_kernel
def is_table_row(data: NDArray[np.uint8], begin: int, end: int) -> bool:
    """Whether a line begins and ends with an upright bar."""
    first = skip_blanks(data, begin, end)
    while end > first and (data[end - 1] == _BLANK or data[end - 1] == _TAB):
        end -= 1
    return end - first > 1 and data[first] == ord("|") and data[end - 1] == ord("|")


@inner_kernel
def is_rule(data: NDArray[np.uint8], begin: int, end: int) -> bool:
    """Whether a line is a horizontal rule or a leader: three or more of one sign, blanks between."""
    mark, n_marks = 0, 0
    for at in range(begin, end):
        byte = data[at]
        if byte in (_BLANK, _TAB):
            continue
        if n_marks == 0:
            mark = byte
            if byte not in (ord("-"), ord("*"), ord("_"), ord("="), ord("~"), ord(".")):
                return False
        if byte != mark:
            return False
        n_marks += 1
    return n_marks >= 3


@inner_kernel
def after_marker(data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    """Where the words of a line begin, behind the mark of a heading, a list item or a quotation."""
    at = skip_blanks(data, begin, end)
    if at == end:
        return begin
    byte = data[at]
    if byte == ord(">"):
        after = at + 1
        return after + (after < end and (data[after] == _BLANK or data[after] == _TAB))
    if byte == ord("#"):
        after = at + run_of(data, at, end)
        if after - at > 6:
            return begin
    elif byte in (ord("-"), ord("*"), ord("+")) or (byte >= 0x80 and code_point(data, at) == _BULLET):
        after = at + width(byte)
    else:
        after, digits = at, 0
        while after < end and digits < 3 and flags_at(data, after, table) & DECIMAL:
            after += width(data[after])
            digits += 1
        if digits == 0 or after == end or (data[after] != ord(".") and data[after] != ord(")")):
            return begin
        after += 1
    words = skip_blanks(data, after, end)
    return words if words > after else begin
