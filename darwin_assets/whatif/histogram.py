"""A signal's distribution over the stored rows, divided by what becomes of them."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import polars as pl

from darwin_assets.filter.rules import Rule
from darwin_assets.whatif.outcome import FREED, NEWLY_DROPPED, NEWLY_KEPT, STAYS_DROPPED, STAYS_KEPT

N_BINS = 24
MIN_WHOLE = 1000
"""From here on digits behind the point tell nothing."""
TAIL = 0.005
"""Share of the values at either end that the outermost bins take in, so that one odd document does not flatten the rest."""

PARTS = (STAYS_KEPT, NEWLY_KEPT, FREED, NEWLY_DROPPED, STAYS_DROPPED)


@dataclass(frozen=True)
class Histogram:
    """`edges`: one more than bins; values beyond the outer edges are counted in the outer bins. `counts`: a bin each, by
    the order of `PARTS`. `n_missing`: rows whose value is null or not a number."""

    rule: Rule
    before: Rule | None
    edges: tuple[float, ...]
    counts: tuple[tuple[int, ...], ...]
    n_missing: int

    @property
    def bounds(self) -> list[tuple[str, float]]:
        """The bounds of both thresholds, named "before" and "after"."""
        named = (("before", self.before), ("after", self.rule))
        return [(name, bound) for name, rule in named if rule for bound in _bounds(rule)]

    def bin_of(self, value: float) -> int:
        """The bin in which a value is counted."""
        return min(max(bisect_right(self.edges, value) - 1, 0), len(self.counts) - 1)


def histogram(judged: pl.DataFrame, before: Rule | None, rule: Rule) -> Histogram:
    """Count the values of the rule's signal; `judged`: `outcome.judge_again`."""
    values = judged.select(value=pl.col(rule.signal).cast(pl.Float64), outcome="outcome")
    finite = values.filter(pl.col("value").is_finite().fill_null(False))
    bounds = [bound for one in (before, rule) if one for bound in _bounds(one)]
    edges = _edges(finite["value"], bounds, is_whole=judged.schema[rule.signal].is_integer())
    n_bins = len(edges) - 1
    place = ((pl.col("value") - edges[0]) / (edges[1] - edges[0])).floor().clip(0, n_bins - 1).cast(pl.Int64)
    binned = finite.group_by(place.alias("bin"), "outcome").agg(pl.len())
    counted = {(place, outcome): n for place, outcome, n in binned.iter_rows()}
    counts = tuple(tuple(counted.get((place, part), 0) for part in PARTS) for place in range(n_bins))
    return Histogram(rule, before, edges, counts, values.height - finite.height)


def short(value: float) -> str:
    """A number as it stands at an axis."""
    return f"{value:.0f}" if abs(value) >= MIN_WHOLE else f"{value:.4g}"


def _bounds(rule: Rule) -> list[float]:
    return [bound for bound in (rule.low, rule.high) if bound is not None]


def _edges(values: pl.Series, bounds: list[float], *, is_whole: bool) -> tuple[float, ...]:
    """Bins of one width over most of the values, and over those bounds that are not far away from them."""
    low, high = (float(values.quantile(share) or 0.0) for share in (TAIL, 1 - TAIL)) if values.len() else (0.0, 0.0)
    reach = high - low
    near = [bound for bound in bounds if not values.len() or low - reach <= bound <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    if is_whole:
        low, high = math.floor(low), math.floor(high) + 1
        width = float(max(1, math.ceil((high - low) / N_BINS)))
        n_bins = math.ceil((high - low) / width)
    else:
        high = high if high > low else low + 1.0
        width, n_bins = (high - low) / N_BINS, N_BINS
    return tuple(low + width * place for place in range(n_bins + 1))
