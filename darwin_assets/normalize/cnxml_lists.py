"""Lists of CNXML: which marker each item bears."""

from __future__ import annotations

from lxml import etree

from darwin_assets.normalize.markdown_writer import Part
from darwin_assets.normalize.xml_tree import local_name, natural_number

_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def list_items(element: etree._Element, results: list[list[Part]]) -> list[tuple[str, list[Part]]]:
    """Items with their markers: `-`, or number, letter or Roman numeral as the list states."""
    items = [
        result for child, result in zip(element.iterchildren("*"), results, strict=True) if local_name(child) == "item"
    ]
    if (element.get("list-type") or element.get("type")) != "enumerated":
        return [("-", item) for item in items]
    start = natural_number(element.get("start-value"), 1)
    prefix, suffix = element.get("mark-prefix", ""), element.get("mark-suffix") or "."
    style = element.get("number-style", "arabic")
    return [(f"{prefix}{ordinal(start + offset, style)}{suffix}", item) for offset, item in enumerate(items)]


def ordinal(value: int, style: str) -> str:
    """A number in one of CNXML's (and HTML's) styles; digits where a style does not reach."""
    kind = style.removeprefix("lower-").removeprefix("upper-")
    text = str(value)
    if kind in {"alpha", "latin"} and 1 <= value <= 26:
        text = chr(ord("a") + value - 1)
    elif kind == "roman" and 1 <= value < 40:
        text = _roman(value)
    return text.upper() if style.startswith("upper-") else text


def _roman(value: int) -> str:
    out = ""
    for weight, letters in _ROMAN:
        while value >= weight:
            out, value = out + letters, value - weight
    return out
