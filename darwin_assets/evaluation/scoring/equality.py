"""Mathematical equality of a predicted and a known answer (papers.md §3.7), and by what they are equal.

From cheap to dear: the same string, the same number, the same parts of the same structure, the same expression. Two numbers
are settled by their values, so that SymPy is asked only where there is something to compute.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from darwin_assets.evaluation.scoring import structure
from darwin_assets.evaluation.scoring.canonical import canonical
from darwin_assets.evaluation.scoring.exact_number import read_number
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from darwin_assets.evaluation.scoring.structure import SET
from darwin_assets.evaluation.scoring.symbolic import same_equation, same_expression
from darwin_assets.evaluation.scoring.tolerance import same_number

_SEPARATED = re.compile(r"separated\s+by\s+commas?|comma[- ]separated", re.IGNORECASE)
_LETTER = re.compile(r"\(?([A-Za-z])\)?")
_WORD = r"(?:[^\W\d_]{3,}|no|of|to|in|is|at|on|by)"
_WORDS = re.compile(rf"{_WORD}(?:[ -]{_WORD})*", re.IGNORECASE)
"""Of three letters or more: shorter ones could be names and products, of which the case says something."""
_STRENGTH = ("string", "number", "percent", "structure", "symbolic")
"""From the strictest to the most lenient."""


def how_equal(
    predictions: Sequence[str], answers: Sequence[str], question: str, settings: ScoringSettings
) -> str | None:
    """By what the answers are equal, the most lenient of all comparisons; None when they are not.

    `predictions`: all that was extracted, such as the contents of each box; of them the last ones count. The answers have no
    order: every one must be given, and nothing else; one that says another again counts once. A final box with a guess too
    many is wrong.
    """
    tight = _SEPARATED.search(question) is not None
    answers = _distinct(answers, settings)
    wanted = [one for answer in answers for one in structure.elements(answer, tight_commas=tight)]
    given = _last(predictions, len(wanted), tight)
    reason = _matched(given, wanted, settings) if len(given) == len(wanted) else None
    if reason is None and len(predictions) > 0 and len(answers) == 1:
        return how_same(predictions[-1], answers[0], settings)
    return reason


def _distinct(answers: Sequence[str], settings: ScoringSettings) -> list[str]:
    """Answers without those that are the same as an earlier one: a solution may box its result twice."""
    kept: list[str] = []
    for answer in answers:
        if not any(how_same(answer, earlier, settings) for earlier in kept):
            kept.append(answer)
    return kept


def _last(predictions: Sequence[str], n_wanted: int, tight: bool) -> list[str]:
    """Elements of the last predictions, as few of these as hold `n_wanted`; a repeated prediction counts once."""
    given: list[str] = []
    distinct = dict.fromkeys(canonical(one) for one in reversed(predictions))
    for prediction in distinct:
        given = structure.elements(prediction, tight_commas=tight or n_wanted > 1) + given
        if len(given) >= n_wanted:
            break
    return given


def _matched(given: list[str], wanted: list[str], settings: ScoringSettings) -> str | None:
    """Whether each of both finds a partner of its own, and by what the worst of these pairs is equal."""
    reasons = []
    left = list(given)
    for answer in wanted:
        pairs = ((how_same(one, answer, settings), one) for one in left)
        reason, partner = next(((reason, one) for reason, one in pairs if reason), (None, None))
        if reason is None or partner is None:
            return None
        left.remove(partner)
        reasons.append(reason)
    return _weakest(reasons)


def _weakest(reasons: Sequence[str]) -> str | None:
    return max(reasons, key=_STRENGTH.index, default=None)


def how_same(prediction: str, answer: str, settings: ScoringSettings) -> str | None:
    """By what one answer is equal to another, None when it is not."""
    left, right = canonical(prediction), canonical(answer)
    if not left or not right:
        return None
    if left == right or (_in_words(left) is not None and _in_words(left) == _in_words(right)):
        return "string"
    numbers = read_number(left), read_number(right)
    if numbers[0] and numbers[1]:
        return same_number(numbers[0], numbers[1], settings)
    return _same_structure(left, right, settings)


def _in_words(text: str) -> str | None:
    """A letter without its brackets, or words in lower case: "(C)" and "C", "East" and "east" are the same answer."""
    if match := _LETTER.fullmatch(text):
        return match[1]
    return text.casefold() if _WORDS.fullmatch(text) else None


def _same_structure(left: str, right: str, settings: ScoringSettings) -> str | None:
    """Equality of canonical answers that are not both numbers."""
    left, right = _values(left, right)
    matrices = structure.matrix(left), structure.matrix(right)
    if matrices[0] and matrices[1]:
        return _same_rows(matrices[0], matrices[1], settings)
    unions = structure.union(left), structure.union(right)
    if len(unions[1]) > 1:
        return _matched(unions[0], unions[1], settings) if len(unions[0]) == len(unions[1]) else None
    brackets = [structure.bracketed(side) or structure.interval(side) for side in (left, right)]
    if brackets[1]:
        return _same_brackets(brackets[0] or _without_brackets(left, brackets[1]), brackets[1], settings)
    if brackets[0] and brackets[0].opened == SET and (listed := _without_brackets(right, brackets[0])):
        return _same_brackets(brackets[0], listed, settings)
    equations = structure.sides(left), structure.sides(right)
    if equations[0] and equations[1]:
        return "symbolic" if same_equation(equations[0], equations[1]) else None
    return _same_value(left, right, settings)


def _values(left: str, right: str) -> tuple[str, str]:
    """Both without `x =` before them, unless the other is of another name or an equation of its own; of a prediction that
    calculates, as in 9 + 9 = 18, the result."""
    left = left if structure.result(right) else structure.result(left) or left
    names = structure.name_of(left), structure.name_of(right)
    if names[0] != names[1] and all(map(_is_equation, (left, right))):
        return left, right
    return structure.unassigned(left), structure.unassigned(right)


def _is_equation(text: str) -> bool:
    """Whether it has a name for its value, or two sides."""
    return structure.name_of(text) is not None or structure.sides(text) is not None


def _same_value(left: str, right: str, settings: ScoringSettings) -> str | None:
    if left == right:
        return "string"
    numbers = read_number(left), read_number(right)
    if numbers[0] and numbers[1]:
        return same_number(numbers[0], numbers[1], settings)
    return "symbolic" if same_expression(left, right, settings) else None


def _without_brackets(text: str, other: structure.Bracketed) -> structure.Bracketed | None:
    """A point that was written as a list; a set, where the other is one and commas cannot be those of thousands."""
    is_set = other.opened == SET
    parts = structure.elements(text, tight_commas=not is_set)
    opened, closed = (SET, other.closed) if is_set else ("(", ")")
    return structure.Bracketed(opened, closed, tuple(parts)) if len(parts) > 1 else None


def _same_brackets(
    left: structure.Bracketed | None, right: structure.Bracketed, settings: ScoringSettings
) -> str | None:
    """Part by part in their order, or as a set; an open end is not a closed one."""
    if left is None or (left.opened, left.closed) != (right.opened, right.closed):
        return None
    if right.opened == SET:
        wanted, given = ([one for part in side.parts for one in structure.elements(part)] for side in (right, left))
        return _matched(given, wanted, settings) if len(given) == len(wanted) else None
    return _same_parts(left.parts, right.parts, settings)


def _same_parts(left: Sequence[str], right: Sequence[str], settings: ScoringSettings) -> str | None:
    if len(left) != len(right):
        return None
    reasons = [how_same(one, other, settings) for one, other in zip(left, right, strict=True)]
    return None if None in reasons else _weakest(["structure", *filter(None, reasons)])


def _same_rows(left: list[list[str]], right: list[list[str]], settings: ScoringSettings) -> str | None:
    if len(left) != len(right):
        return None
    reasons = [_same_parts(one, other, settings) for one, other in zip(left, right, strict=True)]
    return None if None in reasons else _weakest([*filter(None, reasons)])
