"""Operations that take whole lines out: navigation, pagination and buttons (papers.md §4.4 operations 4 to 6; U11)."""

from __future__ import annotations

import re
from functools import cache

from darwin_assets.normalize.clean.line_patterns import BUTTONS, NAVIGATION, PAGINATION
from darwin_assets.normalize.clean.protected import FILLER, shadow

MAX_LINE_CHARS = 120
"""A longer line is a sentence, whatever it begins with."""

_SHORT_LINE = re.compile(rf"^(?! {{4}}|\t)[^\n{FILLER}]{{1,{MAX_LINE_CHARS}}}(?:\n|\Z)", re.MULTILINE)
_LIST_MARK = re.compile(r"(?:[-*+•>][ \t]+)+")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^()\s]*\)")


def without_navigation(text: str) -> tuple[str, int]:
    """Lines that are a site's menu, breadcrumb trail or skip link go."""
    return _without_lines(text, NAVIGATION)


def without_pagination(text: str) -> tuple[str, int]:
    """Lines that lead to other pages of the same document or list go."""
    return _without_lines(text, PAGINATION)


def without_buttons(text: str) -> tuple[str, int]:
    """Lines that are a button or a small notice of the page go: share, print, cookies, advertisement."""
    return _without_lines(text, BUTTONS)


def _without_lines(text: str, patterns: tuple[str, ...]) -> tuple[str, int]:
    """Take out the lines that a pattern matches as a whole; blank lines stay, so paragraphs do.

    Never touched are headings, indented code, and lines with a formula, code or a table. List marks, marks of emphasis
    and the addresses of links are passed over when a line is compared.
    """
    pattern = _any_of(patterns)
    doomed = [line for line in _SHORT_LINE.finditer(shadow(text, tables=True)) if pattern.fullmatch(bare(line[0]))]
    pieces, reached = [], 0
    for line in doomed:
        pieces.append(text[reached : line.start()])
        reached = line.end()
    return "".join([*pieces, text[reached:]]), len(doomed)


def bare(line: str) -> str:
    """The words of a line: without list mark, emphasis, link addresses and outer blanks."""
    line = line.strip()
    if mark := _LIST_MARK.match(line):
        line = line[mark.end() :]
    if "](" in line:
        line = _LINK.sub(r"\1", line)
    return line.strip("*_ \t")


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
