"""Guards of form: length, repetition, and an engine that speaks about itself (papers.md §1.5, §1.6 O1 to O3)."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

from darwin_assets.prompts import instructions
from darwin_assets.refine.comparison import RUN_WORDS, Comparison
from darwin_assets.refine.guard_settings import GuardSettings
from darwin_assets.refine.guards.phrases import FENCE, META_COMMENTARY, PREAMBLE, REFUSING, SOURCE_MENTION
from darwin_assets.refine.guards.result import GuardResult, at_most
from darwin_assets.refine.tokens import in_a_row, ngrams, words

REPEATED_WORDS = 5
PROMPT_WORDS = RUN_WORDS
"""Words of the runs by which an answer is compared with the prompts."""
PROMPTS = tuple(sorted(Path(__file__).parents[2].glob("*/prompts/*.md")))


def growth(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Characters of the answer by characters of the chunk; a few more are free."""
    n_before, n_after = len(comparison.before.raw), len(comparison.after.raw)
    grown = max(0, n_after - settings.growth_slack_chars) / max(1, n_before)
    return at_most("growth", grown, settings.max_growth)


def longer(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """O3: characters of the answer by characters of the window, above 1."""
    expansion = len(comparison.after.raw) / max(1, len(comparison.before.raw))
    return GuardResult("longer", expansion, 1.0, expansion > 1.0)


def not_too_long(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Characters of the answer by characters of the window: an answer that never ends is no explanation."""
    expansion = len(comparison.after.raw) / max(1, len(comparison.before.raw))
    return at_most("not_too_long", expansion, settings.max_expansion)


def repetition(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """How much more often than in the chunk the answer repeats any run of five words."""
    new = comparison.changed_words_of_answer
    runs = ngrams(new, REPEATED_WORDS)
    if len(set(runs)) == len(runs) and any(word not in comparison.before.folded for word in new):
        return at_most("repetition", 1, settings.max_excess_repetition)  # no run stands twice, but one with a new word
    known = Counter(ngrams(comparison.changed_words_of_chunk, REPEATED_WORDS))
    surplus = (count - known[run] for run, count in Counter(runs).items())
    return at_most("repetition", max(0, max(surplus, default=0)), settings.max_excess_repetition)


def prompt_copied(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """The most words in a row that the answer shares with a prompt and not with the chunk."""
    longest = current = 0
    new = comparison.changed_words_of_answer
    runs = ngrams(new, PROMPT_WORDS) if in_a_row(pairwise(new), prompt_pairs(), PROMPT_WORDS - 1) else []
    if not prompt_runs().isdisjoint(runs):
        known = set(ngrams(comparison.before.words, PROMPT_WORDS))
        for run in runs:
            current = current + 1 if run in prompt_runs() and run not in known else 0
            longest = max(longest, current)
    return at_most("prompt_copied", longest + PROMPT_WORDS - 1 if longest else 0, settings.max_prompt_words)


@cache
def prompt_runs() -> frozenset[tuple[str, ...]]:
    """All runs of words of all prompts."""
    return frozenset(run for prompt in PROMPTS for run in ngrams(words(instructions(prompt)), PROMPT_WORDS))


@cache
def prompt_pairs() -> frozenset[tuple[str, str]]:
    """All pairs of words that follow each other in these runs."""
    return frozenset(chain.from_iterable(map(pairwise, prompt_runs())))


def meta_commentary(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Phrases in which an engine speaks about its own work."""
    return at_most("meta_commentary", META_COMMENTARY.surplus(comparison), settings.max_phrases)


def wrapping(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """A preamble before the answer, and lines of code fences that the chunk does not have."""
    preamble = PREAMBLE.match(comparison.after.raw) is not None and PREAMBLE.match(comparison.before.raw) is None
    return at_most("wrapping", preamble + FENCE.surplus(comparison), settings.max_phrases)


def source_mentions(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """O1: phrases about a text that the answer was made from."""
    return at_most("source_mentions", SOURCE_MENTION.surplus(comparison), settings.max_phrases)


def refusal(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Phrases in which an engine declines to answer."""
    return at_most("refusal", REFUSING.surplus(comparison), settings.max_phrases)
