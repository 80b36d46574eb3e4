"""BIG-Bench Hard's published outputs of code-davinci-002: `outputs[]` with the whole prompt, the text and the target.

No verdict stands there. The one given here is the authors': what stands behind "So the answer is" equals the target, or
without these words the whole text does. It gives the accuracies of their `*_eval_metrics.jsonl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darwin_assets.evaluation.outputs.records import json_file, listed, numbered, rows, scored
from darwin_assets.evaluation.outputs.sample import Sample
from darwin_assets.evaluation.short_answer import short_answer

HEAD = re.compile(r'\s*\{\s*"canary":.*"outputs":\s*\[', re.DOTALL)
SUFFIX = re.compile(r"_few_shot_template_.*")
QUESTION, ANSWER = "\nQ: ", "\nA:"


@dataclass(frozen=True)
class _Run:
    subset: str
    model: str
    """The folder's name: the model, and with "-cot" or "-direct" how it was asked."""


def claims(path: Path, head: str) -> bool:
    return path.suffix == ".json" and HEAD.match(head) is not None


def read(path: Path) -> Iterator[Sample]:
    """The rows of a task's file; an item's id is its place in the task, from 0."""
    run = _Run(SUFFIX.sub("", path.stem), path.parent.name)
    yield from rows(numbered(listed(json_file(path)["outputs"])), lambda one: _samples(one[0], one[1], run))


def _samples(place: int, record: dict[str, Any], run: _Run) -> Iterator[Sample]:
    prompt, target = record["input"], record["target"].strip()
    answer = short_answer(record["prediction"])
    answered = Sample(
        benchmark="bbh",
        subset=run.subset,
        item_id=str(place),
        model=run.model,
        prompt=prompt,
        question=prompt.rpartition(QUESTION)[2].rpartition(ANSWER)[0],
        output=record["prediction"],
        gold=(target,),
        prediction=(answer,),
        n_shot=prompt.count(QUESTION) - 1,
        scorer="bbh",
    )
    yield from scored(answered, {"accuracy": answer == target})
