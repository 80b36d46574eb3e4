"""Characters in UTF-8 bytes, for compiled readers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.annotate.characters import OTHER, SPACE, TABLE_SIZE
from darwin_assets.filter.kernels.compiled import kernel

Bytes = NDArray[np.uint8]


@kernel
def size_of(byte: int) -> int:
    """Bytes of the character that begins with this one."""
    if byte < 0x80:
        return 1
    if byte < 0xE0:
        return 2
    return 3 if byte < 0xF0 else 4


@kernel
def code_point(data: Bytes, i: int, size: int) -> np.int64:
    """The code point of the character at `i`, TABLE_SIZE for all above the basic plane."""
    if size == 1:
        return np.int64(data[i])
    if size == 2:
        return (np.int64(data[i]) & 0x1F) << 6 | (np.int64(data[i + 1]) & 0x3F)
    if size == 3:
        return (np.int64(data[i]) & 0x0F) << 12 | (np.int64(data[i + 1]) & 0x3F) << 6 | (np.int64(data[i + 2]) & 0x3F)
    return np.int64(TABLE_SIZE)


@kernel
def class_at(data: Bytes, i: int, end: int, classes: Bytes) -> int:
    """The class of the character at `i`; SPACE outside of the text."""
    if i < 0 or i >= end:
        return SPACE
    point = code_point(data, i, size_of(data[i]))
    return classes[point] if point < TABLE_SIZE else OTHER
