"""Does a group of items lose to the reference, and lose more than the other items do?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darwin_assets.closed_loop.statistics.passages import Groups
from darwin_assets.closed_loop.statistics.shares import Floats
from darwin_assets.closed_loop.statistics.terms import Mask

TAIL = 3.179
"""At most so many times the normal tail is the chance that numbers with drawn signs add up to so much: 1 / (4 P(Z > √2)), the
least factor that holds for any numbers (Bentkus and Dzindzalieta 2015)."""


@dataclass(frozen=True, eq=False)
class Losses:
    """Of each item the reference's score less the checkpoint's, and the number of its passage; no passages where all stand
    alone."""

    values: Floats
    passages: Groups | None = None

    def of(self, mask: Mask) -> Losses:
        return Losses(self.values[mask], None if self.passages is None else self.passages[mask])


def excess(losses: Losses, groups: Sequence[Mask]) -> Floats:
    """One-sided p-values, one a group.

    Two questions are asked, and the larger p-value counts: do losses outweigh gains inside (sign test), and are they larger
    than outside (Welch's t-test)? A weakness of the whole benchmark is no excess of any group. Where scores are not only
    right or wrong, a t-test takes the place of the sign test. Where items share passages, signs are those of passages, and
    the second test is robust to what their items have in common.
    """
    if not groups:
        return np.empty(0)
    inside = np.stack(groups).astype(np.float64)
    if losses.passages is not None:
        return _of_passages(losses.values, inside, losses.passages)
    return np.maximum(_at_all(losses.values, inside), _more_than_outside(losses.values, inside))


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


def _of_passages(losses: Floats, inside: Floats, passages: Groups) -> Floats:
    """Both tests with the passage as the unit: a bound on drawn signs, and a regression on the group with the sandwich
    estimate; freedom is that of the fewer passages, inside or outside."""
    from scipy.stats import norm, t

    order = np.argsort(passages, kind="stable")
    starts = np.flatnonzero(np.diff(passages[order], prepend=-1))

    def by_passage(values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values[:, order], starts, axis=1), np.float64)

    n_passages = starts.size
    parts = (inside, 1 - inside)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = by_passage(inside * losses)
        at_all = TAIL * norm.sf(lost.sum(axis=1) / np.sqrt((lost**2).sum(axis=1)))
        shares = [part / part.sum(axis=1, keepdims=True) for part in parts]
        means = [share @ losses for share in shares]
        off_in, off_out = (share * (losses - mean[:, None]) for share, mean in zip(shares, means, strict=True))
        deviation = np.sqrt((by_passage(off_in - off_out) ** 2).sum(axis=1) * n_passages / (n_passages - 1))
        fewer = np.minimum(*((by_passage(part) > 0).sum(axis=1) for part in parts))
        more = t.sf((means[0] - means[1]) / deviation, fewer - 1)
    return np.asarray(np.nan_to_num(np.clip(np.maximum(at_all, more), 0.0, 1.0), nan=1.0), np.float64)
