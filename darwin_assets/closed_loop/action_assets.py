"""From a diagnosis to a sample to train on and its validation, as assets; and what the rows of the lake afford."""

import json
from collections.abc import Iterator

import dagster as dg

from darwin_assets.batches import BATCHES, EVALUATIONS
from darwin_assets.closed_loop.asset_parts import GROUP, KINDS, Told, check_spec, table_of, told, waiver_of
from darwin_assets.closed_loop.assets import capability_slices, diagnosis
from darwin_assets.gate_shown import GATE
from darwin_assets.recipe import load_recipe
from darwin_assets.tier import MODEL_POOL, OWNERS, LevelConfig, Step
from resources.embedder import Embedder
from resources.errors import redacted
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.language_model import LanguageModel
from resources.raw_store import RawStore
from resources.workplace import Workplace

AFTER_PUBLICATION: dg.AutomationCondition = (  # type: ignore[type-arg]
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
)
"""Not `eager`: a batch that has no questions never has a Q5, and its L3 is labelled all the same."""


@dg.asset(
    partitions_def=BATCHES,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=["l3_annotated", "qa_selected"],
    description="What published rows can teach: content world, discourse structure, operations that they show, and density "
    "of supervision; a row a row of L3 and Q5.",
    pool=MODEL_POOL,
    automation_condition=AFTER_PUBLICATION,
)
def data_affordances(
    context: dg.AssetExecutionContext,
    lake: Lake,
    ledger: GateLedger,
    raw: RawStore,
    model: LanguageModel,
    work: Workplace,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    from darwin_assets.closed_loop.affordance.assets import LEVEL, label_batch

    batch = context.partition_key
    with redacted(f"data_affordances of {batch}"):
        recipe = load_recipe(work.recipe_path())
        step = Step(LEVEL, batch, context.run.run_id, recipe, lake, raw, model, work.parsers())
        labelled = label_batch(step, ledger)
    operations = labelled.rows.explode("operations")["operations"].value_counts(sort=True, name="rows")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": labelled.rows.height,
            **{f"rows_of_{level}": n for level, n in labelled.by_level.items()},
            "tokens": int(labelled.rows["tokens"].sum()),
            "operations": table_of(operations),
            "delta_version": labelled.version,
        }
    )


@dg.asset(
    partitions_def=EVALUATIONS,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[diagnosis, dg.AssetDep(data_affordances, partition_mapping=dg.AllPartitionMapping())],
    description="Published rows that are rich in the operations a checkpoint is weak at, and a uniform control of exactly as "
    "many tokens: the proposed action, as a table to train on.",
    output_required=False,
    check_specs=[
        check_spec(GATE, "targeted_mix", "Whether both arms hold the budget, the caps hold, and nothing leaks.")
    ],
)
def targeted_mix(
    context: dg.AssetExecutionContext,
    config: LevelConfig,
    lake: Lake,
    ledger: GateLedger,
    embedder: Embedder,
    work: Workplace,
) -> Told:
    from darwin_assets.closed_loop.mix.assets import mix_evaluation
    from darwin_assets.closed_loop.mix.room import advice

    key = context.partition_key
    with redacted(f"targeted_mix of {key}"):
        mixed = mix_evaluation(
            lake, ledger, load_recipe(work.recipe_path()), work.benchmarks_path(), embedder, key, context.run.run_id,
            waiver_of(config),
        )  # fmt: skip
    if mixed.promotion is None:
        said = "no operation stands out, and no weak slice names one: there is nothing to aim a mix at"
        context.log.info(f"targeted_mix of {key}: {said}")
        yield dg.AssetCheckResult(check_name=GATE, passed=True, description=said)
        return
    said = advice(json.loads(mixed.promotion.verdict.facts))
    yield from told(context, mixed.promotion, {"targets": table_of(mixed.targets.explode("operations"))}, said)


@dg.asset(
    partitions_def=EVALUATIONS,
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[capability_slices, dg.AssetDep(targeted_mix, partition_mapping=dg.AllPartitionMapping())],
    description="What training on a mix changed, where the manifest says that this evaluation validates one: gains over the "
    "control on the diagnosed slices and on all others; the rules behind the mix get their evidence.",
    output_required=False,
)
def validation(
    context: dg.AssetExecutionContext, lake: Lake, ledger: GateLedger, embedder: Embedder, work: Workplace
) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    from darwin_assets.closed_loop.mix.validation_assets import validate_evaluation

    key = context.partition_key
    with redacted(f"validation of {key}"):
        recipe = load_recipe(work.recipe_path())
        found = validate_evaluation(lake, ledger, recipe, embedder, key, context.run.run_id)
    if found is None:
        context.log.info(f"validation of {key}: its manifest names no evaluation that it validates")
        return
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": found.rows.height,
            "gains": table_of(found.rows.drop("trail")),
            "evidence": table_of(found.evidence),
        }
    )
