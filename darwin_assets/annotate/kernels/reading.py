"""One pass over the bytes of many short texts: their words, and counts of how they are written (compiled).

Imported when texts are read, never when the definitions load: the compiler costs a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.annotate.characters import DIGIT, LOWER, OTHER, SPACE, TABLE_SIZE, UPPER
from darwin_assets.annotate.kernels.prose import set_aside
from darwin_assets.annotate.kernels.signs import is_bracketed_number, is_bullet, is_discount, is_price, is_year
from darwin_assets.annotate.kernels.utf8 import class_at, code_point, size_of
from darwin_assets.filter.kernels.compiled import kernel

# positions in a row of counts; those of the word groups follow
(DIGITS, CODE_SYMBOLS, EXCLAMATIONS, QUESTIONS, CURRENCY, SEPARATORS, QUOTES, SENTENCE_ENDS, CITATIONS) = range(9)
(CAPITALIZED, UPPER_CASE, LETTERS, WORDS, LINES, BULLET_LINES, FORMULA_BYTES, BYTES) = range(9, 17)
N_COUNTS = 17

Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_NEWLINE, _PERCENT, _CLOSE, _HYPHEN, _DOT, _APOSTROPHE, _OPEN_BRACKET = map(ord, "\n%)-.'[")
_EXCLAMATION, _QUESTION = ord("!"), ord("?")
_QUOTE_SIGNS = tuple(map(ord, '"“”'))
_SEPARATOR_SIGNS = tuple(map(ord, "|•·»★"))
_CODE_SIGNS = tuple(map(ord, "{}();=<>_&#"))
_CURRENCY_SIGNS = tuple(map(ord, "$£€"))
_A, _L, _E, _T, _LAST_SMALL = ord("a"), ord("l"), ord("e"), ord("t"), ord("z")
_FIRST_CAPITAL, _LAST_CAPITAL, _TO_SMALL = ord("A"), ord("Z"), 32

_SEED, _PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)


@kernel
def _count_sign(data: Bytes, i: int, end: int, point: int, counts: Counts, classes: Bytes) -> None:
    """One character that is neither letter, digit nor space."""
    if point == _EXCLAMATION:
        counts[EXCLAMATIONS] += 1
    elif point == _QUESTION:
        counts[QUESTIONS] += 1
    elif point in _QUOTE_SIGNS:
        counts[QUOTES] += 1
    elif point in _SEPARATOR_SIGNS:
        counts[SEPARATORS] += 1
    elif point in _CODE_SIGNS:
        counts[CODE_SYMBOLS] += 1
    if (
        point in (_EXCLAMATION, _QUESTION, _DOT)
        and i > 0
        and (_A <= data[i - 1] <= _LAST_SMALL or data[i - 1] == _CLOSE)
    ):
        counts[SENTENCE_ENDS] += class_at(data, i + 1, end, classes) == SPACE
    if point in _CURRENCY_SIGNS:
        counts[CURRENCY] += is_price(data, i + size_of(data[i]), end)
    elif point == _PERCENT:
        counts[CURRENCY] += is_discount(data, i + 1, end)
    elif point == _CLOSE:
        counts[CITATIONS] += is_year(data, i)
    elif point == _OPEN_BRACKET:
        counts[CITATIONS] += is_bracketed_number(data, i + 1, end)


@kernel
def _group_of(folded: np.uint64, group_keys: Hashes, groups: Counts) -> int:
    """The word group of a folded word's hash, -1 for none: `group_keys` is sorted."""
    position = np.searchsorted(group_keys, folded)
    if position < group_keys.size and group_keys[position] == folded:
        return int(groups[position])
    return -1


@kernel
def _word_end(data: Bytes, i: int, end: int, classes: Bytes) -> tuple[int, int, int, np.uint64, np.uint64]:
    """Of the word that begins at `i`: (end, letters, capitals, hash, hash in small letters).

    A word is a run of letters; hyphens and apostrophes inside of it belong to it.
    """
    chars = upper = 0
    exact, folded = _SEED, _SEED
    while i < end:
        size = size_of(data[i])
        kind = class_at(data, i, end, classes)
        if kind in (LOWER, UPPER):
            chars += 1
            upper += kind == UPPER
        elif not (data[i] in (_HYPHEN, _APOSTROPHE) and class_at(data, i + 1, end, classes) in (LOWER, UPPER)):
            break
        for j in range(i, i + size):
            byte = np.uint64(data[j])
            exact = (exact ^ byte) * _PRIME
            folded = (
                folded ^ (byte + np.uint64(_TO_SMALL) if _FIRST_CAPITAL <= data[j] <= _LAST_CAPITAL else byte)
            ) * _PRIME
        i += size
    return i, chars, upper, exact, folded


