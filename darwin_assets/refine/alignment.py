"""Which words of an answer are which words of its chunk.

Runs of six words that both sides hold are anchors, then of three; the longest chain of them that keeps the order is taken and
extended, and what lies between is matched by single words. So the time is nearly linear in the number of words, whatever
they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import compress, count
from operator import lt, ne
from typing import NamedTuple

from darwin_assets.refine.tokens import ngrams

ANCHOR_WORDS = 3
LONGEST_ANCHOR = 6
SHORTER = {6: 3, 3: 1, 1: 1}
"""Long runs first: a short one may return by chance in what an answer adds."""
MAX_OCCURRENCES = 4
"""Of a run that occurs more often only so many are anchors."""
MAX_GAP_PAIRS = 3000
"""A gap of more pairs of words than this is matched by its unique words only."""
MAX_DEPTH = 10
"""Gaps inside of gaps are looked into so often."""


@dataclass(frozen=True)
class Edit:
    """Words `old_start:old_end` of the chunk are words `new_start:new_end` of the answer; either may be none."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


class Same(NamedTuple):
    """Words `old:old + n` of the chunk are the same as words `new:new + n` of the answer."""

    old: int
    new: int
    n: int


def edits(same: Sequence[Same], n_old: int, n_new: int) -> list[Edit]:
    """What lies between the words that are the same."""
    found = []
    old = new = 0
    for i, j, n in [*same, Same(n_old, n_new, 0)]:
        if i > old or j > new:
            found.append(Edit(old, i, new, j))
        old, new = i + n, j + n
    return found


def same_words(old: Sequence[str], new: Sequence[str]) -> list[Same]:
    """Words that are the same on both sides, in order."""
    shorter = min(len(old), len(new))
    head = n_same(old, new)
    head = head if head >= min(ANCHOR_WORDS, shorter) else 0
    tail = min(shorter - head, n_same(old[::-1], new[::-1]))
    tail = tail if tail >= min(ANCHOR_WORDS, shorter - head) else 0
    old_end, new_end = len(old) - tail, len(new) - tail
    inner = between(old, new, head, old_end, head, new_end, LONGEST_ANCHOR)
    return [Same(0, 0, head), *inner, Same(old_end, new_end, tail)]


def n_same(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words both begin with."""
    differs = map(ne, old, new)
    return next(compress(count(), differs), min(len(old), len(new)))


def between(
    old: Sequence[str],
    new: Sequence[str],
    old_start: int,
    old_end: int,
    new_start: int,
    new_end: int,
    n: int,
    depth: int = 0,
) -> Iterator[Same]:
    """The same for parts of both sides; `n` is the length of an anchor's run."""
    shorter = min(old_end - old_start, new_end - new_start)
    while n > max(1, shorter):
        n, depth = SHORTER[n], depth + 1
    if depth > MAX_DEPTH or set(old[old_start:old_end]).isdisjoint(new[new_start:new_end]):
        return
    chain = longest_chain(anchors(old, new, old_start, old_end, new_start, new_end, n))
    if not chain:
        if n > 1:
            yield from between(old, new, old_start, old_end, new_start, new_end, SHORTER[n], depth + 1)
        elif (old_end - old_start) * (new_end - new_start) <= MAX_GAP_PAIRS:
            matcher = SequenceMatcher(None, old[old_start:old_end], new[new_start:new_end], autojunk=False)
            for block in matcher.get_matching_blocks():
                yield Same(old_start + block.a, new_start + block.b, block.size)
        return
    at_old, at_new = old_start, new_start
    for i, j in chain:
        if i < at_old or j < at_new:
            continue
        first, other = i, j
        while first > at_old and other > at_new and old[first - 1] == new[other - 1]:
            first, other = first - 1, other - 1
        yield from between(old, new, at_old, first, at_new, other, SHORTER[n], depth + 1)
        at_old, at_new = i + n, j + n
        while at_old < old_end and at_new < new_end and old[at_old] == new[at_new]:
            at_old, at_new = at_old + 1, at_new + 1
        yield Same(first, other, at_old - first)
    yield from between(old, new, at_old, old_end, at_new, new_end, SHORTER[n], depth + 1)


def anchors(
    old: Sequence[str], new: Sequence[str], old_start: int, old_end: int, new_start: int, new_end: int, n: int
) -> list[tuple[int, int]]:
    """Places of the same run of n words; the first one is paired with the first one, the second with the second.

    A single word is an anchor only where it is unique on both sides.
    """
    most = MAX_OCCURRENCES if n > 1 else 1
    old_runs, new_runs = runs(old, old_start, old_end, n), runs(new, new_start, new_end, n)
    only = dict(zip(new_runs, count(new_start)))
    if n > 1 and len(only) == len(new_runs):
        return [(i, only.pop(run)) for i, run in enumerate(old_runs, old_start) if run in only]
    places: dict[tuple[str, ...], list[int]] = {}
    for j, run in enumerate(new_runs, new_start):
        places.setdefault(run, []).append(j)
    seen: dict[tuple[str, ...], int] = {}
    found: list[tuple[int, int]] = []
    for i, run in enumerate(old_runs, old_start):
        others = places.get(run)
        if others is None:
            continue
        rank = seen.get(run, 0)
        seen[run] = rank + 1
        if rank < len(others) and rank < most and (n > 1 or len(others) == 1):
            found.append((i, others[rank]))
    return found if n > 1 else [pair for pair in found if seen[(old[pair[0]],)] == 1]


def runs(words: Sequence[str], start: int, end: int, n: int) -> list[tuple[str, ...]]:
    """All runs of n words of a part."""
    return ngrams(words[start:end], n) if end - start >= n else []


def longest_chain(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises on both sides; `pairs` rise on the first."""
    places = [j for _, j in pairs]
    if all(map(lt, places, places[1:])):
        return list(pairs)
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        before.append(last[place - 1] if place else -1)
        if place == len(ends):
            ends.append(j)
            last.append(number)
        else:
            ends[place], last[place] = j, number
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]
