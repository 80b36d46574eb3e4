"""lm-evaluation-harness, `--log_samples`: `samples_<task>_<time>.jsonl`, and `results_<time>.json` beside it.

One line an item and filter, so the same item may come several times; a metric's value stands under the metric's own name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from darwin_assets.evaluation.outputs.records import (
    MISSING_FIELD,
    Fault,
    conversation,
    json_lines,
    number,
    optional_json,
    rows,
    scored,
    texts,
)
from darwin_assets.evaluation.outputs.sample import Sample

NAME = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d{2}-\d{2}T[\d:.-]+)\.jsonl")
QUESTIONS = ("question", "problem", "query")
"""Fields of tasks' documents that hold the item's text; a task with other fields has no `question`."""


@dataclass(frozen=True)
class _Run:
    """What the results file says about a task; null where it is absent."""

    benchmark: str
    subset: str | None
    model: str | None
    n_shot: int | None


def claims(path: Path, _head: str) -> bool:
    return NAME.fullmatch(path.name) is not None


def read(path: Path) -> Iterator[Sample]:
    """The rows of a samples file."""
    run = _run(path)
    told: set[Any] = set()
    yield from rows(json_lines(path), lambda record: _samples(record, run, told))


def _run(path: Path) -> _Run:
    match = NAME.fullmatch(path.name)
    assert match is not None
    task, results = match["task"], optional_json(path.with_name(f"results_{match['time']}.json"))
    groups = [group for group, tasks in results.get("group_subtasks", {}).items() if task in tasks]
    benchmark = groups[0] if groups else task
    subset = task.removeprefix(benchmark).strip("_") or None
    model = results.get("model_name") or results.get("config", {}).get("model")
    return _Run(benchmark, subset, model, results.get("n-shot", {}).get(task))


def _samples(record: dict[str, Any], run: _Run, told: set[Any]) -> Iterator[Sample]:
    """`told`: documents whose further responses are rows already; each filter has a line that repeats them."""
    shown, generation = _arguments(record["arguments"])
    system, prompt = _prompt(shown)
    doc, responses = record["doc"], record["resps"][0]
    asked = Sample(
        benchmark=run.benchmark,
        subset=run.subset,
        item_id=str(record["doc_id"]),
        model=run.model,
        system=system,
        prompt=prompt,
        question=next((doc[name] for name in QUESTIONS if isinstance(doc.get(name), str)), None),
        gold=texts(record["target"]),
        scorer=record["filter"],
        n_shot=run.n_shot,
        temperature=_temperature(generation),
    )
    scores = {metric: record[metric] for metric in record["metrics"] if metric in record}
    if len(scores) < len(record["metrics"]):
        raise Fault(MISSING_FIELD, "the value of a metric")
    if not isinstance(responses[0], str):  # likelihoods of given answers
        yield from scored(asked, scores)
        return
    answered = replace(asked, output=responses[0], prediction=texts(record["filtered_resps"][0]))
    yield from scored(answered, scores)
    # the scores are on all responses together; the others are kept once beside the first, scored by nobody
    others = () if record["doc_id"] in told else responses[1:]
    told.add(record["doc_id"])
    unscored = replace(asked, scorer=None)
    yield from (replace(unscored, output=other, sample=place) for place, other in enumerate(others, start=1))


def _arguments(arguments: Any) -> tuple[Any, Any]:
    """Prompt and options of the first request; older versions write a list of lists."""
    if isinstance(arguments, list):
        return arguments[0][0], arguments[0][1]
    first, *_ = arguments.values()
    return first["arg_0"], first.get("arg_1")


def _prompt(argument: str | list[str]) -> tuple[str | None, str]:
    """A text as it is, or a chat: a list that holds messages as JSON text."""
    return (None, argument) if isinstance(argument, str) else conversation(json.loads(argument[0]))


def _temperature(arguments: Any) -> float | None:
    """Of a generation; a likelihood has none."""
    if not isinstance(arguments, dict):
        return None
    return number(arguments.get("temperature", 0.0 if arguments.get("do_sample") is False else None))
