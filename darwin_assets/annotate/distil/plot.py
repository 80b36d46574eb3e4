"""The calibration plot, as SVG of our own: probability against share right, with intervals."""

from __future__ import annotations

from xml.sax.saxutils import escape

from darwin_assets.annotate.distil.measures import Bin, wilson

SIZE, MARGIN = 360, 50
_SPAN = SIZE - 2 * MARGIN
_FONT = 'font-family="sans-serif" font-size="11" fill="#333"'


def calibration_svg(bins: tuple[Bin, ...], title: str) -> str:
    """One point a bin with its 95 % interval, beside the diagonal of perfect calibration. The area follows the documents."""
    largest = max((one.n for one in bins), default=1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{SIZE}" height="{SIZE}" fill="white"/>',
        f'<text x="{SIZE / 2}" y="24" text-anchor="middle" {_FONT}>{escape(title)}</text>',
        *(_grid_line(step / 5) for step in range(6)),
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#999" stroke-dasharray="4 3"/>',
        *(_point(one, largest) for one in bins),
        f'<text x="{SIZE / 2}" y="{SIZE - 10}" text-anchor="middle" {_FONT}>probability of the best label</text>',
        f'<text x="14" y="{SIZE / 2}" text-anchor="middle" {_FONT} transform="rotate(-90 14 {SIZE / 2})">share right</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(value: float) -> float:
    return round(MARGIN + value * _SPAN, 1)


def _y(value: float) -> float:
    return round(SIZE - MARGIN - value * _SPAN, 1)


def _grid_line(value: float) -> str:
    return (
        f'<line x1="{_x(0)}" y1="{_y(value)}" x2="{_x(1)}" y2="{_y(value)}" stroke="#eee"/>'
        f'<text x="{_x(0) - 6}" y="{_y(value) + 4}" text-anchor="end" {_FONT}>{value:g}</text>'
        f'<text x="{_x(value)}" y="{_y(0) + 16}" text-anchor="middle" {_FONT}>{value:g}</text>'
    )


def _point(one: Bin, largest: int) -> str:
    share = wilson(round(one.accuracy * one.n), one.n)
    x, radius = _x(one.confidence), round(3 + 5 * (one.n / largest) ** 0.5, 1)
    return (
        f'<line x1="{x}" y1="{_y(share.low)}" x2="{x}" y2="{_y(share.high)}" stroke="#1f6fb2"/>'
        f'<circle cx="{x}" cy="{_y(one.accuracy)}" r="{radius}" fill="#1f6fb2" fill-opacity="0.7">'
        f"<title>{one.n} documents</title></circle>"
    )
