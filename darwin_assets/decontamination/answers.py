"""The final answer in a solution, and whether two final answers are the same: enough to support a match, not to grade."""

from __future__ import annotations

import re
from fractions import Fraction

from darwin_assets.decontamination.numbers import stated

MARKED = re.compile(r"####\s*(\S.*)")
BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
SAID = re.compile(r"\banswer\s*(?:is|:)\s*(\S[^\n]*)", re.IGNORECASE)
SHORT_CHARS = 60
"""A longer text without a mark is an explanation, whose last number stands for its answer."""
MIN_TELLING_LETTERS = 4
"""Shorter answers in words, such as "yes" and "(B)", are those of many questions."""
MAX_NAMING_WORDS = 3
"""An answer of more words describes, and other words may say the same."""
OPTION = re.compile(r"(?:(?:option|choice)\s+)?(?:\([A-J]\)|[A-J][).:]|[A-J]\Z)\s*", re.IGNORECASE)
"""The letter before an option, or in its place."""
_ARTICLES = ("a", "an", "the")
_FORMULA = re.compile(r"[\d\\^_=+*/<>$]")
_LETTERS = re.compile(r"[^\W\d_]+")
_COMMAND = re.compile(r"\\[a-zA-Z]+")


def final_answer(text: str) -> str:
    """What stands behind the last "####", in the last \\boxed{}, or behind the last "answer is"; else the text itself."""
    for mark in (MARKED, BOXED, SAID):
        found = mark.findall(text)
        if found:
            return str(found[-1]).strip()
    return text.strip()


def answers_agree(answer: str, benchmark_answer: str) -> bool | None:
    """Whether an answer ends as a benchmark's does; null where that would tell nothing or cannot be seen.

    Of a benchmark's answer in words a longer one says the same when it holds them in a row; another one does only where both
    merely name something, since a letter, a formula or a description may say the same in its own way.
    """
    final, expected = _without_letter(final_answer(answer)), _without_letter(benchmark_answer)
    numbers, value = stated(final), _value(expected)
    if value is not None:
        return (numbers[-1] == value or (len(final) <= SHORT_CHARS and value in numbers)) if numbers else None
    said, wanted = _words_of(final), _words_of(expected)
    if not (_tell(said) and _tell(wanted)) or len(final) > SHORT_CHARS + len(expected):
        return None
    if _stand_in(wanted, said):
        return set(stated(expected)) <= set(numbers)
    both_name = max(len(said), len(wanted)) <= MAX_NAMING_WORDS and not _FORMULA.search(final + expected)
    return False if both_name and not _stand_in(said, wanted) else None


def _without_letter(answer: str) -> str:
    answer = answer.strip()
    letter = OPTION.match(answer)
    return answer[letter.end() :] if letter else answer


def _value(text: str) -> Fraction | None:
    """The number that a text is, less unit and formula marks; null where it is anything else."""
    found = stated(text)
    unit = "".join(_LETTERS.findall(_COMMAND.sub("", text)))
    return found[0] if len(found) == 1 and len(unit) < MIN_TELLING_LETTERS else None


def _words_of(text: str) -> list[str]:
    """The words but articles, in small letters."""
    return [word for word in map(str.lower, _LETTERS.findall(text)) if word not in _ARTICLES]


def _tell(words: list[str]) -> bool:
    return len("".join(words)) >= MIN_TELLING_LETTERS


def _stand_in(run: list[str], words: list[str]) -> bool:
    """Whether all words of a run follow one another in others."""
    return any(words[start : start + len(run)] == run for start in range(len(words) - len(run) + 1))
