"""Two samples of equal size from one pool: by weakness, and uniform (papers.md §2.5, C15, C16).

Each row draws an exponential waiting time of its weight's rate, and those with the shortest come first: sampling without
replacement in proportion to the weights. The luck of a row depends on the seed and its id alone, so that the arms differ in
the weights and in nothing else.
"""

from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np
import polars as pl

from darwin_assets.closed_loop.columns import MIX
from darwin_assets.closed_loop.mix.settings import MixSettings

TARGETED, CONTROL = "targeted", "control"
ARMS = (TARGETED, CONTROL)

OF_ARM = ("arm", "place", "tokens_used", "weight", "manifest")
POOL = pl.Schema({name: dtype for name, dtype in MIX.items() if name not in OF_ARM})
"""What may be drawn, ids without repeats."""

TARGETS = pl.Schema({"operations": pl.List(pl.String()), "weakness": pl.Float64()})
"""Diagnosed operations that a passage must show all of, and how weak they are (above 0)."""


def holds(operations: list[str], of: pl.Expr | None = None) -> pl.Expr:
    """Whether a list, `operations` unless said otherwise, holds all of these."""
    found = pl.col("operations") if of is None else of
    return pl.all_horizontal(found.list.contains(one) for one in operations)


def share_of(*targets: list[str]) -> pl.Expr:
    """Share of a row that stands in passages which show all operations of at least one of these targets."""
    passage, share = (pl.element().struct.field(name) for name in ("operations", "share"))
    shown = pl.any_horizontal(holds(operations, passage) for operations in targets)
    return pl.col("passages").list.eval(pl.when(shown).then(share).otherwise(0.0)).list.sum()


def targeted_weights(pool: pl.DataFrame, targets: pl.DataFrame, settings: MixSettings) -> pl.Series:
    """Weight of each row of the pool: by how many times more of the diagnosed weakness it shows than the pool does, a token,
    and `epsilon`, to the power of `sharpness`.
    """
    earned = [weakness * share_of(operations) for operations, weakness in targets.iter_rows()]
    scored = pool.select("tokens", shown=pl.sum_horizontal(earned))
    average = scored.select(pl.col("shown").dot("tokens") / pl.col("tokens").sum()).item() or 1.0
    return (scored["shown"] / average + settings.epsilon).pow(settings.sharpness).alias("weight")


def budget_of(pool: pl.DataFrame, settings: MixSettings) -> int:
    """Tokens of each arm."""
    return settings.budget_tokens or int(int(pool["tokens"].sum()) * settings.budget_share)


def draw(pool: pl.DataFrame, weights: pl.Series, budget: int, arm: str, settings: MixSettings) -> pl.DataFrame:
    """An arm from a `POOL`: its columns with arm, place, weight and tokens_used, whose sum is `budget` exactly.

    A row is passed over where its cluster is full, where its source holds its share already, and where it is longer than
    that share alone: so a source exceeds its share by less than its last row, and never twofold. Where the next row is
    longer than what is left, the first one that fits exactly comes last, and if none does, the next one is cut. Less than
    the budget comes out only where the rows that the caps allow hold less.
    """
    luck = np.array([_luck(settings.seed, one) for one in pool["id"]])
    waiting = pl.Series("waiting", -np.log(luck) / weights.to_numpy())
    order = pool.with_columns(waiting, weight=weights).sort("waiting", "id").drop("waiting")
    places, left = _whole_rows(order, budget, settings)
    if left and (last := _last_row(order, places, budget, left, settings)) is not None:
        places.append(last)
    taken = order[places]
    before = taken["tokens"].cum_sum() - taken["tokens"]
    return taken.with_columns(
        arm=pl.lit(arm),
        place=pl.int_range(len(places), dtype=pl.Int64, eager=True),
        tokens_used=pl.min_horizontal("tokens", budget - before),
    )


def _whole_rows(order: pl.DataFrame, budget: int, settings: MixSettings) -> tuple[list[int], int]:
    """Places in `order` of the rows that are taken as they are, up to the first that is too long, and the tokens left."""
    source_tokens = budget * settings.max_source_share
    of_source, of_cluster = Counter[str](), Counter[str]()
    places: list[int] = []
    left = budget
    for place, (source, cluster, tokens) in enumerate(order.select("source", "cluster", "tokens").iter_rows()):
        if of_cluster[cluster] >= settings.max_cluster_rows:
            continue
        if of_source[source] >= source_tokens or min(tokens, left) > source_tokens:
            continue
        if tokens > left:
            break
        places.append(place)
        of_source[source] += tokens
        of_cluster[cluster] += 1
        left -= tokens
    return places, left


def _last_row(order: pl.DataFrame, places: list[int], budget: int, left: int, settings: MixSettings) -> int | None:
    """Place of the row that fills what is left: the first of exactly so many tokens, else the first that is longer."""
    share = budget * settings.max_source_share
    taken = order[places]
    of_source = taken.group_by("source").agg(source_tokens=pl.col("tokens").sum())
    of_cluster = taken.group_by("cluster").agg(cluster_rows=pl.len())
    free = (
        order.with_row_index("at")
        .join(taken, on="id", how="anti", maintain_order="left")
        .join(of_source, on="source", how="left", maintain_order="left")
        .join(of_cluster, on="cluster", how="left", maintain_order="left")
        .filter(
            pl.col("tokens") >= left,
            pl.col("source_tokens").fill_null(0) < share,
            pl.lit(left <= share),
            pl.col("cluster_rows").fill_null(0) < settings.max_cluster_rows,
        )
        .sort(pl.col("tokens") > left, maintain_order=True)
    )
    return int(free["at"][0]) if free.height else None


def _luck(seed: int, row: str) -> float:
    """Uniform above 0 and below 1."""
    digest = hashlib.sha256(f"{seed}\x1f{row}".encode()).digest()
    return (int.from_bytes(digest[:8]) + 0.5) / 2**64
