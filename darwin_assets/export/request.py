"""What is asked of an export, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from darwin_assets.closed_loop.mix.read import Arm
from darwin_assets.export.formats import FORMATS
from darwin_assets.levels import QUESTIONS
from resources.errors import DarwinError

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@dataclass(frozen=True)
class Wanted:
    """What is to be exported. `reviewed`: ids of rows that a person has looked at. `mix`: an arm, whose rows alone go out."""

    name: str
    level: str
    purpose: str
    batches: tuple[str, ...] = ()
    format: str = "parquet"
    allow_partial: bool = False
    replace: bool = False
    reviewed: frozenset[str] = frozenset()
    mix: Arm | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise DarwinError(
                "an export's name is up to 80 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"
            )
        if self.mix and (self.level != self.mix.level or self.batches):
            raise DarwinError(
                f"this mix holds rows of {self.mix.level}, of all batches that it was drawn from: name neither"
            )
        if self.format not in FORMATS:
            raise DarwinError(f"{self.format!r} is no format of exports: {', '.join(FORMATS)}")
        if FORMATS[self.format].only_questions and self.level not in QUESTIONS:
            raise DarwinError(
                f"{self.format} holds questions with answers, and {self.level} holds documents: export one of "
                f"{', '.join(QUESTIONS)}, or use parquet, jsonl or huggingface"
            )


@dataclass(frozen=True)
class Exported:
    """What came of it. `left_out` in LEFT_OUT_SCHEMA; `manifest` as it stands in the lake."""

    manifest: dict[str, Any]
    left_out: pl.DataFrame
    reused: bool


class ExportRefused(DarwinError):
    """Rows may not go out, by the policy or because they repeat a benchmark; `rows` (LEFT_OUT_SCHEMA) says which and why.
    Nothing was written.
    """

    def __init__(self, purpose: str, rows: pl.DataFrame, n_all: int):
        self.rows = rows
        reasons = ", ".join(f"{reason} {n}" for reason, n in by_reason(rows).items())
        super().__init__(
            f"{rows.height} of {n_all} rows may not be exported for {purpose} ({reasons}); leave them out by "
            "--allow-partial, or change the policy file where it is the policy that forbids them"
        )


def by_reason(rows: pl.DataFrame) -> dict[str, int]:
    """Reason → rows that have it, most frequent first; `rows` in LEFT_OUT_SCHEMA."""
    counted = (
        rows.select(pl.col("reasons").list.explode(keep_nulls=False, empty_as_null=False)).to_series().value_counts()
    )
    return dict(sorted(counted.iter_rows(), key=lambda pair: (-pair[1], pair[0])))
