"""The two recipes of L4: which prompt each puts to a model, and which guards its answers must pass (papers.md §1.5).

The faithful refiner may only delete and mend, so every guard binds it. The reorganising recipe gathers what a chunk says
and writes it anew: words, order and headings are free, and what the chunk leaves out is measured over the whole chunk
instead of line by line. Its answers may still hold no number, unit, name or formula that the chunk does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from darwin_assets.refine import guards
from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guards import GuardResult, at_least, at_most, is_content
from darwin_assets.refine.prompt import FAITHFUL, REORGANISING
from darwin_assets.refine.settings import RefineSettings
from darwin_assets.refine.tokens import words

# A word that begins a sentence is capitalised whatever it is.
NAME_IN_SENTENCE = re.compile(r"(?<=[\w,;] )[^\W\d_a-z][^\W_]+")


def kept_numbers(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Reorganising: the share of the chunk's different numbers that the answer holds, for an answer that is not empty."""
    wanted = set(comparison.before.numbers) if comparison.after.raw.strip() else set()
    share = len(wanted & set(comparison.after.numbers)) / len(wanted) if wanted else 1.0
    return at_least("kept_numbers", share, settings.min_kept_numbers)


def new_quantities(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Reorganising: numbers with a unit that the chunk does not hold so."""
    return at_most("new_quantities", len(set(comparison.after.quantities) - set(comparison.before.quantities)), 0)


def kept_length(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Reorganising: characters of the answer by characters of the chunk, for an answer that is not empty."""
    n_before, n_after = len(comparison.before.raw.strip()), len(comparison.after.raw.strip())
    return at_least("kept_length", n_after / n_before if n_before and n_after else 1.0, settings.min_kept_length)


def new_word_share(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Reorganising: the share of the answer's different content words that the chunk does not hold."""
    found = set(filter(is_content, comparison.after.words))
    new = {word for word in found - comparison.before.word_set if word not in comparison.before.squeezed}
    return at_most("new_word_share", len(new) / len(found) if found else 0.0, settings.max_new_word_share)


def new_inner_names(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Reorganising: capitalised or upper-case words inside sentences that the chunk does not hold in any form."""
    found = {name.casefold() for name in NAME_IN_SENTENCE.findall(comparison.after.text)}
    new = {
        name
        for name in found - comparison.before.word_set
        if not is_content(name) or "".join(words(name)) not in comparison.before.squeezed
    }
    return at_most("new_inner_names", len(new), 0)


@dataclass(frozen=True)
class L4Recipe:
    """`free` are the guards of `guards.GUARDS` that do not bind its answers, `own` those that bind only them."""

    prompt: Path
    free: frozenset[str]
    own: tuple[Callable[[Comparison, RefineSettings], GuardResult], ...]


RECIPES: dict[str, L4Recipe] = {
    "faithful": L4Recipe(FAITHFUL, free=frozenset(), own=()),
    "reorganising": L4Recipe(
        REORGANISING,
        free=frozenset(
            {
                # order and wording
                "headings",
                "labels",
                "new_names",
                "new_short_words",
                "new_words",
                "ngram_support",
                "polarity",
                "replaced_words",
                # what is measured at its place in a line
                "changed_units",
                "changed_values",
                "lost_citations",
                "lost_exercises",
                "lost_numbers",
                "lost_sentences",
                "lost_words",
            }
        ),
        own=(kept_numbers, new_quantities, kept_length, new_word_share, new_inner_names),
    ),
}


def check(before: str, after: str, settings: RefineSettings) -> list[GuardResult]:
    """The results of the guards that bind an answer to the recipe of `settings`; it may be used when all passed."""
    recipe = RECIPES[settings.recipe]
    results = guards.check(before, after, settings)
    if recipe.free:
        results = [one for one in results if one.name not in recipe.free]
    if len(results) == len(guards.LENGTH_GUARDS):
        return results  # of an answer that is too long only its length is measured
    if not recipe.own:
        return results
    comparison = Comparison(before, after)
    return results + [guard(comparison, settings) for guard in recipe.own]
