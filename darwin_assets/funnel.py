"""The funnel of a batch as a picture: one bar a level, its length the rows kept, its shadow the rows that came in."""

import base64
from html import escape

INLINE_MARKDOWN_CHARS = 1000
"""Dagster shows Markdown below this length in place and anything longer behind a link."""

WIDTH, ROW_HEIGHT, BAR_HEIGHT, INDENT = 480, 26, 20, 6
CAME_IN, KEPT = "#ddd", "#9cf"


def funnel_svg(ladder: list[tuple[str, int, int]]) -> str:
    """`ladder`: (level, rows in, rows kept) from the top down. An SVG document without scripts or links.

    Two paths draw all bars, so that six levels with counts of seven digits stay below INLINE_MARKDOWN_CHARS.
    """
    widest = max((rows for _, *counts in ladder for rows in counts), default=1) or 1
    bars = [
        _bars([came_in for _, came_in, _ in ladder], widest, CAME_IN),
        _bars([kept for *_, kept in ladder], widest, KEPT),
    ]
    labels = (
        f'<text x="{INDENT}" y="{index * ROW_HEIGHT + 17}">{escape(label(*step))}</text>'
        for index, step in enumerate(ladder)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{ROW_HEIGHT * max(len(ladder), 1)}" '
        f'stroke-width="{BAR_HEIGHT}" style="background:#fff;font:13px sans-serif">{"".join(bars)}{"".join(labels)}</svg>'
    )


def label(level: str, came_in: int, kept: int) -> str:
    """What stands on a bar. A level that unpacks (L0) keeps more documents than files came in, which is no share."""
    if kept > came_in:
        return f"{level}: {kept:,} from {came_in:,}"
    return f"{level}: {kept:,} of {came_in:,}" + (f", {kept / came_in:.0%}" if came_in else "")


def svg_markdown(svg: str, alt: str) -> str:
    """Markdown that shows the picture without fetching anything."""
    return f"![{alt}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def _bars(counts: list[int], widest: int, colour: str) -> str:
    middle = BAR_HEIGHT // 2 + 3
    lines = (f"M0 {index * ROW_HEIGHT + middle}h{rows * WIDTH // widest}" for index, rows in enumerate(counts))
    return f'<path stroke="{colour}" d="{"".join(lines)}"/>'
