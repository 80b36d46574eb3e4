"""What a sign means by what stands around it: a year, a price, a discount, a reference, an item of a list (compiled)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.annotate.characters import SPACE
from darwin_assets.annotate.kernels.utf8 import class_at, code_point, size_of
from darwin_assets.filter.kernels.compiled import kernel

Bytes = NDArray[np.uint8]

_ZERO, _ONE, _TWO, _NINE = ord("0"), ord("1"), ord("2"), ord("9")
_A, _O, _F, _LAST_SMALL, _TO_SMALL = ord("a"), ord("o"), ord("f"), ord("z"), 32
_BLANK, _COMMA, _HYPHEN, _DOT, _CLOSE, _CLOSE_BRACKET = ord(" "), ord(","), ord("-"), ord("."), ord(")"), ord("]")
_BULLETS = tuple(map(ord, "-*•"))


@kernel
def _is_digit(byte: int) -> bool:
    return _ZERO <= byte <= _NINE


@kernel
def is_year(data: Bytes, i: int) -> bool:
    """Whether 19.. or 20.., perhaps with a small letter behind it, stands right before position `i`."""
    j = i - 1 if i > 0 and _A <= data[i - 1] <= _LAST_SMALL else i
    if j < 4 or not (_is_digit(data[j - 1]) and _is_digit(data[j - 2])):
        return False
    first, second = data[j - 4], data[j - 3]
    return bool((first == _ONE and second == _NINE) or (first == _TWO and second == _ZERO))


@kernel
def is_bracketed_number(data: Bytes, i: int, end: int) -> bool:
    """Whether digits, perhaps several with commas, hyphens and blanks, stand from `i` up to a closing bracket."""
    if i >= end or not _is_digit(data[i]):
        return False
    while i < end and (_is_digit(data[i]) or data[i] in (_COMMA, _HYPHEN, _BLANK)):
        i += 1
    return i < end and data[i] == _CLOSE_BRACKET


@kernel
def is_price(data: Bytes, i: int, end: int) -> bool:
    """Whether a digit stands at `i`, or behind one blank."""
    if i < end and data[i] == _BLANK:
        i += 1
    return i < end and _is_digit(data[i])


@kernel
def is_discount(data: Bytes, i: int, end: int) -> bool:
    """Whether "off" stands at `i`, in either case, perhaps behind one blank."""
    if i < end and data[i] == _BLANK:
        i += 1
    if i + 2 >= end:
        return False
    first, second, third = data[i] | _TO_SMALL, data[i + 1] | _TO_SMALL, data[i + 2] | _TO_SMALL
    return bool(first == _O and second == _F and third == _F)


@kernel
def is_bullet(data: Bytes, i: int, end: int, classes: Bytes) -> bool:
    """Whether a line whose first character stands at `i` is an item of a list."""
    point = code_point(data, i, size_of(data[i]))
    if point in _BULLETS:
        i += size_of(data[i])
    else:
        if _A <= data[i] <= _LAST_SMALL:
            i += 1
        else:
            start = i
            while i < end and _is_digit(data[i]):
                i += 1
            if i == start:
                return False
        if i >= end or data[i] not in (_DOT, _CLOSE):
            return False
        i += 1
    return class_at(data, i, end, classes) == SPACE
