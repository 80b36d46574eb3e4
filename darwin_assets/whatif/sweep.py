"""The share of documents that would be kept, for a row of values of one bound."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from darwin_assets.filter.rules import Rule, all_rules, build_rules
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.whatif.outcome import AFTER, with_outcome
from darwin_assets.whatif.proposal import dropping, proposed
from resources.errors import DarwinError

MAX_POINTS = 200
_SWEEP = re.compile(r"([-+]?[\d.]+(?:e[-+]?\d+)?)\.\.([-+]?[\d.]+(?:e[-+]?\d+)?)/([\d.]+(?:e[-+]?\d+)?)", re.IGNORECASE)


def parse_sweep(text: str) -> list[float]:
    """Return the values of "2..6/0.5", both ends included; DarwinError says what is wrong with the text."""
    found = _SWEEP.fullmatch(text.strip())
    try:
        low, high, step = map(float, found.groups()) if found else (0.0, 0.0, 0.0)
    except ValueError:
        step = 0.0
    if step <= 0 or high < low:
        raise DarwinError(f"a sweep is written low..high/step, such as 2..6/0.5, not {text!r}")
    n_points = int((high - low) / step + 1e-9) + 1
    if n_points > MAX_POINTS:
        raise DarwinError(f"{text} has {n_points} points: take a step that gives at most {MAX_POINTS}")
    return [low + step * place for place in range(n_points)]


def sweep(
    rows: pl.DataFrame, settings: FilterSettings, rule: Rule, side: str, values: list[float]
) -> list[tuple[float, int, float]]:
    """Return (bound, documents kept, share kept) for each value of one side of a rule, all else as in `settings`.

    `side`: "low" or "high". `rows`: `stored.Stored.rows`. What is kept is kept unless it is a duplicate.
    """
    after = proposed(settings, {rule.id: rule.threshold})
    others = [one.fails() for one in dropping(after) if one.id != rule.id]
    narrow = rows.select(
        "id",
        "survivor_id",
        "rejected_by",
        "rejected_kind",
        rule.signal,
        _other=pl.any_horizontal(pl.lit(False), *others),
    )
    points = []
    for value in values:
        moved = replace(rule, low=value) if side == "low" else replace(rule, high=value)
        judged = with_outcome(narrow, pl.col("_other") | moved.fails(), after)
        kept = int(judged["outcome"].is_in(list(AFTER)).sum())
        points.append((value, kept, kept / rows.height if rows.height else 0.0))
    return points


def rule_of(settings: FilterSettings, rule_id: str) -> Rule:
    """Return the rule with the bounds that it has in these settings, in force or not. DarwinError if there is none."""
    found = {rule.id: rule for rule in (*all_rules(), *build_rules(settings))}
    if rule_id not in found:
        raise DarwinError(f"{rule_id} is no rule with a threshold; known: {', '.join(found)}")
    return found[rule_id]


def only_side(rule: Rule) -> str:
    """Return the side on which the rule has its only bound; DarwinError when it has two."""
    if rule.low is not None and rule.high is not None:
        raise DarwinError(f"{rule.id} has two bounds, {rule.threshold}: say which with --bound low or --bound high")
    return "high" if rule.low is None else "low"
