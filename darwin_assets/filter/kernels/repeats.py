"""What a document repeats of those before it: whole paragraphs, and runs of words anywhere.

Runs are found by winnowing (Schleimer, Wilkerson and Aiken 2003): of every `RUN` windows in a row the one with the least
hash is remembered, about two in `RUN` + 1. A run of words that two documents share is found for certain where it is `RUN` - 1
words longer than a window, by chance where it is shorter, and never below one window; `RUN` - 1 words at either end of it may
go uncounted. Hashes are of 64 bits over folded words, so case, accents and punctuation do not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.room import with_room
from darwin_assets.filter.kernels.shingles import BASE, mixed, shingles
from darwin_assets.filter.kernels.word_hashes import FOLDED_ROOM, all_words

RUN = 32
_NEWLINE = 0x0A
_NO_KEY = np.uint64(0)


@inner_kernel
def seen(key: np.uint64, table: NDArray[np.uint64]) -> bool:
    mask = np.uint64(table.size - 1)
    slot = key & mask
    while table[slot] != _NO_KEY:
        if table[slot] == key:
            return True
        slot = (slot + np.uint64(1)) & mask
    return False


@kernel
def remember(key: np.uint64, table: NDArray[np.uint64], n_keys: int) -> tuple[NDArray[np.uint64], int]:
    """The table with a key in it, twice as large once it is three quarters full, and the number of its keys."""
    if 4 * (n_keys + 1) > 3 * table.size:
        smaller = table
        table = np.zeros(2 * smaller.size, dtype=np.uint64)
        for slot in range(smaller.size):
            if smaller[slot] != _NO_KEY:
                _put(smaller[slot], table)
    return table, n_keys + _put(key, table)


@inner_kernel
def _put(key: np.uint64, table: NDArray[np.uint64]) -> int:
    mask = np.uint64(table.size - 1)
    slot = key & mask
    while table[slot] != _NO_KEY:
        if table[slot] == key:
            return 0
        slot = (slot + np.uint64(1)) & mask
    table[slot] = key
    return 1


@inner_kernel
def paragraph_end(data: NDArray[np.uint8], start: int, end: int) -> int:
    """Where the paragraph that begins at `start` ends: at an empty line, or with the text."""
    for place in range(start, end - 1):
        if data[place] == _NEWLINE and data[place + 1] == _NEWLINE:
            return place
    return end


@inner_kernel
def _n_chars(data: NDArray[np.uint8], start: int, end: int) -> int:
    number = 0
    for place in range(start, end):
        number += (data[place] & 0xC0) != 0x80
    return number


@inner_kernel
def _least_of_runs(windows: NDArray[np.uint64], n_windows: int, chosen: NDArray[np.int64]) -> int:
    """Write the places of the least window of every `RUN` in a row into `chosen`, each once; their number."""
    n_chosen = 0
    least = -1
    for first in range(max(1, n_windows - RUN + 1)):
        last = min(first + RUN, n_windows) - 1
        if least < first:
            least = first
            for place in range(first + 1, last + 1):
                if windows[place] <= windows[least]:
                    least = place
        elif windows[last] <= windows[least]:
            least = last
        if n_chosen == 0 or chosen[n_chosen - 1] != least:
            chosen[n_chosen] = least
            n_chosen += 1
    return n_chosen


@kernel
def repeated_shares(
    data: NDArray[np.uint8], starts: NDArray[np.int64], single: NDArray[np.int32], several: NDArray[np.int32],
    min_paragraph_chars: int, window: int, max_paragraph_share: float, max_window_share: float,
    table: NDArray[np.uint64], n_keys: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint64], int]:  # fmt: skip
    """For each text the share of its characters in paragraphs, and of its words in runs, that an earlier text has; and the
    table of what was seen, for the next call. A text above either bound is not remembered."""
    n_texts = starts.size - 1
    paragraph_shares = np.zeros(n_texts, dtype=np.float64)
    window_shares = np.zeros(n_texts, dtype=np.float64)
    folded = np.empty(FOLDED_ROOM, dtype=np.uint32)
    words = np.empty(4096, dtype=np.uint64)
    part = np.empty(4096, dtype=np.uint64)
    windows = np.empty(4096, dtype=np.uint64)
    chosen = np.empty(4096, dtype=np.int64)
    paragraphs = np.empty(256, dtype=np.uint64)
    for text in range(n_texts):
        n_words = n_paragraphs = n_chars = n_repeated_chars = 0
        place = starts[text]
        while place < starts[text + 1]:
            end = paragraph_end(data, place, starts[text + 1])
            part, n_part = all_words(data, place, end, single, several, folded, part)
            words = with_room(words, n_words, n_words + n_part)
            value = np.uint64(0)
            for at in range(n_part):
                value = value * BASE + part[at]
                words[n_words + at] = part[at]
            n_words += n_part
            length = _n_chars(data, place, end)
            n_chars += length
            if n_part and length >= min_paragraph_chars:
                key = ~mixed(value)
                n_repeated_chars += length if seen(key, table) else 0
                paragraphs = with_room(paragraphs, n_paragraphs, n_paragraphs + 1)
                paragraphs[n_paragraphs] = key
                n_paragraphs += 1
            place = end + 2
        windows, chosen = with_room(windows, 0, n_words), with_room(chosen, 0, n_words)
        n_windows = shingles(words, n_words, window, windows) if n_words >= window else 0
        n_chosen = _least_of_runs(windows, n_windows, chosen) if n_windows else 0
        n_repeated_words = covered = 0
        for at in range(n_chosen):
            if seen(windows[chosen[at]], table):
                n_repeated_words += chosen[at] + window - max(covered, chosen[at])
                covered = chosen[at] + window
        paragraph_shares[text] = n_repeated_chars / n_chars if n_chars else 0.0
        window_shares[text] = n_repeated_words / n_words if n_words else 0.0
        if paragraph_shares[text] <= max_paragraph_share and window_shares[text] <= max_window_share:
            for at in range(n_paragraphs):
                table, n_keys = remember(paragraphs[at], table, n_keys)
            for at in range(n_chosen):
                table, n_keys = remember(windows[chosen[at]], table, n_keys)
    return paragraph_shares, window_shares, table, n_keys
