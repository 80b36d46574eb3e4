"""What is counted of the words and lines of one text: the table of words, the sums, and how a word is added to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.characters import ALPHA, LOWER, MARK, UPPER
from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.distinct import place_of
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
) = range(29)
N_SUMS = FATES + 8
"""Places in the array of sums; from `FATES` on, lines by what C4 does to them."""


(IDS, CHARS, KINDS, TALLY, PLACES, NAMES, COUNTS, SLOTS) = range(8)
"""Rows of the table of words: the number of the word, the characters before it, its kind; by number, how often it stands,
negative for marks; and scratch of `repetition`, whose slots take the rest of the table."""
_N_ROWS = SLOTS + 4


@inner_kernel
def max_words(data: NDArray[np.uint8], begin: int, end: int) -> int:
    """No fewer than the words of a text: only a character that is no ASCII letter can stand at the edge of one."""
    total = 2
    for at in range(begin, end):
        folded = data[at] | 0x20
        letter = (folded >= 97) & (folded <= 122)
        total += 2 * (~letter & (data[at] & 0xC0 != 0x80))
    return total


@inner_kernel
def add_ascii(data: NDArray[np.uint8], begin: int, end: int, sums: NDArray[np.int64]) -> None:
    """Add the letters and digits, capitals, and digits of ASCII, apart from the words: here the compiler uses vectors."""
    letters, capitals, digits = 0, 0, 0
    for at in range(begin, end):
        byte = data[at]
        folded = byte | 0x20
        letters += (folded >= 97) & (folded <= 122)
        capitals += (byte >= 65) & (byte <= 90)
        digits += (byte >= 48) & (byte <= 57)
    sums[CONTENT] += letters + digits
    sums[UPPERCASE_CHARS] += capitals
    sums[DIGITS] += digits


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


_STOP_WORDS = tuple(
    int.from_bytes(word.encode(), "big") for word in ["the", "be", "to", "of", "and", "that", "have", "with"]
)
N_STOP_WORDS = len(_STOP_WORDS)
(_THE, _BE, _TO, _OF, _AND, _THAT, _HAVE, _WITH) = _STOP_WORDS
_FOLD = 0x20202020
OTHER_CASE = 1 << N_STOP_WORDS


@inner_kernel
def stop_word(bytes_of_word: np.uint64, n_bytes: int) -> int:
    """The bit of one of Gopher's eight stop words, with `OTHER_CASE` if it has a capital letter; 0 for other words."""
    if n_bytes < 2 or n_bytes > 4:
        return 0
    packed = np.int64(bytes_of_word)
    folded = packed | _FOLD >> 8 * (4 - n_bytes)
    bit = 0
    if n_bytes == 2:
        bit = 1 if folded == _BE else 2 if folded == _TO else 4 if folded == _OF else 0
    elif n_bytes == 3:
        bit = 8 if folded == _THE else 16 if folded == _AND else 0
    else:
        bit = 32 if folded == _THAT else 64 if folded == _HAVE else 128 if folded == _WITH else 0
    return bit if folded == packed or bit == 0 else bit | OTHER_CASE


@inner_kernel
def n_stop_words(seen: int) -> int:
    """How many different stop words a text has, in lower case."""
    total = 0
    for word in range(N_STOP_WORDS):
        total += seen >> word & 1
    return total
