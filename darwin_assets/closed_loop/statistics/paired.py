"""Two checkpoints on the same items: is the difference more than chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darwin_assets.closed_loop.statistics.passages import Groups, together
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.shares import Floats

MANY = 1_000
"""Items from which on signs need not be drawn."""
BATCH = 1_000
"""Permutations that stand in memory at once."""


@dataclass(frozen=True)
class Comparison:
    """`delta`: mean score less that of the reference, with its interval; `p`: two-sided, of no difference."""

    delta: float
    low: float
    high: float
    p: float


def compare(
    score: Floats, ref_score: Floats, settings: StatisticsSettings, passages: Sequence[str | None] = ()
) -> Comparison:
    """Scores (0 to 1) of the same items in the same order. Right and wrong alone: McNemar's exact test; else, as with
    means of repeated samples, a paired permutation test. Items with one of the `passages` are taken together: the interval
    is robust to what they have in common, and signs are drawn for passages. ValueError for no items."""
    if not score.size or score.shape != ref_score.shape:
        raise ValueError(f"scores of {score.size} and {ref_score.size} items cannot be paired")
    differences = score - ref_score
    groups = together(passages)
    if groups is None:
        low, high = _interval(differences, settings.confidence)
        p = _p_value(score, ref_score, settings)
    else:
        low, high = _interval_of_groups(differences, groups, settings.confidence)
        p = permutation(np.bincount(groups, differences).astype(np.float64), settings)
    return Comparison(float(differences.mean()), low, high, p)


def mcnemar(only_checkpoint: int, only_reference: int) -> float:
    """McNemar's exact two-sided p-value, from the items that only one of the two has right."""
    from statsmodels.stats.contingency_tables import mcnemar as exact

    return float(exact([[0, only_checkpoint], [only_reference, 0]], exact=True).pvalue)


def permutation(differences: Floats, settings: StatisticsSettings) -> float:
    """Two-sided p-value of the mean difference when each item's sign is drawn anew; items without a difference say
    nothing.

    Signs that are drawn tell no p-value below 2 / (permutations + 1), and a correction for many tests may ask for less:
    there Hoeffding's bound stands in, which is never below the exact p-value. Of more than MANY items, where nothing has to
    be drawn, the normal tail is taken.
    """
    from scipy.stats import norm, permutation_test

    changed = differences[differences != 0]
    if changed.size < 2:
        return 1.0  # either sign of a single item is as extreme
    square = changed.sum() ** 2 / (changed**2).sum()
    if changed.size > MANY:
        return float(2 * norm.sf(np.sqrt(square)))
    bound = 2 * float(np.exp(-square / 2))
    if bound < 2 / (settings.permutations + 1):
        return bound
    found = permutation_test(
        (changed,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=settings.permutations,
        batch=BATCH,
        rng=np.random.default_rng(settings.seed),
    )
    return min(float(found.pvalue), bound)


def _p_value(score: Floats, ref_score: Floats, settings: StatisticsSettings) -> float:
    if is_right_or_wrong(score) and is_right_or_wrong(ref_score):
        return mcnemar(int((score > ref_score).sum()), int((score < ref_score).sum()))
    return permutation(score - ref_score, settings)


def is_right_or_wrong(scores: Floats) -> bool:
    """Whether all scores are 0 or 1."""
    return bool(np.isin(scores, (0.0, 1.0)).all())


def _interval(differences: Floats, confidence: float) -> tuple[float, float]:
    """Of a mean of paired differences, after Agresti and Min (2005): two items more, half of one gained, half of one lost
    and one without a difference, so that few items and no differences still give a width."""
    from statsmodels.stats.weightstats import DescrStatsW

    weights = np.append(np.ones(differences.size), (0.5, 0.5, 1.0))
    low, high = DescrStatsW(np.append(differences, (1.0, -1.0, 0.0)), weights=weights).zconfint_mean(1 - confidence)
    return max(float(low), -1.0), min(float(high), 1.0)


def _interval_of_groups(differences: Floats, groups: Groups, confidence: float) -> tuple[float, float]:
    """The same where items come in groups: the sandwich estimate of the variance, with the two further items as groups of
    their own. Equal to `_interval` where every group is one item."""
    from scipy.stats import norm

    n, n_groups = differences.size + 2, groups.max() + 3
    mean = differences.sum() / n
    off = np.bincount(groups, differences - mean)
    further = 0.5 * ((1 - mean) ** 2 + (1 + mean) ** 2) + mean**2
    deviation = np.sqrt(((off**2).sum() + further) * n_groups / (n_groups - 1)) / n
    half = float(norm.isf((1 - confidence) / 2) * deviation)
    return max(float(mean) - half, -1.0), min(float(mean) + half, 1.0)
