"""Whether an answer may replace its chunk or window (papers.md §1.7, §5b D26, D30); the papers have no such guards.

L4 may delete and mend, never add. So nothing in the answer may be new, and what is lost must have gone with whole lines: a
number or a citation that vanished from a line that is still there was changed, not deleted. L5 may add, never lose or
change; its list of guards stands in `complete/guards.py`. Both share the functions and differ in what is permitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guard_settings import GuardSettings
from darwin_assets.refine.guards.form import growth, meta_commentary, prompt_copied, refusal, repetition, wrapping
from darwin_assets.refine.guards.formulas import latex_balance, latex_parses, lost_formulas, new_formulas
from darwin_assets.refine.guards.numbers import changed_units, changed_values, lost_numbers, new_numbers
from darwin_assets.refine.guards.reflow import is_reflowed
from darwin_assets.refine.guards.result import Guard, GuardResult, at_least, at_most
from darwin_assets.refine.guards.sentences import foreign_sentences, lost_sentences
from darwin_assets.refine.guards.structure import (
    headings,
    labels,
    lost_citations,
    lost_exercises,
    new_citations,
    protected_spans,
)
from darwin_assets.refine.guards.words import (
    is_content,
    lost_words,
    new_names,
    new_short_words,
    new_words,
    ngram_support,
    polarity,
    replaced_words,
)

__all__ = ["GUARDS", "Guard", "GuardResult", "at_least", "at_most", "check", "is_content", "judge"]

LENGTH_GUARDS = (growth,)
GUARDS: tuple[Guard, ...] = (
    *LENGTH_GUARDS,
    repetition,
    new_numbers,
    lost_numbers,
    changed_values,
    changed_units,
    new_formulas,
    lost_formulas,
    latex_balance,
    latex_parses,
    protected_spans,
    headings,
    lost_citations,
    new_citations,
    labels,
    lost_exercises,
    polarity,
    replaced_words,
    new_words,
    new_short_words,
    new_names,
    ngram_support,
    lost_words,
    lost_sentences,
    foreign_sentences,
    prompt_copied,
    meta_commentary,
    wrapping,
    refusal,
)
MAX_MEASURED_GROWTH, MAX_MEASURED_CHARS = 8, 4000
"""An answer of more characters than the chunk's times this, and these, is not measured further."""


def check(before: str, after: str, settings: GuardSettings) -> list[GuardResult]:
    """Every guard's result for an answer of L4; it may be used when all passed.

    An answer equal to its chunk is measured as two empty texts are: nothing is new and nothing is lost. So is one that only
    joins and wraps lines, but for its length.
    """
    if before == after:
        return list(unchanged(settings))
    comparison = Comparison(before, after)
    if is_reflowed(comparison):
        return [*(guard(comparison, settings) for guard in LENGTH_GUARDS), *unchanged(settings)[len(LENGTH_GUARDS) :]]
    return judge(comparison, GUARDS, LENGTH_GUARDS, settings)


@lru_cache(maxsize=16)
def unchanged(settings: GuardSettings) -> tuple[GuardResult, ...]:
    """Every guard's result for two empty texts."""
    return tuple(judge(Comparison("", ""), GUARDS, LENGTH_GUARDS, settings))


def judge(
    comparison: Comparison, guards: Sequence[Guard], length_guards: Sequence[Guard], settings: GuardSettings
) -> list[GuardResult]:
    """What the guards say. Of an answer that is far too long only the length is measured, and it fails: so the time that
    the guards take depends on the size of the chunk alone.
    """
    n_before, n_after = len(comparison.before.raw), len(comparison.after.raw)
    if n_after > MAX_MEASURED_GROWTH * n_before + MAX_MEASURED_CHARS:
        return [guard(comparison, settings)._replace(passed=False) for guard in length_guards]
    return [guard(comparison, settings) for guard in guards]
