"""Guards of numbers and units (papers.md §1.6 F1, §1.7; §5b D30, D36)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter

from darwin_assets.refine.alignment import Edit
from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guard_settings import GuardSettings
from darwin_assets.refine.guards.result import GuardResult, at_most
from darwin_assets.refine.mending import Change
from darwin_assets.refine.side import Side
from darwin_assets.refine.tokens import is_formula, is_identifier, is_number
from darwin_assets.refine.units import UNIT_REACH
from darwin_assets.refine.vocabulary import NUMBER_WORDS

MAX_SWAP_WORDS = 6
"""An edit of so many words at most says the same thing in another way; a longer one is text of its own."""
SENTENCE_STOP = re.compile(r"[.!?]")
MAX_CLAUSE_WORDS = 40
# What says that a value is made up for the sake of an explanation.
ILLUSTRATION = re.compile(
    r"\b(?:for (?:example|instance)|e\.g\.|imagine|suppose|say|think of|picture|consider|if|as if|like|about|"
    r"roughly|nearly|almost|"
    r"typical(?:ly)?|example|compare[ds]?|would|could|might|let us|take|were|zum beispiel|etwa|par exemple|"
    r"environ|nimmt man|stell)\b",
    re.IGNORECASE,
)


def new_numbers(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Numbers, and names with digits, that the answer holds beyond those of the chunk; at L5 each is counted once."""
    before, after = comparison.before, comparison.after
    if not comparison.may_delete:
        return at_most("new_numbers", len(set(after.numbers) - set(before.numbers)), settings.max_new_numbers)
    old, new = comparison.edited_numbers
    new = new - old
    return at_most("new_numbers", (new and new - before.readable_numbers).total(), settings.max_new_numbers)


