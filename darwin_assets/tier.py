"""The factory that every level asset is made by: Dagster on the outside, `promotion.promote` on the inside."""

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from checks.suites import load_suite
from darwin_assets.batches import BATCHES
from darwin_assets.contract import PROVENANCE, complete_rows
from darwin_assets.costs.report import read_costs
from darwin_assets.costs.shown import numbers
from darwin_assets.costs.spend import Chosen
from darwin_assets.gate_shown import GATE, check_result, closed_because, summary
from darwin_assets.levels import LEVELS
from darwin_assets.presentation import promotion_metadata, static_metadata
from darwin_assets.promotion import Operation, Promotion, promote, published, read_published
from darwin_assets.recipe import Recipe, load_recipe
from darwin_assets.status import ladder_of
from darwin_assets.verdicts import Waiver
from resources.embedder import Embedder
from resources.errors import redacted
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.language_model import DeltaAnswerStore, EngineName, LanguageModel
from resources.language_model.call_table import CallTable, Purpose
from resources.language_model.calls import CallLedger
from resources.language_model.judge import Judge
from resources.language_model.recorded import manner_of
from resources.language_model.vision import VisionModel
from resources.raw_store import RawStore
from resources.recipe_book import RecipeBook, RecipeEntry
from resources.workplace import Workplace

OWNERS = ["team:data-platform"]

FOLLOWS_PUBLICATION: dg.AutomationCondition = dg.AutomationCondition.eager() & (  # type: ignore[type-arg]
    dg.AutomationCondition.all_deps_blocking_checks_passed()
)
"""L4 and L5 follow when the level below has new rows and its gate is open, batch by batch."""

MODEL_POOL = "language_model"


class WaiverConfig(dg.Config):
    """Lets a batch through a closed gate. Recorded in the ledger, shown as a warning, never as a pass."""

    approver: str
    reason: str


class LevelConfig(dg.Config):
    waive: WaiverConfig | None = None


@dataclass(frozen=True)
class Step:
    """What a level's build may use besides the rows of the level below; `benchmarks`: the manifest of those registered."""

    level: str
    batch: str
    run_id: str
    recipe: Recipe
    lake: Lake
    raw: RawStore
    model: LanguageModel
    n_parsers: int
    judge: Judge = field(default_factory=Judge)
    vision: VisionModel = field(default_factory=VisionModel)
    embedder: Embedder = field(default_factory=Embedder)
    benchmarks: Path = Path("benchmarks.toml")

    @property
    def answers(self) -> DeltaAnswerStore:
        """What language models answered before, in the lake."""
        return answer_store(self.lake)

    def calls(self, prompt_id: str) -> CallLedger:
        """Where to note what the calls of this step with one prompt cost."""
        purpose = Purpose(self.run_id, self.batch, self.level, prompt_id, self.model.fingerprint())
        return call_table(self.lake).open(purpose, self.model.prices())


def answer_store(lake: Lake) -> DeltaAnswerStore:
    return DeltaAnswerStore(lake.table_uri("answers", "chat"), lake.storage_options or None)


def call_table(lake: Lake) -> CallTable:
    return CallTable(lake.table_uri("answers", "calls"), lake.storage_options or None)


@dataclass(frozen=True)
class LevelSpec:
    """One level as an asset.

    `build(step, parents, seen)` returns one row per parent, in the stage's own columns; `seen` is the version of the
    level's published table, which only an `exclusive` level may depend on. `ingredients` names what besides the settings
    determines the result (a model, a prompt); `models` are the models that it asks, by role. `own`: columns that do not come
    from their namesake below. `group`: the ladder that the asset stands in, as the UI shows it. `may_be_empty`: a batch of
    which nothing is kept goes no further, and that is no failure of the run.
    """

    level: str
    asset: str
    stage: str
    version: int
    columns: dict[str, pl.DataType]
    build: Callable[[Step, pl.DataFrame, int], pl.DataFrame]
    kinds: frozenset[str]
    description: str
    below: str
    below_columns: dict[str, pl.DataType]
    parents: Callable[[Step, GateLedger], tuple[str, pl.DataFrame]]
    own: frozenset[str] = frozenset()
    exclusive: bool = False
    group: str = "ladder"
    may_be_empty: bool = False
    pool: str | None = None
    ingredients: Callable[[Step], list[str]] = lambda step: []
    models: Callable[[Step], dict[str, LanguageModel]] = lambda step: {}
    automation: dg.AutomationCondition | None = None  # type: ignore[type-arg]


