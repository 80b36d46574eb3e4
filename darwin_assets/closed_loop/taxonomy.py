"""The vocabularies of both sides of the loop, and the capability slice, the unit that everything is told by (C01, C02)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self

import yaml

Side = Literal["evaluation", "data"]
Vocabulary = Mapping[str, str]

OTHER = "other"
FILE = Path(__file__).parent / "taxonomy.yaml"

_BETWEEN_FIELDS, _BETWEEN_OPERATIONS, _BETWEEN_ASPECTS = " / ", " + ", ", "


@dataclass(frozen=True)
class Taxonomy:
    """Values with their definitions, by field, of evaluation samples and of documents."""

    version: str
    evaluation: Mapping[str, Vocabulary]
    data: Mapping[str, Vocabulary]

    def known(self, field: str, value: str, side: Side = "evaluation") -> str:
        """The value, or `other` where the field has no such value."""
        return value if value in getattr(self, side)[field] else OTHER

    def all_known(self, field: str, values: Iterable[str], side: Side = "evaluation") -> tuple[str, ...]:
        """Values of a field that may have several: sorted, without repeats, and `other` only where it is alone."""
        found = {self.known(field, value, side) for value in values}
        return tuple(sorted(found - {OTHER})) or (OTHER,)

    def definitions(self, side: Side, fields: Iterable[str]) -> str:
        """The values of fields with what they mean, as a prompt shows them."""
        vocabularies = getattr(self, side)
        return "\n\n".join(
            "\n".join([f"{field}:", *(f"- {value}: {meaning}" for value, meaning in vocabularies[field].items())])
            for field in fields
        )


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy in `taxonomy.yaml`."""
    stored = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Taxonomy(stored["version"], *(_fields(stored[side]) for side in ("evaluation", "data")))


@dataclass(frozen=True)
class Slice:
    """Samples that agree on all four fields: what is given, what is asked, how it is solved, how it must be said (papers.md
    §2.1); the last one has three aspects. Values that the taxonomy lacks become `other`; operations are sorted, without
    repeats.
    """

    background: str
    task_type: str
    operations: tuple[str, ...]
    form: str
    scorer: str
    rigidity: str

    def __post_init__(self) -> None:
        known = taxonomy()
        for field in ("background", "task_type", "form", "scorer", "rigidity"):
            object.__setattr__(self, field, known.known(field, getattr(self, field)))
        object.__setattr__(self, "operations", known.all_known("operations", self.operations))

    @property
    def id(self) -> str:
        """16 hex digits, the same in every process: of the fields and the version of the taxonomy."""
        fields = [taxonomy().version, self.background, self.task_type, self.operations, *self._constraint]
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """ "short_context / mathematical_problem / arithmetic + comparison / number, exact_match, free"."""
        operations = _BETWEEN_OPERATIONS.join(self.operations)
        constraint = _BETWEEN_ASPECTS.join(self._constraint)
        return _BETWEEN_FIELDS.join((self.background, self.task_type, operations, constraint))

    @classmethod
    def of_name(cls, name: str) -> Self:
        """The slice of a name; ValueError where it is none."""
        background, task_type, operations, constraint = name.split(_BETWEEN_FIELDS)
        form, scorer, rigidity = constraint.split(_BETWEEN_ASPECTS)
        return cls(background, task_type, tuple(operations.split(_BETWEEN_OPERATIONS)), form, scorer, rigidity)

    @property
    def _constraint(self) -> tuple[str, str, str]:
        return self.form, self.scorer, self.rigidity


def _fields(side: Mapping[str, Mapping[str, str]]) -> Mapping[str, Vocabulary]:
    return MappingProxyType({name: MappingProxyType(dict(values)) for name, values in side.items()})
