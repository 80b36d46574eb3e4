"""Exact comparison of shingle sets, and the decision who stays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import inner_kernel, kernel
from darwin_assets.filter.kernels.pairs import NOBODY
from darwin_assets.filter.kernels.room import with_room
from darwin_assets.filter.kernels.shingles import add, holds, power_of_two

KEPT, EXACT, NEAR, URL = 0, 1, 2, 3
"""What becomes of a document; all but KEPT name a survivor."""


class Sets(NamedTuple):
    """`hashes[begins[i] : begins[i] + sizes[i]]` are the distinct shingle hashes of text i."""

    hashes: NDArray[np.uint64]
    begins: NDArray[np.int64]
    sizes: NDArray[np.int64]


class Verdicts(NamedTuple):
    """One entry a document: what becomes of it, for which document, how similar they are, how many were compared; and the
    document with the same URL that it is a newer version of, with the similarity to that."""

    outcome: NDArray[np.int8]
    survivor: NDArray[np.int32]
    similarity: NDArray[np.float64]
    n_compared: NDArray[np.int64]
    older: NDArray[np.int32]
    older_similarity: NDArray[np.float64]


class Scratch(NamedTuple):
    """Room for one shingle set as a hash table; `filled` in `taken` where a slot belongs to the text in hand."""

    table: NDArray[np.uint64]
    taken: NDArray[np.int64]


def scratch(*sets: Sets) -> Scratch:
    longest = max((int(one.sizes.max()) for one in sets if one.sizes.size), default=0)
    slots = power_of_two(2 * longest)
    return Scratch(np.zeros(slots, dtype=np.uint64), np.full(slots, NOBODY, dtype=np.int64))


@inner_kernel
def fill(sets: Sets, text: int, room: Scratch, owner: int) -> None:
    slots = power_of_two(2 * sets.sizes[text])
    for at in range(sets.begins[text], sets.begins[text] + sets.sizes[text]):
        add(sets.hashes[at], room.table, room.taken, slots, owner)


@inner_kernel
def similarity(size: int, sets: Sets, other: int, room: Scratch, owner: int) -> float:
    """The Jaccard similarity of the set of `size` hashes in hand (`owner`) and that of text `other`; 1 for two empty."""
    slots = power_of_two(2 * size)
    shared = 0
    for at in range(sets.begins[other], sets.begins[other] + sets.sizes[other]):
        if holds(sets.hashes[at], room.table, room.taken, slots, owner):
            shared += 1
    union = size + sets.sizes[other] - shared
    return shared / union if union else 1.0


@kernel
def first_similar(
    pairs: NDArray[np.int64], own: Sets, others: Sets, min_jaccard: float, room: Scratch
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """For each own text, with the others of `pairs` (own text, other) in order until one is similar enough: the last that
    was compared, its similarity, and how many were compared. `pairs` of one text stand in a row."""
    last = np.full(own.sizes.size, NOBODY, dtype=np.int64)
    similarities = np.zeros(own.sizes.size, dtype=np.float64)
    n_compared = np.zeros(own.sizes.size, dtype=np.int64)
    owner = 0
    for place in range(pairs.shape[0]):
        text = pairs[place, 0]
        if n_compared[text] == 0:
            owner = place
            fill(own, text, room, owner)
        elif similarities[text] >= min_jaccard:
            continue
        last[text] = pairs[place, 1]
        similarities[text] = similarity(own.sizes[text], others, pairs[place, 1], room, owner)
        n_compared[text] += 1
    return last, similarities, n_compared


class Memory(NamedTuple):
    """What has been decided so far: by band and text the last kept text with the same key, and the one before it; by text the
    document that keeps it, and one that went as a near twin; by URL the last kept document; and whose candidate a text was
    last."""

    last_kept: NDArray[np.int32]
    before: NDArray[np.int32]
    keeper: NDArray[np.int32]
    twin: NDArray[np.int32]
    last_of_url: NDArray[np.int32]
    met: NDArray[np.int32]


def nothing_kept(bands: int, n_documents: int) -> Memory:
    by_band, one = np.full((bands, n_documents), NOBODY, np.int32), np.full(n_documents, NOBODY, np.int32)
    return Memory(by_band, by_band.copy(), one, one.copy(), one.copy(), one.copy())


@kernel
def _candidates(
    document: int, text: int, first: NDArray[np.int32], memory: Memory, room: NDArray[np.int32]
) -> tuple[NDArray[np.int32], int]:
    """The kept documents whose text shares a band with `text`, in order of arrival, in `room` or a larger array."""
    number = 0
    for band in range(first.shape[0]):
        other = memory.last_kept[band, first[band, text]] if first[band, text] != NOBODY else NOBODY
        while other != NOBODY:
            if memory.met[other] != document:
                memory.met[other] = document
                room = with_room(room, number, number + 1)
                room[number] = memory.keeper[other]
                number += 1
            other = memory.before[band, other]
    room[:number].sort()
    return room, number


@inner_kernel
def _keep(document: int, text: int, url: int, first: NDArray[np.int32], memory: Memory) -> None:
    memory.keeper[text] = document
    if url != NOBODY:
        memory.last_of_url[url] = document
    for band in range(first.shape[0]):
        if first[band, text] != NOBODY:
            memory.before[band, text] = memory.last_kept[band, first[band, text]]
            memory.last_kept[band, first[band, text]] = text


@inner_kernel
def _reject(document: int, outcome: int, survivor: int, jaccard: float, verdicts: Verdicts) -> None:
    verdicts.outcome[document] = outcome
    verdicts.survivor[document] = survivor
    verdicts.similarity[document] = jaccard


@inner_kernel
def _as_before(document: int, text: int, memory: Memory, verdicts: Verdicts) -> bool:
    """Whether the text is kept already, or went as a near twin, and if so the same verdict."""
    like = memory.twin[text]
    if memory.keeper[text] != NOBODY:
        _reject(document, EXACT, memory.keeper[text], 1.0, verdicts)
    elif like != NOBODY:
        _reject(document, NEAR, verdicts.survivor[like], verdicts.similarity[like], verdicts)
        verdicts.n_compared[document] = verdicts.n_compared[like]
    return bool(verdicts.outcome[document] != KEPT)


@kernel
def decide(
    documents: NDArray[np.int32], text_of: NDArray[np.int32], first: NDArray[np.int32], url_of: NDArray[np.int32],
    sets: Sets, min_jaccard: float, min_url_jaccard: float, verdicts: Verdicts, memory: Memory, room: Scratch,
) -> None:  # fmt: skip
    """Decide on `documents` in order of arrival; only what is kept can reject what follows.

    `text_of`: the text of each document, by number; `first`: `pairs.first_with_key` of the texts; `url_of`: the
    number of each document's URL, or NOBODY; `sets`: of the texts. Writes into `verdicts` and `memory`.
    """
    candidates = np.empty(64, dtype=np.int32)
    for document in documents:
        text, url = text_of[document], url_of[document]
        if _as_before(document, text, memory, verdicts):
            continue
        candidates, n_candidates = _candidates(document, text, first, memory, candidates)
        older = memory.last_of_url[url] if url != NOBODY else NOBODY
        if n_candidates or older != NOBODY:
            fill(sets, text, room, document)
        for place in range(n_candidates):
            jaccard = similarity(sets.sizes[text], sets, text_of[candidates[place]], room, document)
            verdicts.n_compared[document] += 1
            if jaccard >= min_jaccard:
                _reject(document, NEAR, candidates[place], jaccard, verdicts)
                memory.twin[text] = document
                break
        if verdicts.outcome[document] == KEPT and older != NOBODY:
            jaccard = similarity(sets.sizes[text], sets, text_of[older], room, document)
            verdicts.n_compared[document] += 1
            if jaccard >= min_url_jaccard:
                _reject(document, URL, older, jaccard, verdicts)
            else:
                verdicts.older[document] = older
                verdicts.older_similarity[document] = jaccard
        if verdicts.outcome[document] == KEPT:
            _keep(document, text, url, first, memory)
