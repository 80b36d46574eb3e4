"""Which changed words of an answer mend a damaged word, and which are other words (papers.md §1.5, REP1 to REP6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from darwin_assets.refine.alignment import Edit
from darwin_assets.refine.tokens import is_identifier, is_number
from darwin_assets.refine.vocabulary import STOP_WORDS, folded, is_known, same_digits

MIN_SIMILARITY = 0.75
MIN_SHORT_SIMILARITY = 0.6
MIN_SIMILARITY_APART = 0.85
MAX_WORDS = 40
"""Of a longer change so many words are looked at; the rest counts as new."""
MAX_WORD_CHARS = 40
"""A longer word is compared as a whole only."""
CLOSE = 1e-9
MAX_PARTS = 3
"""Parts into which a word may be split."""


@dataclass(frozen=True)
class Change:
    """What became of one edit. `mended`: positions in the chunk of words that were mended; `pairs`: the damaged words,
    with what they became; `replaced`: pairs of positions where
    one sound word stands for another; `new`: positions in the answer of words that nothing of the chunk accounts for; `lost`:
    positions in the chunk of words that nothing of the answer accounts for.
    """

    edit: Edit
    mended: tuple[int, ...]
    pairs: tuple[tuple[str, str], ...]
    replaced: tuple[tuple[int, int], ...]
    new: tuple[int, ...]
    lost: tuple[int, ...]


def explain(old: Sequence[str], new: Sequence[str], edit: Edit) -> Change:
    """One edit: words joined or split, words repaired, words replaced, words added and words lost."""
    olds, news = range(edit.old_start, edit.old_end), range(edit.new_start, edit.new_end)
    if not olds or not news:
        return Change(edit, (), (), (), tuple(news), tuple(olds))
    before, after = old[edit.old_start : edit.old_end], new[edit.new_start : edit.new_end]
    if takes_apart(before, after):
        return Change(edit, (), (), (), tuple(news), tuple(olds))
    if folded("".join(before)) == folded("".join(after)) and not values_differ(before, after):
        return Change(edit, tuple(olds), (), (), (), ())
    mended: list[int] = []
    pairs: list[tuple[str, str]] = []
    replaced: list[tuple[int, int]] = []
    unexplained: list[int] = []
    reached = edit.old_start
    j = edit.new_start
    while j < edit.new_end:
        found = counterpart(old, new, j, reached, edit) if j - edit.new_start < MAX_WORDS else None
        if found is None:
            unexplained.append(j)
            j += 1
            continue
        first, end, n_new = found
        if end - first == 1 and is_damaged(old[first], new[j : j + n_new]):
            unexplained.append(j)
            j += 1
            continue
        if end - first == n_new == 1 and is_other_word(old[first], new[j]):
            replaced.append((first, j))
        else:
            parts = range(first, end) if end - first <= MAX_PARTS else (first, end - 1)
            mended += parts
            pairs.append(("".join(old[i] for i in parts), "".join(new[j : j + n_new])))
        reached = end
        j += n_new
    taken = {*mended, *(i for i, _ in replaced)}
    return Change(
        edit, tuple(mended), tuple(pairs), tuple(replaced), tuple(unexplained), tuple(i for i in olds if i not in taken)
    )


def is_damaged(old: str, new: Sequence[str]) -> bool:
    """Whether a sound word became one, or pieces, that nobody uses."""
    return folded(old) != folded("".join(new)) and is_known(old) and not all(map(is_known, new))


def takes_apart(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a sound word became pieces that are no words: damage, where parting run-together words is a repair."""
    if len(after) <= len(before) or folded("".join(before)) != folded("".join(after)):
        return False
    return any(map(is_known, before)) and not all(map(is_known, set(after) - set(before)))


