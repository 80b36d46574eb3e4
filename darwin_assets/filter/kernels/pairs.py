"""Which texts share a band: hash tables over band keys, without an object a text or a pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import kernel
from darwin_assets.filter.kernels.room import with_room
from darwin_assets.filter.kernels.shingles import power_of_two

NOBODY = -1
# Bits of the filter for each key: one key in sixteen that stands in no text gets past it.
_FILTER_BITS_A_KEY = 16


@kernel
def first_with_key(keys: NDArray[np.int64], signed: NDArray[np.bool_]) -> NDArray[np.int32]:
    """For each band (rows) and text (columns) the first text that has the same key there; NOBODY for an unsigned text.

    `keys`: texts x bands.
    """
    n_texts, bands = keys.shape
    first = np.full((bands, n_texts), NOBODY, dtype=np.int32)
    slots = np.empty(power_of_two(2 * n_texts), dtype=np.int32)
    mask = np.uint64(slots.size - 1)
    for band in range(bands):
        slots[:] = NOBODY
        for text in range(n_texts):
            if not signed[text]:
                continue
            slot = np.uint64(keys[text, band]) & mask
            while slots[slot] != NOBODY and keys[slots[slot], band] != keys[text, band]:
                slot = (slot + np.uint64(1)) & mask
            if slots[slot] == NOBODY:
                slots[slot] = text
            first[band, text] = slots[slot]
    return first


@kernel
def unite(root: NDArray[np.int32], left: NDArray[np.int32], right: NDArray[np.int32]) -> None:
    """Unite the clusters of `left[i]` and `right[i]`, for all i where the latter is not NOBODY.

    `root`: for each text an earlier one of its cluster, or itself; in the end the first, after `flatten`.
    """
    for edge in range(left.size):
        if right[edge] == NOBODY or right[edge] == left[edge]:
            continue
        one, other = left[edge], right[edge]
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        while root[other] != other:
            root[other] = root[root[other]]
            other = root[other]
        if one < other:
            root[other] = one
        else:
            root[one] = other


@kernel
def flatten(root: NDArray[np.int32]) -> None:
    """Let every text name the first of its cluster; roots stand before what they are roots of."""
    for text in range(root.size):
        root[text] = root[root[text]]


@kernel
def key_table(keys: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]]:
    """A table of keys for `texts_that_share`: slots, for each key the next place of an equal one, and a bit filter."""
    slots = np.full(power_of_two(2 * keys.size), NOBODY, dtype=np.int32)
    following = np.full(keys.size, NOBODY, dtype=np.int32)
    mask = np.uint64(slots.size - 1)
    bits = np.zeros(power_of_two(_FILTER_BITS_A_KEY * keys.size) // 64 + 1, dtype=np.uint64)
    bit_mask = np.uint64(power_of_two(_FILTER_BITS_A_KEY * keys.size) - 1)
    for place in range(keys.size - 1, -1, -1):
        key = np.uint64(keys[place])
        bit = (key >> np.uint64(20)) & bit_mask
        bits[bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))
        slot = key & mask
        while slots[slot] != NOBODY and keys[slots[slot]] != keys[place]:
            slot = (slot + np.uint64(1)) & mask
        following[place] = slots[slot]
        slots[slot] = place
    return slots, following, bits


@kernel
def texts_that_share(
    streamed: NDArray[np.int64], starts: NDArray[np.int64], keys: NDArray[np.int64], text_of: NDArray[np.int32],
    n_texts: int, slots: NDArray[np.int32], following: NDArray[np.int32], bits: NDArray[np.uint64],
) -> NDArray[np.int64]:  # fmt: skip
    """Pairs (a text of the table, a streamed row) that share at least one key, each once, as two columns.

    `streamed[starts[i]:starts[i + 1]]` are the keys of streamed row i; `keys` and `text_of` are those of the table.
    """
    pairs = np.empty((1024, 2), dtype=np.int64)
    n_pairs = 0
    if keys.size == 0:
        return pairs[:0]
    met = np.full(n_texts, NOBODY, dtype=np.int64)
    mask = np.uint64(slots.size - 1)
    bit_mask = np.uint64(power_of_two(_FILTER_BITS_A_KEY * keys.size) - 1)
    for row in range(starts.size - 1):
        for at in range(starts[row], starts[row + 1]):
            key = np.uint64(streamed[at])
            bit = (key >> np.uint64(20)) & bit_mask
            if (bits[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & np.uint64(1) == 0:
                continue
            slot = key & mask
            while slots[slot] != NOBODY and keys[slots[slot]] != streamed[at]:
                slot = (slot + np.uint64(1)) & mask
            place = slots[slot]
            while place != NOBODY:
                text = text_of[place]
                if met[text] != row:
                    met[text] = row
                    pairs = with_room(pairs, n_pairs, n_pairs + 1)
                    pairs[n_pairs, 0] = text
                    pairs[n_pairs, 1] = row
                    n_pairs += 1
                place = following[place]
    return pairs[:n_pairs].copy()
