"""What the caps of a mix leave of its budget, and what would do where that is too little."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from darwin_assets.closed_loop.mix.settings import MixSettings

HUNDREDTHS = 100
Redraw = Callable[[MixSettings], pl.DataFrame]
"""From other settings to both arms (arm, source, tokens_used) of the same pool and budget."""


def room(rows: pl.DataFrame, sources: pl.Series, budget: int, settings: MixSettings, redraw: Redraw) -> dict[str, Any]:
    """Facts about both arms. `rows`: of them (arm, tokens_used); `sources`: of the pool.

    `tokens_reached`: by the arm that holds less. Where that is less than the budget, `least_source_share`: the smallest
    `max_source_share` in hundredths with which both arms hold it, found by drawing them; null where none does, and then
    `most_tokens` are the largest budget that both hold without a cap on sources.
    """
    reached = _reached(rows)
    told = {"n_sources": sources.n_unique(), "tokens_reached": reached, "least_source_share": None, "most_tokens": None}
    if reached == budget or sources.is_empty():
        return told

    def reached_at(hundredths: int) -> int:
        return _reached(redraw(settings.model_copy(update={"max_source_share": hundredths / HUNDREDTHS})))

    if (most := reached_at(HUNDREDTHS)) < budget:
        return told | {"most_tokens": most}
    shares = range(1, HUNDREDTHS)
    least = bisect_left(shares, budget, key=reached_at) + 1
    return told | {"least_source_share": least / HUNDREDTHS}


def advice(facts: Mapping[str, Any]) -> str:
    """`room` in words; empty where the budget is held."""
    sources = f"{facts['n_sources']} source{'s' * (facts['n_sources'] != 1)}"
    reached = f"an arm holds {facts['tokens_reached']} of {facts['budget_tokens']} tokens, from {sources}"
    if (share := facts["least_source_share"]) is not None:
        return f"{reached}: set closed_loop.mix.max_source_share = {share}"
    if (most := facts["most_tokens"]) is not None:
        return (
            f"{reached}, and no more than {most} without a cap on sources: set closed_loop.mix.budget_tokens = {most} with "
            "closed_loop.mix.max_source_share = 1.0, or raise closed_loop.mix.max_cluster_rows"
        )
    return ""


def _reached(rows: pl.DataFrame) -> int:
    """Tokens of the arm that holds less; an arm without a row is missing among the rows."""
    of_arms = rows.group_by("arm").agg(pl.col("tokens_used").sum())["tokens_used"]
    return int(of_arms.min()) if of_arms.len() == 2 else 0  # type: ignore[arg-type]
