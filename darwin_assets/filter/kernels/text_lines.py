"""The lines of a text, as str.splitlines cuts them, and the pieces and words in each: everything added to the sums."""

# A loop over bytes is written for the compiler.
# ruff: noqa: PLR1714
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels import tally as t
from darwin_assets.filter.kernels.affixes import CANNOT_BYTES, is_cannot
from darwin_assets.filter.kernels.c4 import KEPT, fate, is_terminated, phrases, without_citations
from darwin_assets.filter.kernels.characters import (
    ALNUM,
    ALPHA,
    IDEOGRAPH,
    LINE_BREAK,
    SPACE,
    UPPER,
    code_point,
    flags_at,
    skip_space,
    strip_space,
    width,
)
from darwin_assets.filter.kernels.compiled import inner_kernel
from darwin_assets.filter.kernels.distinct import SEED, joined, word_hash
from darwin_assets.filter.kernels.sentences import sentences_by_marks, sentences_by_words, sentences_of_line
from darwin_assets.filter.kernels.words import cut_piece

_LAYOUT_BULLETS = tuple(map(ord, "•‣◦▪●○■□·"))
_BULLET, _ELLIPSIS = 0x2022, 0x2026
_BYTE = np.uint64(8)


@inner_kernel
def line_end(data: NDArray[np.uint8], at: int, end: int, table: NDArray[np.uint32]) -> int:
    """Where the line break stands that ends the line, or `end`."""
    while at < end:
        byte = data[at]
        if byte < 0x20 or byte == 0xC2 or byte == 0xE2:
            if flags_at(data, at, table) & LINE_BREAK:
                return at
            at += width(byte)
        else:
            at += 1
    return end


@inner_kernel
def after_break(data: NDArray[np.uint8], at: int, end: int) -> int:
    """Where the next line begins behind a line break; a carriage return and a line feed are one."""
    if data[at] == ord("\r") and at + 1 < end and data[at + 1] == ord("\n"):
        return at + 2
    return at + width(data[at])


@inner_kernel
def add_lines(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    english: bool,
    words: NDArray[np.int32],
    keys: NDArray[np.uint64],
    size: int,
    ends: NDArray[np.int64],
    copy: NDArray[np.uint8],
    sums: NDArray[np.int64],
) -> None:
    """Add every line of a text to `sums` and its words to `words`; `keys` and `size` as in
    `tally.word_number`, the rest is scratch."""
    at = begin
    while at < end:
        stop = line_end(data, at, end, table)
        first = skip_space(data, at, stop, table)
        last = strip_space(data, first, stop, table)
        sums[t.LINES] += 1
        if first < last:
            sums[t.WRITTEN_LINES] += 1
            _add_line(data, first, last, table, english, words, keys, size, ends, copy, sums)
        at = after_break(data, stop, end) if stop < end else end


@inner_kernel
def _add_line(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    english: bool,
    words: NDArray[np.int32],
    keys: NDArray[np.uint64],
    size: int,
    ends: NDArray[np.int64],
    copy: NDArray[np.uint8],
    sums: NDArray[np.int64],
) -> None:
    """Add a line without its outer white space."""
    _add_layout(data, begin, end, sums)
    first_word = sums[t.ALL_WORDS]
    n_pieces, longest = 0, 0
    at = begin
    while at < end:
        at, n_chars = _add_piece(data, at, end, table, english, words, keys, size, ends, sums)
        at = skip_space(data, at, end, table)
        n_pieces += 1
        longest = max(longest, n_chars)
    n_lorem, javascript, bracket, policy, citation = phrases(data, begin, end)
    sums[t.LOREM_IPSUM_PHRASES] += n_lorem
    copied = without_citations(data, begin, end, table, copy) if citation else 0
    terminated = is_terminated(copy, 0, copied) if citation else is_terminated(data, begin, end)
    what = fate(n_pieces, longest, terminated, n_lorem > 0, javascript, bracket, policy)
    sums[t.FATES + what] += 1
    if not english:
        n_sentences = sentences_by_marks(data, begin, end, table)
        sums[t.SENTENCES] += n_sentences
    if what != KEPT:
        return
    if citation:
        sums[t.C4_SENTENCES] += sentences_of_line(copy, 0, copied, table, english, ends)
    elif english:
        sums[t.C4_SENTENCES] += sentences_by_words(words, t.KINDS, first_word, sums[t.ALL_WORDS])
    else:
        sums[t.C4_SENTENCES] += n_sentences


