"""Plots as SVG, written by hand: rows with intervals, and rows of parts that add up. The same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor

WIDTH, NAME, RIGHT, ROW, TOP, BOTTOM = 1080, 600, 70, 20, 34, 30
NAME_CHARS = 100
GRID, AXIS, TEXT = "#e5e5e5", "#666666", "#1a1a1a"
MOST_TICKS = 9
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Spot:
    """A value on a row, with its interval where it has one."""

    value: float
    colour: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    name: str
    spots: tuple[Spot, ...]
    note: str = ""


@dataclass(frozen=True)
class Bar:
    """Parts (length, colour) one behind the other; they are not negative."""

    name: str
    parts: tuple[tuple[float, str], ...]
    note: str = ""


def intervals_svg(title: str, rows: Sequence[Row], low: float, high: float, legend: Sequence[tuple[str, str]]) -> str:
    """A row a name, on an axis from low to high."""
    drawn = [
        _row(place, one.name, one.note) + _spots(one.spots, _middle(place), low, high) for place, one in enumerate(rows)
    ]
    return _document(title, drawn, low, high, legend)


def bars_svg(title: str, bars: Sequence[Bar], legend: Sequence[tuple[str, str]]) -> str:
    """A bar a name, on an axis from 0 to the longest."""
    high = max((sum(length for length, _ in one.parts) for one in bars), default=0.0) or 1.0
    drawn = [
        _row(place, one.name, one.note) + _parts(one.parts, _middle(place), high) for place, one in enumerate(bars)
    ]
    return _document(title, drawn, 0.0, high, legend)


def _spots(spots: Sequence[Spot], y: float, low: float, high: float) -> str:
    drawn = []
    for spot in spots:
        if spot.low is not None and spot.high is not None:
            ends = f'x1="{_x(spot.low, low, high)}" x2="{_x(spot.high, low, high)}"'
            drawn.append(f'<line {ends} y1="{y}" y2="{y}" stroke="{spot.colour}" stroke-width="2"/>')
        drawn.append(f'<circle cx="{_x(spot.value, low, high)}" cy="{y}" r="4" fill="{spot.colour}"/>')
    return "".join(drawn)


def _parts(parts: Sequence[tuple[float, str]], y: float, high: float) -> str:
    drawn, done = [], 0.0
    for length, colour in parts:
        left, right = _x(done, 0.0, high), _x(done + length, 0.0, high)
        drawn.append(f'<rect x="{left}" y="{y - 7}" width="{round(right - left, 1)}" height="14" fill="{colour}"/>')
        done += length
    return "".join(drawn)


def _row(place: int, name: str, note: str) -> str:
    y = _middle(place) + 4
    shown = name if len(name) <= NAME_CHARS else f"{name[: NAME_CHARS - 1]}…"
    return (
        f'<text x="{NAME - 10}" y="{y}" text-anchor="end">{escape(shown)}</text>'
        f'<text x="{WIDTH - RIGHT + 8}" y="{y}" fill="{AXIS}">{escape(note)}</text>'
    )


def _document(title: str, drawn: Sequence[str], low: float, high: float, legend: Sequence[tuple[str, str]]) -> str:
    height = TOP + ROW * len(drawn) + BOTTOM
    bottom = height - BOTTOM
    grid = []
    for value in _ticks(low, high):
        x = _x(value, low, high)
        grid.append(
            f'<line x1="{x}" x2="{x}" y1="{TOP - 4}" y2="{bottom}" stroke="{GRID if value else AXIS}"/>'
            f'<text x="{x}" y="{bottom + 16}" text-anchor="middle" fill="{AXIS}">{value:.4g}</text>'
        )
    names = [
        f'<circle cx="{NAME + 120 * place}" cy="14" r="4" fill="{colour}"/>'
        f'<text x="{NAME + 120 * place + 9}" y="18">{escape(name)}</text>'
        for place, (name, colour) in enumerate(legend)
    ]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="11" fill="{TEXT}" role="img">'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
    return "\n".join([opening, f"<title>{escape(title)}</title>", ground, *grid, *names, *drawn, "</svg>"]) + "\n"


def _ticks(low: float, high: float) -> list[float]:
    """Round values from low to high, as many as fit."""
    step = next((one for one in STEPS if (high - low) / one <= MOST_TICKS), STEPS[-1])
    return [round(place * step, 6) for place in range(ceil(low / step), floor(high / step) + 1)]


def _middle(place: int) -> float:
    return TOP + ROW * place + ROW / 2


def _x(value: float, low: float, high: float) -> float:
    share = (min(max(value, low), high) - low) / ((high - low) or 1.0)
    return round(NAME + share * (WIDTH - NAME - RIGHT), 1)
