"""What an answer is made of: a list, a tuple or interval, a set, a union, a matrix, an equation. Strings in, strings out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from darwin_assets.evaluation.scoring.braces import split_top
from darwin_assets.evaluation.scoring.exact_number import is_thousands

_COMMA = re.compile(r"[,;]\s*(?:\\(?:text|mbox|mathrm)\{\s*(?:and|or)\s*\}|and\b|or\b)?")
_AND = re.compile(
    r"\\(?:text|mbox|mathrm)\{\s*,?\s*(?:and|or)\s*\}|\b(?:and|or)\b|\\(?:land|lor|wedge|vee)(?![A-Za-z])"
)
_CUP = re.compile(r"\\cup(?![A-Za-z])")
_EQUALS = re.compile(r"(?<![<>!\\])=")
_ROW = re.compile(r"\\\\(?:\[[^\]]*\])?")
_CELL = re.compile(r"&")
_PLUS_MINUS = re.compile(r"\\pm(?![A-Za-z])\s*")
_MATRIX = re.compile(r"\\begin\{([bpvBV]?matrix|array)\}(?:\{[^{}]*\})?(.*?)\\end\{\1\}", re.DOTALL)
_NAME = r"(?:[A-Za-z]{1,2}'?|\\[A-Za-z]+|[A-Za-z](?:_\{?\w\}?)?\([A-Za-z]\)|[A-Za-z]_\{?\w\}?)"
_ASSIGNED = re.compile(rf"(?P<name>{_NAME})\s*(?:=|\\(?:in|approx)(?![A-Za-z]))(?:[^=]+=)*\s*(?P<value>[^=]+)")
_CHAIN = re.compile(
    rf"(?P<low>[^<>=]+?)(?P<opened><|\\le(?![A-Za-z]))\s*{_NAME}\s*(?P<closed><|\\le(?![A-Za-z]))(?P<high>[^<>=]+)"
)
_HALF_LINE = re.compile(rf"{_NAME}\s*(?P<sign><|>|\\[lg]e(?![A-Za-z]))(?P<bound>[^<>=]+)")
SET = "\\{"
_CLOSING = {"(": ")", "[": "]", SET: "\\}"}
_CALCULATION = re.compile(r"(?=\D*\d)(?:[\d\s.,+\-*/^(){}!%]|\\(?:frac|times|cdot|div|sqrt)(?![A-Za-z]))+")


@dataclass(frozen=True, slots=True)
class Bracketed:
    """Parts between a bracket and its counterpart, which may be of the other kind: (3, 4]."""

    opened: str
    closed: str
    parts: tuple[str, ...]


def elements(text: str, *, tight_commas: bool = False) -> list[str]:
    """The answers of a list without brackets, ± written out as two. A comma between digits is one of a number such as 58,500,
    unless `tight_commas`."""
    if is_thousands(text) and not tight_commas:
        return [text.strip()]
    parts = [part for commas in split_top(text, _COMMA) for part in split_top(commas, _AND)]
    return [one for part in parts if part for one in _both_signs(part)]


def _both_signs(part: str) -> list[str]:
    if len(split_top(part, _PLUS_MINUS)) != 2:
        return [part]
    return [_PLUS_MINUS.sub(sign, part) for sign in "+-"]


def unassigned(text: str) -> str:
    """The last value of `x = value`, `x = value = value` and `x \\in value`; other texts as they are."""
    match = _ASSIGNED.fullmatch(text)
    return match["value"].strip() if match else text


def result(text: str) -> str | None:
    """What stands behind the last `=` of a calculation with numbers alone before it, as in 9 + 9 = 18; None for all else."""
    *before, last = split_top(text, _EQUALS)
    return last if before and last and all(map(_CALCULATION.fullmatch, before)) else None


def name_of(text: str) -> str | None:
    """The name that such a text gives its value to."""
    match = _ASSIGNED.fullmatch(text)
    return match["name"] if match else None


def sides(text: str) -> tuple[str, str] | None:
    """Both sides of an equation."""
    parts = split_top(text, _EQUALS)
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else None


def union(text: str) -> list[str]:
    """The parts of a union; one, if it is none."""
    return split_top(text, _CUP)


def bracketed(text: str) -> Bracketed | None:
    """A tuple, an interval, a set or a point: brackets around the whole text with at least two parts, or any set."""
    opened = SET if text.startswith(SET) else text[:1]
    closed = "\\}" if text.endswith("\\}") else text[-1:]
    if opened not in _CLOSING or closed not in _CLOSING.values() or (opened == SET) != (closed == "\\}"):
        return None
    inner = text[len(opened) : -len(closed)]
    parts = split_top(inner, re.compile(r"[,;]"))
    if not _balanced(inner) or not all(parts) or (len(parts) < 2 and opened != SET):
        return None
    return Bracketed(opened, closed, tuple(parts))


def interval(text: str) -> Bracketed | None:
    """What inequalities of one name say: a < x ≤ b, x ≥ a."""
    if chain := _CHAIN.fullmatch(text):
        brackets = "(" if chain["opened"] == "<" else "[", ")" if chain["closed"] == "<" else "]"
        return Bracketed(*brackets, (chain["low"].strip(), chain["high"].strip()))
    half = _HALF_LINE.fullmatch(text)
    if half is None:
        return None
    if half["sign"] in ("<", "\\le"):
        return Bracketed("(", ")" if half["sign"] == "<" else "]", ("-\\infty", half["bound"].strip()))
    return Bracketed("(" if half["sign"] == ">" else "[", ")", (half["bound"].strip(), "\\infty"))


def _balanced(text: str) -> bool:
    """Whether no bracket closes that was opened outside of the text."""
    depth = 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if depth < 0:
            return False
    return depth == 0


def matrix(text: str) -> list[list[str]] | None:
    """Cells by rows of a matrix that is the whole text."""
    match = _MATRIX.fullmatch(text)
    if match is None:
        return None
    rows = [row for row in split_top(match[2].strip(), _ROW) if row]
    return [split_top(row, _CELL) for row in rows]
