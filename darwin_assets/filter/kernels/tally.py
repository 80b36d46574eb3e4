"""What is counted of the words and lines of one text: the table of words, the sums, and how a word is added to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import ALPHA, LOWER, MARK, UPPER
from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.distinct import place_of
from darwin_assets.filter.kernels.eight_bytes import (
    capitals_of,
    digits_of,
    eight_bytes,
    first_bytes,
    last_eight,
    letters_of,
    n_marked,
    newlines_of,
    tails_of,
    whole_eight,
)
from darwin_assets.filter.kernels.repetition import table_size
from darwin_assets.filter.kernels.sentences import kind_of

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


(IDS, CHARS, KINDS, TALLY, PLACES, NAMES, COUNTS, SLOTS) = range(8)
"""Rows of the table of words: the number of the word, the characters before it, its kind; by number, how often it stands,
negative for marks; and scratch of `repetition`, whose slots take the rest of the table."""
_N_ROWS = SLOTS + 4


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
    """Room for at most so many words."""
    return np.zeros((_N_ROWS, max(n_words + 1, table_size(n_words) // 3 + 1)), np.int32)


@inner_kernel
def word_number(
    value: np.uint64, words: NDArray[np.int32], keys: NDArray[np.uint64], size: int, sums: NDArray[np.int64]
) -> int:
    """The number of a word by its hash: as many as there were different ones before it, or the one it has.

    `keys` is a table of hashes of twice `size`; its second half holds the numbers.
    """
    slot = place_of(value, keys, size)
    if keys[slot] != value:
        number = sums[DISTINCT]
        keys[slot] = value
        keys[size + slot] = np.uint64(number)
        words[TALLY, number] = 0
        sums[DISTINCT] += 1
        return number  # type: ignore[no-any-return]
    return np.int64(keys[size + slot])  # type: ignore[return-value]


@inner_kernel
def add_word(
    words: NDArray[np.int32],
    keys: NDArray[np.uint64],
    size: int,
    sums: NDArray[np.int64],
    value: np.uint64,
    n_chars: int,
    flags_of_any: int,
    flags_of_all: int,
    stop_word: int,
) -> None:
    """Add a word by its hash, its length, the flags that any and that all of its characters have, and `stop_word`."""
    word = sums[ALL_WORDS]
    number = word_number(value, words, keys, size, sums)
    words[IDS, word] = number
    words[CHARS, word + 1] = words[CHARS, word] + n_chars
    words[KINDS, word] = kind_of(n_chars, flags_of_any, flags_of_all)
    sums[ALL_WORDS] += 1
    if flags_of_all & MARK:
        words[TALLY, number] -= 1
        return
    sums[DISTINCT_WORDS] += words[TALLY, number] == 0
    words[TALLY, number] += 1
    sums[WORDS] += 1
    sums[WORD_CHARS] += n_chars
    sums[UPPERCASE] += flags_of_any & (UPPER | LOWER) == UPPER
    if flags_of_any & ALPHA:
        sums[WITH_LETTER] += 1
        if flags_of_all & ALPHA:
            sums[LETTERS_ONLY] += 1
            sums[LETTERS_ONLY_CHARS] += n_chars
    if stop_word:
        sums[STOP_WORDS] += 1
        if stop_word < OTHER_CASE:
            sums[STOP_WORDS_SEEN] |= stop_word


_FOLD = np.uint64(0x20202020)
_STOP_WORDS = np.array(
    [
        int.from_bytes(word.encode().ljust(4), "little") | len(word) << 32
        for word in ("be", "to", "of", "the", "and", "that", "have", "with")
    ],
    dtype=np.uint64,
)
N_STOP_WORDS = _STOP_WORDS.size
OTHER_CASE = 1 << N_STOP_WORDS


@inner_kernel
def stop_word(eight: np.uint64, n_bytes: int) -> int:
    """The bit of one of Gopher's eight stop words, with `OTHER_CASE` if it has a capital letter; 0 for other words.

    A word is given by the eight bytes from its first on. No branch: whether a word is short cannot be foretold.
    """
    written = first_bytes(eight, min(n_bytes, 4))
    folded = written | _FOLD
    key = folded | np.uint64(n_bytes) << np.uint64(32)
    bit = 0
    for word in range(N_STOP_WORDS):
        bit |= (key == _STOP_WORDS[word]) << word
    other_case = first_bytes(folded, min(n_bytes, 4)) != written
    return bit | (other_case & (bit != 0)) << N_STOP_WORDS  # type: ignore[no-any-return]


@inner_kernel
def n_stop_words(seen: int) -> int:
    """How many different stop words a text has, in lower case."""
    total = 0
    for word in range(N_STOP_WORDS):
        total += seen >> word & 1
    return total
