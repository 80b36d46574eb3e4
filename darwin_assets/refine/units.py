"""Units of measure behind numbers: SI units with their prefixes, and what science uses beside them."""

from __future__ import annotations

import re

PREFIXES = "QRYZEPTGMkhdcmμnpfa"
_PREFIXED = """
m g s A K mol Hz N Pa J W C V F Ω S Wb T H lm lx Bq Gy Sv L l eV B bit bar cal t u Da b rad pc ppm M Å
"""
PREFIXED = _PREFIXED.split()
ALONE = [
    "%",
    "‰",
    "°C",
    "°F",
    "°",
    "ppb",
    "min",
    "h",
    "d",
    "yr",
    "mmHg",
    "atm",
    "dB",
    "sr",
    "bits",
    "bytes",
    "Torr",
    "rpm",
    "ha",
]
_NAMES = sorted({*(p + u for p in ["", *PREFIXES] for u in PREFIXED), *ALONE})


def _any_of(names: list[str]) -> str:
    """A pattern for the longest of these names, taken character by character, so that few are tried."""
    tails: dict[str, list[str]] = {}
    for name in names:
        tails.setdefault(name[:1], []).append(name[1:])
    is_name = tails.pop("", None) is not None
    longer = [re.escape(first) + _any_of(rest) for first, rest in tails.items()]
    return f"(?:{'|'.join([*longer, *([''] if is_name else [])])})" if longer else ""


_ONE = _any_of(_NAMES)
_POWER = r"(?:\^?-?[1-4](?![\d.]))?"
UNIT = rf"{_ONE}{_POWER}(?:\s?[/·]\s?(?:{_ONE}|c){_POWER}){{0,2}}"
UNIT_AFTER = re.compile(rf"[ \u00a0]?\n?({UNIT})(?![\w/])")
"""A unit at the end of a number; a space or a line's end may stand between."""
UNIT_REACH = 40
"""Characters behind a number in which its unit lies, with what must not follow it: the longest unit takes 33."""
QUANTITY = re.compile(rf"(?<![\w.,])(-?\d+(?:[.,]\d+)*)[ \u00a0]?\n?({UNIT})(?![\w/])")
