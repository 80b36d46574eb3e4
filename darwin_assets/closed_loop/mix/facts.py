"""What the gate of a mix looks at: counted from the rows that were drawn, not taken from the draw."""

from __future__ import annotations

import polars as pl

from darwin_assets.closed_loop.mix.draw import ARMS, CONTROL, TARGETED, share_of
from darwin_assets.closed_loop.mix.settings import MixSettings


def mix_facts(rows: pl.DataFrame, targets: pl.DataFrame, budget: int, settings: MixSettings) -> dict[str, int | float]:
    """Of both arms (MIX): tokens by which they miss the budget, broken caps, repeated ids, and the share of each arm's tokens
    that shows diagnosed operations. A source is over its cap where it held its share before its last row, or where one
    row alone is more than that share.
    """
    tokens = dict(rows.group_by("arm").agg(pl.col("tokens_used").sum()).iter_rows())
    share = budget * settings.max_source_share
    of_source = (
        rows.sort("place")
        .group_by("arm", "source")
        .agg(before=pl.col("tokens_used").sum() - pl.col("tokens_used").last(), longest=pl.col("tokens_used").max())
    )
    of_cluster = rows.group_by("arm", "cluster").len()
    shares = {arm: diagnosed_share(rows.filter(pl.col("arm") == arm), targets) for arm in ARMS}
    return {
        "n_tokens_off": sum(abs(budget - tokens.get(arm, 0)) for arm in ARMS),
        "n_sources_over": of_source.filter((pl.col("before") >= share) | (pl.col("longest") > share)).height,
        "n_clusters_over": of_cluster.filter(pl.col("len") > settings.max_cluster_rows).height,
        "n_repeated": int(rows.select("arm", "id").is_duplicated().sum()),
        "n_cut": rows.filter(pl.col("tokens_used") < pl.col("tokens")).height,
        "budget_tokens": budget,
        "targeted_share": shares[TARGETED],
        "control_share": shares[CONTROL],
        "above_twice_control": shares[TARGETED] - 2 * shares[CONTROL],
    }


def diagnosed_share(rows: pl.DataFrame, targets: pl.DataFrame) -> float:
    """Share of the tokens that stand in passages with all operations of at least one of the targets; that of a row that is
    cut is taken for the share of what is used of it.
    """
    tokens = int(rows["tokens_used"].sum())
    shown = rows.select(share_of(*targets["operations"]).dot("tokens_used")).item()
    return float(shown) / tokens if tokens else 0.0
