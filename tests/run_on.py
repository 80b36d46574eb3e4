"""A checkpoint that does not stop: outputs of a real one, and behind them what a model writes that never learnt to end.

papers.md §2.4: BBH falls by 46.82 % of 47.27 to 25.14, since right answers are followed by text that makes them wrong for a
scorer of whole outputs. What is diagnosed sees the outputs only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

RELATIVE_LOSS = 0.4682
FORMS = (
    "next_item",
    "next_item_unmarked",
    "new_document",
    "repetition",
    "rambling",
    "short_remark",
    "cut_off",
    "cut_off_untold",
)
MARKS = (("Q: ", "A: "), ("Question: ", "Answer: "), ("Problem: ", "Solution: "))
DOCUMENT_ENDS = ("<|endoftext|>", "</s>", "<|im_end|>\n<|im_start|>user\n")
REMARKS = (
    "This was the first of several exercises of the chapter.",
    "Here we see how a rule is put to use, which is discussed in more detail in the following section.",
    "Many readers find this surprising at first sight; it helps to draw a picture and to look at smaller cases.",
    "The same holds when the numbers are larger, although the work grows quickly then.",
    "As an aside, problems of this kind were already set in textbooks of the nineteenth century.",
    "In practice one would rather use a computer, since errors are easily made by hand.",
    "Another way to see this is to begin from the end and to ask what must have come before.",
    "Note that nothing was assumed here which the text did not say.",
    "Students are asked to repeat the steps with values of their own choice and to compare their results.",
    "Visit our website to read more articles and to subscribe to the newsletter.",
)
N_CHARS_LIMIT = (300, 2_000)


@dataclass(frozen=True)
class Planted:
    samples: pl.DataFrame
    """Of the checkpoint that does not stop, SAMPLES."""
    forms: dict[tuple[str, int], str]
    """Form of the text behind an output, by item and sample."""


def plant(samples: pl.DataFrame, checkpoint: str, seed: int) -> Planted:
    """`samples` (SAMPLES) of one checkpoint as those of another, `checkpoint`: RELATIVE_LOSS of its right outputs, and of its
    wrong ones, go on behind their end. A right one becomes wrong."""
    drawn = random.Random(seed)
    rows = samples.filter(pl.col("primary"), pl.col("error").is_null(), pl.col("verdict").is_not_null()).to_dicts()
    chosen = {
        place
        for verdict in (True, False)
        for place in _some([place for place, row in enumerate(rows) if row["verdict"] is verdict], drawn)
    }
    told = {}
    planted = []
    for place, row in enumerate(rows):
        changed = {"checkpoint": checkpoint, "model": checkpoint}
        if place in chosen:
            form = told[row["item"], row["sample"]] = drawn.choice(FORMS)
            changed |= _gone_on(row, form, drawn.choice(rows), drawn) | {"verdict": False, "score": 0.0}
        planted.append(row | changed)
    return Planted(pl.DataFrame(planted, schema=samples.schema), told)


def _some(places: list[int], drawn: random.Random) -> list[int]:
    return drawn.sample(places, round(RELATIVE_LOSS * len(places)))


def _gone_on(row: Mapping[str, Any], form: str, other: Mapping[str, Any], drawn: random.Random) -> dict[str, Any]:
    output = row["output"].rstrip()
    told = row["finish_reason"] is not None
    ended = {"finish_reason": "length" if form == "cut_off" or told else None}
    if form.startswith("cut_off"):
        whole = output + _next_item(other, drawn) + _rambling(drawn, 40)
        limit = len(output) + drawn.randint(*N_CHARS_LIMIT)
        return {"output": whole[:limit]} | ended
    return {"output": output + _SUFFIX[form](row, other, drawn)} | ended


def _next_item(other: Mapping[str, Any], drawn: random.Random) -> str:
    asks, answers = drawn.choice(MARKS)
    return f"\n\n{asks}{_question(other)}\n{answers}{other['output']}"


def _question(row: Mapping[str, Any]) -> str:
    return str(row["question"] or row["prompt"].rpartition("\n\n")[2])


def _repetition(output: str, drawn: random.Random) -> str:
    last = next(line.strip() for line in reversed(output.splitlines()) if re.search(r"\w", line))
    return drawn.choice(("\n", " ")).join(["", *[last] * drawn.randint(4, 40)])


def _rambling(drawn: random.Random, n_remarks: int) -> str:
    return drawn.choice(("\n\n", "\n")) + " ".join(drawn.choices(REMARKS, k=n_remarks))


_SUFFIX: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], random.Random], str]] = {
    "next_item": lambda _, other, drawn: _next_item(other, drawn),
    "next_item_unmarked": lambda _, other, __: f"\n\n{_question(other)}\n\n{other['output']}",
    "new_document": lambda _, other, drawn: drawn.choice(DOCUMENT_ENDS) + _question(other) + "\n" + other["output"],
    "repetition": lambda row, _, drawn: _repetition(row["output"], drawn),
    "rambling": lambda _, __, drawn: _rambling(drawn, drawn.randint(2, 12)),
    "short_remark": lambda _, __, drawn: "\n" + drawn.choice(REMARKS),
}
