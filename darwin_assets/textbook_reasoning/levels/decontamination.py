"""Q4: pairs that repeat a registered benchmark go no further (papers.md §3.3, decontamination)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from darwin_assets.asking import engine_of, uses_rules
from darwin_assets.contract import COMMON, REJECTION, text_sha256
from darwin_assets.decontamination.benchmarks import Benchmarks
from darwin_assets.decontamination.evidence import EVIDENCE
from darwin_assets.decontamination.judge import PROMPT, comparisons, judged
from darwin_assets.decontamination.look import copies, neighbours
from darwin_assets.decontamination.registry import RegistryError, read_registry
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.decontamination.verdict import removals
from darwin_assets.decontamination.work import judge_pairs
from darwin_assets.judging import models_of
from darwin_assets.levels import LEVELS
from darwin_assets.nearest import Vectors
from darwin_assets.prompts import identity
from darwin_assets.textbook_reasoning.levels import refinement
from darwin_assets.textbook_reasoning.levels.columns import OF_DOCUMENT, OF_PAIR
from darwin_assets.textbook_reasoning.pair import answer, question
from darwin_assets.tier import FOLLOWS_PUBLICATION, MODEL_POOL, LevelSpec, Step, published_rows
from darwin_assets.tier_twins.vectors import embed, read_vectors, without_vector
from resources.embedder import Embedder
from resources.errors import DarwinError
from resources.lake import Lake

RULE = "rule"
_OF_ITEM = {name: dtype for name, dtype in EVIDENCE.items() if name != "id"}

COLUMNS: dict[str, pl.DataType] = {
    **OF_DOCUMENT,
    **OF_PAIR,
    "benchmarks": pl.String(),
    "embedder": pl.String(),
    "judge": pl.String(),
    "evidence": pl.List(pl.Struct(_OF_ITEM)),
}
"""`benchmarks`: digest of the manifest, null where none is registered. `embedder`: null where only words were compared.
`evidence`: every benchmark item that the pair was held against, `decontamination.evidence.EVIDENCE`."""


def build(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """Every pair held against every benchmark: its words, its meaning if an embedder is set, judged by a model if one is."""
    said = {"benchmarks": None, "embedder": None, "judge": None}
    kept = rows.select("id", operated=pl.lit(False))
    if not step.benchmarks.is_file():
        return kept.with_columns(pl.lit(None, pl.String()).alias(name) for name in said)
    settings = step.recipe.decontamination
    benchmarks = load(step.benchmarks, settings)
    evidence = copies(rows.select("id", "text"), benchmarks)
    if step.embedder.is_set:
        asked = rows.select("id", question(), answer(), start=pl.lit(0, pl.Int64))
        vectors = item_vectors(step.lake, step.embedder, benchmarks)
        evidence = pl.concat([evidence, neighbours(asked, benchmarks, vectors, step.embedder.embed, settings)])
        if not uses_rules(step):
            decisions = judge_pairs(step, comparisons(evidence, asked, benchmarks, settings), settings)
            evidence = judged(evidence, decisions)
    gone = removals(evidence, settings).select("id", *REJECTION)
    listed = evidence.group_by("id", maintain_order=True).agg(evidence=pl.struct(list(_OF_ITEM)))
    return (
        kept.join(listed, on="id", how="left", maintain_order="left")
        .join(gone, on="id", how="left", maintain_order="left")
        .with_columns(
            benchmarks=pl.lit(benchmarks.digest),
            embedder=pl.lit(step.embedder.fingerprint() if step.embedder.is_set else None, pl.String()),
            judge=pl.lit(engine_of(step, RULE) if step.embedder.is_set else None, pl.String()),
        )
    )


def load(manifest: Path, settings: DecontaminationSettings) -> Benchmarks:
    """The registered benchmarks. DarwinError when a file is missing or another than the manifest says."""
    try:
        return Benchmarks.load(read_registry(manifest), manifest.parent, settings)
    except RegistryError as error:
        raise DarwinError(str(error)) from None


def item_vectors(lake: Lake, embedder: Embedder, benchmarks: Benchmarks) -> Vectors:
    """(items, dimensions): of the benchmarks' questions, embedded once and kept in the lake."""
    fingerprint = embedder.fingerprint()
    asked = benchmarks.items.select(text="question").with_columns(
        text_sha256=pl.Series([text_sha256(one) for one in benchmarks.items["question"]], dtype=pl.String)
    )
    missing = without_vector(lake, fingerprint, asked)
    if missing.height:
        embed(lake, embedder, fingerprint, missing.select("text_sha256", "text").iter_rows())
    return read_vectors(lake, fingerprint, asked)


def _ingredients(step: Step) -> list[str]:
    if not step.benchmarks.is_file():
        return ["no benchmarks"]
    benchmarks = load(step.benchmarks, step.recipe.decontamination)
    named = [benchmarks.digest, step.embedder.fingerprint() if step.embedder.is_set else "no embedder"]
    asks = step.embedder.is_set and not uses_rules(step)
    return [*named, *([engine_of(step, RULE), identity(PROMPT)] if asks else [])]


SPEC = LevelSpec(
    level="Q4",
    asset="qa_decontaminated",
    stage="decontamination",
    version=2,
    columns=COLUMNS,
    build=build,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['Q4'].title}: pairs that repeat an item of a registered benchmark, word for word or reworded, are "
    "dropped, with the evidence; the others are unchanged.",
    below="qa_refined",
    below_columns={**COMMON, **refinement.COLUMNS},
    parents=published_rows("Q3"),
    own=frozenset(COLUMNS) - frozenset(OF_DOCUMENT) - frozenset(OF_PAIR),
    group="questions",
    ingredients=_ingredients,
    models=lambda step: models_of(step, judge_sample=0) if step.embedder.is_set else {},
    pool=MODEL_POOL,
    automation=FOLLOWS_PUBLICATION,
)
