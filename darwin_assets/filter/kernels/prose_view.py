"""Signals of the prose of texts."""

# A loop over bytes is written for the compiler.
# ruff: noqa: PLR1714
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels import tally as t
from darwin_assets.filter.kernels.characters import ALNUM, code_point, flags_at, width
from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.distinct import hash_of
from darwin_assets.filter.kernels.eight_bytes import eight_bytes, n_code_points
from darwin_assets.filter.kernels.garbled import garbled_and_all, longest_piece
from darwin_assets.filter.kernels.lines import share
from darwin_assets.filter.kernels.prose_lines import (
    CHARS,
    DUPLICATE_CHARS,
    DUPLICATES,
    PIECES,
    count_lines,
    count_paragraphs,
    max_lines,
)
from darwin_assets.filter.kernels.repetition import (
    duplicate_covered_chars,
    narrow,
    repeated_words,
    table_size,
    top_covered_chars,
)
from darwin_assets.filter.kernels.stop_words import OTHER_CASE, n_stop_words, stop_word_bit
from darwin_assets.filter.kernels.text_view import NGRAM_COLUMNS

PROSE_COLUMNS = (
    "prose_n_words",
    "prose_mean_word_length",
    "prose_hash_word_ratio",
    "prose_ellipsis_word_ratio",
    "prose_alphabetic_word_share",
    "prose_uppercase_word_share",
    "prose_n_stop_words",
    "prose_garbled_share",
    "prose_duplicate_line_share",
    "prose_duplicate_line_char_share",
    "prose_duplicate_paragraph_share",
    "prose_duplicate_paragraph_char_share",
    *(f"prose_{name}" for name in NGRAM_COLUMNS),
)
N_BEFORE_NGRAMS = 12
_APOSTROPHE, _DASH, _DOT, _HASH = ord("'"), ord("-"), ord("."), ord("#")
_CURLY_APOSTROPHE, _ELLIPSIS = 0x2019, 0x2026


@inner_kernel
def _joins(data: NDArray[np.uint8], at: int, end: int, table: NDArray[np.uint32]) -> bool:
    """Whether an apostrophe or a hyphen stands at a byte, with a letter or a digit behind it."""
    byte = data[at]
    if byte != _APOSTROPHE and byte != _DASH and (byte != 0xE2 or code_point(data, at) != _CURLY_APOSTROPHE):
        return False
    after = at + width(byte)
    return after < end and flags_at(data, after, table) & ALNUM != 0


@inner_kernel
def _add_word(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    words: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    sums: NDArray[np.int64],
) -> int:
    """Add the word that begins at a byte; return where it ends."""
    n_chars, flags_of_any = 0, 0
    at = begin
    while at < end:
        flags = flags_at(data, at, table)
        if not flags & ALNUM and not _joins(data, at, end, table):
            break
        flags_of_any |= flags
        n_chars += 1
        at += width(data[at])
    stop_word = stop_word_bit(eight_bytes(data, begin), at - begin) & ~OTHER_CASE
    # nothing is said of all characters: no word is a mark here, though a digit of full width is one in the whole text
    t.add_word(words, hashes, sums, hash_of(data, begin, at), n_chars, flags_of_any, 0, stop_word)
    return at


@inner_kernel
def _add_words(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    words: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    sums: NDArray[np.int64],
) -> None:
    """Add the words of a prose, runs of letters and digits joined by inner apostrophes and hyphens, and the signs."""
    at, dots = begin, 0
    while at < end:
        byte = data[at]
        if flags_at(data, at, table) & ALNUM:
            at = _add_word(data, at, end, table, words, hashes, sums)
            dots = 0
            continue
        dots = dots + 1 if byte == _DOT else 0
        if dots == 3:
            sums[t.ELLIPSES] += 1
            dots = 0
        sums[t.HASHES] += byte == _HASH
        if byte == 0xE2 and code_point(data, at) == _ELLIPSIS:
            sums[t.ELLIPSES] += 1
        at += width(byte)


