"""Pools from which tests draw."""

from collections.abc import Sequence

import polars as pl

from darwin_assets.closed_loop.mix.draw import POOL, TARGETS

PAIR = ["comparison", "counting"]


def pool_of(
    tokens: Sequence[int],
    operations: Sequence[list[str]] | None = None,
    sources: Sequence[str] | None = None,
    clusters: Sequence[str] | None = None,
) -> pl.DataFrame:
    """A row a number of tokens; of sources of its own, and alone in its cluster, unless said otherwise."""
    ids = [f"row{number:05}" for number in range(len(tokens))]
    return pl.DataFrame(
        {
            "id": ids, "root_id": ids, "level": "L3", "row_batch": "2026-01-31.notes.0001", "source": sources or ids,
            "licence": "CC-BY-4.0", "tokens": tokens, "cluster": clusters or ids,
            "operations": operations or [[]] * len(tokens), "text_sha256": "0" * 64,
        },
        schema=POOL,
    )  # fmt: skip


def targets_of(*pairs: tuple[list[str], float]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=TARGETS, orient="row")
