"""From the outputs of an evaluation to its diagnosis, as assets."""

from typing import Any

import dagster as dg
import polars as pl

from darwin_assets.batches import EVALUATIONS
from darwin_assets.closed_loop.asset_parts import (
    ENDS_LEARNT,
    GROUP,
    KINDS,
    LABELLED,
    Told,
    check_spec,
    table_of,
    told,
    waiver_of,
)
from darwin_assets.closed_loop.evaluation_samples import publish_samples, samples_metadata
from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.tables import LABELS_TABLE, SAMPLES_TABLE
from darwin_assets.closed_loop.taxonomy import OTHER
from darwin_assets.gate_shown import GATE
from darwin_assets.recipe import load_recipe
from darwin_assets.tier import MODEL_POOL, OWNERS, LevelConfig, Step
from resources.errors import redacted
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.landing import LandingZone
from resources.language_model import LanguageModel
from resources.raw_store import RawStore
from resources.workplace import Workplace

FIELDS = ("background", "task_type", "form")
MAX_OTHER = 0.2
"""Share of items in a field for which the taxonomy has no value: above it, slices say little."""
SLICES_SHOWN = 30


@dg.asset(
    partitions_def=EVALUATIONS,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    description="Outputs of two or more checkpoints, of whatever harness, in one schema: a row an output and metric; what "
    "could not be read is a row with its error.",
    check_specs=[
        check_spec(GATE, "evaluation_samples", "Whether every record was read, and every output counts once.")
    ],
)
def evaluation_samples(
    context: dg.AssetExecutionContext,
    config: LevelConfig,
    lake: Lake,
    ledger: GateLedger,
    raw: RawStore,
    landing: LandingZone,
    work: Workplace,
) -> Told:
    key = context.partition_key
    with redacted(f"evaluation_samples of {key}"):
        settings, waiver = load_recipe(work.recipe_path()).acquire, waiver_of(config)
        outcome = publish_samples(key, lake, ledger, raw, landing, settings, context.run.run_id, waiver)
        metadata = samples_metadata(lake, ledger, key) if outcome.verdict.opens else {}
    yield from told(context, outcome, metadata)


@dg.asset(
    partitions_def=EVALUATIONS,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=MODEL_POOL,
    deps=[evaluation_samples],
    description="Four fields for each item: what is given, what is asked, how it is solved, how the answer must be said and "
    "scored. Items that agree on all four are one slice.",
    check_specs=[
        check_spec(
            LABELLED, "capability_slices", f"Whether at most {MAX_OTHER:.0%} of the items are `other` in a field."
        )
    ],
)
def capability_slices(
    context: dg.AssetExecutionContext,
    lake: Lake,
    ledger: GateLedger,
    raw: RawStore,
    model: LanguageModel,
    work: Workplace,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    from darwin_assets.closed_loop.label import label
    from darwin_assets.closed_loop.label.asked import label_with_model

    key, agreed = context.partition_key, None
    with redacted(f"capability_slices of {key}"):
        _, samples = read_gated(lake, ledger, SAMPLES_TABLE, key)
        recipe = load_recipe(work.recipe_path())
        if recipe.closed_loop.label.by_model:
            step = Step("evaluation", key, context.run.run_id, recipe, lake, raw, model, work.parsers())
            labels, agreed = (found := label_with_model(step, samples)).rows, found.agreed
        else:
            labels = label(samples)
        version = LABELS_TABLE.write(lake, key, labels, context.run.run_id)
        slices = labels.group_by("benchmark", "slice_name").agg(items=pl.len(), confidence=pl.col("confidence").mean())
        unknown = _share_of_other(labels)
    check = dg.AssetCheckResult(
        check_name=LABELLED,
        passed=max(unknown.values()) <= MAX_OTHER,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={name: round(share, 4) for name, share in unknown.items()},
    )
    metadata: dict[str, Any] = {
        "dagster/row_count": labels.height,
        "slices": labels["slice"].n_unique(),
        "largest": table_of(slices.sort("items", "slice_name", descending=[True, False]).head(SLICES_SHOWN)),
        "taxonomy": ", ".join(labels["taxonomy"].unique().sort()),
        **({} if agreed is None else {"agreement_with_the_model": table_of(agreed)}),
        "delta_version": version,
    }
    return dg.MaterializeResult(metadata=metadata, check_results=[check])


def _share_of_other(labels: pl.DataFrame) -> dict[str, float]:
    """Share of items that the taxonomy has no value for, by field; all of them where there is no item."""
    other = {name: pl.col(name) == OTHER for name in FIELDS} | {"operations": pl.col("operations").list.contains(OTHER)}
    return labels.select(found.mean().fill_null(1.0).alias(name) for name, found in other.items()).row(0, named=True)


@dg.asset(
    partitions_def=EVALUATIONS,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[capability_slices],
    description="A verdict for each checkpoint, benchmark and slice beside the reference: data, supervision, scoring or "
    "output channel, or noise, with the evidence; what the data should afford, what of it the lake holds, and an action.",
    check_specs=[
        check_spec(ENDS_LEARNT, "diagnosis", "Whether the dropped training shards teach where documents end.")
    ],
)
def diagnosis(
    context: dg.AssetExecutionContext, lake: Lake, ledger: GateLedger, raw: RawStore, work: Workplace
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    from darwin_assets.closed_loop.actions import outline
    from darwin_assets.closed_loop.diagnosed import diagnose_evaluation, store_diagnosis
    from darwin_assets.closed_loop.dropped_shards import check_dropped

    key, run_id = context.partition_key, context.run.run_id
    with redacted(f"diagnosis of {key}"):
        found = diagnose_evaluation(lake, ledger, key, load_recipe(work.recipe_path()).closed_loop)
        cells = found.diagnosis.cells
        version = store_diagnosis(lake, key, found.diagnosis, run_id)
        report, shards = found.report(key), check_dropped(lake, raw, key)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": cells.height,
            "reference": found.diagnosis.reference,
            **dict(cells["verdict"].value_counts().sort("verdict").iter_rows()),
            "weakest": table_of(_weakest(cells)),
            "report": dg.MetadataValue.md(report),
            "actions": dg.MetadataValue.json(outline(found.side.actions)),
            "code_sha256": found.diagnosis.code_sha256,
            "delta_version": version,
        },
        check_results=[shards],
    )


def _weakest(cells: pl.DataFrame) -> pl.DataFrame:
    shown = ("checkpoint", "benchmark", "cell_name", "n", "score", "ref_score", "delta_low", "delta_high", "p_holm")
    weak = cells.sort("weakness", descending=True, nulls_last=True).head(SLICES_SHOWN)
    return weak.select(*shown, "verdict", "cause")
