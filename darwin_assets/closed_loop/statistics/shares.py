"""Shares with intervals, and two shares without results of single items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def wilson(right: npt.ArrayLike, n: npt.ArrayLike, confidence: float) -> tuple[Floats, Floats]:
    """Wilson's score intervals of right/n, both as arrays. `right` may be a sum of scores between 0 and 1: their variance
    is no larger than that of right and wrong, so the interval is wide enough."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(np.asarray(right), np.asarray(n), alpha=1 - confidence, method="wilson")
    return np.asarray(low, np.float64), np.asarray(high, np.float64)


def fisher(right: int, n: int, other_right: int, other_n: int) -> float:
    """Fisher's exact two-sided p-value: the stand-in for published figures, of which results of single items
    are not known (papers.md §2.5). The loop has these, and compares by them."""
    from scipy.stats import fisher_exact

    return float(fisher_exact([[right, n - right], [other_right, other_n - other_right]]).pvalue)
