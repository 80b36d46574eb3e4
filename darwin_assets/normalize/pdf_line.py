"""A line of a PDF page, and what its text may look like."""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
NUMBERED = re.compile(r"((?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3})\.?\s+(?=[^\W\d_a-z])\S*[^\W\d_]{3}")
"""A heading with its number: "2.1 Title"."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as drawn; places in points from the bottom left of the page, `size` in points."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool = False
    hyphen: bool = False
    """A hyphen at its end was taken off."""
    n_dropped: int = 0
    """Characters without a Unicode meaning that were taken out."""
