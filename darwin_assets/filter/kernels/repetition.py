"""Repeated n-grams of a document's words, n by n: a place can repeat at n + 1 only if it repeats at n.

Different words, and then different n-grams of one n, are numbered in the order in which they first stand: the name of an
n-gram is its number. `Places` of one n are those whose n-gram stands more than once, in ascending order, each with its
name; the next n looks at these only. All scratch is as large as there are words and used from its beginning, so that a
long text takes memory, and the processor's cache, for what is different in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
_FIRST_SLOTS = 1 << 14


@kernel
def table_size(n: int) -> int:
    """The power of two that holds `n` keys at most half full."""
    size = 4
    while size < 2 * n:
        size *= 2
    return size


@kernel
def first_slots(n: int, slots: NDArray[np.int32]) -> int:
    """Free the slots of a table for `n` keys or, as many may be equal, for the first of them; return how many there are."""
    size = min(table_size(n), _FIRST_SLOTS)
    slots[:size] = -1
    return size


@kernel
def more_slots(size: int, slots: NDArray[np.int32], different: NDArray[np.uint64], n_different: int) -> int:
    """Twice as many slots, once the table is nearly half full: return how many there are then."""
    if 16 * n_different < 7 * size:
        return size
    size *= 2
    mask = np.uint64(size - 1)
    slots[:size] = -1
    for number in range(n_different):
        slot = different[number] >> _SHIFT & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number
    return size


@inner_kernel
def number_of(
    key: np.uint64, mask: np.uint64, slots: NDArray[np.int32], different: NDArray[np.uint64], n_different: int
) -> int:
    """The number of a key among the `different` ones: `n_different` if it is new, and it then stands there.

    A key is written down as if it were new before it is looked up, so that the only branch is the one on a slot that
    another key has.
    """
    different[n_different] = key
    slot = key >> _SHIFT & mask
    number = n_different if slots[slot] < 0 else slots[slot]
    while different[number] != key:
        slot = (slot + np.uint64(1)) & mask
        number = n_different if slots[slot] < 0 else slots[slot]
    slots[slot] = number
    return number


@kernel
def repeated_words(
    word_ids: NDArray[np.int32],
    n_words: int,
    tally: NDArray[np.int32],
    places: NDArray[np.int32],
    names: NDArray[np.int32],
) -> int:
    """Write the places of words that stand more than once (or minus once: `tally` by word id), named by their id."""
    n_places = 0
    for word in range(n_words):
        places[n_places] = word
        names[n_places] = word_ids[word]
        n_places += abs(tally[word_ids[word]]) > 1
    return n_places


@inner_kernel
def _followed(places: NDArray[np.int32], names: NDArray[np.int32], n_places: int) -> int:
    """Keep the places that the next word is a place too: where an n-gram repeats, so does what it ends in."""
    kept = 0
    for k in range(n_places - 1):
        places[kept] = places[k]
        names[kept] = names[k]
        kept += places[k + 1] == places[k] + 1
    return kept


@kernel
def narrow(
    word_ids: NDArray[np.int32],
    n: int,
    places: NDArray[np.int32],
    names: NDArray[np.int32],
    n_places: int,
    counts: NDArray[np.int32],
    different: NDArray[np.uint64],
    slots: NDArray[np.int32],
) -> int:
    """Reduce the places of repeated (n - 1)-grams, with their names, to those of repeated n-grams; return how many.

    `counts[name]` is then how often the n-gram of that name stands. `different` and `slots` are scratch, the latter four
    times as large as there are words. For n = 2 the places are those of `repeated_words`.
    """
    n_places = _followed(places, names, n_places)
    size, n_different, done = first_slots(n_places, slots), 0, 0
    while done < n_places:
        mask = np.uint64(size - 1)
        first, done = done, min(n_places, done + size // 2 - n_different)
        for k in range(first, done):
            key = (np.uint64(names[k]) << _SHIFT | np.uint64(word_ids[places[k] + n - 1])) * _MULTIPLIER
            counts[n_different] = 0
            name = number_of(key, mask, slots, different, n_different)
            names[k] = name
            counts[name] += 1
            n_different += name == n_different
        if done < n_places:
            size = more_slots(size, slots, different, n_different)
    kept = 0
    for k in range(n_places):
        places[kept], names[kept] = places[k], names[k]
        kept += counts[names[k]] > 1
    return kept


@kernel
def top_chars(
    n: int,
    n_words: int,
    places: NDArray[np.int32],
    names: NDArray[np.int32],
    n_places: int,
    counts: NDArray[np.int32],
    chars: NDArray[np.int32],
) -> int:
    """Characters of the most frequent n-gram with spaces between its words, times how often it stands, as datatrove counts.

    Of equally frequent ones the first counts, even where none repeats. `chars[i]` are the characters before word i.
    """
    if n_words < n:
        return 0
    top, count = 0, 1
    for k in range(n_places):
        if counts[names[k]] > count:
            top, count = places[k], counts[names[k]]
    return count * (chars[top + n] - chars[top] + n - 1)  # type: ignore[no-any-return]


@kernel
def duplicate_chars(
    n: int,
    places: NDArray[np.int32],
    names: NDArray[np.int32],
    n_places: int,
    counts: NDArray[np.int32],
    chars: NDArray[np.int32],
) -> int:
    """Characters of the n-grams that stood before, read from left to right: after one of them, reading goes on behind it.

    datatrove's reading. What was read once counts 0 times from then on.
    """
    total, resume = 0, 0
    for k in range(n_places):
        place = places[k]
        if place < resume:
            continue
        if counts[names[k]] == 0:
            total += chars[place + n] - chars[place]
            resume = place + n
        else:
            counts[names[k]] = 0
    return total


@kernel
def top_covered_chars(
    n: int,
    places: NDArray[np.int32],
    names: NDArray[np.int32],
    n_places: int,
    counts: NDArray[np.int32],
    chars: NDArray[np.int32],
) -> int:
    """Characters that the most frequent n-gram covers, each once, if it stands at least twice.

    Of equally frequent ones the longest counts, then the first.
    """
    top, count, length = -1, 0, 0
    for k in range(n_places):
        if counts[names[k]] < count:
            continue
        n_chars = chars[places[k] + n] - chars[places[k]]
        if counts[names[k]] > count or n_chars > length:
            top, count, length = names[k], counts[names[k]], n_chars
    total, end = 0, 0
    for k in range(n_places):
        if names[k] == top:
            total += chars[places[k] + n] - chars[max(places[k], end)]
            end = places[k] + n
    return total


@kernel
def duplicate_covered_chars(
    n: int,
    places: NDArray[np.int32],
    names: NDArray[np.int32],
    n_places: int,
    last: NDArray[np.int32],
    chars: NDArray[np.int32],
    window_words: int,
) -> int:
    """Characters, each once, of the n-grams that also start among the `window_words` words before (0: anywhere before).

    `last` is scratch, by name.
    """
    for k in range(n_places):
        last[names[k]] = -1
    total, end = 0, 0
    for k in range(n_places):
        place, name = places[k], names[k]
        if last[name] >= 0 and (window_words == 0 or place - last[name] <= window_words):
            total += chars[place + n] - chars[max(place, end)]
            end = place + n
        last[name] = place
    return total
