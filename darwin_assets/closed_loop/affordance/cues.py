"""Operations that a text exposes, told by cues in its words and formulas (`cues.yaml`)."""

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
    """Patterns of one operation. A text exposes it with `minimum` cues, a long one with `per_1000_words` of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_1000_words: float = Field(gt=0)
    minimum: int = Field(ge=1)
    cues: tuple[str, ...]
    exact: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = Field(default=(), alias="except")

    def count(self) -> pl.Expr:
        """Cues in `text`."""
        text = pl.col("text").str
        found = text.count_matches(_joined(self.cues, self.exact))
        if not self.exceptions:
            return found
        return found.cast(pl.Int64) - text.count_matches(_joined(self.exceptions))


def _joined(whatever_case: tuple[str, ...], exact: tuple[str, ...] = ()) -> str:
    """All patterns as one; its word boundaries are those of ASCII, with which a search is about twenty times faster."""
    pattern = "|".join([*(f"(?i:{one})" for one in whatever_case), *exact])
    return ESCAPED.sub(lambda match: ASCII_BOUNDARY if match[0] == BOUNDARY else match[0], pattern)


@cache
def cues() -> dict[str, Cues]:
    """By operation, in the order of the file."""
    stored = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {operation: Cues.model_validate(entry) for operation, entry in stored.items()}


@cache
def fingerprint() -> str:
    """12 hex digits of what the operations are told by."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]


def operations() -> pl.Expr:
    """Operations that `text` of `n_words` words exposes: sorted, `other` where it exposes none."""
    needed = pl.col("n_words") / WORDS_OF_A_RATE
    exposed = [
        pl.when(one.count() >= pl.max_horizontal(pl.lit(one.minimum), needed * one.per_1000_words)).then(
            pl.lit(operation)
        )
        for operation, one in sorted(cues().items())
    ]
    found = pl.concat_list(exposed).list.drop_nulls()
    return pl.when(found.list.len() > 0).then(found).otherwise(pl.lit([OTHER]))
