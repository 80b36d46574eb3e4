"""The rules of L2: which signal, which bounds, which action, from which paper; and the judgement by them.

A preset is a list of rules, a data file in `presets/`. The order of judgement is that of `PRESETS`, inside of one that of its
file, whatever the order in the settings; duplicates come last, so that a document which a rule drops never stands in for
its twin. The first rule that drops is the reason; all that would are kept beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import yaml

from darwin_assets.contract import REJECTION

if TYPE_CHECKING:
    from darwin_assets.filter.settings import FilterSettings

PRESETS = ("darwin", "ultradata-l1", "gopher", "c4", "fineweb", "mathpile", "redpajama")
"""Every preset, in the order of judgement."""

DROP, MARK = "drop", "mark"
EXACT_DUPLICATE = "duplicate.exact"
NEAR_DUPLICATE = "duplicate.near"
URL_DUPLICATE = "duplicate.url"
REPEATED_PARAGRAPHS = "duplicate.paragraphs"
REPEATED_WINDOWS = "duplicate.substring"
DUPLICATE_RULES = (EXACT_DUPLICATE, NEAR_DUPLICATE, URL_DUPLICATE, REPEATED_PARAGRAPHS, REPEATED_WINDOWS)

JUDGEMENT: dict[str, pl.DataType] = {
    **REJECTION,
    "failed_rules": pl.List(pl.String()),
    "marked_rules": pl.List(pl.String()),
}
"""Columns of a judgement; where the document is kept, five are null and `failed_rules` is empty. `marked_rules` are those
of action "mark" that the document fails: it is kept all the same."""

_FOLDER = Path(__file__).parent / "presets"
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_THRESHOLD = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?")


@dataclass(frozen=True)
class Rule:
    """A document passes whose `signal` lies in `low..high`, both included; None is no bound."""

    id: str
    signal: str
    low: float | None
    high: float | None
    source: str
    action: str = DROP

    @property
    def threshold(self) -> str:
        """The bounds as text: "3..10", "8192.." or "..0.3"."""
        low, high = ("" if bound is None else f"{bound:.15g}" for bound in (self.low, self.high))
        return f"{low}..{high}"

    def fails(self) -> pl.Expr:
        """An expression that is true where the signal is outside the bounds, null or not a number."""
        signal = pl.col(self.signal)
        above = pl.lit(True) if self.low is None else signal >= self.low
        below = pl.lit(True) if self.high is None else signal <= self.high
        return ~((above & below & signal.cast(pl.Float64).is_not_nan()).fill_null(False))


def parse_threshold(text: str) -> tuple[float | None, float | None]:
    """Return the bounds of "low..high"; ValueError says what is wrong with the text."""
    found = _THRESHOLD.fullmatch(text.strip())
    if found is None or found[1] is found[2] is None:
        raise ValueError(f"a threshold is written low..high, such as 3..10, 8192.. or ..0.5, not {text!r}")
    low, high = (None if bound is None else float(bound) for bound in found.groups())
    if low is not None and high is not None and low > high:
        raise ValueError(f"the lower bound of {text!r} is above the upper one")
    return low, high


@cache
def preset(name: str) -> tuple[Rule, ...]:
    """The rules of one preset in the order of its file, with the values of its paper."""
    entries = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return tuple(map(_rule, entries))


def _rule(entry: dict[str, str]) -> Rule:
    low, high = parse_threshold(entry["keep"])
    return Rule(entry["id"], entry["signal"], low, high, entry["source"], entry.get("action", DROP))


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules of every preset, in the order of judgement, with the values of their papers."""
    return tuple(rule for name in PRESETS for rule in preset(name))


RULE_IDS: tuple[str, ...] = (*(rule.id for rule in all_rules()), *DUPLICATE_RULES)
"""Every reason for which L2 can reject or mark a document, in the order of judgement."""


def build_rules(settings: FilterSettings) -> tuple[Rule, ...]:
    """Return the enabled rules over signals, in the order of judgement; for twins see `duplicates`."""
    chosen = (rule for name in PRESETS if name in settings.presets for rule in preset(name))
    return tuple(_with_override(rule, settings.thresholds) for rule in chosen if rule.id not in settings.disabled_rules)


def _with_override(rule: Rule, thresholds: dict[str, str]) -> Rule:
    if rule.id not in thresholds:
        return rule
    low, high = parse_threshold(thresholds[rule.id])
    return replace(rule, low=low, high=high)


def judge(signals: pl.DataFrame, settings: FilterSettings) -> pl.DataFrame:
    """Return `JUDGEMENT` for each row of `signals` (`signals.SIGNALS`, `language_score`), in order."""
    rules = build_rules(settings)
    dropping = [rule for rule in rules if rule.action == DROP]
    marking = [rule for rule in rules if rule.action == MARK]
    judged = signals.with_columns(failed_rules=_failed(signals, dropping), marked_rules=_failed(signals, marking))
    rejected = pl.col("rejected_by")
    value = (pl.when(rejected == rule.id).then(pl.col(rule.signal).cast(pl.Float64)) for rule in dropping)
    texts = {rule.id: rule.threshold for rule in dropping}
    details = {rule.id: f"{rule.signal}; {rule.source}" for rule in dropping}
    return (
        judged.with_columns(rejected_by=pl.col("failed_rules").list.first())
        .select(
            rejected,
            pl.when(rejected.is_not_null()).then(pl.lit("rule")).alias("rejected_kind"),
            pl.coalesce(pl.lit(None, dtype=pl.Float64), *value).alias("rejected_value"),
            rejected.replace_strict(texts, default=None, return_dtype=pl.String).alias("rejected_threshold"),
            rejected.replace_strict(details, default=None, return_dtype=pl.String).alias("rejected_detail"),
            "failed_rules",
            "marked_rules",
        )
        .match_to_schema(JUDGEMENT)
    )


def _failed(signals: pl.DataFrame, rules: list[Rule]) -> pl.Series:
    """The ids of the rules that each row fails, in their order: an empty list where it passes all."""
    rows = pl.DataFrame({"row": pl.int_range(signals.height, dtype=pl.Int64, eager=True)})
    fails = signals.select(rule.fails().alias(rule.id) for rule in rules)
    failed = [
        fails.select(row=pl.arg_where(pl.col(rule.id)).cast(pl.Int64)).with_columns(rule=pl.lit(rule.id))
        for rule in rules
    ]
    found = pl.concat([pl.DataFrame(schema={"row": pl.Int64, "rule": pl.String}), *failed])
    return (
        rows.join(found.group_by("row", maintain_order=True).agg("rule"), on="row", how="left", maintain_order="left")
        .get_column("rule")
        .fill_null([])
    )
