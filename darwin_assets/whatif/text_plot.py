"""Plots for a terminal: a histogram with both thresholds, and a curve."""

from __future__ import annotations

from collections.abc import Iterable

from darwin_assets.whatif.histogram import PARTS, Histogram, short

BAR_CHARS = 40
_MARKS = dict(zip(PARTS, "█▓▒x·", strict=True))
LEGEND = ", ".join(f"{mark} {part}" for part, mark in _MARKS.items())


def histogram_lines(shown: Histogram) -> list[str]:
    """One line a bin, its bar divided by outcome; the bins in which a bound lies, or next to which it lies, name it."""
    tallest = max((sum(bin_) for bin_ in shown.counts), default=0)
    lines = [f"{shown.rule.signal} over {sum(map(sum, shown.counts))} documents ({LEGEND})"]
    for place, counts in enumerate(shown.counts):
        held = [f"{name} {bound:.15g}" for name, bound in shown.bounds if shown.bin_of(bound) == place]
        drawn = bar(counts, tallest, _MARKS.values())
        lines.append(
            f"{short(shown.edges[place]):>10} {drawn:<{BAR_CHARS}} {sum(counts):>8}{'  ← ' + ', '.join(held) if held else ''}"
        )
    if shown.n_missing:
        lines.append(f"{shown.n_missing} documents have no value, and fail")
    return lines


def curve_lines(points: Iterable[tuple[float, float]], label: str) -> list[str]:
    """One line a point: x, y from 0 to 1, and a bar as long as y."""
    return [f"{'':>10} {label}", *(f"{short(x):>10} {_blocks(y):<{BAR_CHARS}} {y:.4f}" for x, y in points)]


def _blocks(share: float) -> str:
    return "█" * round(BAR_CHARS * share)


def bar(counts: Iterable[int], tallest: int, marks: Iterable[str]) -> str:
    """A mark a count, together as many as their share of the tallest; what is there at all shows."""
    reached, drawn = 0, ""
    for mark, count in zip(marks, counts, strict=True):
        reached += count
        n_chars = max(round(BAR_CHARS * reached / max(tallest, 1)) - len(drawn), int(count > 0))
        drawn += mark * min(n_chars, BAR_CHARS - len(drawn))
    return drawn
