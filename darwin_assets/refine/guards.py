"""Whether an answer may replace its chunk (papers.md §1.7, §5b D26, D30); the papers have no such guards.

L4 may delete and mend, never add. So nothing in the answer may be new, and what is lost must have gone with
whole lines: a number or a citation that vanished from a line that is still there was changed, not deleted.
Formulas that stand by themselves, tables, code and exercises may not be lost at all (KEEP1, KEEP2, KEEP4,
KEEP5).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from darwin_assets.refine.answer import REFUSAL
from darwin_assets.refine.comparison import MIN_CONTENT_CHARS, Comparison, displayed, ngrams, title, words
from darwin_assets.refine.settings import RefineSettings

REPAIR_SIMILARITY = 0.8
NAME = re.compile(r"\b[^\W\d_a-z][^\W_]+")
META_COMMENTARY = re.compile(
    r"\bhere(?:'|’)?s? (?:is |are )?(?:the|your|my) (?:cleaned|refined|corrected|revised|edited|requested)\b|"
    r"\b(?:cleaned|refined|corrected|revised) (?:text|version|excerpt|chunk)\b|"
    r"\bI(?:'ve| have|’ve)? (?:removed|deleted|cleaned|corrected|fixed|kept|preserved|made)\b|"
    r"\b(?:as (?:you )?requested|let me know if|hope this helps|the (?:original|provided|given) (?:text|"
    r"excerpt|chunk|passage))\b|"
    r"</?(?:think|CLEANED_TEXT)>|\b(?:simplified )?placeholder text\b|\[(?:removed|deleted|illegible|"
    r"unreadable|omitted)[^\]\n]*\]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class GuardResult:
    """One guard's verdict: `value` was measured, and `passed` says on which side of `threshold` it lies."""

    name: str
    value: float
    threshold: float
    passed: bool


Guard = Callable[[Comparison, RefineSettings], GuardResult]


def check(before: str, after: str, settings: RefineSettings) -> list[GuardResult]:
    """Every guard's result for an answer; it may be used when all passed.

    An answer equal to its chunk is measured as two empty texts are: nothing is new and nothing is lost.
    """
    comparison = Comparison(before, after) if before != after else Comparison("", "")
    return [guard(comparison, settings) for guard in GUARDS]


def at_most(name: str, value: float, threshold: float) -> GuardResult:
    """A guard that a value above the threshold fails."""
    return GuardResult(name, float(value), float(threshold), value <= threshold)


def at_least(name: str, value: float, threshold: float) -> GuardResult:
    """A guard that a value below the threshold fails."""
    return GuardResult(name, float(value), float(threshold), value >= threshold)


