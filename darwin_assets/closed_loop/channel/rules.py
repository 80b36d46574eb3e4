"""How an answer can have been scored, from the strictest rule to the most lenient."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from darwin_assets.closed_loop.channel.answer import first_answer
from darwin_assets.closed_loop.channel.words import undressed
from darwin_assets.evaluation.scoring.verdict import Attempt
from darwin_assets.evaluation.short_answer import short_answer

MARKED = re.compile(r"^(?:####|A:)\s*(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Task:
    """What is known of an item when an output is scored again."""

    question: str
    answers: tuple[str, ...]
    """Right ones, short."""
    options: tuple[str, ...]
    letter: str | None
    """Of the right option."""


Verdict: TypeAlias = bool | Attempt | None
"""What a rule says of an output without thoughts, an attempt where a scoring process has to; null where the rule does not fit
the task."""
Rule: TypeAlias = Callable[[Task, str], Verdict]


def exact(task: Task, output: str) -> Verdict:
    """What stands behind the last "So the answer is", else the whole text, is the answer (BIG-Bench Hard)."""
    return " ".join(short_answer(output).split()) in {" ".join(answer.split()) for answer in task.answers}


def marked(task: Task, output: str) -> Verdict:
    """What stands behind the first "####" or "A:" of a line is the answer but for commas (GSM8K)."""
    found = MARKED.search(output)
    return found is not None and found[1].replace(",", "") in {answer.replace(",", "") for answer in task.answers}


def choice(task: Task, output: str) -> Verdict:
    """The letter that is chosen is the right one's."""
    return None if task.letter is None else Attempt("choice", output, (task.letter,), options=task.options)


def maths(task: Task, output: str) -> Verdict:
    """The answer is mathematically equal, or the same word."""
    return Attempt("maths", output, task.answers, task.question) if task.answers else None


def stated(task: Task, output: str) -> Verdict:
    """What the first statement says, in whatever language, is the answer but for case and marks."""
    found = first_answer(output, None)
    return found is not None and undressed(output[found.said : found.end]) in map(undressed, task.answers)


PLAIN: dict[str, Rule] = {"exact": exact, "marked": marked}
LENIENT: dict[str, Rule] = {"choice": choice, "maths": maths}
"""Rules that find an answer in whatever form; `maths` is for items without options."""
WORDED: dict[str, Rule] = {"stated": stated}
"""For words that the other rules do not know, such as 答案是."""
RULES = PLAIN | LENIENT | WORDED
"""In the order in which they are tried."""
