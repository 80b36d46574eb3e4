"""What no cleaning operation touches: code, formulas and, for most operations, tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from darwin_assets.normalize.formula_spans import formula_spans

FILLER = "\ufdd0"
"""Stands for every protected character in a shadow: a Unicode noncharacter, which no pattern matches."""

# No two neighbouring parts can match the same characters: time grows with length, whatever the text.
_FENCED_CODE = re.compile(
    r"^[ \t>]*(`{3,20}|~{3,20})[^\n]*\n.*?(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_INLINE_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^\n]{1,1000}?(?<!`)\1(?!`)")
_HTML_BLOCK = re.compile(r"<(table|pre|code|math)\b(?:(?!<\1\b).)*?</\1>", re.DOTALL | re.IGNORECASE)
_RULED_TABLE = re.compile(
    r"^(?=[^\n]*\|)[^\n]*\n(?=[^\n]*-)(?=[^\n]*\|)[ \t]*[|:-][ \t|:-]*(?:\n(?=[^\n]*\|)[^\n]*)*$", re.MULTILINE
)
_PIPE_ROW = re.compile(r"^[ \t>]*\|[^\n]*$", re.MULTILINE)

Replacement = Callable[[re.Match[str]], str | None]


@lru_cache(maxsize=1)
def shadow(text: str, *, tables: bool) -> str:
    """Return `text` with every protected character, line breaks too, replaced by `FILLER`: of the same length.

    Protected are fenced and inline code, formulas between TeX delimiters, the HTML elements table, pre, code and math, and
    with `tables` the rows of Markdown tables. An opening mark that is never closed protects nothing, except for a fence,
    which reaches to the end, as Markdown reads it. The last one is remembered: several operations ask in a row.
    """
    text = _FENCED_CODE.sub(_fill, text)
    text = _INLINE_CODE.sub(_fill, text)
    if "</" in text:
        text = _HTML_BLOCK.sub(_fill, text)
    pieces, reached = [], 0
    for span in formula_spans(text, dollars=True):
        pieces += [text[reached : span.start], FILLER * (span.end - span.start)]
        reached = span.end
    text = "".join([*pieces, text[reached:]])
    return _PIPE_ROW.sub(_fill, _RULED_TABLE.sub(_fill, text)) if tables else text


def replace_free(text: str, pattern: re.Pattern[str], replacement: Replacement, *, tables: bool) -> tuple[str, int]:
    """Return the text with the unprotected matches replaced, and their number; where `replacement` gives None, it stays."""
    if pattern.search(text) is None:
        return text, 0
    pieces, reached, n_replaced = [], 0, 0
    for match in pattern.finditer(shadow(text, tables=tables)):
        new = None if FILLER in match[0] else replacement(match)
        if new is not None:
            pieces += [text[reached : match.start()], new]
            reached = match.end()
            n_replaced += 1
    return "".join([*pieces, text[reached:]]), n_replaced


def _fill(match: re.Match[str]) -> str:
    return FILLER * len(match[0])
