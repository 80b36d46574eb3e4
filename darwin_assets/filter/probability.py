"""The arithmetic of MinHash-LSH banding (papers.md §3.4)."""

from __future__ import annotations


def match_probability(similarity: float, bands: int, rows: int) -> float:
    """Return the chance that two documents share a band: 1 - (1 - s^r)^b for Jaccard similarity s (D11)."""
    return float(1.0 - (1.0 - similarity**rows) ** bands)


def even_chance(bands: int, rows: int) -> float:
    """Return the similarity at which two documents share a band with probability 0.5."""
    return float((1.0 - 0.5 ** (1.0 / bands)) ** (1.0 / rows))
