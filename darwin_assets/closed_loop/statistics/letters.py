"""Does a checkpoint prefer some letters of options?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LetterBias:
    """`excess`: by letter how often it was chosen less how often it was right, as a share of the items; `p` of letters that
    are chosen as often as they are right (Stuart and Maxwell's chi-square: both stand on the same items). Letters that are
    never mistaken for each other, even by way of others, have a chi-square of their own; all are summed."""

    n: int
    statistic: float
    p: float
    excess: dict[str, float]


def letter_bias(chosen: Sequence[str], right: Sequence[str]) -> LetterBias:
    """Of the letters that were chosen and the right ones, item by item. ValueError for no items."""
    from scipy.stats import chi2

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
    either_way = table + table.T
    variance = np.diag(either_way.sum(axis=1)) - either_way
    more_often = table.sum(axis=1) - table.sum(axis=0)
    # without an inverse, since what is chosen too often is not chosen elsewhere
    statistic = float(more_often @ np.linalg.pinv(variance, hermitian=True) @ more_often)
    return LetterBias(n, statistic, float(chi2.sf(statistic, np.linalg.matrix_rank(variance, hermitian=True))), excess)
