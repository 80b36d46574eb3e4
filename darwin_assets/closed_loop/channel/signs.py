"""The signs of an output channel, a row an output: what its text, its ending and its prompt tell beside right and wrong.

Nothing here judges; shares by slice and the differences between two checkpoints do (`summary`, `diagnose`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from darwin_assets.closed_loop.channel.answers import most_words, short_answers
from darwin_assets.closed_loop.channel.cut import cut, runs_on
from darwin_assets.closed_loop.channel.frame import frames
from darwin_assets.closed_loop.channel.options import letter, options
from darwin_assets.closed_loop.channel.rescore import Again, score_again
from darwin_assets.closed_loop.channel.rules import Task
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.steps import shows_steps
from darwin_assets.closed_loop.channel.words import says_something
from darwin_assets.closed_loop.channel.written import Written
from darwin_assets.closed_loop.columns import SIGNS
from darwin_assets.evaluation.scoring.verdict import truncated

Row = Mapping[str, Any]
OUTPUT = ("item", "checkpoint", "sample")
"""What names an output."""
BOUNDARY = re.compile(r"[.,;:!)\]*$]*(?:\n|$)|[.,;:!)\]*$]+\s|[，。；：！、）]")
"""Behind an answer: the end of its line, or marks before white space; Chinese ones have none behind them."""
SAME_QUESTION = "(?i)match|acc|^em$|correct"
"""Metrics that tell whether an answer is right; others may be 1 for other reasons."""


def signs(samples: pl.DataFrame, settings: ChannelSettings) -> pl.DataFrame:
    """A row of SIGNS for each output of SAMPLES that a primary metric scored; rows with `error` have none.

    `correct` is null for a score between right and wrong and where nobody scored: no sign that needs a verdict is told then.
    """
    rows = samples.filter(pl.col("primary"), pl.col("error").is_null()).to_dicts()
    written = [_written(row, settings) for row in rows]
    again = iter(score_again([one for one in written if one is not None], settings))
    elsewhere = _right_by_another_metric(samples)
    framed = _framed(rows)
    found = [
        {name: row[name] for name in OUTPUT}
        | {"correct": row["verdict"], "frame": framed[place], "scored_by": _scored_by(row)}
        | (_weighed(row) if one is None else _told(row, one, next(again), elsewhere, settings))
        for place, (row, one) in enumerate(zip(rows, written, strict=True))
    ]
    return pl.DataFrame(found, schema=SIGNS)


def _written(row: Row, settings: ChannelSettings) -> Written | None:
    """Null where options were weighed and nothing was written."""
    if row["output"] is None:
        return None
    answers = short_answers(row["gold"] or ())
    return Written(
        scoring=tuple(row[name] or "" for name in ("format", "benchmark", "metric", "scorer")),
        task=_task(row, answers),
        output=row["output"],
        correct=row["verdict"],
        cut=cut(row["output"], most_words(answers, settings), settings),
    )


def _task(row: Row, answers: tuple[str, ...]) -> Task:
    shown = row["question"] or row["prompt"] or ""
    listed = options(shown) or options(row["prompt"] or "")
    return Task(shown, answers, listed, letter(answers[0], listed) if answers else None)


def _scored_by(row: Row) -> str | None:
    return " ".join(row[name] for name in ("metric", "scorer") if row[name]) or None


def _weighed(row: Row) -> dict[str, Any]:
    task = _task(row, short_answers(row["gold"] or ()))
    return {"likelihood": True, **_letters(row, task)}


def _told(
    row: Row, one: Written, again: Again, elsewhere: set[tuple[Any, ...]], settings: ChannelSettings
) -> dict[str, Any]:
    wrong = None if one.correct is None else not one.correct
    prefix = wrong and (again.when_cut is True or _begins_with_answer(one))
    right = again.whole or again.when_cut or tuple(row[name] for name in OUTPUT) in elsewhere
    cut_off = _cut_off(row, one)
    return {
        "answer_is_prefix": prefix,
        "cut_off": cut_off,
        "cut_short": _cut_short(one, cut_off),
        "runs_on": runs_on(one.cut, cut_off, settings),
        "correct_when_cut": again.when_cut,
        "only_format": wrong and bool(right),
        "worked": shows_steps(one.cut, settings),
        "likelihood": False,
        **_letters(row, one.task),
    }


def _cut_off(row: Row, one: Written) -> bool | None:
    """A mark of the end that the harness kept says as much as a reason of finishing."""
    told = truncated(row["finish_reason"])
    return False if told is None and one.cut.ending else told


def _cut_short(one: Written, cut_off: bool | None) -> bool:
    """Nothing stands behind thoughts, or the limit of length came before an answer."""
    return not one.cut.said.strip() or (cut_off is True and one.cut.answer is None)


def _begins_with_answer(one: Written) -> bool:
    """The text, or what the first statement says, is a right answer and then goes on."""
    said = one.output[one.cut.answer.said if one.cut.answer else one.cut.n_thought :].lstrip()
    behind = (len(answer) for answer in one.task.answers if answer and said.startswith(answer))
    return any(BOUNDARY.match(said, place) and says_something(said[place:]) for place in behind)


def _letters(row: Row, task: Task) -> dict[str, str | None]:
    chosen = letter(row["prediction"][0], task.options) if row["prediction"] and task.letter else None
    return {"letter": chosen, "gold_letter": task.letter}


def _right_by_another_metric(samples: pl.DataFrame) -> set[tuple[Any, ...]]:
    """Outputs by their names."""
    others = samples.filter(~pl.col("primary"), pl.col("verdict"), pl.col("metric").str.contains(SAME_QUESTION))
    return set(others.select(OUTPUT).iter_rows())


def _framed(rows: Sequence[Row]) -> list[str | None]:
    """The frame of each prompt; prompts of one benchmark, subset and checkpoint are compared."""

    def asked(place: int) -> tuple[str, ...]:
        return tuple(rows[place][name] or "" for name in ("checkpoint", "benchmark", "subset"))

    found: list[str | None] = [None] * len(rows)
    for _, group in groupby(sorted(range(len(rows)), key=asked), key=asked):
        places = [place for place in group if rows[place]["prompt"]]
        shown = [[rows[place][name] for place in places] for name in ("system", "prompt", "question")]
        for place, frame in zip(places, frames(*shown), strict=True):
            found[place] = frame
    return found
