"""UltraData's tiers beside the Darwin levels: what they mean, what they may train, and how a row earns one.

Two readings of the scheme are in use and both stand here as presets (papers.md §4.1, §4.6): "official", the paper and
its data sets, and "seed", the wording that this platform was first described in. They agree on which level reaches
which tier (`levels.py`, §5a) and differ in what a tier may be used for: officially raw data is a reserve that nothing
is trained on.
"""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from darwin_assets.levels import LEVELS

PHASES = ("pretraining_early", "pretraining_core", "mid_training", "alignment", "retrieval")
LOWEST = "L0"


@dataclass(frozen=True)
class Tier:
    """One tier in one reading; `phases` are those of `PHASES` that may use it."""

    name: str
    title: str
    sense: str
    phases: tuple[str, ...]


PRESETS: dict[str, dict[str, Tier]] = {
    preset: {tier.name: tier for tier in tiers}
    for preset, tiers in {
        "official": (
            Tier("L0", "Raw", "archives as they were collected; a reserve, not trained on", ()),
            Tier("L1", "Filtered", "one format, cleaned by rules, deduplicated", ("pretraining_early",)),
            Tier("L2", "Selected", "chosen by models for dense information", ("pretraining_core",)),
            Tier("L3", "Refined", "rewritten or synthesised, clear in its reasoning", ("mid_training", "alignment")),
            Tier("L4", "Organized", "verified, indexed, traceable knowledge", ("retrieval",)),
        ),
        "seed": (
            Tier("L0", "Raw", "crawls, logs and texts that nothing has filtered", ("pretraining_early",)),
            Tier("L1", "Filtered", "language and profanity checked", ("pretraining_early",)),
            Tier("L2", "Selected", "scored for relevance and toxicity", ("pretraining_early", "pretraining_core")),
            Tier("L3", "Refined", "edited by a model or a person, factual and coherent", ("mid_training",)),
            Tier("L4", "Organized", "verified facts, knowledge bases, manuals", ("alignment",)),
        ),
    }.items()
}


def tiers_for(phase: str, preset: str = "official") -> tuple[str, ...]:
    """The tiers that a training phase may draw from. KeyError for an unknown preset, ValueError for a phase."""
    if phase not in PHASES:
        raise ValueError(f"unknown phase {phase}; known: {', '.join(PHASES)}")
    return tuple(tier.name for tier in PRESETS[preset].values() if phase in tier.phases)


def raise_tiers(rows: pl.DataFrame, level: str, evidence: str) -> pl.DataFrame:
    """`ultradata_tier` and `tier_evidence` of rows that the gate of `level` has let through; `evidence`: its verdict.

    A row that comes in holds its parent's tier and the verdict that earned it. It rises at the first level of its way that
    reaches a tier, if that level has worked on it, and only from the tier directly below: where that gate was waived, no
    later one earns the tier in its place.
    """
    tier = LEVELS[level].ultradata_tier
    below = LEVELS[level].below
    if below is None or LEVELS[below].ultradata_tier == tier:
        return rows
    rises = pl.col("level").is_in(_labels(tier)) & (pl.col("ultradata_tier") == _BELOW[tier])
    return rows.with_columns(
        ultradata_tier=pl.when(rises).then(pl.lit(tier)).otherwise("ultradata_tier"),
        tier_evidence=pl.when(rises).then(pl.lit(evidence)).otherwise("tier_evidence"),
    )


_BELOW = {tier: below for below, tier in pairwise(sorted({level.ultradata_tier for level in LEVELS.values()}))}


def _labels(tier: str) -> list[str]:
    """What stands in `level` of a row that an operation of this tier has worked on."""
    return [name for name, level in LEVELS.items() if level.ultradata_tier == tier]
