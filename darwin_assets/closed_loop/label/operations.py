"""Operations as the words of an item show them; `operations.yaml` holds the rules, in families."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "operations.yaml"
_FLAGS = re.IGNORECASE | re.DOTALL


@dataclass(frozen=True)
class Rule:
    """Finds its operation where `says` matches in `times` places, all of `also` match, and none of `unless`."""

    operation: str
    says: re.Pattern[str]
    times: int
    also: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def holds(self, text: str) -> bool:
        found = zip(range(self.times), self.says.finditer(text), strict=False)
        return (
            sum(1 for _ in found) == self.times
            and all(one.search(text) for one in self.also)
            and not any(one.search(text) for one in self.unless)
        )


def operations_in(text: str, family: str) -> set[str]:
    """The operations whose rules hold."""
    return {rule.operation for rule in _families()[family] if rule.holds(text)}


@cache
def _families() -> dict[str, tuple[Rule, ...]]:
    stored = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["families"]
    return {name: tuple(_rules(entries)) for name, entries in stored.items()}


def _rules(entries: Sequence[dict[str, Any]]) -> Iterator[Rule]:
    for entry in entries:
        if "as" in entry:
            yield from _rules(entry["as"])
        else:
            yield Rule(
                entry["operation"],
                re.compile("|".join(f"(?:{one})" for one in entry["says"]), _FLAGS),
                entry.get("times", 1),
                _patterns(entry.get("also", ())),
                _patterns(entry.get("unless", ())),
            )


def _patterns(expressions: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one, _FLAGS) for one in expressions)
