"""Signals of the whole text: one pass over its lines, their words, and then over the repeated n-grams."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels import tally as t
from darwin_assets.filter.kernels.c4 import (
    CURLY_BRACKET,
    FEW_WORDS,
    JAVASCRIPT,
    KEPT,
    LONG_WORD,
    LOREM_CHARS,
    LOREM_IPSUM,
    POLICY,
    UNTERMINATED,
    may_hold_phrases,
)
from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.lines import LINE_COLUMNS, line_signals, share
from darwin_assets.filter.kernels.repetition import duplicate_chars, narrow, repeated_words, top_chars
from darwin_assets.filter.kernels.sentences import sentences_by_words
from darwin_assets.filter.kernels.stop_words import n_stop_words
from darwin_assets.filter.kernels.text_lines import add_lines

NGRAM_COLUMNS = (
    *(f"top_{n}gram_char_share" for n in (2, 3, 4)),
    *(f"duplicate_{n}gram_char_share" for n in range(5, 11)),
)
TEXT_COLUMNS = (
    "n_words",
    "n_words_and_marks",
    "mean_word_length",
    "alphabetic_mean_word_length",
    "hash_word_ratio",
    "ellipsis_word_ratio",
    "symbol_word_ratio",
    "alphabetic_word_share",
    "uppercase_word_share",
    "unique_word_share",
    "unigram_entropy",
    "n_stop_words",
    "n_stop_word_occurrences",
    "stop_word_share",
    "n_sentences",
    "bullet_line_share",
    "ellipsis_line_share",
    "prose_bullet_line_share",
    "prose_ellipsis_line_share",
    "newline_word_ratio",
    "c4_n_sentences",
    "c4_n_lorem_ipsum_lines",
    "c4_n_curly_bracket_lines",
    "c4_cut_line_share",
    "c4_long_word_line_share",
    "c4_unterminated_line_share",
    "c4_few_words_line_share",
    "c4_javascript_line_share",
    "c4_policy_line_share",
    "n_content_chars",
    "digit_char_share",
    "uppercase_char_share",
    "curly_bracket_char_share",
    "lorem_ipsum_char_share",
    "short_unpunctuated",
    "n_length_units",
    *LINE_COLUMNS,
    *NGRAM_COLUMNS,
)
N_RATIOS = TEXT_COLUMNS.index(LINE_COLUMNS[0])
N_LINE_SIGNALS = len(LINE_COLUMNS)
SHORT_ARTICLE_CHARS = 200
"""UltraData-Math: an article of at most so many characters without a full stop or a comma is dropped."""


@kernel
def text_signals(
    data: NDArray[np.uint8], starts: NDArray[np.int64], table: NDArray[np.uint32], english: bool
) -> NDArray[np.float64]:
    """Return a row of `TEXT_COLUMNS` for each text; shares and ratios of nothing are 0."""
    n_texts = starts.size - 1
    out = np.zeros((n_texts, N_RATIOS + N_LINE_SIGNALS + 9))
    most_words, most_bytes = 2, 2
    counts = np.empty((n_texts, t.N_COUNTS), np.int64)
    for text in range(n_texts):
        begin, end = starts[text], starts[text + 1]
        t.count_bytes(data, begin, end, counts, text)
        # as in t.max_words
        n_chars = counts[text, t.N_CHARS]
        most_words = max(most_words, min(n_chars, 2 + 2 * (n_chars - counts[text, t.N_LETTERS])))
        most_bytes = max(most_bytes, end - begin)
    words = t.table_of_words(most_words)
    hashes, ends = t.hashes_in(words), t.ends_in(words)
    different, slots = t.different_in(words), t.slots_in(words)
    copy = np.empty(most_bytes, np.uint8)
    sums = np.zeros(t.N_SUMS, np.int64)
    for text in range(n_texts):
        begin, end = starts[text], starts[text + 1]
        if begin == end:
            continue
        row = out[text]
        n_chars, newlines = counts[text, t.N_CHARS], counts[text, t.N_NEWLINES]
        # first, since it needs memory that the words of a long text will want
        line_signals(data, begin, end, newlines, table, row[N_RATIOS:])
        sums[:] = 0
        with_phrases = may_hold_phrases(data, begin, end)
        add_lines(data, begin, end, table, english, with_phrases, words, hashes, ends, copy, sums)
        if english:
            sums[t.SENTENCES] = sentences_by_words(words, t.KINDS, 0, sums[t.ALL_WORDS])
        t.number_words(words, hashes, different, slots, sums)
        t.add_kinds(words, sums)
        sums[t.CONTENT] += counts[text, t.N_LETTERS] + counts[text, t.N_DIGITS]
        sums[t.UPPERCASE_CHARS] += counts[text, t.N_CAPITALS]
        sums[t.DIGITS] += counts[text, t.N_DIGITS]
        ratios(sums, words[t.COUNTS], n_chars, newlines, row)
        ngram_shares(sums[t.ALL_WORDS], n_chars, words, different, slots, row[N_RATIOS + N_LINE_SIGNALS :])
    return out


@kernel
def ngram_shares(
    n_words: int,
    n_chars: int,
    words: NDArray[np.int32],
    different: NDArray[np.uint64],
    slots: NDArray[np.int32],
    out: NDArray[np.float64],
) -> None:
    """Write `NGRAM_COLUMNS`: characters of repeated n-grams as a share of all characters (datatrove's reading)."""
    ids, chars = words[t.IDS], words[t.CHARS]
    places, names, counts = words[t.PLACES], words[t.NAMES], words[t.COUNTS]
    n_places = repeated_words(ids, n_words, counts, places, names)
    for n in range(2, 11):
        n_places = narrow(ids, n, places, names, n_places, counts, different, slots)
        if n <= 4:
            covered = top_chars(n, n_words, places, names, n_places, counts, chars)
        elif n_places == 0:
            break
        else:
            covered = duplicate_chars(n, places, names, n_places, counts, chars)
        out[n - 2] = share(covered, n_chars)


@inner_kernel
def entropy(tally: NDArray[np.int32], n_distinct: int, n_words: int) -> float:
    """The entropy of the words of a text, in nats."""
    total = 0.0
    single = 1 / n_words * np.log(1 / n_words) if n_words else 0.0
    for number in range(n_distinct):
        if tally[number] == 1:
            total -= single
        elif tally[number] > 1:
            part = tally[number] / n_words
            total -= part * np.log(part)
    return total


@kernel
def ratios(
    sums: NDArray[np.int64], tally: NDArray[np.int32], n_chars: int, newlines: int, out: NDArray[np.float64]
) -> None:
    """Write the columns before `LINE_COLUMNS`, in their order."""
    n_all, n_words = sums[t.ALL_WORDS], sums[t.WORDS]
    lines, written = sums[t.LINES], sums[t.WRITTEN_LINES]
    fates = sums[t.FATES :]
    out[0] = n_words
    out[1] = n_all
    out[2] = share(sums[t.WORD_CHARS], n_words)
    out[3] = share(sums[t.LETTERS_ONLY_CHARS], sums[t.LETTERS_ONLY])
    out[4] = share(sums[t.HASHES], n_all)
    out[5] = share(sums[t.ELLIPSES], n_all)
    out[6] = share(sums[t.HASHES] + sums[t.ELLIPSES], n_all)
    out[7] = share(sums[t.WITH_LETTER], n_all)
    out[8] = share(sums[t.UPPERCASE], n_words)
    out[9] = share(sums[t.DISTINCT_WORDS], n_words)
    out[10] = entropy(tally, sums[t.DISTINCT], n_words)
    out[11] = n_stop_words(sums[t.STOP_WORDS_SEEN])
    out[12] = sums[t.STOP_WORDS]
    out[13] = share(sums[t.STOP_WORDS], n_words)
    out[14] = sums[t.SENTENCES]
    out[15] = share(sums[t.BULLETS], lines)
    out[16] = share(sums[t.ELLIPSIS_LINES], lines)
    out[17] = share(sums[t.LAYOUT_BULLETS], written)
    out[18] = share(sums[t.LAYOUT_ELLIPSIS_LINES], written)
    out[19] = share(newlines, n_all)
    out[20] = sums[t.C4_SENTENCES]
    out[21] = fates[LOREM_IPSUM]
    out[22] = fates[CURLY_BRACKET]
    out[23] = share(written - fates[KEPT], written)
    out[24] = share(fates[LONG_WORD], written)
    out[25] = share(fates[UNTERMINATED], written)
    out[26] = share(fates[FEW_WORDS], written)
    out[27] = share(fates[JAVASCRIPT], written)
    out[28] = share(fates[POLICY], written)
    out[29] = sums[t.CONTENT]
    out[30] = share(sums[t.DIGITS], n_chars)
    out[31] = share(sums[t.UPPERCASE_CHARS], n_chars)
    out[32] = share(sums[t.CURLY_BRACKETS], n_chars)
    out[33] = share(LOREM_CHARS * sums[t.LOREM_IPSUM_PHRASES], n_chars)
    out[34] = n_chars <= SHORT_ARTICLE_CHARS and sums[t.STOPS_AND_COMMAS] == 0
    out[35] = sums[t.UNITS]
