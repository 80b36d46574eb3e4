"""Files into records, and records into rows: what cannot be read is a row that says why, and the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from darwin_assets.evaluation.outputs.sample import Sample, misfit, verdict_of

MISSING_FIELD = "record.missing_field"
UNEXPECTED_SHAPE = "record.unexpected_shape"
SHAPE_ERRORS = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)
"""What reading a field raises where a record is not as its format has it."""


class Fault(Exception):
    """Something that cannot be read: a rule id, and a detail that quotes no text."""

    def __init__(self, rule: str, detail: str | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.detail = detail


Record = tuple[int, Any]
"""Line or place in the file, and the parsed record or a Fault."""


def json_lines(path: Path) -> Iterator[Record]:
    """The records of a JSONL file; a last line may lack its end, and the first begin with a byte order mark."""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError):
                    yield number, Fault("json.malformed")


def json_file(path: Path) -> Any:
    """The content of a JSON file. Raises Fault, also where it is cut off."""
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise Fault("file.unreadable", path.name) from error
    except (ValueError, RecursionError) as error:
        raise Fault("json.malformed", path.name) from error


def optional_json(path: Path | None) -> dict[str, Any]:
    """The object in a file that may be absent or broken: what it says about the run is then not known."""
    try:
        found = json_file(path) if path is not None and path.is_file() else {}
    except Fault:
        return {}
    return found if isinstance(found, dict) else {}


def listed(records: Any) -> Iterator[Record]:
    """The records of a list that stands in a file. Raises Fault where it is none."""
    if not isinstance(records, list):
        raise Fault(UNEXPECTED_SHAPE, "not a list")
    yield from enumerate(records, start=1)


def numbered(records: Iterable[Record]) -> Iterator[Record]:
    """Each record with its place, from 0, before it; what could not be parsed stays a Fault."""
    for line, record in records:
        yield line, record if isinstance(record, Fault) else (line - 1, record)


def rows(records: Iterable[Record], parse: Callable[[Any], Iterable[Sample]]) -> Iterator[Sample]:
    """The rows that `parse` makes of each record, or one that says why there are none."""
    for line, record in records:
        try:
            if isinstance(record, Fault):
                raise record
            found = [_fitting(one) for one in parse(record)]
        except (Fault, *SHAPE_ERRORS) as error:
            found = [fault_row(error)]
        yield from (replace(one, line=line) for one in found)


def _fitting(sample: Sample) -> Sample:
    """The sample as it is. Raises Fault where a field is of another type than its column."""
    if name := misfit(sample):
        raise Fault(UNEXPECTED_SHAPE, name)
    return sample


def fault_row(error: Exception) -> Sample:
    """The row of a record that could not be read."""
    if isinstance(error, Fault):
        return Sample(error=error.rule, error_detail=error.detail)
    if isinstance(error, KeyError):
        return Sample(error=MISSING_FIELD, error_detail=str(error.args[0]))
    return Sample(error=UNEXPECTED_SHAPE, error_detail=type(error).__name__)


def scored(sample: Sample, scores: Mapping[str, Any]) -> Iterator[Sample]:
    """A row a metric, or the one without where nobody scored. A value that is no number gives no score."""
    if not scores:
        yield sample
    for metric, value in scores.items():
        score = number(value)
        yield replace(sample, metric=metric, score=score, verdict=verdict_of(score))


def texts(value: Any) -> tuple[str, ...] | None:
    """A value that is one answer or a list of them."""
    if value is None:
        return None
    values = value if isinstance(value, list) else [value]
    return tuple(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in values)


def number(value: Any) -> float | None:
    """A value as a score; null for a list or an object, which some metrics keep for each sample."""
    if isinstance(value, bool | int | float) and value == value:  # noqa: PLR0124 NaN is no score
        return float(value)
    return None


def content(value: str | list[Any] | None) -> str:
    """The text of a message: a string, or parts of which the texts count; null beside a tool call."""
    if isinstance(value, str):
        return value
    parts = [part if isinstance(part, str) else part.get("text") for part in value or ()]
    return "\n".join(part for part in parts if part)


def conversation(messages: Iterable[dict[str, Any]]) -> tuple[str | None, str]:
    """System message and the rest: one message's text alone, several with the names of their roles."""
    turns = [(message["role"], content(message["content"])) for message in messages]
    system = [said for role, said in turns if role == "system"]
    others = [(role, said) for role, said in turns if role != "system"]
    shown = others[0][1] if len(others) == 1 else "\n\n".join(f"{role}: {said}" for role, said in others)
    return "\n\n".join(system) or None, shown
