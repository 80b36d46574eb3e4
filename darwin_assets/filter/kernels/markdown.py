"""Where what is no prose ends in Markdown: each function returns the end of what begins at a byte, or `NONE`.

Repeats are bounded and no opening mark stands inside of a pair: time grows with length, not with its square.
"""

# A loop over bytes is written for the compiler.
# ruff: noqa: PLR0911, SIM110
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import DECIMAL, SPACE, before, flags_at, width
from darwin_assets.filter.kernels.compiled import inner_kernel

NONE = -1
MAX_FENCE, MAX_CODE_CHARS, MAX_DISPLAY_CHARS, MAX_INLINE_CHARS = 20, 1000, 20_000, 2000
MAX_COMMENT_CHARS, MAX_TAG_CHARS, MAX_ALTERNATIVE_CHARS = 2000, 500, 5000
_NEWLINE, _BLANK, _TAB, _BACKSLASH, _DOLLAR, _TICK = ord("\n"), ord(" "), ord("\t"), ord("\\"), ord("$"), ord("`")


@inner_kernel
def skip_blanks(data: NDArray[np.uint8], at: int, end: int) -> int:
    """The first byte from `at` on that is no blank and no tab."""
    while at < end and (data[at] == _BLANK or data[at] == _TAB):
        at += 1
    return at