def level_asset(spec: LevelSpec) -> dg.AssetsDefinition:
    """The partitioned, gated asset of one level."""

    @dg.asset(
        name=spec.asset,
        deps=[spec.below],
        partitions_def=BATCHES,
        group_name=spec.group,
        description=spec.description,
        kinds=set(spec.kinds),
        owners=OWNERS,
        pool=spec.pool,
        code_version=str(spec.version),
        output_required=not spec.may_be_empty,
        automation_condition=spec.automation,
        metadata=static_metadata(spec.level, spec.columns, spec.below, carried_columns(spec)),
        check_specs=[_gate_spec(spec)],
    )
    def _level(
        context: dg.AssetExecutionContext,
        config: LevelConfig,
        lake: Lake,
        ledger: GateLedger,
        raw: RawStore,
        model: LanguageModel,
        judge: Judge,
        vision: VisionModel,
        embedder: Embedder,
        work: Workplace,
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg]
        batch = context.partition_key
        recipe = load_recipe(work.recipe_path())
        step = Step(
            spec.level, batch, context.run.run_id, recipe, lake, raw, model, work.parsers(), judge, vision, embedder,
            work.benchmarks_path(),
        )  # fmt: skip
        with redacted(f"{spec.level} of {batch}"):
            waiver = Waiver(config.waive.approver, config.waive.reason) if config.waive else None
            begun = datetime.now(UTC)
            outcome = run_level(spec, step, ledger, waiver)
            spent = {} if outcome.reused else spending(step, ledger, begun)
            metadata = promotion_metadata(lake, outcome, ladder_of(ledger, batch), work.preview_chars())
        context.log.info(f"{spec.level} of {batch}: {summary(outcome)}")
        if spec.may_be_empty and not outcome.verdict.opens and not outcome.verdict.n_kept:
            yield check_result(outcome, dg.AssetCheckSeverity.WARN)
            return
        if not outcome.verdict.opens:
            yield check_result(outcome)
            raise dg.Failure(
                f"gate of {spec.level} is closed for {batch}: {closed_because(outcome)}", spent, allow_retries=False
            )
        # a check that stands before its materialization counts as one of the version before
        yield dg.MaterializeResult(metadata={**metadata, **spent}, check_results=[check_result(outcome)])

    return _level


def _gate_spec(spec: LevelSpec) -> dg.AssetCheckSpec:
    with warnings.catch_warnings():
        # partitioned checks are in preview; what a reader trusts is the ledger, so a change there costs a view only
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            GATE,
            asset=spec.asset,
            blocking=True,
            partitions_def=BATCHES,
            description=f"The {spec.level} suite on the metric columns of the candidate; decides whether it is published.",
        )


def run_level(spec: LevelSpec, step: Step, ledger: GateLedger, waiver: Waiver | None = None) -> Promotion:
    """One batch through one level, as the asset does it."""
    upstream, parents = spec.parents(step, ledger)
    level = LEVELS[spec.level]
    entry = recipe_entry(spec, step)

    def build(parents: pl.DataFrame, seen: int) -> pl.DataFrame:
        RecipeBook(step.lake).enter(entry)
        with redacted(f"build {spec.level} of {step.batch}"):
            return complete_rows(spec.build(step, parents, seen), parents, level, entry.recipe, spec.columns)

    operation = Operation(level, spec.columns, entry.recipe, build, spec.exclusive)
    suite = load_suite(spec.level)
    return promote(
        step.lake, ledger, suite, operation, step.batch, upstream, parents, run_id=step.run_id, waiver=waiver
    )


def recipe_entry(spec: LevelSpec, step: Step) -> RecipeEntry:
    """The recipe by which a step builds: its name, and all that the name's hash is made of.

    How a model is asked again when an answer is of no use bears on the result, so it is an ingredient.
    """
    models = {role: manner_of(model) for role, model in spec.models(step).items()}
    asked = [json.dumps([role, manner["ladder"]], sort_keys=True) for role, manner in sorted(models.items())]
    ingredients = [*spec.ingredients(step), *asked]
    name = step.recipe.name_of(spec.stage, spec.version, *ingredients)
    settings = getattr(step.recipe, spec.stage).model_dump(mode="json")
    return RecipeEntry(name, spec.level, spec.stage, spec.version, settings, ingredients, models)


def spending(step: Step, ledger: GateLedger, since: datetime) -> dict[str, Any]:
    """What this step has spent on language models and avoided since it began, by name; empty where it asked none."""
    if step.model.engine == EngineName.RULES and not (step.judge.is_set or step.vision.is_set):
        return {}
    chosen = Chosen((step.batch,), (step.level,), since, step.run_id)
    return numbers(read_costs(call_table(step.lake), ledger, chosen))


def published_rows(level: str) -> Callable[[Step, GateLedger], tuple[str, pl.DataFrame]]:
    """The parents of a step: what a gate let through at `level`, and the verdict that did."""

    def read(step: Step, ledger: GateLedger) -> tuple[str, pl.DataFrame]:
        found = published(step.lake, ledger, level, step.batch)
        return found.verdict.verdict, read_published(step.lake, found).drop("verdict")

    return read


def carried_columns(spec: LevelSpec) -> list[str]:
    """Columns whose values come from the namesake in the level below."""
    below = spec.below_columns.keys() - spec.own
    return [name for name in (*PROVENANCE, "text", *spec.columns) if name in below]
