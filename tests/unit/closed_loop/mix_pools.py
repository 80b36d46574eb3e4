"""Pools from which tests draw."""

from collections.abc import Sequence

import polars as pl

from darwin_assets.closed_loop.mix.draw import POOL, TARGETS

PAIR = ["comparison", "counting"]
Passages = list[dict[str, object]]


def passages_of(**shares: float) -> Passages:
    """From sets of operations, as in `counting__comparison=0.2`."""
    return [{"operations": names.split("__"), "share": share} for names, share in shares.items()]


def one_passage(operations: list[str]) -> Passages:
    return [{"operations": operations, "share": 1.0}]


def pool_of(
    tokens: Sequence[int],
    operations: Sequence[list[str]] | None = None,
    sources: Sequence[str] | None = None,
    clusters: Sequence[str] | None = None,
) -> pl.DataFrame:
    """A row, of one passage, a number of tokens; of sources of its own, and alone in its cluster, unless said otherwise."""
    ids = [f"row{number:05}" for number in range(len(tokens))]
    return pl.DataFrame(
        {
            "id": ids, "root_id": ids, "level": "L3", "row_batch": "2026-01-31.notes.0001", "source": sources or ids,
            "licence": "CC-BY-4.0", "tokens": tokens, "cluster": clusters or ids,
            "passages": [*map(one_passage, operations or [[]] * len(tokens))], "text_sha256": "0" * 64,
        },
        schema=POOL,
    )  # fmt: skip


def targets_of(*pairs: tuple[list[str], float]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=TARGETS, orient="row")
