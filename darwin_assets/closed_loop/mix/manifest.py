"""How an arm was drawn, so that it can be drawn again: the two manifests differ in `sampling` alone (papers.md C16)."""

from __future__ import annotations

from typing import Any

import polars as pl

from darwin_assets.closed_loop.digest import digest
from darwin_assets.closed_loop.mix.pool import Pool
from darwin_assets.closed_loop.mix.settings import MixSettings

UNIFORM: dict[str, Any] = {"weights": "uniform"}


def by_weakness(targets: pl.DataFrame, settings: MixSettings, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """The sampling of the targeted arm, and the rules that it tries."""
    of_weights = {"weights": "weakness", "epsilon": settings.epsilon, "sharpness": settings.sharpness}
    return {**of_weights, "targets": targets.to_dicts(), "rules": rules}


def manifest(
    key: str,
    pool: Pool,
    budget: int,
    tokenizer: str,
    settings: MixSettings,
    decontamination: str,
    sampling: dict[str, Any],
) -> dict[str, Any]:
    """Of one arm. `decontamination`: what the benchmark gate says of itself."""
    return {
        "evaluation": key,
        "level": settings.level,
        "pool": {
            "rows": pool.rows.height,
            "tokens": int(pool.rows["tokens"].sum()),
            "sha256": digest(pool.rows),
            "left_out": pool.left_out,
        },
        "decontamination": decontamination,
        "budget_tokens": budget,
        "tokenizer": tokenizer,
        "max_source_share": settings.max_source_share,
        "max_cluster_rows": settings.max_cluster_rows,
        "min_jaccard": settings.min_jaccard,
        "permutations": settings.permutations,
        "min_supervision_density": settings.min_supervision_density,
        "seed": settings.seed,
        "sampling": sampling,
    }
