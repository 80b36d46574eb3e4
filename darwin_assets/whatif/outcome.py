"""What becomes of each stored row under other rules. Pure: frames in, frames out.

Twins are decided after the rules and on texts, so stored values cannot tell everything: a row that the rules would
keep anew was never compared with others, and could be a twin of one that is kept now.
"""

from __future__ import annotations

import polars as pl

from darwin_assets.filter.rules import Rule
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.whatif.proposal import changed_rules, dropping

STAYS_KEPT, STAYS_DROPPED = "stays kept", "stays dropped"
NEWLY_DROPPED, NEWLY_KEPT, FREED = "newly dropped", "newly kept", "freed twin"
"""A freed twin was rejected as the duplicate of a row that is newly dropped: kept unless it has another twin."""

AFTER = (STAYS_KEPT, NEWLY_KEPT, FREED)
"""Outcomes after which a row is kept, the last two unless it turns out to be a duplicate."""

COUNTED = ("kept", "newly_dropped", "newly_kept", "freed_twins", "kept_after")
"""What is counted a source, in documents and in tokens; the last counts what is kept unless it is a duplicate."""

TWIN_RULES = "duplicate."
"""What the ids of all rules about twins begin with."""

BYTES_PER_TOKEN = 3.7
"""Measured with cl100k_base: 3.73 over 300 textbook modules, papers and pages (2.0 to 5.5 in single ones)."""


def judge_again(rows: pl.DataFrame, after: FilterSettings) -> pl.DataFrame:
    """Return the rows with `outcome` and `fails_after`, the ids of the dropping rules that each fails.

    `rows`: `stored.Stored.rows` with the signals of the rules in force. A failure, a row that could not be judged, stays one.
    """
    failing = [pl.when(rule.fails()).then(pl.lit(rule.id)) for rule in dropping(after)]
    judged = rows.with_columns(
        fails_after=pl.concat_list(pl.lit(None, dtype=pl.String), *failing).list.drop_nulls(),
    )
    return with_outcome(judged, pl.col("fails_after").list.len() > 0, after)


def with_outcome(rows: pl.DataFrame, fails: pl.Expr, after: FilterSettings) -> pl.DataFrame:
    """Return the rows with `outcome`, given which of them fail a rule that drops."""
    rows = rows.with_columns(
        _fails=fails,
        _was_kept=pl.col("rejected_by").is_null(),
        _twin=pl.col("rejected_by").str.starts_with(TWIN_RULES).fill_null(False)
        & ~pl.col("rejected_by").is_in(list(after.disabled_rules)).fill_null(False),
        _failure=(pl.col("rejected_kind") == "failure").fill_null(False),
    )
    gone = rows.filter("_was_kept", "_fails")["id"]
    survivor_goes = pl.col("survivor_id").is_in(gone.implode()).fill_null(False)
    outcome = (
        pl.when("_failure")
        .then(pl.lit(STAYS_DROPPED))
        .when("_fails")
        .then(pl.when("_was_kept").then(pl.lit(NEWLY_DROPPED)).otherwise(pl.lit(STAYS_DROPPED)))
        .when("_was_kept")
        .then(pl.lit(STAYS_KEPT))
        .when("_twin")
        .then(pl.when(survivor_goes).then(pl.lit(FREED)).otherwise(pl.lit(STAYS_DROPPED)))
        .otherwise(pl.lit(NEWLY_KEPT))
    )
    return rows.with_columns(outcome=outcome).drop("_fails", "_was_kept", "_twin", "_failure")


def twins_elsewhere(judged: pl.DataFrame, twins: pl.DataFrame) -> pl.DataFrame:
    """Return id, batch and survivor_id of duplicates outside `judged` that lose their survivor: free once they run again."""
    gone = judged.filter(pl.col("outcome") == NEWLY_DROPPED).select(survivor_id="id")
    return twins.join(gone, on="survivor_id", how="semi").join(judged, on="id", how="anti").sort("batch", "id")


def by_source(judged: pl.DataFrame) -> pl.DataFrame:
    """Return per source, and in a last row "all": documents kept before, each outcome that changes, the same in tokens.

    Columns: source, `COUNTED`, and each of these with "_tokens": an estimate, one for `BYTES_PER_TOKEN` bytes of UTF-8.
    """
    tokens = (pl.col("n_bytes").fill_null(pl.col("n_chars")) / BYTES_PER_TOKEN).round().cast(pl.Int64)
    outcome = pl.col("outcome")
    conditions = (
        pl.col("rejected_by").is_null(),
        outcome == NEWLY_DROPPED,
        outcome == NEWLY_KEPT,
        outcome == FREED,
        outcome.is_in(AFTER),
    )
    parts = dict(zip(COUNTED, conditions, strict=True))
    counts = [condition.sum().cast(pl.Int64).alias(name) for name, condition in parts.items()]
    weights = [tokens.filter(condition).sum().alias(f"{name}_tokens") for name, condition in parts.items()]
    sources = judged.group_by(pl.col("source").fill_null("")).agg(*counts, *weights).sort("source")
    total = judged.select(pl.lit("all").alias("source"), *counts, *weights)
    return pl.concat([sources, total])


def by_rule(judged: pl.DataFrame, before: FilterSettings, after: FilterSettings) -> pl.DataFrame:
    """Return one row a changed rule: rule, signal, threshold_before, threshold_after (null: not in force), documents that
    fail it before and after, those newly dropped that fail it, and of these those that fail no other rule."""
    rows = [_rule_row(judged, old, new) for old, new in changed_rules(before, after)]
    return pl.DataFrame(rows, schema=BY_RULE, orient="row")


BY_RULE: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "signal": pl.String(),
    "threshold_before": pl.String(),
    "threshold_after": pl.String(),
    "fail_before": pl.Int64(),
    "fail_after": pl.Int64(),
    "newly_dropped": pl.Int64(),
    "by_it_alone": pl.Int64(),
}


def _rule_row(judged: pl.DataFrame, old: Rule | None, new: Rule | None) -> tuple[object, ...]:
    rule = new or old
    assert rule is not None
    gone = judged.filter((pl.col("outcome") == NEWLY_DROPPED) & pl.col("fails_after").list.contains(rule.id))
    return (
        rule.id,
        rule.signal,
        old.threshold if old else None,
        new.threshold if new else None,
        judged.filter(old.fails()).height if old else 0,
        judged.filter(new.fails()).height if new else 0,
        gone.height,
        gone.filter(pl.col("fails_after").list.len() == 1).height,
    )
