"""A chunk or window and an engine's answer: what is in place, what was mended, what was left out (§5b D30, D36)."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from darwin_assets.refine.alignment import Edit, Same, edits, n_same, same_words
from darwin_assets.refine.lazy import lazy
from darwin_assets.refine.mending import Change, explain
from darwin_assets.refine.side import Side
from darwin_assets.refine.tokens import CACHED_WORDS, is_formula, is_number, words
from darwin_assets.refine.vocabulary import STOP_WORDS, folded

LEADERS = re.compile(r"(?:\. ?){4,}")
RUN_WORDS = 6
"""Words of the longest runs that guards count."""
SENTENCE_STOP = re.compile(r"[.!?:|]")


@lru_cache(maxsize=CACHED_WORDS)
def read(token: str) -> str:
    """A word as it may be meant, whatever was misread in it."""
    return token if is_number(token) else folded(token)


def lower(text: str) -> str:
    """In lower case, each character by one: a letter with a mark behind it would be the end of a word."""
    return text.replace("İ", "i").lower()


class Comparison:
    """A chunk (`before`) and an answer (`after`). `may_delete`: whole lines may be left out, as at L4."""

    def __init__(self, before: str, after: str, may_delete: bool = True) -> None:
        self.before = Side(before)
        self.after = Side(after)
        self.may_delete = may_delete

    @lazy
    def old_lines(self) -> str:
        """Lines of the chunk, as they are written, that the answer does not hold, or not so often."""
        return "\n".join((self.before.raw_lines - self.after.raw_lines).elements())

    @lazy
    def new_lines(self) -> str:
        """Lines of the answer, as they are written, that the chunk does not hold, or not so often."""
        return "\n".join((self.after.raw_lines - self.before.raw_lines).elements())

    @lazy
    def old_lines_lower(self) -> str:
        """`old_lines` in lower case."""
        return lower(self.old_lines)

    @lazy
    def new_lines_lower(self) -> str:
        return lower(self.new_lines)

    @lazy
    def changed_words_of_chunk(self) -> list[str]:
        """The words of the chunk without those that both sides begin and end with, but for a margin of RUN_WORDS: a run of
        so many words occurs as much more often in one side's rest as it does in the whole of it.
        """
        head, tail = self._shared_pieces
        return words(" ".join(self.before.pieces[head : len(self.before.pieces) - tail]))

    @lazy
    def changed_words_of_answer(self) -> list[str]:
        """The same of the answer."""
        head, tail = self._shared_pieces
        return words(" ".join(self.after.pieces[head : len(self.after.pieces) - tail]))

    @lazy
    def _shared_pieces(self) -> tuple[int, int]:
        old, new = self.before.pieces, self.after.pieces
        head = n_same(old, new)
        tail = min(len(old) - head, len(new) - head, n_same(old[::-1], new[::-1]))
        return head - n_pieces(reversed(old[:head]), RUN_WORDS), tail - n_pieces(old[len(old) - tail :], RUN_WORDS)

    @lazy
    def same(self) -> list[Same]:
        """The tokens that are the same on both sides, in order."""
        return same_words(self.before.tokens, self.after.tokens)

    @lazy
    def numbers_in_place(self) -> list[tuple[int, int]]:
        """Numbers of the chunk that stand in the answer as they are: their tokens on both sides."""
        places = self.before.number_places
        return [
            (number, number - old + new)
            for old, new, n in self.same
            for number in places[bisect_left(places, old) : bisect_left(places, old + n)]
        ]

    @lazy
    def edited_numbers(self) -> tuple[Counter[str], Counter[str]]:
        """Numbers of both sides inside of edits. Those in place are the same on both sides, so that whatever one side holds
        beyond the other one is among these.
        """
        old, new = self.before.tokens, self.after.tokens
        return (
            Counter(token for edit in self.edits for token in old[edit.old_start : edit.old_end] if is_number(token)),
            Counter(token for edit in self.edits for token in new[edit.new_start : edit.new_end] if is_number(token)),
        )

    @lazy
    def edits(self) -> list[Edit]:
        return edits(self.same, len(self.before.tokens), len(self.after.tokens))

    @lazy
    def changes(self) -> list[Change]:
        """Every edit, explained."""
        return [explain(self.before.tokens, self.after.tokens, edit) for edit in self.edits]

    @lazy
    def unexplained(self) -> set[int]:
        """Tokens of the answer that nothing of the chunk accounts for."""
        return {token for change in self.changes for token in (*change.new, *(j for _, j in change.replaced))}

    @lazy
    def new_words(self) -> list[str]:
        """Words of the answer that are neither in place nor the mending of a word."""
        return [self.after.tokens[j] for change in self.changes for j in change.new]

    @lazy
    def lost(self) -> list[int]:
        """Tokens of the chunk that do not stand in the answer, neither as they were nor mended."""
        places = ((range(c.edit.old_start, c.edit.old_end), set(c.mended)) for c in self.changes)
        return [token for tokens, mended in places for token in tokens if token not in mended]

    @lazy
    def _lost(self) -> set[int]:
        return set(self.lost)

    def is_kept(self, token: int) -> bool:
        """Whether a token of the chunk stands in the answer, as it was or mended."""
        return token not in self._lost

    def is_mostly_lost(self, first: int, end: int) -> bool:
        """Whether less than half of the letters of these tokens stand in the answer, mended ones among them."""
        tokens = self.before.tokens
        n_lost = sum(len(tokens[t]) for t in self.lost[bisect_left(self.lost, first) : bisect_left(self.lost, end)])
        return n_lost > 0 and n_lost * 2 > sum(map(len, tokens[first:end]))

    @lazy
    def answer_pairs(self) -> set[tuple[str, str]]:
        """Pairs of words that follow each other in the answer."""
        return set(itertools.pairwise(map(read, self.after.tokens)))

    def is_said(self, token: int, both_sides: bool = False) -> bool:
        """Whether a word of the chunk that is not in place stands elsewhere in the answer beside its neighbour, or beside
        both of them, as it does when the chunk said it twice.
        """
        around = map(read, self.before.tokens[max(0, token - 1) : token + 2])
        found = [pair in self.answer_pairs for pair in itertools.pairwise(around)]
        return all(found) if both_sides else any(found)

    def may_go(self, token: int) -> bool:
        """Whether a lost word of the chunk may be lost: its line went as a whole, or it was said twice."""
        return self.may_delete and (token in self.gone_tokens or self.is_said(token))

    @lazy
    def line_is_gone(self) -> list[bool]:
        """For each line of the chunk, whether less than half of its words are left in place.

        Where nothing may be deleted, none is.
        """
        if not self.may_delete:
            return [False] * len(self.before.lines)
        has_leaders = LEADERS.search(self.before.text) is not None
        gone = [is_gone(self, first, end, has_leaders) for first, end in self.before.line_ranges]
        return [one and not is_torn(self.before, number, gone) for number, one in enumerate(gone)]

    @lazy
    def gone_tokens(self) -> set[int]:
        """The tokens of those lines."""
        pairs = zip(self.before.line_ranges, self.line_is_gone, strict=True)
        return {token for (first, end), gone in pairs if gone for token in range(first, end)}

    @lazy
    def gone_formulas(self) -> Counter[str]:
        """Signs of the formulas of those lines."""
        return Counter(self.before.tokens[token] for token in self.gone_tokens if is_formula(self.before.tokens[token]))

    @lazy
    def gone_side(self) -> Side:
        """The lines that were left out, taken apart like a text of their own."""
        pairs = zip(self.before.lines, self.line_is_gone, strict=True)
        return Side("\n".join(line for line, gone in pairs if gone))


def n_pieces(pieces: Iterable[str], n_words: int) -> int:
    """How many of these pieces hold so many words together; all where there are fewer."""
    n = 0
    for piece in pieces:
        if n_words <= 0:
            break
        n, n_words = n + 1, n_words - len(words(piece))
    return n


def is_torn(side: Side, number: int, gone: Sequence[bool]) -> bool:
    """Whether a line is part of a sentence whose beginning is still there, so that it was not left out as a line: the
    short end of a paragraph, or prose in its midst. A page's header there does not begin in lower case.
    """
    if not number or gone[number - 1]:
        return False
    (_, end), (first, stop) = side.line_ranges[number - 1], side.line_ranges[number]
    if first == stop or end != first or not end:
        return False
    between = side.text[side.ends[end - 1] : side.starts[first]]
    if "\n\n" in between or SENTENCE_STOP.search(between):
        return False
    is_end = side.text[side.ends[stop - 1] : side.ends[stop - 1] + 3].strip()[:1] in {".", ")"}
    goes_on = side.text[side.starts[first]].islower() and not STOP_WORDS.isdisjoint(side.tokens[first:stop])
    return is_end or goes_on


def is_gone(comparison: Comparison, first: int, end: int, has_leaders: bool) -> bool:
    """Whether a line is empty, or most of it is lost, or it is a leader of dots, if the text has any."""
    if end == first or comparison.is_mostly_lost(first, end):
        return True
    before = comparison.before
    return has_leaders and LEADERS.search(before.text, before.starts[first], before.ends[end - 1]) is not None
