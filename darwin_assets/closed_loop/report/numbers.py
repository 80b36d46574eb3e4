"""How numbers are told: scores and changes in points of 100, p-values, and both ways of telling a change (C13)."""

from __future__ import annotations

from darwin_assets.closed_loop.statistics.relative import Change

POINTS = 100
NONE = "–"
LEAST_P = 0.001


def score(value: float | None) -> str:
    """Of 100, with one decimal."""
    return NONE if value is None else f"{POINTS * value:.1f}"


def signed(points: float) -> str:
    """Points with their sign; a true minus, and no sign for what rounds to nothing."""
    shown = f"{points:+.1f}"
    return "0.0" if float(shown) == 0 else shown.replace("-", "−")


def change(before: float, after: float) -> str:
    """In points, and relative to what was before: the two are easily confused."""
    told = Change(before, after)
    relative = "" if told.relative is None else f", {signed(POINTS * told.relative)} %"
    return f"{signed(POINTS * told.points)}{relative}"


def interval(low: float, high: float) -> str:
    return f"{signed(POINTS * low)} to {signed(POINTS * high)}"


def score_interval(value: float, low: float, high: float) -> str:
    return f"{score(value)} ({score(low)} to {score(high)})"


def p_value(p: float | None) -> str:
    """Null: not tested."""
    if p is None:
        return "not tested"
    return f"< {LEAST_P}" if p < LEAST_P else f"{p:.3f}"


def measure(value: float | None) -> str:
    """A share or p-value of evidence, which are on the scale of 0 to 1 and beyond it."""
    if value is None:
        return NONE
    return f"{value:.1e}" if 0 < abs(value) < LEAST_P else f"{value:.3f}".rstrip("0").rstrip(".")
