"""Guards of formulas (papers.md §1.6 F1, T6; KEEP1)."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guard_settings import GuardSettings
from darwin_assets.refine.guards.result import GuardResult, at_most
from darwin_assets.refine.reading import sign_of

MAX_FORMULA_CHARS = 2000
"""A longer formula is not parsed."""
MAX_PARSED = 200
"""Of the answer's new formulas so many are parsed."""
ENVIRONMENT = re.compile(r"\\(begin|end)\{(\w{1,40}\*?)\}")
_PLAIN_SIGNS = r"[\w \n=+*/.,:;()<>|^!?-]*"
PLAIN = re.compile(rf"{_PLAIN_SIGNS}(?:\{{{_PLAIN_SIGNS}\}}{_PLAIN_SIGNS})*")
"""A formula without commands, of which every brace has its partner: no parser need be asked."""
ESCAPED = re.compile(r"\\[\\{}$]")
SIZED = re.compile(r"\\(left|right)(?![a-zA-Z])")


def new_formulas(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Formulas that the chunk does not hold."""
    new = comparison.after.formulas - comparison.before.formulas
    return at_most("new_formulas", new.total(), settings.max_new_formulas)


def lost_formulas(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Formulas in sentences that are missing although their line is still there, and displayed ones that are missing.

    Of a displayed formula that is repeated one copy must stay, at L5 all.
    """
    before, after = comparison.before, comparison.after
    lost = before.formulas - after.formulas
    if not comparison.may_delete:
        return at_most("lost_formulas", lost.total(), settings.max_lost_formulas)
    if not lost:
        return at_most("lost_formulas", 0, settings.max_lost_formulas)
    gone = comparison.gone_formulas
    n_lost = sum(
        count
        if formula in before.written.displayed and not after.formulas[formula]
        else max(0, count - gone[sign_of(formula)])
        for formula, count in lost.items()
    )
    return at_most("lost_formulas", n_lost, settings.max_lost_formulas)


def latex_balance(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Unpaired dollars, braces and environments beyond those that the chunk's own edges cause."""
    # every delimiter stands in one line, so that lines without any change nothing
    is_touched = any(sign in lines for lines in (comparison.old_lines, comparison.new_lines) for sign in "{}\\")
    braces = imbalance(comparison.after.raw) - imbalance(comparison.before.raw) if is_touched else 0
    dollars = lone_dollars(comparison.after.text) - lone_dollars(comparison.before.text)
    return at_most("latex_balance", max(0, braces) + max(0, dollars), settings.max_unbalanced)


def lone_dollars(text: str) -> int:
    """Dollars that enclose no formula: formulas are signs in `text`."""
    return text.count("$") - text.count("\\$")


def imbalance(text: str) -> int:
    """How many delimiters of LaTeX have no partner."""
    if "\\" not in text:
        return abs(text.count("{") - text.count("}"))
    plain = ESCAPED.sub("", text) if any(sign in text for sign in ("\\\\", "\\{", "\\}")) else text
    counts = Counter(ENVIRONMENT.findall(text) if "\\begin{" in text or "\\end{" in text else ())
    unpaired = sum(abs(counts["begin", name] - counts["end", name]) for name in {name for _, name in counts})
    brackets = abs(text.count("\\[") - text.count("\\]")) + abs(text.count("\\(") - text.count("\\)"))
    return abs(plain.count("{") - plain.count("}")) + unpaired + brackets


def latex_parses(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Formulas of the answer, not in the chunk, that no LaTeX parser can read."""
    known = comparison.before.formulas
    pairs = zip(comparison.after.written.forms, comparison.after.written.written, strict=True)
    new = dict.fromkeys(written for formula, written in pairs if formula not in known)
    return at_most("latex_parses", sum(not parses(one) for one in list(new)[:MAX_PARSED]), settings.max_broken_formulas)


def parses(formula: str) -> bool:
    """Whether braces, environments and arguments are complete, and every sized bracket has its partner."""
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    if len(formula) > MAX_FORMULA_CHARS or PLAIN.fullmatch(formula):
        return True
    sized = Counter(SIZED.findall(formula))
    if sized["left"] != sized["right"]:
        return False
    try:
        LatexWalker(f"${formula}$", latex_context=_latex_commands(), tolerant_parsing=False).get_latex_nodes()
    except (LatexWalkerError, RecursionError):
        return False
    return True


@cache
def _latex_commands() -> Any:
    from pylatexenc.latexwalker import get_default_latex_context_db

    return get_default_latex_context_db()
