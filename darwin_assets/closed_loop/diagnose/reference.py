"""The checkpoint that the others are compared with: as stated, else the one with the highest mean score."""

from __future__ import annotations

import polars as pl


class NothingToCompare(ValueError):
    """An evaluation that says nothing about the difference of two checkpoints; the message says what is missing."""


def choose_reference(outcomes: pl.DataFrame, stated: str | None) -> str:
    """`outcomes`: checkpoint, benchmark, item, score. Compared are items that all checkpoints have, by the mean of the
    means of benchmarks; of equal ones the first by name. NothingToCompare when there is no such item, or no two.
    """
    checkpoints = outcomes["checkpoint"].unique().sort().to_list()
    if len(checkpoints) < 2:
        who = f"{checkpoints[0]!r} alone" if checkpoints else "none"
        raise NothingToCompare(
            f"a diagnosis compares checkpoints, and {who} has a scored output: add the outputs of another one"
        )
    if stated is not None:
        if stated not in checkpoints:
            raise NothingToCompare(f"the reference {stated!r} has no scored output; known: {', '.join(checkpoints)}")
        asked = outcomes.filter(checkpoint=stated)
        if outcomes.filter(pl.col("checkpoint") != stated).join(asked, on="item", how="semi").is_empty():
            raise NothingToCompare(f"no other checkpoint was asked an item that the reference {stated!r} was asked")
        return stated
    shared = outcomes.filter(pl.col("checkpoint").n_unique().over("item") == len(checkpoints))
    if shared.is_empty():
        raise NothingToCompare(
            "no item was put to all checkpoints, by its question or by the names that files give to benchmark, subset and "
            "item: state `reference` in the manifest, and each is compared on what it shares with that one"
        )
    means = shared.group_by("checkpoint", "benchmark").agg(pl.col("score").mean())
    best = (
        means.group_by("checkpoint").agg(pl.col("score").mean()).sort("score", "checkpoint", descending=[True, False])
    )
    found: str = best["checkpoint"][0]
    return found
