"""What is counted of the words and lines of one text: the table of words, the sums, and how a word is added to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import ALPHA, LOWER, MARK, UPPER
from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.eight_bytes import (
    capitals_of,
    digits_of,
    eight_bytes,
    last_eight,
    letters_of,
    n_marked,
    newlines_of,
    tails_of,
    whole_eight,
)
from darwin_assets.filter.kernels.repetition import first_slots, more_slots, number_of
from darwin_assets.filter.kernels.sentences import kind_of
from darwin_assets.filter.kernels.stop_words import OTHER_CASE

(
    ALL_WORDS,
    WORDS,
    WORD_CHARS,
    WITH_LETTER,
    LETTERS_ONLY,
    LETTERS_ONLY_CHARS,
    UPPERCASE,
    STOP_WORDS_SEEN,
    STOP_WORDS,
    DISTINCT,
    DISTINCT_WORDS,
    HASHES,
    ELLIPSES,
    CURLY_BRACKETS,
    OPEN_CURLY,
    OPEN_SQUARE,
    STOPS_AND_COMMAS,
    CONTENT,
    DIGITS,
    UPPERCASE_CHARS,
    UNITS,
    LINES,
    WRITTEN_LINES,
    BULLETS,
    ELLIPSIS_LINES,
    LAYOUT_BULLETS,
    LAYOUT_ELLIPSIS_LINES,
    SENTENCES,
    C4_SENTENCES,
    LOREM_IPSUM_PHRASES,
    FATES,
) = range(31)
N_SUMS = FATES + 8
"""Places in the array of sums; from `FATES` on, lines by what C4 does to them."""


IDS, PLACES, DIFFERENT, SLOTS, CHARS, NAMES, COUNTS, _N_ROWS = 0, 1, 2, 4, 8, 9, 10, 11
"""Rows of the table of words: by word its number (`IDS`) and the characters before it; by number, how often it stands,
negative for marks (`COUNTS`); the others are scratch of `repetition`. What is needed early stands where something else will:
hashes of words below numbers and places, kinds of words below names, ends of words below slots."""
KINDS = NAMES


(N_CHARS, N_NEWLINES, N_LETTERS, N_CAPITALS, N_DIGITS) = range(5)
"""Places of what `count_bytes` counts of a text: all characters, and line feeds, letters, capitals and digits of ASCII."""
N_COUNTS = 5


@inner_kernel
def count_bytes(data: NDArray[np.uint8], begin: int, end: int, counts: NDArray[np.int64], text: int) -> None:
    """Write the counts of a text to its row of `counts`, apart from its words: eight bytes at once, without a branch."""
    tails, newlines, letters, capitals, digits = 0, 0, 0, 0, 0
    whole = (end - begin) >> 3
    for k in range(whole + 1):
        at = begin + 8 * k
        eight = whole_eight(data, at) if k < whole else last_eight(data, at, end)
        of_letters = letters_of(eight)
        tails += n_marked(tails_of(eight))
        newlines += n_marked(newlines_of(eight))
        letters += n_marked(of_letters)
        capitals += n_marked(capitals_of(eight, of_letters))
        digits += n_marked(digits_of(eight))
    counts[text, N_CHARS] = end - begin - tails
    counts[text, N_NEWLINES] = newlines
    counts[text, N_LETTERS] = letters
    counts[text, N_CAPITALS] = capitals
    counts[text, N_DIGITS] = digits


@inner_kernel
def max_words(data: NDArray[np.uint8], begin: int, end: int) -> int:
    """No fewer than the words of a text: only a character that is no ASCII letter can stand at the edge of one."""
    total = 2
    for at in range(begin, end, 8):
        eight = eight_bytes(data, at) if end - at >= 8 else last_eight(data, at, end)
        total += 2 * (min(8, end - at) - n_marked(letters_of(eight) | tails_of(eight)))
    return total


@kernel
def table_of_words(n_words: int) -> NDArray[np.int32]:
    """Room for at most so many words; what is not written to takes no memory."""
    words = np.empty((_N_ROWS, n_words + 1), np.int32)
    words[CHARS, 0] = 0
    return words


@kernel
def hashes_in(words: NDArray[np.int32]) -> NDArray[np.uint64]:
    """By word, its hash: until the words are numbered."""
    return words[IDS : PLACES + 1].reshape(-1).view(np.uint64)


@kernel
def ends_in(words: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where the words of a piece of text end: until the words are numbered."""
    return words[SLOTS:CHARS].reshape(-1).view(np.int64)


