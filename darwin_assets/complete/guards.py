"""Whether an answer may replace its window (papers.md §1.6 F1-F4, O1-O3, §1.7, §5b D36-D38).

L5 may add, never lose or change. So everything measurable of the window must be in the answer, its structure
and its end must be the same, and a number of the window must not come to bear a unit that it did not have.
New numbers and names may come with examples (T3), so they are counted and limited. Whether an added statement
is true is not seen here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import takewhile

from darwin_assets.complete.rules import SOURCE
from darwin_assets.complete.settings import CompleteSettings
from darwin_assets.refine.answer import REFUSAL
from darwin_assets.refine.comparison import Comparison, Side, displayed
from darwin_assets.refine.guards import (
    META_COMMENTARY,
    GuardResult,
    at_least,
    at_most,
    excess_repetition,
    imbalance,
    is_content,
    surplus_matches,
)

LABEL = re.compile(
    r"\\(?:label|tag)\{[^{}\n]*\}|\((?:\d+\.)*\d+[a-z]?\)(?=\s*$)|"
    r"^\s*[*_]{0,2}(?:Figure|Fig\.|Table|Box|Algorithm|Listing|Scheme)\s+\w+(?:\.\d+)*(?=[*_]{0,2}[.:])",
    re.MULTILINE,
)
SOURCE_MENTION = re.compile(
    r"\b(?:the|this|that) (?:original|given|provided|source|above|following) (?:text|paper|passage|chunk|"
    r"excerpt|article|document)\b|"
    r"\b(?:this|the) (?:chunk|excerpt)\b|\bin the (?:text|passage) above\b|\bthe authors? of (?:this|"
    r"the) (?:text|passage|paper)\b",
    re.IGNORECASE,
)

Guard = Callable[[Comparison, CompleteSettings], GuardResult]


def check(before: str, after: str, settings: CompleteSettings) -> list[GuardResult]:
    """Every guard's result for an answer; it may be used when all passed.

    Row ids of quoted rows are not measured.
    """
    comparison = Comparison(before, SOURCE.sub("", after))
    return [guard(comparison, settings) for guard in GUARDS]


def lost_numbers(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F1: numbers of the window that are missing."""
    return at_most("lost_numbers", (comparison.before.numbers - comparison.after.numbers).total(), 0)


def new_numbers(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F3: numbers that the window does not hold at all."""
    new = set(comparison.after.numbers) - set(comparison.before.numbers)
    return at_most("new_numbers", len(new), settings.max_new_numbers)


def changed_units(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F1: numbers of the window that came to bear a unit, or lost or changed theirs."""
    before, after = comparison.before.quantities, comparison.after.quantities
    gained = [pair for pair in after - before if pair.split(" ")[0] in comparison.before.numbers and pair not in before]
    return at_most("changed_units", len(gained) + (before - after).total(), 0)


def lost_formulas(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F1: formulas of the window that are missing."""
    lost = comparison.before.formulas - comparison.after.formulas
    gone = displayed(comparison.before.raw) - displayed(comparison.after.raw)
    return at_most("lost_formulas", max(lost.total(), gone.total()), 0)


def latex_balance(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """T6: unpaired delimiters beyond those that the window's own edges cause."""
    return at_most("latex_balance", imbalance(comparison.after.raw) - imbalance(comparison.before.raw), 0)


def protected_spans(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F1: rows of tables and lines of code that are missing or changed."""
    return at_most("protected_spans", (comparison.before.protected - comparison.after.protected).total(), 0)


def headings(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F2: headings that are missing, new or in another order."""
    before, after = comparison.before.headings, comparison.after.headings
    differing = ((Counter(before) - Counter(after)) + (Counter(after) - Counter(before))).total()
    return at_most("headings", differing or float(before != after), 0)


def labels(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F2: labels of figures, tables and equations that are missing or new."""
    before, after = label_counts(comparison.before), label_counts(comparison.after)
    return at_most("labels", ((before - after) + (after - before)).total(), 0)


def label_counts(side: Side) -> Counter[str]:
    """Labels with their white space evened out."""
    return Counter(" ".join(match.group().strip(" *_\n").split()) for match in LABEL.finditer(side.text))


def same_end(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F4: how many of the last visible characters of the window's last line are the answer's last ones."""
    last_line = comparison.before.lines[-1] if comparison.before.lines else ""
    wanted = "".join(last_line.split())[-settings.end_chars :]
    pairs = zip(reversed(wanted), reversed("".join(comparison.after.text.split())), strict=False)
    n_same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return at_least("same_end", n_same, len(wanted))


def content_kept(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F1: the share of the window's content words that the answer holds."""
    content = set(filter(is_content, comparison.before.words))
    kept = content & comparison.after.word_set
    return at_least("content_kept", len(kept) / len(content) if content else 1.0, settings.min_content_kept)


def new_names(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """F3: capitalised words inside sentences of which the window holds no form."""
    found = re.findall(r"(?<=[a-z,;] )[^\W\d_a-z][^\W_]+", comparison.after.text)
    new = {name.casefold() for name in found} - comparison.before.word_set
    return at_most("new_names", len(new), settings.max_new_names)


def longer(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """O3: characters of the answer by characters of the window, above 1."""
    expansion = len(comparison.after.raw) / max(1, len(comparison.before.raw))
    return GuardResult("longer", expansion, 1.0, expansion > 1.0)


def not_too_long(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """Characters of the answer by characters of the window: an answer that never ends is no explanation."""
    expansion = len(comparison.after.raw) / max(1, len(comparison.before.raw))
    return at_most("not_too_long", expansion, settings.max_expansion)


def repetition(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """How much more often than in the window the answer repeats any run of five words."""
    return at_most("repetition", excess_repetition(comparison, 5), settings.max_excess_repetition)


def source_mentions(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """O1: phrases about a text that the answer was made from."""
    return at_most("source_mentions", surplus_matches(SOURCE_MENTION, comparison), 0)


def meta_commentary(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """O2: phrases in which an engine speaks about its own work."""
    return at_most("meta_commentary", surplus_matches(META_COMMENTARY, comparison), 0)


def refusal(comparison: Comparison, settings: CompleteSettings) -> GuardResult:
    """Phrases in which an engine declines to answer."""
    return at_most("refusal", surplus_matches(REFUSAL, comparison), 0)


GUARDS: tuple[Guard, ...] = (
    lost_numbers,
    new_numbers,
    changed_units,
    lost_formulas,
    latex_balance,
    protected_spans,
    headings,
    labels,
    same_end,
    content_kept,
    new_names,
    longer,
    not_too_long,
    repetition,
    source_mentions,
    meta_commentary,
    refusal,
)
