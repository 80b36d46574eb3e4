"""The rules of L2 as data: which signal, which bounds, from which paper; and the judgement by them.

The order is that of judgement, the certain before the fine: size, garble, language (Darwin's order, papers.md
§1.3), then Gopher and MathPile. The first rule that fails is the reason; all that fail are kept beside it.
Darwin removes duplicates first; here they come last, so that a document which a rule drops never stands in
for its twin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.contract import REJECTION

if TYPE_CHECKING:
    from darwin_assets.filter.settings import FilterSettings

EXACT_DUPLICATE = "duplicate.exact"
NEAR_DUPLICATE = "duplicate.near"

# Rule id, signal, settings of the lower and the upper bound, source.
_CATALOGUE: tuple[tuple[str, str, str | None, str | None, str], ...] = (
    ("size.bytes", "n_bytes", "min_document_bytes", None, "Darwin L2 filter 1, papers.md §1.3"),
    ("garble.share", "garbled_share", None, "max_garbled_share", "Darwin L2 filter 2, papers.md §1.3"),
    ("language.score", "language_score", "min_language_score", None, "Darwin L2 filter 3, papers.md §1.3"),
    ("gopher.words", "n_prose_words", "min_words", "max_words", "Gopher A1.1"),
    (
        "gopher.mean_word_length",
        "mean_word_length",
        "min_mean_word_length",
        "max_mean_word_length",
        "Gopher A1.1",
    ),
    ("gopher.hash_ratio", "hash_word_ratio", None, "max_symbol_word_ratio", "Gopher A1.1"),
    ("gopher.ellipsis_ratio", "ellipsis_word_ratio", None, "max_symbol_word_ratio", "Gopher A1.1"),
    ("gopher.bullet_lines", "bullet_line_share", None, "max_bullet_line_share", "Gopher A1.1"),
    ("gopher.ellipsis_lines", "ellipsis_line_share", None, "max_ellipsis_line_share", "Gopher A1.1"),
    ("gopher.alphabetic_words", "alphabetic_word_share", "min_alphabetic_word_share", None, "Gopher A1.1"),
    ("gopher.stop_words", "n_stop_words", "min_stop_words", None, "Gopher A1.1"),
    *(
        (f"gopher.{name}s", f"{name}_share", None, f"max_{name}_share", "Gopher table A1")
        for name in (
            "duplicate_line",
            "duplicate_paragraph",
            "duplicate_line_char",
            "duplicate_paragraph_char",
        )
    ),
    *(
        (f"gopher.{name}_chars", f"{name}_char_share", None, f"max_{name}_char_share", "Gopher table A1")
        for name in (*(f"top_{n}gram" for n in (2, 3, 4)), *(f"duplicate_{n}gram" for n in range(5, 11)))
    ),
    (
        "mathpile.uppercase_words",
        "uppercase_word_share",
        None,
        "max_uppercase_word_share",
        "MathPile, papers.md §1.13",
    ),
    ("mathpile.content_chars", "n_content_chars", "min_content_chars", None, "MathPile, papers.md §1.13"),
)

RULE_IDS: tuple[str, ...] = (*(entry[0] for entry in _CATALOGUE), EXACT_DUPLICATE, NEAR_DUPLICATE)
"""Every reason for which L2 rejects a document, in the order of judgement."""

JUDGEMENT: dict[str, pl.DataType] = {**REJECTION, "failed_rules": pl.List(pl.String())}
"""Columns of a judgement; where the document is kept, five are null and `failed_rules` is empty."""


@dataclass(frozen=True)
class Rule:
    """Keep a document whose `signal` lies in `low..high`, both included; None is no bound."""

    id: str
    signal: str
    low: float | None
    high: float | None
    source: str

    @property
    def threshold(self) -> str:
        """The bounds as text: "3..10", ">= 8192" or "<= 0.3"."""
        low, high = (None if bound is None else f"{bound:.15g}" for bound in (self.low, self.high))
        if low is None:
            return f"<= {high}"
        return f">= {low}" if high is None else f"{low}..{high}"

    def fails(self) -> pl.Expr:
        """An expression that is true where the signal is outside the bounds, null or not a number."""
        signal = pl.col(self.signal)
        above = pl.lit(True) if self.low is None else signal >= self.low
        below = pl.lit(True) if self.high is None else signal <= self.high
        return ~((above & below & signal.cast(pl.Float64).is_not_nan()).fill_null(False))


def build_rules(settings: FilterSettings) -> tuple[Rule, ...]:
    """Return the enabled rules over signals, in the order of judgement; for twins see `duplicates`."""

    def bound(field: str | None) -> float | None:
        return None if field is None else getattr(settings, field)

    return tuple(
        Rule(rule_id, signal, bound(low), bound(high), source)
        for rule_id, signal, low, high, source in _CATALOGUE
        if rule_id not in settings.disabled_rules
    )


def judge(signals: pl.DataFrame, settings: FilterSettings) -> pl.DataFrame:
    """Return `JUDGEMENT` for each row of `signals` (`signals.SIGNALS`, `language_score`), in order."""
    rules = build_rules(settings)
    failing = (pl.when(rule.fails()).then(pl.lit(rule.id)) for rule in rules)
    reasons = signals.with_columns(
        failed_rules=pl.concat_list(pl.lit(None, dtype=pl.String), *failing).list.drop_nulls()
    ).with_columns(rejected_by=pl.col("failed_rules").list.first())
    rejected = pl.col("rejected_by")
    value = (pl.when(rejected == rule.id).then(pl.col(rule.signal).cast(pl.Float64)) for rule in rules)
    return reasons.select(
        rejected,
        pl.when(rejected.is_not_null()).then(pl.lit("rule")).alias("rejected_kind"),
        pl.coalesce(pl.lit(None, dtype=pl.Float64), *value).alias("rejected_value"),
        rejected.replace_strict(
            {rule.id: rule.threshold for rule in rules}, default=None, return_dtype=pl.String
        ).alias("rejected_threshold"),
        rejected.replace_strict(
            {rule.id: f"{rule.signal}; {rule.source}" for rule in rules}, default=None, return_dtype=pl.String
        ).alias("rejected_detail"),
        pl.col("failed_rules"),
    ).match_to_schema(JUDGEMENT)
