"""Plots as SVG, written by hand: histograms of signals with both thresholds, and curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from darwin_assets.whatif.histogram import PARTS, Histogram, short

WIDTH, PANEL, MARGIN = 720, 220, 46
_COLOURS = dict(zip(PARTS, ("#4c78a8", "#54a24b", "#b5d99c", "#e45756", "#c8c8c8"), strict=True))
_BOUNDS = {"before": "#666666", "after": "#e45756"}
_LABEL_Y = {"before": MARGIN - 6, "after": MARGIN - 17}
_INNER = PANEL - 2 * MARGIN


def histograms_svg(shown: Sequence[Histogram]) -> str:
    """One panel a histogram, bars divided by outcome; the bounds before are dashed, those after are not."""
    return document([_histogram_panel(one) for one in shown])


def curve_svg(points: Iterable[tuple[float, float]], title: str, label: str) -> str:
    """One panel with a line through (x, y), y from 0 to 1."""
    found = list(points)
    low, high = found[0][0], found[-1][0]
    line = " ".join(f"{_x(x, low, high):.1f},{PANEL - MARGIN - _INNER * y:.1f}" for x, y in found)
    axis = _axis(low, high)
    drawn = f'<polyline points="{line}" fill="none" stroke="#4c78a8" stroke-width="2"/>'
    named = f'<text x="{MARGIN}" y="{MARGIN - 6}">{escape(label)}, 0 to 1</text>'
    return document([heading(title) + axis + named + drawn])


def _histogram_panel(shown: Histogram) -> str:
    low, high = shown.edges[0], shown.edges[-1]
    tallest = max((sum(counts) for counts in shown.counts), default=0) or 1
    parts = [heading(f"{shown.rule.id}: {shown.rule.signal}"), _axis(low, high), _legend()]
    for place, counts in enumerate(shown.counts):
        left, right = (_x(edge, low, high) for edge in shown.edges[place : place + 2])
        bottom = float(PANEL - MARGIN)
        for part, count in zip(PARTS, counts, strict=True):
            height = _INNER * count / tallest
            bottom -= height
            if count:
                parts.append(
                    f'<rect x="{left:.1f}" y="{bottom:.1f}" width="{right - left - 1:.1f}" height="{height:.1f}" '
                    f'fill="{_COLOURS[part]}"><title>{count} {part}, {short(shown.edges[place])} to '
                    f"{short(shown.edges[place + 1])}</title></rect>"
                )
    for name, bound in shown.bounds:
        at = _x(min(max(bound, low), high), low, high)
        dash = ' stroke-dasharray="4 3"' if name == "before" else ""
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{MARGIN - 4}" y2="{PANEL - MARGIN}" stroke="{_BOUNDS[name]}"{dash}/>'
            f'<text x="{at:.1f}" y="{_LABEL_Y[name]}" text-anchor="middle" fill="{_BOUNDS[name]}">{name} {bound:.15g}</text>'
        )
    return "".join(parts)


def document(panels: list[str]) -> str:
    """Panels of WIDTH by PANEL one below the other."""
    height = PANEL * max(len(panels), 1)
    groups = "".join(f'<g transform="translate(0 {PANEL * place})">{panel}</g>' for place, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>{groups}</svg>\n'
    )


def heading(text: str) -> str:
    """The title of a panel."""
    return f'<text x="{MARGIN}" y="16" font-size="13" font-weight="bold">{escape(text)}</text>'


def _axis(low: float, high: float) -> str:
    bottom = PANEL - MARGIN
    line = f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{bottom}" y2="{bottom}" stroke="black"/>'
    ticks = (low + (high - low) * place / 4 for place in range(5))
    return line + "".join(
        f'<text x="{_x(tick, low, high):.1f}" y="{bottom + 15}" text-anchor="middle">{short(tick)}</text>'
        for tick in ticks
    )


def _legend() -> str:
    step = (WIDTH - 2 * MARGIN) / len(PARTS)
    return "".join(
        f'<rect x="{MARGIN + step * place:.0f}" y="{PANEL - 18}" width="10" height="10" fill="{colour}"/>'
        f'<text x="{MARGIN + step * place + 14:.0f}" y="{PANEL - 9}">{part}</text>'
        for place, (part, colour) in enumerate(_COLOURS.items())
    )


def _x(value: float, low: float, high: float) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * (value - low) / ((high - low) or 1.0)
