"""Does a scorer agree with an independent second one, everywhere alike? (papers.md U48)

Scores of two scorers on the same documents are turned into ranks, 0 to 1, so that scales do not matter. In a group of
documents (a source, a discipline, a length) the first scorer is biased when it ranks them higher or lower than the second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from darwin_assets.annotate.train import Floats

Rows = npt.NDArray[np.int64]

MIN_CORRELATION = 0.3
"""Rank correlation below which the two scorers do not measure the same thing, and a comparison says little. Own limit."""
MAX_GROUP_DIFFERENCE = 0.1
"""Mean difference of ranks in a group, of a possible 1, beyond which the alarm is raised. Own limit."""
MIN_GROUP = 30
"""Documents that a group needs to be judged. Own limit."""
N_RESAMPLES = 1000
ALPHA = 0.05
LENGTH_EDGES = (1_000, 4_000, 16_000, 64_000)


@dataclass(frozen=True)
class GroupDifference:
    """Mean rank by the first scorer less that by the second, with an interval that holds for all groups together."""

    by: str
    group: str
    n: int
    difference: float
    low: float
    high: float
    alarm: bool


@dataclass(frozen=True)
class Comparison:
    """`correlation`: Spearman's, with a 95 % interval. `alarm`: a group is biased, or the scorers do not agree at all."""

    n: int
    correlation: float
    low: float
    high: float
    groups: tuple[GroupDifference, ...]
    alarm: bool
    reason: str


def compare(
    rows: pl.DataFrame,
    first: str,
    second: str,
    by: tuple[str, ...],
    max_difference: float = MAX_GROUP_DIFFERENCE,
    min_correlation: float = MIN_CORRELATION,
) -> Comparison:
    """Compare two score columns of `rows` within the groups of each column of `by`.

    Rows where either score is null are left out, groups below 30 documents are not judged. The alarm of a group needs a
    difference beyond `max_difference` and an interval, widened for the number of groups, without zero. ValueError when a
    column is absent or fewer than 30 rows have both scores.
    """
    absent = [name for name in (first, second, *by) if name not in rows.columns]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}; there are {', '.join(rows.columns)}")
    both = rows.filter(pl.col(first).is_not_null() & pl.col(second).is_not_null())
    if both.height < MIN_GROUP:
        raise ValueError(f"{both.height} documents have both scores, {MIN_GROUP} are the least to compare")
    a, b = _ranks(both[first]), _ranks(both[second])
    correlation, low, high = _correlation(a, b)
    members = [
        (name, str(group), np.flatnonzero((both[name] == group).fill_null(value=False).to_numpy()))
        for name in by
        for group in both[name].drop_nulls().unique().sort().to_list()
    ]
    judged = [one for one in members if one[2].size >= MIN_GROUP]
    groups = tuple(_difference(name, group, (a - b)[at], len(judged), max_difference) for name, group, at in judged)
    biased = [one for one in groups if one.alarm]
    reason = "; ".join(f"{one.by} {one.group} ranked {one.difference:+.2f}" for one in biased)
    if correlation < min_correlation:
        reason = "; ".join(filter(None, [f"rank correlation {correlation:.2f} is below {min_correlation:g}", reason]))
    return Comparison(both.height, correlation, low, high, groups, bool(reason), reason)


def with_length(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `length`, the class of `n_chars`, where that column is there."""
    if "n_chars" not in rows.columns:
        return rows
    edges = (0, *LENGTH_EDGES)
    expression = pl.lit("0..", pl.String)
    for low, high in zip(edges, (*LENGTH_EDGES, None), strict=True):
        label = f"{low}..{high - 1 if high else ''}"
        expression = pl.when(pl.col("n_chars") >= low).then(pl.lit(label)).otherwise(expression)
    return rows.with_columns(length=expression)


def _ranks(scores: pl.Series) -> Floats:
    """Mean ranks from 0 to 1."""
    ranks: Floats = scores.rank("average").to_numpy().astype(np.float64)
    return (ranks - 0.5) / len(scores)


def _correlation(a: Floats, b: Floats) -> tuple[float, float, float]:
    """Spearman's correlation, which is Pearson's of the ranks, with a bootstrap interval; 0 where a scorer is constant."""
    found = _resample(a.size, lambda rows: _pearson(a[rows], b[rows]))
    low, high = np.percentile(found, [100 * ALPHA / 2, 100 - 100 * ALPHA / 2])
    return _pearson(a, b), float(low), float(high)


def _pearson(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


def _difference(by: str, group: str, values: Floats, n_groups: int, max_difference: float) -> GroupDifference:
    tail = 100 * ALPHA / 2 / n_groups
    low, high = np.percentile(_resample(values.size, lambda rows: float(values[rows].mean())), [tail, 100 - tail])
    mean = float(values.mean())
    alarm = abs(mean) > max_difference and not low <= 0.0 <= high
    return GroupDifference(by, group, values.size, mean, float(low), float(high), alarm)


def _resample(n: int, measure: Callable[[Rows], float]) -> Floats:
    chance = np.random.default_rng(0)
    return np.array([measure(chance.integers(0, n, n)) for _ in range(N_RESAMPLES)])