@kernel
def different_in(words: NDArray[np.int32]) -> NDArray[np.uint64]:
    """By number, the hash or the key of what bears it."""
    return words[DIFFERENT:SLOTS].reshape(-1).view(np.uint64)


@kernel
def slots_in(words: NDArray[np.int32]) -> NDArray[np.int32]:
    """Slots for four times as many numbers as there may be words."""
    return words[SLOTS:CHARS].reshape(-1)


IS_MARK, IS_UPPERCASE, HAS_LETTER, ONLY_LETTERS, STOP_WORD = 8, 16, 32, 64, 128
"""Kinds of a word besides those of `sentences`; from `STOP_WORD` on, the bits of `stop_words.stop_word_bit`."""


@inner_kernel
def add_word(
    words: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    sums: NDArray[np.int64],
    value: np.uint64,
    n_chars: int,
    flags_of_any: int,
    flags_of_all: int,
    stop_word: int,
) -> None:
    """Add a word by its hash, its length, the flags that any and that all of its characters have, and
    `stop_words.stop_word_bit`."""
    word = sums[ALL_WORDS]
    hashes[word] = value
    words[CHARS, word + 1] = n_chars
    kind = (
        ((flags_of_any & (UPPER | LOWER) == UPPER) * IS_UPPERCASE)
        | ((flags_of_any & ALPHA != 0) * HAS_LETTER)
        | ((flags_of_all & ALPHA != 0) * ONLY_LETTERS)
        | stop_word * STOP_WORD
    )
    if flags_of_all & MARK:
        kind = IS_MARK
    words[KINDS, word] = kind_of(n_chars, flags_of_any, flags_of_all) | kind
    sums[ALL_WORDS] = word + 1


@kernel
def number_words(
    words: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    different: NDArray[np.uint64],
    slots: NDArray[np.int32],
    sums: NDArray[np.int64],
) -> None:
    """Number the words of a text by their `hashes`, in the order in which they first stand, and count each number.

    `different` and `slots` are scratch. The number of a word is written where hashes of words before it stood.
    """
    ids, chars, kinds, counts = words[IDS], words[CHARS], words[KINDS], words[COUNTS]
    n_words, n_different, done = sums[ALL_WORDS], 0, 0
    size = first_slots(n_words, slots)
    while done < n_words:
        mask = np.uint64(size - 1)
        first, done = done, min(n_words, done + size // 2 - n_different)
        for word in range(first, done):
            counts[n_different] = 0
            number = number_of(hashes[word], mask, slots, different, n_different)
            ids[word] = number
            counts[number] += -1 if kinds[word] & IS_MARK else 1
            n_different += number == n_different
            chars[word + 1] += chars[word]
        if done < n_words:
            size = more_slots(size, slots, different, n_different)
    sums[DISTINCT] = n_different
    for number in range(n_different):
        sums[DISTINCT_WORDS] += counts[number] > 0


@kernel
def add_kinds(words: NDArray[np.int32], sums: NDArray[np.int64]) -> None:
    """Add the words of a text, by their kinds; those of marks only count as no words."""
    chars, kinds = words[CHARS], words[KINDS]
    n_words, n_chars, n_uppercase, n_with_letter, n_letters_only, letters_only_chars, n_stop = 0, 0, 0, 0, 0, 0, 0
    seen = 0
    for word in range(sums[ALL_WORDS]):
        kind, length = int(kinds[word]), int(chars[word + 1] - chars[word])
        real = kind & IS_MARK == 0
        letters_only = kind & ONLY_LETTERS != 0
        stop_word = kind // STOP_WORD
        n_words += real
        n_chars += real * length
        n_uppercase += kind & IS_UPPERCASE != 0
        n_with_letter += kind & HAS_LETTER != 0
        n_letters_only += letters_only
        letters_only_chars += letters_only * length
        n_stop += stop_word != 0
        seen |= stop_word * (stop_word < OTHER_CASE)
    sums[WORDS], sums[WORD_CHARS], sums[UPPERCASE], sums[WITH_LETTER] = n_words, n_chars, n_uppercase, n_with_letter
    sums[LETTERS_ONLY], sums[LETTERS_ONLY_CHARS] = n_letters_only, letters_only_chars
    sums[STOP_WORDS], sums[STOP_WORDS_SEEN] = n_stop, seen