def new_numbers(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Numbers that occur more often in the answer than in the chunk."""
    return at_most("new_numbers", (comparison.after.numbers - comparison.before.numbers).total(), 0)


def lost_numbers(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Numbers that are missing although their line is still there."""
    lost = comparison.before.numbers - comparison.after.numbers
    return at_most("lost_numbers", (lost - comparison.gone_side.numbers).total(), 0)


def new_units(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Numbers with a unit that they did not have."""
    return at_most("new_units", (comparison.after.quantities - comparison.before.quantities).total(), 0)


def new_formulas(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Formulas that the chunk does not hold."""
    return at_most("new_formulas", (comparison.after.formulas - comparison.before.formulas).total(), 0)


def lost_formulas(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Formulas in sentences that are missing although their line is still there, and displayed ones that are
    missing.
    """
    lost = comparison.before.formulas - comparison.after.formulas - comparison.gone_side.formulas
    gone = displayed(comparison.before.raw) - displayed(comparison.after.raw)
    repeated = sum(n for formula, n in gone.items() if displayed(comparison.after.raw)[formula])
    return at_most("lost_formulas", lost.total() + gone.total() - repeated, 0)


def latex_balance(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Unpaired dollars, braces and environments beyond those that the chunk's own edges cause."""
    return at_most("latex_balance", imbalance(comparison.after.raw) - imbalance(comparison.before.raw), 0)


def imbalance(text: str) -> int:
    """How many delimiters of LaTeX have no partner."""
    plain = re.sub(r"\\[\\{}$]", "", text)
    begun = Counter(re.findall(r"\\begin\{(\w+\*?)\}", text))
    ended = Counter(re.findall(r"\\end\{(\w+\*?)\}", text))
    unpaired = (begun - ended).total() + (ended - begun).total()
    return plain.count("$") % 2 + abs(plain.count("{") - plain.count("}")) + unpaired


def protected_spans(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Rows of tables and lines of code that were lost, added or changed."""
    before, after = comparison.before.protected, comparison.after.protected
    return at_most("protected_spans", (before - after).total() + (after - before).total(), 0)


def headings(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Headings that are new, or that were lost although text below them is still there (DEL1 lets empty ones
    go).
    """
    before, after = Counter(comparison.before.headings), Counter(comparison.after.headings)
    lost = before - after
    return at_most("headings", (after - before).total() + (lost - excused(comparison, settings)).total(), 0)


def excused(comparison: Comparison, settings: RefineSettings) -> Counter[str]:
    """Headings that may go: most of their lines went too, or they stand in a run of titles without text."""
    sections: list[tuple[str, list[bool]]] = []
    for line, gone in zip(comparison.before.lines, comparison.line_is_gone, strict=True):
        if line.lstrip().startswith("#"):
            sections.append((title(line), []))
        elif sections:
            sections[-1][1].append(gone)
    found: Counter[str] = Counter()
    empty_run: list[str] = []
    for name, body in [*sections, ("", [False])]:
        if not body:
            empty_run.append(name)
            continue
        if len(empty_run) >= settings.min_contents_entries:
            found.update(empty_run)
        empty_run = []
        if sum(body) * 2 > len(body):
            found[name] += 1
    return found


def lost_citations(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Citations and cross references that are missing although their line is still there."""
    lost = comparison.before.citations - comparison.after.citations - comparison.gone_side.citations
    return at_most("lost_citations", lost.total(), 0)


def lost_exercises(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Beginnings of exercises, examples and solutions that are missing."""
    lost = comparison.before.exercises - comparison.after.exercises
    repeated = sum(n for start, n in lost.items() if comparison.after.exercises[start])
    return at_most("lost_exercises", lost.total() - repeated, 0)


def ngram_support(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """The share of the answer's word runs inside lines that the chunk holds, wherever words were joined or split.

    A deletion in mid-sentence leaves runs over its seam without support; `support_slack` of them are not counted.
    """
    runs = [run for line in comparison.after.lines for run in ngrams(words(line), settings.support_words)]
    missing = sum("".join(run) not in comparison.before.squeezed for run in runs)
    counted = max(0, missing - settings.support_slack)
    return at_least("ngram_support", 1.0 - counted / len(runs) if runs else 1.0, settings.min_support)


def new_words(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Content words that the chunk neither holds nor has a misspelling of."""
    return at_most("new_words", len(unsupported_words(comparison)), settings.max_new_words)


def unsupported_words(comparison: Comparison) -> list[str]:
    """Words of the answer that are neither in the chunk nor the mending of a word that the answer dropped."""
    before, after = comparison.before, comparison.after
    unknown = {word for word in after.words if is_content(word) and word not in before.word_set}
    unknown = {word for word in unknown if word not in before.squeezed}
    if not unknown:
        return []
    dropped = sorted(before.word_set - set(after.words))
    return sorted(word for word in unknown if not get_close_matches(word, dropped, 1, REPAIR_SIMILARITY))


def is_content(word: str) -> bool:
    """Whether a word is long enough to carry content; numbers have a guard of their own."""
    return len(word) >= MIN_CONTENT_CHARS and not word.isdigit()


def new_names(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Capitalised or upper-case words of which the chunk holds no form, and no misspelling if they are long."""
    before = comparison.before
    found = {name.casefold() for name in NAME.findall(comparison.after.text)}
    unknown = {name for name in found - before.word_set if not (is_content(name) and name in before.squeezed)}
    unsupported = set(unsupported_words(comparison)) if unknown else set()
    return at_most("new_names", sum(name in unsupported or not is_content(name) for name in unknown), 0)


def growth(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Characters of the answer by characters of the chunk, after the slack that short chunks get."""
    n_before, n_after = len(comparison.before.raw), len(comparison.after.raw)
    return at_most("growth", max(0, n_after - settings.growth_slack_chars) / max(1, n_before), settings.max_growth)


def repetition(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """How much more often than in the chunk the answer repeats any run of five words."""
    return at_most("repetition", excess_repetition(comparison, 5), settings.max_excess_repetition)


def excess_repetition(comparison: Comparison, n: int) -> int:
    """The largest surplus of a run of n words in the answer."""
    surplus = Counter(ngrams(comparison.after.words, n)) - Counter(ngrams(comparison.before.words, n))
    return max(surplus.values(), default=0)


def meta_commentary(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Phrases in which an engine speaks about its own work."""
    return at_most("meta_commentary", surplus_matches(META_COMMENTARY, comparison), 0)


def refusal(comparison: Comparison, settings: RefineSettings) -> GuardResult:
    """Phrases in which an engine declines to answer."""
    return at_most("refusal", surplus_matches(REFUSAL, comparison), 0)


def surplus_matches(pattern: re.Pattern[str], comparison: Comparison) -> int:
    """How many more matches the answer has than the chunk."""
    return max(0, len(pattern.findall(comparison.after.raw)) - len(pattern.findall(comparison.before.raw)))


GUARDS: tuple[Guard, ...] = (
    new_numbers,
    lost_numbers,
    new_units,
    new_formulas,
    lost_formulas,
    latex_balance,
    protected_spans,
    headings,
    lost_citations,
    lost_exercises,
    ngram_support,
    new_words,
    new_names,
    growth,
    repetition,
    meta_commentary,
    refusal,
)
