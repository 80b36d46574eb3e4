"""What is known of an item by the name of its benchmark, before it is read; `benchmarks.yaml` says it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from darwin_assets.closed_loop.taxonomy import OTHER

READ = "read"
"""Instead of a value: to be told from the item."""

_FILE = Path(__file__).parent / "benchmarks.yaml"
_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Known:
    """`always` are operations that every item needs, `read` is the family of rules that finds more in its words, `otherwise`
    holds where neither tells any.
    """

    background: str = READ
    task_type: str = OTHER
    always: tuple[str, ...] = ()
    read: str | None = None
    otherwise: tuple[str, ...] = ()
    form: str = READ
    scorer: str = OTHER
    rigidity: str = OTHER


@dataclass(frozen=True)
class Part:
    """Values that replace those of the benchmark; `calculated` replaces them once more where the options are results."""

    name: re.Pattern[str]
    values: dict[str, Any]
    calculated: dict[str, Any]


@dataclass(frozen=True)
class Benchmark:
    whole: Part
    parts: tuple[Part, ...]


def known_of(benchmark: str, subset: str | None, item_id: str | None, *, calculated: bool) -> Known | None:
    """What stands in the file for the item; null for a benchmark that it does not hold."""
    name = _plain(benchmark)
    entry = next((one for one in _benchmarks() if one.whole.name.search(name)), None)
    if entry is None:
        return None
    places = (_plain(f"{benchmark} {subset or ''}"), _plain(item_id or ""))
    fitting = (part for place in places for part in entry.parts if part.name.search(place))
    layers = [entry.whole, *islice(fitting, 1)]
    found = Known()
    for layer in layers:
        found = replace(found, **layer.values)
    if calculated:
        for layer in layers:
            found = replace(found, **layer.calculated)
    return found


@cache
def _benchmarks() -> tuple[Benchmark, ...]:
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["benchmarks"]
    return tuple(Benchmark(_part(one), tuple(map(_part, one.get("parts", ())))) for one in entries)


def _part(entry: dict[str, Any]) -> Part:
    return Part(re.compile(rf"(?:^|_)(?:{entry['name']})(?:_|$)"), _values(entry), _values(entry.get("calculated", {})))


def _values(entry: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(Known)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items() if name in names}


def _plain(name: str) -> str:
    return _SEPARATORS.sub("_", name.lower()).strip("_")
