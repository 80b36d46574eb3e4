"""The prose of Markdown texts, byte by byte: what stands outside of formulas, code, tables and marks (`filter.prose`)."""

# A loop over bytes is written for the compiler.
# ruff: noqa: PLR0911
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.markdown import (
    NONE,
    bare_url,
    display_formula,
    fenced_code,
    html,
    image,
    inline_code,
    inline_formula,
    line_feed,
    link,
    link_text,
)
from darwin_assets.filter.kernels.markdown_lines import after_marker, is_rule, is_table_row

_NEWLINE, _BLANK, _BACKSLASH, _DOLLAR, _TICK = ord("\n"), ord(" "), ord("\\"), ord("$"), ord("`")

FENCES, INLINE_CODE, DISPLAY, FORMULAS, HTML, IMAGES, LINKS, URLS = range(8)
"""What a pass takes out, in the order of the passes; table rows go after formulas, rules and line marks last."""


def _openings() -> NDArray[np.uint8]:
    """By byte, the passes (as bits) for which it can begin something."""
    table = np.zeros(256, dtype=np.uint8)
    for kind, signs in (
        (FENCES, "`~"), (INLINE_CODE, "`"), (DISPLAY, "$\\"), (FORMULAS, "$\\"), (HTML, "<"), (IMAGES, "!"), (LINKS, "["),
        (URLS, "hw"),
    ):  # fmt: skip
        table[[ord(sign) for sign in signs]] |= 1 << kind
    return table


_OPENINGS = _openings()


@inner_kernel
def _end_of(kind: int, data: NDArray[np.uint8], begin: int, at: int, end: int, table: NDArray[np.uint32]) -> int:
    """The end of what a pass takes out at a byte, or `NONE`."""
    if kind == FENCES:
        return fenced_code(data, at, end) if at == begin or data[at - 1] == _NEWLINE else NONE
    if kind == INLINE_CODE:
        return NONE if at > begin and data[at - 1] == _TICK else inline_code(data, at, end)
    if kind == DISPLAY:
        return display_formula(data, at, end)
    if kind == FORMULAS:
        return inline_formula(data, begin, at, end, table)
    if kind == HTML:
        return html(data, at, end)
    if kind == IMAGES:
        return image(data, at, end, table)
    if kind == LINKS:
        return link(data, at, end, table)
    return bare_url(data, at, end, table)


@inner_kernel
def _take_out(kind: int, data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    """Replace all of a kind, in place, by a blank (fenced code by a line feed, links by their words); return the new end.

    What is written never reaches the byte before the one that is read, so that what stands there is still the original.
    """
    bit = 1 << kind
    read = written = begin
    while read < end:
        byte = data[read]
        opens = _OPENINGS[byte] & bit or (kind == FENCES and byte <= _BLANK)
        after = _end_of(kind, data, begin, read, end, table) if opens else NONE
        if after == NONE:
            data[written] = byte
            read += 1
            written += 1
            continue
        if kind == LINKS:
            for place in range(read + 1, link_text(data, read, end)):
                data[written] = data[place]
                written += 1
        else:
            data[written] = _NEWLINE if kind == FENCES else _BLANK
            written += 1
        read = after
    return written


@inner_kernel
def _take_out_lines(tables: bool, data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    """Empty the table rows, or the horizontal rules, and take the marks off the other lines; return the new end."""
    read = written = begin
    while read < end:
        feed = line_feed(data, read, end)
        if tables:
            first = feed if is_table_row(data, read, feed) else read
        else:
            first = feed if is_rule(data, read, feed) else after_marker(data, read, feed, table)
        for place in range(first, min(feed + 1, end)):
            data[written] = data[place]
            written += 1
        read = feed + 1
    return written


@inner_kernel
def _seen(data: NDArray[np.uint8], begin: int, end: int) -> int:
    """The passes, as bits, that may have something to do."""
    seen = 0
    for at in range(begin, end):
        seen |= _OPENINGS[data[at]]
    return seen


@inner_kernel
def reduce_to_prose(data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    """Reduce a text to its prose, in place; return the new end."""
    seen = _seen(data, begin, end)
    for kind in range(LINKS + 2):
        if seen >> kind & 1:
            end = _take_out(kind, data, begin, end, table)
        if kind == FORMULAS:
            end = _take_out_lines(True, data, begin, end, table)
    return _take_out_lines(False, data, begin, end, table)


@kernel
def prose_bytes(
    data: NDArray[np.uint8], starts: NDArray[np.int64], table: NDArray[np.uint32]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the proses of texts, as bytes and starts like those of the texts."""
    out = np.empty(data.size, np.uint8)
    out_starts = np.zeros(starts.size, np.int64)
    at = 0
    for text in range(starts.size - 1):
        end = at
        for place in range(starts[text], starts[text + 1]):
            out[end] = data[place]
            end += 1
        at = reduce_to_prose(out, at, end, table)
        out_starts[text + 1] = at
    return out[:at], out_starts
