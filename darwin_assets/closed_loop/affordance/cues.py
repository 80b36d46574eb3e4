"""Operations that a text shows, told by cues in its words and formulas (`cues.yaml`)."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field

from darwin_assets.closed_loop.taxonomy import OTHER

FILE = Path(__file__).parent / "cues.yaml"
WORDS_OF_A_RATE = 1000
ESCAPED = re.compile(r"\\.")
BOUNDARY, ASCII_BOUNDARY = r"\b", r"(?-u:\b)"


class Cues(BaseModel):
    """Patterns of one operation. A text shows it with `minimum` cues, a long one with `per_1000_words` of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_1000_words: float = Field(gt=0)
    minimum: int = Field(ge=1)
    cues: tuple[str, ...]
    exact: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = Field(default=(), alias="except")

    def count(self) -> pl.Expr:
        """Cues in `text`."""
        found = [*(_matches(f"(?i:{one})") for one in self.cues), *(_matches(one) for one in self.exact)]
        exceptions = [-_matches(f"(?i:{one})") for one in self.exceptions]
        return pl.sum_horizontal(found + exceptions)


def _matches(pattern: str) -> pl.Expr:
    """A pattern by itself, and with the word boundaries of ASCII: searches for all of them as one are ten times slower, and
    with other boundaries twenty times.
    """
    searched = ESCAPED.sub(lambda match: ASCII_BOUNDARY if match[0] == BOUNDARY else match[0], pattern)
    return pl.col("text").str.count_matches(searched).cast(pl.Int64)


@cache
def cues() -> dict[str, Cues]:
    """By operation, in the order of the file."""
    stored = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {operation: Cues.model_validate(entry) for operation, entry in stored.items()}


@cache
def fingerprint() -> str:
    """12 hex digits of what the operations are told by."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]


def counts() -> list[pl.Expr]:
    """Cues in `text`, a column an operation; those of its parts add up."""
    return [one.count().alias(operation) for operation, one in cues().items()]


def operations() -> pl.Expr:
    """Operations that a text of `n_words` words with these `counts` shows: sorted, `other` where it shows none."""
    thousands = pl.col("n_words") / WORDS_OF_A_RATE
    shown = [
        pl.when(pl.col(name) >= pl.max_horizontal(pl.lit(one.minimum), thousands * one.per_1000_words)).then(
            pl.lit(name)
        )
        for name, one in sorted(cues().items())
    ]
    found = pl.concat_list(shown).list.drop_nulls()
    return pl.when(found.list.len() > 0).then(found).otherwise(pl.lit([OTHER]))
