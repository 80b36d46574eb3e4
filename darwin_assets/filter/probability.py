"""The arithmetic of MinHash-LSH banding (papers.md §3.4)."""

from __future__ import annotations

from functools import cache

_CURVE_STEP = 0.05
# Slices of the integrals from which the optimum is chosen.
_SLICES = 200


def match_probability(similarity: float, bands: int, rows: int) -> float:
    """Return the chance that two documents share a band: 1 - (1 - s^r)^b for Jaccard similarity s (D11)."""
    return float(1.0 - (1.0 - similarity**rows) ** bands)


def even_chance(bands: int, rows: int) -> float:
    """Return the similarity at which two documents share a band with probability 0.5."""
    return float((1.0 - 0.5 ** (1.0 / bands)) ** (1.0 / rows))


def probability_curve(bands: int, rows: int, step: float = _CURVE_STEP) -> list[tuple[float, float]]:
    """Return (similarity, chance that two documents share a band) from 0 to 1."""
    steps = round(1.0 / step)
    return [(place / steps, match_probability(place / steps, bands, rows)) for place in range(steps + 1)]


@cache
def best_bands(threshold: float, permutations: int) -> tuple[int, int]:
    """Return the (bands, rows) of at most `permutations` hashes that err least at a threshold, as datasketch chooses them.

    The error is the area under the curve below the threshold and the area above the curve from there on, half each.
    """
    pairs = ((bands, rows) for bands in range(1, permutations + 1) for rows in range(1, permutations // bands + 1))
    return min(pairs, key=lambda pair: _error(threshold, *pair))


def _error(threshold: float, bands: int, rows: int) -> float:
    below = _integral(0.0, threshold, bands, rows)
    above = (1.0 - threshold) - _integral(threshold, 1.0, bands, rows)
    return (below + above) / 2


def _integral(low: float, high: float, bands: int, rows: int) -> float:
    """Simpson's rule over the curve."""
    width = (high - low) / _SLICES
    ends = match_probability(low, bands, rows) + match_probability(high, bands, rows)
    odd = sum(match_probability(low + place * width, bands, rows) for place in range(1, _SLICES, 2))
    even = sum(match_probability(low + place * width, bands, rows) for place in range(2, _SLICES, 2))
    return width / 3 * (ends + 4 * odd + 2 * even)
