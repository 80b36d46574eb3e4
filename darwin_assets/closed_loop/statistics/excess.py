"""Does a group of items lose to the reference, and lose more than the other items do?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from darwin_assets.closed_loop.statistics.shares import Floats
from darwin_assets.closed_loop.statistics.terms import Mask


def excess(losses: Floats, groups: Sequence[Mask]) -> Floats:
    """One-sided p-values, one a group, from each item's loss: the reference's score less the checkpoint's.

    Two questions are asked, and the larger p-value counts: do losses outweigh gains inside (sign test), and are they larger
    than outside (Welch's t-test)? A weakness of the whole benchmark is no excess of any group. Where scores are not only
    right or wrong, a t-test takes the place of the sign test.
    """
    if not groups:
        return np.empty(0)
    inside = np.stack(groups).astype(np.float64)
    return np.maximum(_at_all(losses, inside), _more_than_outside(losses, inside))


def _at_all(losses: Floats, inside: Floats) -> Floats:
    from scipy.stats import binom, t

    if np.isin(losses, (-1.0, 0.0, 1.0)).all():
        return np.asarray(binom.sf(inside @ (losses > 0) - 1, inside @ (losses != 0), 0.5), np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, deviation, n = _moments(losses, inside)
        p = t.sf(mean / (deviation / np.sqrt(n)), n - 1)
    return np.where(deviation > 0, p, 1.0)


def _more_than_outside(losses: Floats, inside: Floats) -> Floats:
    from scipy.stats import ttest_ind_from_stats

    with np.errstate(divide="ignore", invalid="ignore"):
        found = ttest_ind_from_stats(
            *_moments(losses, inside), *_moments(losses, 1 - inside), equal_var=False, alternative="greater"
        )
    return np.nan_to_num(np.asarray(found.pvalue, np.float64), nan=1.0)


def _moments(losses: Floats, inside: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, standard deviation and number of the losses in each group."""
    n = inside.sum(axis=1)
    mean = inside @ losses / n
    variance = np.maximum(inside @ losses**2 / n - mean**2, 0.0) * n / (n - 1)
    return mean, np.sqrt(variance), n