def values_differ(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether numbers were put together or taken apart, or an identifier lost a letter, in a way that folding hides."""
    numbers = [t for t in before if is_number(t)], [t for t in after if is_number(t)]
    if numbers[0] != numbers[1] and numbers[0] and "".join(before) != "".join(after):
        return True
    names = Counter(filter(is_identifier, after))
    if not names:
        return False
    readable = set(map(same_digits, before))
    return any(same_digits(name) not in readable for name in names - Counter(filter(is_identifier, before)))


def counterpart(
    old: Sequence[str], new: Sequence[str], j: int, reached: int, edit: Edit
) -> tuple[int, int, int] | None:
    """The words of the chunk, one or some in a row, of which word j of the answer can be the mending; and how many words
    of the answer they are, where one word of the chunk was several in one.
    """
    word = new[j]
    if is_number(word):
        return None
    target = folded(word)
    best: tuple[float, int, int] | None = None
    for first in range(reached, min(edit.old_end, reached + MAX_WORDS)):
        joined = ""
        for end in range(first + 1, min(edit.old_end, first + MAX_PARTS) + 1):
            joined += old[end - 1]
            if len(joined) > 2 * len(word) + 2:
                break
            alike = similarity(joined, word, target)
            if alike >= MIN_SIMILARITY and (best is None or alike > best[0]):
                best = (alike, first, end)
        if best is not None and best[0] == 1.0:
            break
    apart = taken_apart(old, new, j, reached, edit) if best is None or best[0] < 1.0 else None
    if apart is not None and (best is None or apart[0] > best[0]):
        return apart[1], apart[1] + 1, apart[2]
    parted = around_header(old, target, reached, edit) if best is None or best[0] < 1.0 else None
    return parted or ((best[1], best[2], 1) if best else None)


def around_header(old: Sequence[str], target: str, reached: int, edit: Edit) -> tuple[int, int, int] | None:
    """Two parts of a word that a page's end split, with the header of the next page between them."""
    for first in range(reached, min(edit.old_end, reached + MAX_PARTS)):
        for last in range(first + 2, min(edit.old_end, first + MAX_WORDS)):
            if last - first >= MAX_PARTS and folded(old[first] + old[last]) == target:
                return first, last + 1, 1
    return None


def taken_apart(
    old: Sequence[str], new: Sequence[str], j: int, reached: int, edit: Edit
) -> tuple[float, int, int] | None:
    """A word of the chunk that words j, j + 1 ... of the answer are when they are put together: likeness, place, how many."""
    for n_new in range(2, min(MAX_PARTS, edit.new_end - j) + 1):
        joined = "".join(new[j : j + n_new])
        for first in range(reached, min(edit.old_end, reached + MAX_WORDS)):
            alike = 0.0 if is_number(new[j]) else similarity(old[first], joined, folded(joined))
            if alike >= MIN_SIMILARITY_APART:
                return alike, first, n_new
    return None


def similarity(damaged: str, word: str, target: str) -> float:
    """How much alike two words are; 1 where print confuses them. In identifiers every character counts."""
    if is_identifier(word) or is_identifier(damaged):
        return float(same_digits(damaged) == same_digits(word))
    if folded(damaged) == target:
        return 1.0
    if is_number(damaged):
        return 0.0
    if word in STOP_WORDS and damaged not in STOP_WORDS and abs(len(damaged) - len(word)) < 2 and not is_known(damaged):
        return likeness(damaged, word, MIN_SHORT_SIMILARITY) and 1.0
    return likeness(damaged, word)


def likeness(first: str, second: str, least: float = MIN_SIMILARITY) -> float:
    """Share of letters that two words have in common, in order; 0 where it is small or a word is very long."""
    if max(len(first), len(second)) > MAX_WORD_CHARS:
        return 1.0 if first == second else 0.0
    if min(len(first), len(second)) * 4 < max(len(first), len(second)) * 3 - 4:
        return 0.0
    at_most = min(sum(map(second.__contains__, first)), sum(map(first.__contains__, second)))
    if 2.0 * at_most < least * (len(first) + len(second)) - CLOSE:
        return 0.0
    ratio = SequenceMatcher(None, first, second, autojunk=False).ratio()
    return ratio if ratio >= least else 0.0


def is_other_word(old: str, new: str) -> bool:
    """Whether both are words in use, so that the change is none of print."""
    both = old.isalpha() and new.isalpha() and old != new
    return both and all(is_known(word) and (len(word) > 2 or word in STOP_WORDS) for word in (old, new))
