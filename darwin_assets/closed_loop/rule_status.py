"""What evidence has made of a mapping rule: a hypothesis until validated actions support or refute it (C05)."""

from __future__ import annotations

import polars as pl

from darwin_assets.closed_loop.affordance.settings import RuleSettings
from darwin_assets.closed_loop.mapping import Rule, Status


def statuses(rules: tuple[Rule, ...], evidence: pl.DataFrame, settings: RuleSettings) -> dict[str, Status]:
    """Status by rule id from RULE_EVIDENCE. A mix counts once, by its first validation, however often its outputs are
    dropped; evidence of another wording does not count.
    """
    in_order = evidence.sort("validation", maintain_order=True)
    counted = in_order.unique(["rule", "rule_sha256", "mix"], keep="first", maintain_order=True)
    found = counted.group_by("rule", "rule_sha256").agg(n=pl.len(), credited=pl.col("credited").mean())
    shares = {(rule, sha256): (n, credited) for rule, sha256, n, credited in found.iter_rows()}
    return {rule.id: _status(*shares.get((rule.id, rule.sha256), (0, 0.0)), settings) for rule in rules}


def _status(n: int, credited: float, settings: RuleSettings) -> Status:
    if n < settings.min_validations:
        return "hypothesis"
    if credited >= settings.min_credited_share:
        return "supported"
    return "refuted" if credited <= settings.max_credited_share else "hypothesis"
