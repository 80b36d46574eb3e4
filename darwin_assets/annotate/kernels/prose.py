"""Sets formulas, commands and addresses aside, over bytes: what `characters.ASIDE` does, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import kernel

Bytes = NDArray[np.uint8]

_TAB, _NEWLINE, _RETURN, _BLANK = 9, 10, 13, 32
_DOLLAR, _BACKSLASH, _STAR, _OPEN, _CLOSE, _OPEN_BRACKET, _CLOSE_BRACKET, _H = 36, 92, 42, 40, 41, 91, 93, 104
_T, _P, _S, _COLON, _SLASH = ord("t"), ord("p"), ord("s"), ord(":"), ord("/")
_CAPITALS, _SMALL = (ord("A"), ord("Z")), (ord("a"), ord("z"))


@kernel
def _ascii_letter(byte: int) -> bool:
    return _CAPITALS[0] <= byte <= _CAPITALS[1] or _SMALL[0] <= byte <= _SMALL[1]


@kernel
def _find(data: Bytes, start: int, end: int, first: int, second: int) -> int:
    """Position of two bytes in a row, -1 when they do not occur."""
    for i in range(start, end - 1):
        if data[i] == first and data[i + 1] == second:
            return i
    return -1


@kernel
def _formula_end(data: Bytes, i: int, end: int) -> int:
    """Where the formula that begins at `i` ends, -1 when none begins there."""
    if data[i] == _DOLLAR:
        if i + 1 < end and data[i + 1] == _DOLLAR:
            found = _find(data, i + 3, end, _DOLLAR, _DOLLAR)
            return found + 2 if found >= 0 else -1
        for j in range(i + 1, end):
            if data[j] == _DOLLAR:
                return j + 1
            if data[j] == _NEWLINE:
                return -1
        return -1
    if data[i] == _BACKSLASH and i + 1 < end and data[i + 1] in (_OPEN, _OPEN_BRACKET):
        closing = _CLOSE if data[i + 1] == _OPEN else _CLOSE_BRACKET
        found = _find(data, i + 3, end, _BACKSLASH, closing)
        return found + 2 if found >= 0 else -1
    return -1


@kernel
def _other_aside_end(data: Bytes, i: int, end: int) -> int:
    """Where the command, address or link target that begins at `i` ends, -1 when none begins there."""
    byte = data[i]
    if byte == _BACKSLASH and i + 1 < end and _ascii_letter(data[i + 1]):
        j = i + 1
        while j < end and _ascii_letter(data[j]):
            j += 1
        return j + 1 if j < end and data[j] == _STAR else j
    if byte == _H and i + 7 < end and data[i + 1] == _T and data[i + 2] == _T and data[i + 3] == _P:
        j = i + 5 if data[i + 4] == _S else i + 4
        if j + 3 < end and data[j] == _COLON and data[j + 1] == _SLASH and data[j + 2] == _SLASH:
            stop = j + 3
            while stop < end and data[stop] not in (_TAB, _NEWLINE, _RETURN, _BLANK):
                stop += 1
            return stop if stop > j + 3 else -1
        return -1
    if byte == _CLOSE_BRACKET and i + 1 < end and data[i + 1] == _OPEN:
        for j in range(i + 2, end):
            if data[j] == _CLOSE:
                return j + 1
    return -1


@kernel
def set_aside(data: Bytes, start: int, end: int, prose: Bytes) -> tuple[int, int]:
    """Copies a text into `prose`, each formula, command and address as one space: (bytes, formula bytes)."""
    i, n, formula_bytes = start, 0, 0
    while i < end:
        stop = -1
        byte = data[i]
        if byte in (_DOLLAR, _BACKSLASH, _H, _CLOSE_BRACKET):
            stop = _formula_end(data, i, end)
            if stop >= 0:
                formula_bytes += stop - i
            else:
                stop = _other_aside_end(data, i, end)
        if stop >= 0:
            prose[n] = _BLANK
            i = stop
        else:
            prose[n] = byte
            i += 1
        n += 1
    return n, formula_bytes
