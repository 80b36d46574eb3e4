"""The solutions of four systems that came with GSM8K: a line a problem, with each system's solution and verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from darwin_assets.evaluation.outputs.records import json_lines, numbered, rows, scored
from darwin_assets.evaluation.outputs.sample import Sample

HEAD = re.compile(r'\{"question":.*"ground_truth":.*"is_correct":', re.DOTALL)


def claims(path: Path, head: str) -> bool:
    return path.suffix == ".jsonl" and HEAD.match(head) is not None


def read(path: Path) -> Iterator[Sample]:
    """The rows of the file; an item's id is its place in GSM8K's test set, from 0."""
    yield from rows(numbered(json_lines(path)), lambda one: _samples(one[0], one[1]))


def _samples(place: int, record: dict[str, Any]) -> Iterator[Sample]:
    question, truth = record["question"], record["ground_truth"]
    for model, one in record.items():
        if isinstance(one, dict):
            answered = Sample(
                benchmark="gsm8k",
                item_id=str(place),
                model=model,
                prompt=question,
                question=question,
                output=one["solution"],
                gold=(truth,),
            )
            yield from scored(answered, {"is_correct": one["is_correct"]})