def lost_numbers(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Numbers that are missing although their line is still there; at L5 none may be."""
    old, new = comparison.edited_numbers
    lost = old - new
    if lost and comparison.may_delete:
        tokens = comparison.before.tokens
        candidates = [t for t in comparison.lost if tokens[t] in lost]
        lost = lost - Counter(tokens[t] for t in candidates if comparison.may_go(t))
    return at_most("lost_numbers", lost.total(), settings.max_lost_numbers)


def changed_values(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Numbers, numbers in words, formulas and identifiers that do not stand at their place in the answer."""
    n_changed = sum(
        n
        for change in comparison.changes
        if (n := n_lost_values(comparison, change)) and not says_the_same(comparison, change)
    )
    if comparison.may_delete:
        new = [j for change in comparison.changes for j in change.new if comparison.after.is_value(j)]
        n_changed = max(n_changed, sum(not readable(comparison, j) for j in new))
    return at_most("changed_values", n_changed, settings.max_changed_values)


def n_lost_values(comparison: Comparison, change: Change) -> int:
    """How many values of the chunk an edit lost or replaced."""
    is_value = comparison.before.is_value
    lost = [i for i in change.lost if is_value(i)]
    return sum(not comparison.may_go(i) for i in lost) + sum(is_value(i) for i, _ in change.replaced)


def says_the_same(comparison: Comparison, change: Change) -> bool:
    """Whether the answer's side of an edit holds all values of the chunk's side in order, in the same sentence."""
    edit, before, after = change.edit, comparison.before, comparison.after
    old = [before.tokens[i] for i in range(edit.old_start, edit.old_end) if before.is_value(i)]
    clauses = [*range(edit.new_start, first_clause(after, edit)), *range(last_clause(after, edit), edit.new_end)]
    new = iter([after.tokens[j] for j in clauses if after.is_value(j)])
    return bool(old) and all(token in new for token in old)


def readable(comparison: Comparison, token: int) -> bool:
    """Whether a number of the answer is what a misread token of the chunk stands for."""
    return comparison.after.tokens[token] in comparison.before.readable_numbers


def changed_units(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Numbers that came to bear a unit, or lost or changed theirs."""
    before, after = comparison.before, comparison.after
    in_place = sum(unit_changed(comparison, i, j) for i, j in comparison.numbers_in_place)
    if comparison.may_delete:
        return at_most("changed_units", in_place, settings.max_changed_units)
    gained = [pair.split(" ")[0] for pair in set(after.quantities) - set(before.quantities)]
    n_gained = sum(number in before.numbers and len(re.sub(r"\D", "", number)) > 1 for number in gained)
    return at_most("changed_units", max(in_place, n_gained), settings.max_changed_units)


def unit_changed(comparison: Comparison, old: int, new: int) -> bool:
    """Whether a number that is in place bears another unit. A header of the next page may stand between it and its unit, and
    the next word may stick to the unit.
    """
    before, after = comparison.before, comparison.after
    end, new_end = before.ends[old], after.ends[new]
    if before.text[end : end + UNIT_REACH] == after.text[new_end : new_end + UNIT_REACH]:
        return False
    wanted = after.unit_at(new_end)
    if before.unit_at(end) == wanted:
        return False
    following = old + 1
    while following < len(before.tokens) and following in comparison.gone_tokens:
        following += 1
    if following > old + 1 and following < len(before.tokens):
        return before.unit_at(before.starts[following]) != wanted
    return not (wanted and "".join(before.text[end : end + UNIT_REACH].split()).startswith(wanted))


def new_quantities(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Numbers with a unit, new to the window, in sentences that do not present them as an example."""
    known = comparison.before.numbers
    after = comparison.after
    new = [t for t in after.number_places if after.tokens[t] not in known and after.unit_at(after.ends[t])]
    found = 0
    for first, end in after.sentences if new else ():
        inside = bisect_left(new, end) - bisect_left(new, first)
        if inside and not ILLUSTRATION.search(after.text, after.starts[first], after.ends[end - 1]):
            found += inside
    return at_most("new_quantities", found, settings.max_new_quantities)


def named_values(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Values that came to bear a name or symbol which the window does not hold, such as a mass window called a rho."""
    before, after = comparison.before, comparison.after
    known = set(before.tokens)
    found = 0
    for change in comparison.changes:
        edit = change.edit
        end = first_clause(after, edit)
        if not edit.new_start < end <= edit.new_start + MAX_SWAP_WORDS or not edit.old_start:
            continue
        near = before.tokens[max(0, edit.old_start - 3) : edit.old_end + 2]
        names = [
            j
            for j in range(edit.new_start, end)
            if is_name(after.tokens[j], after.text[after.starts[j]]) and after.tokens[j] not in known
        ]
        found += bool(names) and any(is_number(token) or token in NUMBER_WORDS for token in near)
    return at_most("named_values", found, settings.max_named_values)


def first_clause(after: Side, edit: Edit) -> int:
    """Where the words that an edit puts into a sentence end: at its end or the sentence's. What follows is added."""
    if not edit.new_start or SENTENCE_STOP.search(
        after.text,
        after.ends[edit.new_start - 1],
        after.starts[edit.new_start] if edit.new_start < len(after.starts) else len(after.text),
    ):
        return edit.new_start
    for j in range(edit.new_start, min(edit.new_end, edit.new_start + MAX_CLAUSE_WORDS)):
        if j + 1 < len(after.starts) and SENTENCE_STOP.search(after.text, after.ends[j], after.starts[j + 1]):
            return j + 1
    return edit.new_end


def last_clause(after: Side, edit: Edit) -> int:
    """Where the words begin that follow the last end of a sentence inside of an edit."""
    for j in range(edit.new_end - 1, max(first_clause(after, edit), edit.new_end - MAX_CLAUSE_WORDS), -1):
        if SENTENCE_STOP.search(after.text, after.ends[j - 1], after.starts[j]):
            return j
    return edit.new_end


def is_name(token: str, first: str) -> bool:
    """Whether a token is a formula, an identifier, a Greek letter or a capitalised word."""
    return is_formula(token) or is_identifier(token) or first.isupper() or (len(token) == 1 and "α" <= token <= "ω")
