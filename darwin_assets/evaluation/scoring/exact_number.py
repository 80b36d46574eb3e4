"""Numbers as people and models write them, read exactly: 1,234.5, \\frac{3}{4}, 1\\frac{4}{5}, -3/4, 2.5\\times10^3, 12%."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

MAX_EXPONENT = 400
"""Of ten. Beyond the range of floats nobody means a number, and 10^(10^9) would fill the memory."""
MAX_CHARS = 400

UNSIGNED = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
_DECIMAL = rf"{UNSIGNED}(?:[eE][+-]?\d+)?"
_SIMPLE = rf"[+-]?{_DECIMAL}"
_POWER = r"10\^(?:\{(?P<braced>[+-]?\d+)\}|(?P<bare>[+-]?\d+))"
_TIMES = r"(?:\\times|\\cdot|\*|×|·|x)"
SCIENTIFIC = re.compile(rf"(?P<sign>[+-]?)(?:(?P<factor>{_SIMPLE}){_TIMES})?{_POWER}")
_FRACTION = re.compile(rf"(?P<sign>[+-]?)(?P<whole>\d+)?(?:\\frac\{{(?P<top>{_SIMPLE})\}}\{{(?P<bottom>{_SIMPLE})\}})")
_SLASHED = re.compile(rf"(?P<top>{_SIMPLE})/(?P<bottom>{_SIMPLE})")
_PERCENT = re.compile(r"(?:\\?%|percent)$")
_TWO_NUMBERS = re.compile(r"\d \.?\d")
_SPACED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_MIXED = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d+) (?P<top>\d+) ?/ ?(?P<bottom>\d+)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Number:
    """`value` is what stands before the percent sign, if there is one."""

    value: Fraction
    percent: bool = False
    rounded: bool = False
    """Whether it has a decimal point, and so may stand for a number near it."""


def read_number(text: str) -> Number | None:
    """The number that a text is, blanks left out. None for everything that is more than one number."""
    spaced = " ".join(text.split())
    if len(spaced) <= MAX_CHARS and (match := _MIXED.fullmatch(spaced)):
        return _mixed(match)
    if not spaced or len(spaced) > MAX_CHARS or (_TWO_NUMBERS.search(spaced) and not _SPACED.fullmatch(spaced)):
        return None
    plain = spaced.replace(" ", "")
    percent = _PERCENT.search(plain)
    plain = plain[: percent.start()] if percent else plain
    value = _value(plain)
    return None if value is None else Number(value, percent is not None, "." in plain)


def _mixed(match: re.Match[str]) -> Number | None:
    """1 1/2; what follows the whole number must be less than 1."""
    top, bottom = int(match["top"]), int(match["bottom"])
    if top >= bottom:
        return None
    magnitude = int(match["whole"]) + Fraction(top, bottom)
    return Number(-magnitude if match["sign"] == "-" else magnitude)


def is_thousands(text: str) -> bool:
    """Whether the commas of a text can be those between thousands: 58,500."""
    return _THOUSANDS.fullmatch(text.strip()) is not None


def _value(plain: str) -> Fraction | None:
    if re.fullmatch(_SIMPLE, plain):
        return _decimal(plain)
    if match := SCIENTIFIC.fullmatch(plain):
        return scientific(match)
    if match := _FRACTION.fullmatch(plain):
        top, bottom = _decimal(match["top"]), _decimal(match["bottom"])
        if top is None or not bottom:
            return None
        magnitude = int(match["whole"] or 0) + top / bottom
        return -magnitude if match["sign"] == "-" else magnitude
    if match := _SLASHED.fullmatch(plain):
        top, bottom = _decimal(match["top"]), _decimal(match["bottom"])
        return None if top is None or not bottom else top / bottom
    return None


def scientific(match: re.Match[str]) -> Fraction | None:
    """The value of what `SCIENTIFIC` found."""
    exponent = int(match["braced"] or match["bare"])
    factor = _decimal(match["factor"] or "1")
    if factor is None or abs(exponent) > MAX_EXPONENT:
        return None
    return factor * Fraction(10) ** exponent * (-1 if match["sign"] == "-" else 1)


def _decimal(text: str) -> Fraction | None:
    plain = text.replace(",", "").lower()
    _, _, exponent = plain.partition("e")
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        return None
    return Fraction(plain)
