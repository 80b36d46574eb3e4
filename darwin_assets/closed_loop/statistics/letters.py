"""Does a checkpoint prefer some letters of options?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LetterBias:
    """`excess`: by letter how often it was chosen less how often it was right, as a share of the items; `p` of letters that
    are chosen as often as they are right (Stuart and Maxwell's chi-square: both stand on the same items)."""

    n: int
    statistic: float
    p: float
    excess: dict[str, float]


def letter_bias(chosen: Sequence[str], right: Sequence[str]) -> LetterBias:
    """Of the letters that were chosen and the right ones, item by item. ValueError for no items."""
    from statsmodels.stats.contingency_tables import SquareTable

    n = len(right)
    if not n:
        raise ValueError("letter bias of no items")
    wrong = [(one, other) for one, other in zip(chosen, right, strict=True) if one != other]
    letters = sorted({letter for pair in wrong for letter in pair})
    counts = Counter(wrong)
    excess = {
        letter: (sum(one == letter for one, _ in wrong) - sum(other == letter for _, other in wrong)) / n
        for letter in letters
    }
    if not letters:
        return LetterBias(n, 0.0, 1.0, excess)
    table = np.array([[counts[one, other] for other in letters] for one in letters], dtype=np.float64)
    found = SquareTable(table, shift_zeros=False).homogeneity()
    return LetterBias(n, float(found.statistic), float(found.pvalue), excess)
