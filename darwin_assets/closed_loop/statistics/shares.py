"""Shares with intervals, and two shares of different items beside each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """Of two shares, the first less the second: its interval, and the p-value of no difference."""

    delta: float
    low: float
    high: float
    p: float


def wilson(right: npt.ArrayLike, n: npt.ArrayLike, confidence: float) -> tuple[Floats, Floats]:
    """Wilson's score intervals of right/n, both as arrays. `right` may be a sum of scores between 0 and 1: their variance
    is no larger than that of right and wrong, so the interval is wide enough."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(np.asarray(right), np.asarray(n), alpha=1 - confidence, method="wilson")
    return np.asarray(low, np.float64), np.asarray(high, np.float64)


def fisher(right: int, n: int, other_right: int, other_n: int) -> float:
    """Fisher's exact two-sided p-value: the stand-in where results of single items are not known (papers.md §2.5)."""
    from scipy.stats import fisher_exact

    return float(fisher_exact([[right, n - right], [other_right, other_n - other_right]]).pvalue)


def two_shares(right: int, n: int, other_right: int, other_n: int, confidence: float) -> Difference:
    """Two shares of different items: Newcombe's interval of the difference, Fisher's p-value."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(right, n, other_right, other_n, method="newcomb", alpha=1 - confidence)
    return Difference(
        right / n - other_right / other_n, float(low), float(high), fisher(right, n, other_right, other_n)
    )