@kernel
def _write_line_shares(
    data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32], counts: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write the columns from `prose_duplicate_line_share` on; `counts` is scratch."""
    size = table_size(max_lines(data, begin, end))
    keys = np.zeros(size, np.uint64)
    counts[:] = 0
    count_lines(data, begin, end, table, keys, size, counts)
    _write_shares(counts, out, 8)
    keys[:] = 0
    counts[:] = 0
    count_paragraphs(data, begin, end, table, keys, size, counts)
    _write_shares(counts, out, 10)


@inner_kernel
def _write_shares(counts: NDArray[np.int64], out: NDArray[np.float64], column: int) -> None:
    out[column] = share(counts[DUPLICATES], counts[PIECES])
    out[column + 1] = share(counts[DUPLICATE_CHARS], counts[CHARS])


@kernel
def prose_signals(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    text_chars: NDArray[np.int64],
    table: NDArray[np.uint32],
    window_words: int,
) -> NDArray[np.float64]:
    """Return a row of `PROSE_COLUMNS` for each prose; `text_chars` are the characters of the whole texts.

    The characters of repeated n-grams are a share of those: a formula or a table between two sentences repeats nothing.
    Shares and ratios of nothing are 0.
    """
    n_texts = starts.size - 1
    out = np.zeros((n_texts, N_BEFORE_NGRAMS + 9))
    most_words, longest = 2, 2
    for text in range(n_texts):
        begin, end = starts[text], starts[text + 1]
        most_words = max(most_words, min((end - begin) // 2 + 1, t.max_words(data, begin, end)))
        longest = max(longest, longest_piece(data, begin, end))
    words = t.table_of_words(most_words)
    hashes, different, slots = t.hashes_in(words), t.different_in(words), t.slots_in(words)
    token = np.empty(longest + 1, np.int32)
    sums, counts = np.zeros(t.N_SUMS, np.int64), np.zeros(4, np.int64)
    for text in range(n_texts):
        begin, end = starts[text], starts[text + 1]
        if begin == end:
            continue
        # first, since it needs memory that the words of a long text will want
        _write_line_shares(data, begin, end, table, counts, out[text])
        sums[:] = 0
        _add_words(data, begin, end, table, words, hashes, sums)
        t.number_words(words, hashes, different, slots, sums)
        t.add_kinds(words, sums)
        n_words = sums[t.WORDS]
        out[text, 0] = n_words
        out[text, 1] = share(sums[t.WORD_CHARS], n_words)
        out[text, 2] = share(sums[t.HASHES], n_words)
        out[text, 3] = share(sums[t.ELLIPSES], n_words)
        out[text, 4] = share(sums[t.WITH_LETTER], n_words)
        out[text, 5] = share(sums[t.UPPERCASE], n_words)
        out[text, 6] = n_stop_words(sums[t.STOP_WORDS_SEEN])
        garbled, n_chars = garbled_and_all(data, begin, end, table, token)
        out[text, 7] = share(garbled, n_chars)
        _write_ngram_shares(
            n_words, text_chars[text], words, different, slots, window_words, out[text, N_BEFORE_NGRAMS:]
        )
    return out


@kernel
def _write_ngram_shares(
    n_words: int, n_chars: int, words: NDArray[np.int32], different: NDArray[np.uint64], slots: NDArray[np.int32],
    window_words: int, out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write the shares of `NGRAM_COLUMNS`: a character that several n-grams cover counts once (Gopher's reading)."""
    ids, chars = words[t.IDS], words[t.CHARS]
    places, names, counts = words[t.PLACES], words[t.NAMES], words[t.COUNTS]
    n_places = repeated_words(ids, n_words, counts, places, names)
    for n in range(2, 11):
        n_places = narrow(ids, n, places, names, n_places, counts, different, slots)
        if n_places == 0:
            break
        if n <= 4:
            covered = top_covered_chars(n, places, names, n_places, counts, chars)
        else:
            covered = duplicate_covered_chars(n, places, names, n_places, counts, chars, window_words)
        out[n - 2] = share(covered, n_chars)


@kernel
def chars_of_texts(data: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Characters of each text."""
    out = np.empty(starts.size - 1, np.int64)
    for text in range(starts.size - 1):
        out[text] = n_code_points(data, starts[text], starts[text + 1])
    return out
