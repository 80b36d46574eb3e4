"""Guards of words: what is new, what is lost, what is turned round (papers.md §1.7; §5b D26, D30)."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import Counter

from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guard_settings import GuardSettings
from darwin_assets.refine.guards.result import GuardResult, at_least, at_most
from darwin_assets.refine.mending import Change
from darwin_assets.refine.tokens import MIN_CONTENT_CHARS, UNSPACED, is_formula, is_identifier, words
from darwin_assets.refine.vocabulary import FILLERS, NEGATIONS, are_opposites

MAX_TURNED_WORDS = 4
"""In an edit of so many words at most a negation belongs to the sentence around it; a longer one says something by itself."""
MIN_REPEATED_WORDS = 8
MIN_SAID = 0.7
"""Share of lost words that stand elsewhere in the answer when the chunk said them twice."""
NAME = re.compile(r"[^\W\d_a-z](?<!\w.)[^\W_]+")
NAME_IN_SENTENCE = re.compile(r"(?<=[a-z,;] )[^\W\d_a-z][^\W_]+")


def ngram_support(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """The share of the answer's word runs inside lines that the chunk holds, mended words among them.

    A deletion in mid-sentence leaves runs over its seam without support; `support_slack` of them are not counted.
    """
    after, n = comparison.after, settings.support_words
    if not comparison.unexplained:
        return at_least("ngram_support", 1.0, settings.min_support)
    runs = [range(first, max(first + 1, end - n + 1)) for first, end in after.line_ranges if end > first]
    near = sorted({j - k for j in comparison.unexplained for k in range(n)})
    missing = sum(
        "".join(after.tokens[t : t + n]) not in comparison.before.squeezed
        for line in runs
        for t in near[bisect_left(near, line.start) : bisect_left(near, line.stop)]
    )
    counted, n_runs = max(0, missing - settings.support_slack), sum(map(len, runs))
    return at_least("ngram_support", 1.0 - counted / n_runs if n_runs else 1.0, settings.min_support)


def new_words(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Content words that stand where nothing of the chunk accounts for them."""
    return at_most("new_words", sum(map(is_content, comparison.new_words)), settings.max_new_words)


def new_short_words(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Other words that stand where nothing of the chunk accounts for them."""
    found = [word for word in comparison.new_words if not is_content(word) and not is_formula(word)]
    return at_most("new_short_words", len(found), settings.max_new_short_words)


def is_content(word: str) -> bool:
    """Whether a word carries content: four letters or more, an identifier, or a sign of a script without spaces."""
    if len(word) >= MIN_CONTENT_CHARS:
        return any(map(str.isalpha, word)) or is_identifier(word)
    return is_identifier(word) or UNSPACED.match(word) is not None


def replaced_words(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Words in use that stand where another word in use stood."""
    found = sum(len(change.replaced) for change in comparison.changes)
    return at_most("replaced_words", found, settings.max_replaced_words)


def polarity(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Negations that came or went inside a sentence that stayed, and words replaced by their opposites."""
    found = sum(turned(comparison, change) for change in comparison.changes)
    return at_most("polarity", found, settings.max_polarity)


def turned(comparison: Comparison, change: Change) -> int:
    """How often an edit turns the meaning round."""
    before, after = comparison.before.tokens, comparison.after.tokens
    gone = [*change.lost, *(i for i, _ in change.replaced)]
    new = [after[j] for j in (*change.new, *(j for _, j in change.replaced))]
    mended = any(are_opposites(a, b) for a, b in change.pairs)
    if not new and NEGATIONS.isdisjoint(before[i] for i in gone):
        return mended
    old = [before[i] for i in gone if not comparison.may_go(i)]
    lost = Counter(word for word in old if word in NEGATIONS)
    added = Counter(word for word in new if word in NEGATIONS)
    came = (added - lost).total() if len(new) <= MAX_TURNED_WORDS or comparison.may_delete else 0
    went = (lost - added).total()
    # What follows a changed word in the answer may be an addition; the word itself stands at one end of the edit.
    at_ends = [*new[:MAX_TURNED_WORDS], *new[-MAX_TURNED_WORDS:]] if len(old) <= MAX_TURNED_WORDS else []
    opposite = mended or any(are_opposites(a, b) for a in old for b in at_ends if a not in new and b not in old)
    return came + went + opposite


def lost_words(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Content words that are gone from the midst of lines that are still there; at L5 those that nothing replaced."""
    found = 0
    for change in comparison.changes:
        if not comparison.may_delete and (change.new or change.replaced):
            continue
        lost = [i for i in change.lost if i not in comparison.gone_tokens]
        if len(lost) >= MIN_REPEATED_WORDS and sum(map(comparison.is_said, lost)) >= MIN_SAID * len(lost):
            continue
        content = [
            i for i in lost if is_sound(comparison.before.tokens[i]) and comparison.before.tokens[i] not in FILLERS
        ]
        found += sum(not is_excused(comparison, i) for i in content)
    return at_most("lost_words", found, settings.max_lost_words)


def is_sound(word: str) -> bool:
    """Whether a word carries content and is no debris of recognition."""
    return is_content(word) and (word.isalpha() or is_identifier(word))


def is_excused(comparison: Comparison, token: int) -> bool:
    """Whether a lost word was printed twice, or is a part of a word that was."""
    tokens = comparison.before.tokens
    word, neighbours = tokens[token], [*tokens[max(0, token - 1) : token], *tokens[token + 1 : token + 2]]
    parts = {"".join(tokens[max(0, token - 1) : token + 1]), "".join(tokens[token : token + 2])} - {word}
    return (
        word in neighbours or comparison.is_said(token, both_sides=True) or not parts.isdisjoint(comparison.after.words)
    )


def new_names(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Capitalised words of which the chunk holds no form; at L5 only those inside sentences, since examples begin some."""
    pattern = NAME if comparison.may_delete else NAME_IN_SENTENCE
    before, after = comparison.before, comparison.after
    # a line that the chunk holds too brings no name
    new_lines = "\n".join(itertools.filterfalse(set(before.lines).__contains__, after.lines))
    found = {name.casefold() for name in pattern.findall(new_lines)}
    # letters and digits that stand in the text stand in its squeezed form too, which takes longer to make
    new = {name for name in found if not (name.isalnum() and name in before.folded) and name not in before.squeezed}
    if new:
        # a Turkish İ is two signs when folded, of which the second is no letter
        new = {name for name in new if "".join(words(name)) not in before.squeezed}
        new -= {
            after.tokens[j]
            for c in comparison.changes
            for j in {*range(c.edit.new_start, c.edit.new_end)}.difference(c.new)
        }
    return at_most("new_names", len(new), settings.max_new_names)


def content_kept(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """F1: the share of the window's content words that the answer holds."""
    content = set(filter(is_content, comparison.before.words))
    kept = content & comparison.after.word_set
    return at_least("content_kept", len(kept) / len(content) if content else 1.0, settings.min_content_kept)
