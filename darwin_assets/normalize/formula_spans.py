"""Formulas that stand in running text between TeX delimiters, found in one pass however hostile the text."""

from __future__ import annotations

import re
from typing import NamedTuple

_ENVIRONMENTS = r"(?:equation|align|alignat|gather|multline|eqnarray|flalign)\*?"
_DELIMITER = re.compile(rf"\\[\[\]()]|\\(?:begin|end)\{{{_ENVIRONMENTS}\}}|(?<!\\)\$\$?")
_CLOSERS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$", "$": "$"}
_MAX_INLINE_CHARS = 500


class FormulaSpan(NamedTuple):
    """Where a formula stands, delimiters included, and its TeX without them."""

    start: int
    end: int
    tex: str
    is_display: bool


def formula_spans(text: str, *, dollars: bool) -> list[FormulaSpan]:
    r"""All `\(...\)`, `\[...\]`, `$$...$$` and equation environments; `$...$` only where `dollars` says so.

    An opening delimiter that is never closed is text. Between two single dollars nothing may be a line end,
    and a space inside the opening or a digit after the closing one makes it an amount of money.
    """
    marks = [mark for mark in _DELIMITER.finditer(text) if dollars or mark[0] != "$"]
    last = {mark[0]: position for position, mark in enumerate(marks)}
    spans: list[FormulaSpan] = []
    opened: re.Match[str] | None = None
    for position, mark in enumerate(marks):
        token = mark[0]
        if opened is not None and token == _closer(opened[0]) and _may_close(text, opened, mark):
            spans.append(_span(text, opened, mark))
            opened = None
        elif opened is None or token == opened[0]:
            closer = _closer(token)
            can_open = closer is not None and last.get(closer, -1) > position and _may_open(text, mark)
            opened = mark if can_open else None
    return spans


def _closer(opening: str) -> str | None:
    if opening.startswith(r"\begin"):
        return opening.replace(r"\begin", r"\end")
    return _CLOSERS.get(opening)


def _may_open(text: str, mark: re.Match[str]) -> bool:
    return mark[0] != "$" or not text[mark.end() : mark.end() + 1].isspace()


def _may_close(text: str, opened: re.Match[str], mark: re.Match[str]) -> bool:
    if not text[opened.end() : min(mark.start(), opened.end() + 50)].strip():
        return False
    if mark[0] != "$":
        return True
    if mark.start() - opened.end() > _MAX_INLINE_CHARS or "\n" in text[opened.end() : mark.start()]:
        return False
    return not text[mark.start() - 1].isspace() and not text[mark.end() : mark.end() + 1].isdigit()


def _span(text: str, opened: re.Match[str], closed: re.Match[str]) -> FormulaSpan:
    is_environment = opened[0].startswith(r"\begin")
    inner = slice(opened.start(), closed.end()) if is_environment else slice(opened.end(), closed.start())
    return FormulaSpan(opened.start(), closed.end(), text[inner], opened[0] not in {r"\(", "$"})
