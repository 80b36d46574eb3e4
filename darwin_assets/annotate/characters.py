"""Classes of Unicode characters, and what in a text is no prose: formulas, commands, addresses."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

OTHER, LOWER, UPPER, DIGIT, SPACE = range(5)
"""LOWER holds every letter that is not upper case, those of scripts without case too."""

TABLE_SIZE = 0x10000
"""Code points above the basic plane (emoji, mathematical letters) count as OTHER."""

ASIDE = re.compile(
    r"(?P<formula>\$\$.+?\$\$|\$[^$\n]+\$|\\\[.+?\\\]|\\\(.+?\\\))|\\[A-Za-z]+\*?|https?://[^\t\n\r ]+|\]\([^)]*\)",
    re.DOTALL,
)
"""Each match becomes one space before a text is read. The compiled reader does the same without the expression;
this is its reference."""


def class_of(character: str) -> int:
    """The class of one character."""
    category = unicodedata.category(character)
    if category in ("Lu", "Lt"):
        return UPPER
    if category.startswith("L"):
        return LOWER
    if category == "Nd":
        return DIGIT
    return SPACE if character.isspace() else OTHER


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """`class_of` for every code point of the basic plane; surrogates, which no text holds, are OTHER."""
    return np.array([class_of(chr(point)) for point in range(TABLE_SIZE)], dtype=np.uint8)
