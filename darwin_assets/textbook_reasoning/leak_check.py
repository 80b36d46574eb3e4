"""Whether decontamination holds, as an asset check: leaks are planted in nothing, and must be caught."""

from __future__ import annotations

import dagster as dg
import polars as pl

from darwin_assets.decontamination.self_test import self_test
from darwin_assets.recipe import load_recipe
from darwin_assets.textbook_reasoning.levels.decontamination import item_vectors, load
from resources.embedder import Embedder
from resources.errors import redacted
from resources.lake import Lake
from resources.workplace import Workplace

CHECK = "planted_leaks_are_caught"
N_OF_EACH = 10
"""Items of each benchmark, each planted in every kind."""
COPIED = ("verbatim", "wrapped")
MIN_REWORDED = 0.95
"""Share of the other leaks that must be caught where an embedder is set; copies must be caught all."""


@dg.asset_check(
    asset="qa_decontaminated",
    name=CHECK,
    description="Items of every registered benchmark, as they are, wrapped, reworded, with numbers spelt out and answered "
    "by a letter, are held against the benchmarks: copies must be found all, the others to 95 % where an embedder is set.",
)
def planted_leaks(lake: Lake, embedder: Embedder, work: Workplace) -> dg.AssetCheckResult:
    manifest = work.benchmarks_path()
    if not manifest.is_file():
        return _untested(
            f"no benchmarks are registered: put a manifest at {manifest.name} below the folder of benchmarks"
        )
    with redacted("planted leaks"):
        settings = load_recipe(work.recipe_path()).decontamination
        benchmarks = load(manifest, settings)
        vectors = item_vectors(lake, embedder, benchmarks) if embedder.is_set else None
        embed = embedder.embed if embedder.is_set else None
        found = self_test(benchmarks, settings, N_OF_EACH, vectors, embed)
    if found.is_empty():
        words = f"{settings.min_whole_words} words (decontamination.min_whole_words)"
        return _untested(
            f"nothing could be planted: none of {benchmarks.items.height} benchmark items has {words} or more"
        )
    return dg.AssetCheckResult(
        passed=holds(found, meaning=embedder.is_set),
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{found['n_caught'].sum()} of {found['n'].sum()} planted leaks were caught",
        metadata={kind: f"{n_caught} of {n}" for kind, n, n_caught in found.iter_rows()},
    )


def _untested(said: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description=said)


def holds(found: pl.DataFrame, *, meaning: bool) -> bool:
    """Whether enough was caught (`kind`, `n`, `n_caught`); `meaning`: an embedder has looked too."""
    copied = pl.col("kind").is_in(COPIED)
    needed = pl.when(copied).then(pl.col("n")).otherwise(pl.col("n") * (MIN_REWORDED if meaning else 0.0))
    return found.filter(pl.col("n_caught") < needed).is_empty()