@inner_kernel
def _add_layout(data: NDArray[np.uint8], begin: int, end: int, sums: NDArray[np.int64]) -> None:
    """Add whether a line opens a list item or ends in an ellipsis: in datatrove's reading, and in that of Markdown."""
    opening = code_point(data, begin)
    ascii_bullet = opening in (ord("-"), ord("*"), ord("+"))
    sums[t.BULLETS] += opening in (ord("-"), _BULLET)
    if ascii_bullet:
        sums[t.LAYOUT_BULLETS] += end - begin > 1 and data[begin + 1] in (ord(" "), ord("\t"))
    elif opening > 127:
        sums[t.LAYOUT_BULLETS] += opening in _LAYOUT_BULLETS
    ellipsis = end - begin >= 3 and (
        (data[end - 1] == ord(".") and data[end - 2] == ord(".") and data[end - 3] == ord("."))
        or (data[end - 3] == 0xE2 and code_point(data, end - 3) == _ELLIPSIS)
    )
    sums[t.ELLIPSIS_LINES] += ellipsis
    sums[t.LAYOUT_ELLIPSIS_LINES] += ellipsis


@inner_kernel
def _add_piece(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    english: bool,
    words: NDArray[np.int32],
    keys: NDArray[np.uint64],
    size: int,
    ends: NDArray[np.int64],
    sums: NDArray[np.int64],
) -> tuple[int, int]:
    """Add what stands from a byte to the next white space; return where that is, and the characters before it."""
    value, packed, n_chars, flags_of_any, flags_of_all = SEED, np.uint64(0), 0, 0, -1
    ideographs, others = 0, 0
    at = begin
    while at < end:
        byte = data[at]
        flags = flags_at(data, at, table)
        if flags & SPACE:
            break
        packed = packed << _BYTE | np.uint64(byte)
        at += 1
        if (at - begin) & 7 == 0:
            value, packed = joined(value, packed), np.uint64(0)
        n_chars += 1
        flags_of_all &= flags
        if byte < 0x80:
            flags_of_any |= flags
            continue
        others |= flags
        while at < end and data[at] & 0xC0 == 0x80:
            packed = packed << _BYTE | np.uint64(data[at])
            at += 1
            if (at - begin) & 7 == 0:
                value, packed = joined(value, packed), np.uint64(0)
        ideographs += flags & IDEOGRAPH != 0
        sums[t.CONTENT] += flags & ALNUM
        sums[t.UPPERCASE_CHARS] += flags & UPPER != 0
        sums[t.DIGITS] += flags & (ALNUM | ALPHA) == ALNUM
    sums[t.UNITS] += ideographs if ideographs else (flags_of_any | others) & ALNUM
    flags_of_any |= others
    if flags_of_all & ALPHA and not (english and at - begin == CANNOT_BYTES and is_cannot(packed)):
        value = word_hash(value, packed, at - begin)
        stop_word = t.stop_word(packed, at - begin)
        t.add_word(words, keys, size, sums, value, n_chars, flags_of_any, flags_of_all, stop_word)
        return at, n_chars
    _add_signs(data, begin, at, sums)
    if english:
        _add_cut_piece(data, begin, at, table, words, keys, size, ends, sums)
    else:
        t.add_word(
            words, keys, size, sums, word_hash(value, packed, at - begin), n_chars, flags_of_any, flags_of_all, 0
        )
    return at, n_chars


@inner_kernel
def _add_cut_piece(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    words: NDArray[np.int32],
    keys: NDArray[np.uint64],
    size: int,
    ends: NDArray[np.int64],
    sums: NDArray[np.int64],
) -> None:
    """Add the words of a piece that holds more than letters."""
    at = begin
    for word in range(cut_piece(data, begin, end, table, ends, 0)):
        start, stop = at, ends[word]
        value, packed, n_chars, flags_of_any, flags_of_all = SEED, np.uint64(0), 0, 0, -1
        while at < stop:
            byte = data[at]
            if byte & 0xC0 != 0x80:
                flags = flags_at(data, at, table)
                flags_of_any, flags_of_all = flags_of_any | flags, flags_of_all & flags
                n_chars += 1
            packed = packed << _BYTE | np.uint64(byte)
            at += 1
            if (at - start) & 7 == 0:
                value, packed = joined(value, packed), np.uint64(0)
        value = word_hash(value, packed, stop - start)
        stop_word = t.stop_word(packed, stop - start)
        t.add_word(words, keys, size, sums, value, n_chars, flags_of_any, flags_of_all, stop_word)


@inner_kernel
def _add_signs(data: NDArray[np.uint8], begin: int, end: int, sums: NDArray[np.int64]) -> None:
    """Add the signs of a piece that rules count: "#", ellipses, curly brackets, full stops and commas."""
    dots = 0
    for at in range(begin, end):
        byte = data[at]
        if byte == ord("."):
            dots += 1
            sums[t.STOPS_AND_COMMAS] += 1
            if dots == 3:
                sums[t.ELLIPSES] += 1
                dots = 0
            continue
        dots = 0
        if byte == ord("#"):
            sums[t.HASHES] += 1
        elif byte == ord(","):
            sums[t.STOPS_AND_COMMAS] += 1
        elif byte in (ord("{"), ord("}")):
            sums[t.CURLY_BRACKETS] += 1
        elif byte == 0xE2 and code_point(data, at) == _ELLIPSIS:
            sums[t.ELLIPSES] += 1