@kernel
def _read_one(
    data: Bytes,
    end: int,
    classes: Bytes,
    group_keys: Hashes,
    groups: Counts,
    counts: Counts,
    words: Hashes,
    folded_words: Hashes,
    spans: Counts,
    n_words: int,
) -> int:
    """Counts and words of one text of prose, `data[:end]`; the number of words so far comes back."""
    i, line_start = 0, True
    while i < end:
        size = size_of(data[i])
        point = int(code_point(data, i, size))
        kind = classes[point] if point < TABLE_SIZE else OTHER
        if kind == SPACE:
            line_start = line_start or point == _NEWLINE
            i += size
            continue
        if line_start:
            line_start = False
            counts[LINES] += 1
            counts[BULLET_LINES] += is_bullet(data, i, end, classes)
        if kind in (LOWER, UPPER):
            start = i
            i, chars, upper, words[n_words], folded_words[n_words] = _word_end(data, start, end, classes)
            _count_word(data, start, i, end, chars, upper, kind, counts)
            group = _group_of(folded_words[n_words], group_keys, groups)
            if group >= 0:
                counts[N_COUNTS + group] += 1
            spans[n_words, 0], spans[n_words, 1] = start, i
            n_words += 1
            continue
        if kind == DIGIT:
            counts[DIGITS] += 1
        else:
            _count_sign(data, i, end, point, counts, classes)
        i += size
    return n_words


@kernel
def _count_word(
    data: Bytes, start: int, stop: int, end: int, chars: int, upper: int, first_kind: int, counts: Counts
) -> None:
    """One word, `data[start:stop]`; "et al." is a citation."""
    counts[WORDS] += 1
    counts[LETTERS] += chars
    if upper == chars:
        counts[UPPER_CASE] += chars > 1
    elif first_kind == UPPER:
        counts[CAPITALIZED] += 1
    if stop - start == 2 and stop < end and data[stop] == _DOT and data[start] == _A and data[start + 1] == _L:
        counts[CITATIONS] += start >= 3 and data[start - 3] == _E and data[start - 2] == _T


@kernel
def read(
    data: Bytes,
    starts: NDArray[np.int64],
    classes: Bytes,
    group_keys: NDArray[np.uint64],
    groups: NDArray[np.int64],
    n_groups: int,
) -> tuple[Counts, Hashes, Hashes, Counts, Counts, Bytes, Counts]:
    """(counts a text, hash of each word, hash of each word in small letters, first word of each text, span of each word,
    prose that the spans lie in, first byte of each text in it).
    """
    n_texts = starts.size - 1
    counts = np.zeros((n_texts, N_COUNTS + n_groups), np.int64)
    words = np.empty(data.size // 2 + n_texts + 1, np.uint64)
    folded_words = np.empty(data.size // 2 + n_texts + 1, np.uint64)
    spans = np.empty((data.size // 2 + n_texts + 1, 2), np.int64)
    firsts = np.zeros(n_texts + 1, np.int64)
    prose = np.empty(data.size + 1, np.uint8)
    first_byte = np.zeros(n_texts + 1, np.int64)
    n_words = filled = 0
    for text in range(n_texts):
        n_bytes, formula_bytes = set_aside(data, starts[text], starts[text + 1], prose[filled:])
        before = n_words
        n_words = _read_one(
            prose[filled : filled + n_bytes],
            n_bytes,
            classes,
            group_keys,
            groups,
            counts[text],
            words,
            folded_words,
            spans,
            n_words,
        )
        spans[before:n_words] += filled
        filled += n_bytes
        counts[text, FORMULA_BYTES] = formula_bytes
        counts[text, BYTES] = starts[text + 1] - starts[text]
        firsts[text + 1] = n_words
        first_byte[text + 1] = filled
    return counts, words[:n_words], folded_words[:n_words], firsts, spans[:n_words], prose[:filled], first_byte
