"""Recall and precision of planted weaknesses against their strength, with intervals, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

LEFT, TOP, INNER, GAP = 60, 84, 240, 60
COLOURS = ("#4c78a8", "#54a24b", "#e45756")
NUDGE = 4
"""Pixels by which curves stand apart, so that their intervals can be seen."""


class Point(NamedTuple):
    """A share at a strength, with its interval; all from 0 to 1."""

    strength: float
    share: float
    low: float
    high: float


class Curve(NamedTuple):
    name: str
    recall: tuple[Point, ...]
    precision: tuple[Point, ...]


def recovery_svg(curves: Sequence[Curve]) -> str:
    """Two panels beside each other: recall, and precision where something was reported."""
    width, height = 2 * (LEFT + INNER) + GAP, TOP + INNER + 50
    parts = [f'<rect width="{width}" height="{height}" fill="white"/>']
    for place, curve in enumerate(curves):
        parts.append(
            f'<circle cx="{LEFT + 190 * place}" cy="18" r="4" fill="{COLOURS[place]}"/>'
            f'<text x="{LEFT + 190 * place + 9}" y="22">{escape(curve.name)}</text>'
        )
    for panel, what in enumerate(("recall", "precision")):
        left = LEFT + panel * (LEFT + INNER)
        parts.append(_axes(left, what))
        parts += [_line(left, getattr(curve, what), place) for place, curve in enumerate(curves)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12" role="img">\n'
        "<title>Planted weaknesses of operation pairs: recall and precision against strength</title>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _axes(left: int, what: str) -> str:
    bottom = TOP + INNER
    lines = [f'<text x="{left}" y="{TOP - 24}" font-size="13" font-weight="bold">{what}</text>']
    for step in range(6):
        x, y = left + INNER * step / 5, bottom - INNER * step / 5
        lines.append(
            f'<line x1="{left}" x2="{left + INNER}" y1="{y:.0f}" y2="{y:.0f}" stroke="#eee"/>'
            f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{step / 5:.0%}</text>'
            f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle">{step / 5:.1f}</text>'
        )
    middle = left + INNER / 2
    lines.append(f'<text x="{middle:.0f}" y="{bottom + 38}" text-anchor="middle">right answers turned wrong</text>')
    return "".join(lines)


def _line(left: int, points: Sequence[Point], place: int) -> str:
    nudge, colour = NUDGE * (place - 1), COLOURS[place]
    drawn = [(left + INNER * one.strength + nudge, *map(_y, one[1:])) for one in points]
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in drawn)
    marks = "".join(
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{colour}" opacity="0.4"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        for x, y, low, high in drawn
    )
    return f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="2"/>{marks}'


def _y(share: float) -> float:
    return TOP + INNER * (1 - share)
