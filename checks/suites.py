"""Expectation suites as data: one YAML file a level, in two parts.

`rows` looks at the metric columns of the kept rows, `batch` at one row of facts about the whole step. A suite never
names the text column: values of failing rows end up in results.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

SEVERITIES = ("critical", "warning")


@dataclass(frozen=True)
class Expectation:
    """One Great Expectations class by name, its arguments, and what its failure means."""

    type: str
    kwargs: dict[str, Any]
    severity: str = "critical"
    why: str = ""


@dataclass(frozen=True)
class Suite:
    level: str
    rows: tuple[Expectation, ...]
    batch: tuple[Expectation, ...]
    sha256: str


def load_suite(level: str) -> Suite:
    """The suite of a level, with the hash of the file it was read from."""
    source = files("checks").joinpath("suites", f"{level.lower()}.yaml").read_bytes()
    return parse_suite(source)


def parse_suite(source: bytes) -> Suite:
    """ValueError when the file has another shape."""
    data = yaml.safe_load(source)
    if set(data) != {"level", "rows", "batch"}:
        raise ValueError(f"a suite has level, rows and batch, found {sorted(data)}")
    parts = {part: tuple(_expectation(entry) for entry in data[part]) for part in ("rows", "batch")}
    return Suite(data["level"], parts["rows"], parts["batch"], hashlib.sha256(source).hexdigest())


def _expectation(entry: dict[str, Any]) -> Expectation:
    entry = dict(entry)
    kind, severity, why = entry.pop("expect"), entry.pop("severity", "critical"), entry.pop("why", "")
    if severity not in SEVERITIES:
        raise ValueError(f"{kind}: severity is one of {SEVERITIES}, not {severity!r}")
    return Expectation(kind, entry, severity, why)
