"""Lines and paragraphs of the whole text as Gopher's and FineWeb's rules see them, with datatrove's edge cases."""

# A loop over bytes is written for the compiler.
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import TERMINAL, before, flags_at, skip_space, strip_space
from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.distinct import PRIME, SEED, hash_and_chars, mixed, seen_before
from darwin_assets.filter.kernels.eight_bytes import NEWLINES, eight_bytes, marked, zero_bytes
from darwin_assets.filter.kernels.repetition import table_size

SHORT_LINE_CHARS = 30
"""FineWeb: a line of at most so many characters is short."""

LINE_COLUMNS = (
    "duplicate_line_share",
    "duplicate_line_char_share",
    "duplicate_paragraph_share",
    "duplicate_paragraph_char_share",
    "terminal_line_share",
    "short_line_share",
    "repeated_line_char_share",
)
_NEWLINE = ord("\n")


@inner_kernel
def newline_at(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Where the next line feed stands from a byte on, or `end`."""
    while at < end:
        before_it = marked(zero_bytes(eight_bytes(data, at) ^ NEWLINES))
        at += before_it
        if before_it < 8:
            return min(at, end)
    return end


@inner_kernel
def share(part: float, whole: float) -> float:
    """A part of a whole; of nothing, 0."""
    return part / whole if whole else 0.0


@kernel
def line_signals(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    newlines: int,
    table: NDArray[np.uint32],
    out: NDArray[np.float64],
) -> None:
    """Write `LINE_COLUMNS` of one text to `out`.

    Lines are what line feeds divide. Gopher: not empty ones; share of lines by number, of all characters. FineWeb: not
    blank ones, a terminal mark being the very last character; repeated characters as a share of all but line feeds.
    Paragraphs: what two line feeds or more divide, the text without its outer white space.
    """
    size, paragraphs_size = table_size(newlines + 1), table_size(newlines // 2 + 1)
    line_keys, paragraph_keys = np.zeros(size, np.uint64), np.zeros(paragraphs_size, np.uint64)
    inner = skip_space(data, begin, end, table)
    inner_end = strip_space(data, inner, end, table)
    n_lines, n_duplicates, chars, duplicate_chars = 0, 0, 0, 0
    n_written, n_terminal, n_short, repeated_chars = 0, 0, 0, 0
    n_paragraphs, n_duplicate_paragraphs, duplicate_paragraph_chars = 0, 0, 0
    paragraph, paragraph_chars = SEED, 0
    start = begin
    while start <= end:
        at = newline_at(data, start, end)
        value, n_chars = hash_and_chars(data, start, at)
        chars += n_chars
        if at > start:
            n_lines += 1
            duplicate = seen_before(value, line_keys, size)
            n_duplicates += duplicate
            duplicate_chars += duplicate * n_chars
            if skip_space(data, start, at, table) < at:
                n_written += 1
                n_short += n_chars <= SHORT_LINE_CHARS
                n_terminal += flags_at(data, before(data, at), table) & TERMINAL != 0
                repeated_chars += duplicate * n_chars
        first, last = max(start, inner), min(at, inner_end)
        if first < last:
            if first != start or last != at:
                value, n_chars = hash_and_chars(data, first, last)
            paragraph = (paragraph ^ value) * PRIME
            paragraph_chars += n_chars + (paragraph_chars > 0)
        if paragraph_chars and (first >= last or at >= inner_end):
            n_paragraphs += 1
            if seen_before(mixed(paragraph), paragraph_keys, paragraphs_size):
                n_duplicate_paragraphs += 1
                duplicate_paragraph_chars += paragraph_chars
            paragraph, paragraph_chars = SEED, 0
        start = at + 1
    # datatrove splits at runs of line feeds: a run at either end leaves an empty line there
    if newlines:
        at_start, at_end = data[begin] == _NEWLINE, data[end - 1] == _NEWLINE
        n_lines += at_start + at_end
        n_duplicates += at_start and at_end
    all_chars = chars + newlines
    out[0] = share(n_duplicates, n_lines)
    out[1] = share(duplicate_chars, all_chars)
    out[2] = share(n_duplicate_paragraphs, n_paragraphs)
    out[3] = share(duplicate_paragraph_chars, all_chars)
    out[4] = share(n_terminal, n_written)
    out[5] = share(n_short, n_written)
    out[6] = share(repeated_chars, chars)