@inner_kernel
def line_feed(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Where the line ends."""
    while at < end and data[at] != _NEWLINE:
        at += 1
    return at


@inner_kernel
def run_of(data: NDArray[np.uint8], at: int, end: int) -> int:
    """How often the byte at a place stands there in a row."""
    after = at
    while after < end and data[after] == data[at]:
        after += 1
    return after - at


@inner_kernel
def _pair(data: NDArray[np.uint8], at: int, end: int, first: int, second: int) -> bool:
    return at + 1 < end and data[at] == first and data[at + 1] == second


@inner_kernel
def fenced_code(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Three fence marks or more at the beginning of a line, to a line of as many, or to the end of the text."""
    fence = skip_blanks(data, at, end)
    if fence == end or (data[fence] != _TICK and data[fence] != ord("~")):
        return NONE
    size = min(run_of(data, fence, end), MAX_FENCE)
    feed = line_feed(data, fence, end)
    if size < 3 or feed == end:
        return NONE
    while feed < end:
        closing = skip_blanks(data, feed + 1, end)
        feed = line_feed(data, closing, end)
        if closing < end and data[closing] == data[fence] and run_of(data, closing, end) == size:
            after = skip_blanks(data, closing + size, end)
            if after == feed:
                return after
    return end


@inner_kernel
def inline_code(data: NDArray[np.uint8], at: int, end: int) -> int:
    """One or two ticks to as many on the same line."""
    size = run_of(data, at, end)
    if size > 2:
        return NONE
    place, n_chars = at + size, 0
    while place < end and data[place] != _NEWLINE and n_chars <= MAX_CODE_CHARS:
        if data[place] == _TICK:
            closing = run_of(data, place, end)
            if closing == size:
                return place + size
            n_chars += closing
            place += closing
        else:
            n_chars += 1
            place += width(data[place])
    return NONE


@inner_kernel
def _ends_paragraph(data: NDArray[np.uint8], at: int, end: int) -> bool:
    if data[at] != _NEWLINE:
        return False
    after = skip_blanks(data, at + 1, end)
    return after < end and data[after] == _NEWLINE


@inner_kernel
def display_formula(data: NDArray[np.uint8], at: int, end: int) -> int:
    """`$$...$$` or `\\[...\\]`, of one paragraph."""
    bracket = data[at] == _BACKSLASH
    if not _pair(data, at, end, _BACKSLASH, ord("[")) and not _pair(data, at, end, _DOLLAR, _DOLLAR):
        return NONE
    place = at + 2
    for n_chars in range(MAX_DISPLAY_CHARS + 1):
        if place >= end:
            return NONE
        closes = _pair(data, place, end, _BACKSLASH, ord("]")) if bracket else _pair(data, place, end, _DOLLAR, _DOLLAR)
        if n_chars and closes:
            return place + 2
        if _ends_paragraph(data, place, end) or (bracket and _pair(data, place, end, _BACKSLASH, ord("["))):
            return NONE
        place += width(data[place])
    return NONE


@inner_kernel
def inline_formula(data: NDArray[np.uint8], begin: int, at: int, end: int, table: NDArray[np.uint32]) -> int:
    """`$...$` or `\\(...\\)` on one line.

    Pandoc's rule: no blank just inside of the dollars and no digit after them, so that "$5 and $10" stays prose.
    """
    if data[at] == _BACKSLASH:
        return _inline_bracket(data, at, end)
    if (at > begin and data[at - 1] == _BACKSLASH) or at + 1 == end:
        return NONE
    if data[at + 1] == _DOLLAR or flags_at(data, at + 1, table) & SPACE:
        return NONE
    place, n_chars = at + 1, 0
    while place < end and data[place] != _DOLLAR:
        if data[place] == _NEWLINE or n_chars == MAX_INLINE_CHARS:
            return NONE
        place += width(data[place])
        n_chars += 1
    if place >= end:
        return NONE
    last = before(data, place)
    if data[last] == _BACKSLASH or flags_at(data, last, table) & SPACE:
        return NONE
    digit = place + 1 < end and flags_at(data, place + 1, table) & DECIMAL
    return NONE if digit else place + 1


@inner_kernel
def _inline_bracket(data: NDArray[np.uint8], at: int, end: int) -> int:
    if not _pair(data, at, end, _BACKSLASH, ord("(")):
        return NONE
    place = at + 2
    for n_chars in range(MAX_INLINE_CHARS + 1):
        if place >= end:
            return NONE
        if n_chars and _pair(data, place, end, _BACKSLASH, ord(")")):
            return place + 2
        if data[place] == _NEWLINE or _pair(data, place, end, _BACKSLASH, ord("(")):
            return NONE
        place += width(data[place])
    return NONE


@inner_kernel
def _is_letter(byte: int) -> bool:
    return 97 <= byte | 0x20 <= 122


@inner_kernel
def html(data: NDArray[np.uint8], at: int, end: int) -> int:
    """A comment or a tag."""
    if at + 3 < end and data[at + 1] == ord("!") and data[at + 2] == ord("-") and data[at + 3] == ord("-"):
        place = at + 4
        for _ in range(MAX_COMMENT_CHARS + 1):
            if place + 2 >= end:
                return NONE
            if data[place] == ord("-") and data[place + 1] == ord("-") and data[place + 2] == ord(">"):
                return place + 3
            place += width(data[place])
        return NONE
    place = at + 2 if _pair(data, at, end, ord("<"), ord("/")) else at + 1
    if place >= end or not _is_letter(data[place]):
        return NONE
    place += 1
    for _ in range(MAX_TAG_CHARS + 1):
        if place >= end or data[place] == ord("<") or data[place] == _NEWLINE:
            return NONE
        if data[place] == ord(">"):
            return place + 1
        place += width(data[place])
    return NONE


@inner_kernel
def _target(data: NDArray[np.uint8], at: int, end: int, table: NDArray[np.uint32]) -> int:
    """The target of a link in round brackets, with or without a title in quotes."""
    if at >= end or data[at] != ord("("):
        return NONE
    place = at + 1
    while (
        place < end and data[place] != ord("(") and data[place] != ord(")") and not flags_at(data, place, table) & SPACE
    ):
        place += width(data[place])
    title = skip_blanks(data, place, end)
    if title > place and title < end and data[title] == ord('"'):
        title += 1
        while title < end and data[title] != ord('"') and data[title] != _NEWLINE:
            title += 1
        if title < end and data[title] == ord('"'):
            place = title + 1
    return place + 1 if place < end and data[place] == ord(")") else NONE


@inner_kernel
def image(data: NDArray[np.uint8], at: int, end: int, table: NDArray[np.uint32]) -> int:
    """`![description](target "title")`."""
    if not _pair(data, at, end, ord("!"), ord("[")):
        return NONE
    place = at + 2
    for _ in range(MAX_ALTERNATIVE_CHARS + 1):
        if place >= end or data[place] == ord("["):
            return NONE
        if data[place] == ord("]"):
            return _target(data, place + 1, end, table)
        place += width(data[place])
    return NONE


@inner_kernel
def link_text(data: NDArray[np.uint8], at: int, end: int) -> int:
    """The end of the words of `[words](target "title")`, where the bracket closes on the same line."""
    place = at + 1
    while place < end and data[place] != ord("[") and data[place] != ord("]") and data[place] != _NEWLINE:
        place += 1
    return place if place < end and data[place] == ord("]") else NONE


@inner_kernel
def link(data: NDArray[np.uint8], at: int, end: int, table: NDArray[np.uint32]) -> int:
    """`[words](target "title")`."""
    words = link_text(data, at, end)
    return NONE if words == NONE else _target(data, words + 1, end, table)


@inner_kernel
def _starts(data: NDArray[np.uint8], at: int, end: int, mark: NDArray[np.uint8]) -> bool:
    if at + mark.size > end:
        return False
    for place in range(mark.size):
        if data[at + place] != mark[place]:
            return False
    return True


_HTTP, _SCHEME_END, _WWW = (np.frombuffer(mark, dtype=np.uint8).copy() for mark in (b"http", b"://", b"www."))


@inner_kernel
def bare_url(data: NDArray[np.uint8], at: int, end: int, table: NDArray[np.uint32]) -> int:
    """A URL that begins with http, https or www, to the next white space or angle bracket."""
    if _starts(data, at, end, _WWW):
        place = at + _WWW.size
    elif _starts(data, at, end, _HTTP):
        place = at + _HTTP.size
        place += place < end and data[place] == ord("s")
        if not _starts(data, place, end, _SCHEME_END):
            return NONE
        place += _SCHEME_END.size
    else:
        return NONE
    first = place
    while (
        place < end and data[place] != ord("<") and data[place] != ord(">") and not flags_at(data, place, table) & SPACE
    ):
        place += width(data[place])
    return place if place > first else NONE
