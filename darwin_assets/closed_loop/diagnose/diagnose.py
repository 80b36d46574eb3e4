"""The diagnosis of an evaluation: checkpoints beside the reference, a verdict a cell, and what weaknesses have in common."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.closed_loop.columns import DIAGNOSES, OPERATIONS
from darwin_assets.closed_loop.diagnose.code import code_sha256
from darwin_assets.closed_loop.diagnose.decide import decide
from darwin_assets.closed_loop.diagnose.reference import choose_reference
from darwin_assets.closed_loop.diagnose.side import CELL, KEY, by_item, pairs_of, sides
from darwin_assets.closed_loop.diagnose.unexplained import unexplained
from darwin_assets.closed_loop.same_questions import known_by_question
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.statistics.cells import cells
from darwin_assets.closed_loop.statistics.outcomes import equally_often, outcomes
from darwin_assets.closed_loop.statistics.pairs import pairs
from darwin_assets.closed_loop.statistics.stability import stability

FIELDS = ("background", "task_type", "operations", "form")
LOST_SHOWN = 3
DECIDING_SETTINGS = ("label", "statistics", "channel", "diagnose")


@dataclass(frozen=True)
class Diagnosis:
    """`cells` is a frame of DIAGNOSES, `operations` one of OPERATIONS: of benchmarks with a verdict *data*. `scores`:
    checkpoint, benchmark, n, score, of all that was scored. `stability`: a frame of STABILITY. `lost`: CELL and
    `items`, some that the reference has and the checkpoint has not. `known_by_question`: checkpoint, benchmark, n: items
    that its files name otherwise than those of the reference.
    """

    reference: str
    is_stated: bool
    scores: pl.DataFrame
    cells: pl.DataFrame
    operations: pl.DataFrame
    stability: pl.DataFrame
    lost: pl.DataFrame
    known_by_question: pl.DataFrame
    taxonomy: str
    code_sha256: str
    settings_sha256: str


def diagnose(
    samples: pl.DataFrame,
    labels: pl.DataFrame,
    signs: pl.DataFrame,
    facts: EvaluationFacts,
    settings: ClosedLoopSettings,
) -> Diagnosis:
    """From frames of SAMPLES, LABELS and SIGNS. NothingToCompare where there are no two checkpoints, ValueError where an item
    has no label.
    """
    scored = outcomes(samples)
    reference = choose_reference(scored, facts.reference)
    compared = equally_often(samples)
    found = cells(compared, labels, reference, settings.statistics, is_chosen=facts.reference is None)
    shown = signs.join(compared, on=[*KEY, "sample"], how="semi", nulls_equal=True)
    rows = pairs_of(found.members, by_item(shown), reference)
    hashes = {"code_sha256": code_sha256(), "settings_sha256": settings_sha256(settings)}
    told = _verdicts(found.rows, rows, reference, facts, settings)
    named = found.rows.join(told, on=CELL).join(_fields(found.members, labels, "slice"), on=CELL, how="left")
    diagnoses = named.with_columns(
        reference=pl.lit(reference),
        cell_name=pl.coalesce("slice_name", "cell"),
        **{name: pl.lit(value) for name, value in hashes.items()},
    ).select(pl.col(name).cast(dtype) for name, dtype in DIAGNOSES.items())
    left = unexplained(told, rows)
    standing_out = _of_benchmark(pairs(left, labels, settings.statistics), left, found.rows)
    operations = _with_fields(standing_out, found.members, labels)
    return Diagnosis(
        reference=reference,
        is_stated=facts.reference is not None,
        scores=scored.group_by("checkpoint", "benchmark")
        .agg(n=pl.len(), score=pl.col("score").mean())
        .sort("checkpoint", "benchmark"),
        cells=diagnoses.sort(CELL),
        operations=operations.with_columns(reference=pl.lit(reference)).select(
            pl.col(name).cast(dtype) for name, dtype in OPERATIONS.items()
        ),
        stability=stability(found.members, settings.statistics),
        lost=_lost(found.members, samples),
        known_by_question=known_by_question(samples, reference),
        taxonomy=", ".join(labels["taxonomy"].unique().sort()),
        **hashes,
    )


def settings_sha256(settings: ClosedLoopSettings) -> str:
    """Of the settings on which verdicts rest."""
    deciding = settings.model_dump(mode="json", include=set(DECIDING_SETTINGS))
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


def _verdicts(
    measured: pl.DataFrame, members: pl.DataFrame, reference: str, facts: EvaluationFacts, settings: ClosedLoopSettings
) -> pl.DataFrame:
    """CELL, verdict, cause, explained, evidence."""
    tested = dict(zip(measured.select(CELL).iter_rows(), measured["p_holm"], strict=True))
    told: list[dict[str, Any]] = []
    for key, items in members.group_by(CELL, maintain_order=True):
        same = _same_weights(facts, str(key[0]), reference)
        decision = decide(*sides(items), tested[key], same_weights=same, settings=settings)
        told.append({**dict(zip(CELL, key, strict=True)), **asdict(decision)})
    schema = {name: DIAGNOSES[name] for name in (*CELL, "verdict", "cause", "explained", "evidence")}
    return pl.DataFrame(told, schema=schema)


def _fields(members: pl.DataFrame, labels: pl.DataFrame, level: str) -> pl.DataFrame:
    """CELL and the fields of a slice on which all items of a cell of the level agree; null where they do not."""
    agreed = (pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name) for name in FIELDS)
    of_level = members.filter(level=level)
    return of_level.join(labels.select("item", *FIELDS), on="item").group_by(CELL).agg(*agreed)


def _of_benchmark(operations: pl.DataFrame, left: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """Rows of PAIRS, made from the items that are `left` to explain, as shares and points of the whole benchmark."""
    of = ("checkpoint", "benchmark")
    whole = measured.filter(level="benchmark").select(*of, n_whole="n")
    shares = left.group_by(of).agg(n_left=pl.len()).join(whole, on=of)
    left_share = pl.col("n_left") / pl.col("n_whole")
    scaled = operations.join(shares, on=of, how="left", maintain_order="left")
    return scaled.with_columns(pl.col("share", "weakness") * left_share).select(operations.columns)


def _with_fields(operations: pl.DataFrame, members: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Rows of PAIRS with the fields of the cells that are named like them."""
    cell = pl.concat_str("operation", "other", separator=" + ", ignore_nulls=True)
    fields = _fields(members, labels, "operations").drop("level", "operations")
    return operations.with_columns(cell=cell).join(
        fields, on=["checkpoint", "benchmark", "cell"], how="left", maintain_order="left"
    )


def _lost(members: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """CELL and up to LOST_SHOWN items as their harness names them, to be opened in the table of samples."""
    names = samples.filter("primary").select(
        "item", name=pl.concat_str("subset", "item_id", separator="/", ignore_nulls=True)
    )
    lost = members.filter(pl.col("score") < pl.col("ref_score")).join(names.unique("item"), on="item")
    return lost.sort(*CELL, "item").group_by(CELL, maintain_order=True).agg(items=pl.col("name").head(LOST_SHOWN))


def _same_weights(facts: EvaluationFacts, checkpoint: str, other: str) -> bool:
    """Whether both are stated to be one model; never by silence."""
    stated = [facts.checkpoints[name].weights for name in (checkpoint, other) if name in facts.checkpoints]
    return len(stated) == 2 and None not in stated and stated[0] == stated[1]
