"""The factory that every level asset is made by: Dagster on the outside, `promotion.promote` on the inside."""

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import dagster as dg
import polars as pl

from checks.gate import Result
from checks.suites import load_suite
from darwin_assets.batches import BATCHES
from darwin_assets.contract import PROVENANCE, complete_rows
from darwin_assets.levels import LEVELS
from darwin_assets.presentation import promotion_metadata, static_metadata
from darwin_assets.promotion import Operation, Promotion, Waiver, promote, published, read_published
from darwin_assets.recipe import Recipe, load_recipe
from darwin_assets.status import ladder_of
from resources.errors import redacted
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.language_model import DeltaAnswerStore, LanguageModel
from resources.raw_store import RawStore
from resources.workplace import Workplace

OWNERS = ["team:data-platform"]
GATE = "gate"
RULES_SHOWN = 3

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
    """What a level's build may use besides the rows of the level below."""

    batch: str
    recipe: Recipe
    lake: Lake
    raw: RawStore
    model: LanguageModel
    n_parsers: int

    @property
    def answers(self) -> DeltaAnswerStore:
        """What language models answered before, in the lake."""
        return answer_store(self.lake)


def answer_store(lake: Lake) -> DeltaAnswerStore:
    return DeltaAnswerStore(lake.table_uri("answers", "chat"), lake.storage_options or None)


@dataclass(frozen=True)
class LevelSpec:
    """One level as an asset.

    `build(step, parents, seen)` returns one row per parent, in the stage's own columns; `seen` is the version of the
    level's published table, which only an `exclusive` level may depend on. `ingredients` names what besides the settings
    determines the result (a model, a prompt).
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
    exclusive: bool = False
    pool: str | None = None
    ingredients: Callable[[Step], list[str]] = lambda step: []
    automation: dg.AutomationCondition | None = None  # type: ignore[type-arg]


def level_asset(spec: LevelSpec) -> dg.AssetsDefinition:
    """The partitioned, gated asset of one level."""

    @dg.asset(
        name=spec.asset,
        deps=[spec.below],
        partitions_def=BATCHES,
        group_name="ladder",
        description=spec.description,
        kinds=set(spec.kinds),
        owners=OWNERS,
        pool=spec.pool,
        code_version=str(spec.version),
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
        work: Workplace,
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg]
        batch = context.partition_key
        step = Step(batch, load_recipe(work.recipe_path()), lake, raw, model, work.parsers())
        with redacted(f"{spec.level} of {batch}"):
            waiver = Waiver(config.waive.approver, config.waive.reason) if config.waive else None
            outcome = run_level(spec, step, ledger, context.run.run_id, waiver)
            metadata = promotion_metadata(lake, outcome, ladder_of(ledger, batch), work.preview_chars())
        context.log.info(f"{spec.level} of {batch}: {summary(outcome)}")
        if not outcome.verdict.opens:
            yield check_result(outcome)
            raise dg.Failure(
                f"gate of {spec.level} is closed for {batch}: {closed_because(outcome)}", allow_retries=False
            )
        # a check that stands before its materialization counts as one of the version before
        yield dg.MaterializeResult(metadata=metadata, check_results=[check_result(outcome)])

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


def run_level(spec: LevelSpec, step: Step, ledger: GateLedger, run_id: str, waiver: Waiver | None = None) -> Promotion:
    """One batch through one level, as the asset does it."""
    upstream, parents = spec.parents(step, ledger)
    level = LEVELS[spec.level]
    recipe = step.recipe.name_of(spec.stage, spec.version, *spec.ingredients(step))

    def build(parents: pl.DataFrame, seen: int) -> pl.DataFrame:
        with redacted(f"build {spec.level} of {step.batch}"):
            return complete_rows(spec.build(step, parents, seen), parents, level, recipe, spec.columns)

    operation = Operation(level, spec.columns, recipe, build, spec.exclusive)
    suite = load_suite(spec.level)
    return promote(step.lake, ledger, suite, operation, step.batch, upstream, parents, run_id=run_id, waiver=waiver)


def published_rows(level: str) -> Callable[[Step, GateLedger], tuple[str, pl.DataFrame]]:
    """The parents of a step: what a gate let through at `level`, and the verdict that did."""

    def read(step: Step, ledger: GateLedger) -> tuple[str, pl.DataFrame]:
        found = published(step.lake, ledger, level, step.batch)
        return found.verdict.verdict, read_published(step.lake, found).drop("verdict")

    return read


def carried_columns(spec: LevelSpec) -> list[str]:
    """Columns whose values come from the namesake in the level below."""
    return [name for name in (*PROVENANCE, "text", *spec.columns) if name in spec.below_columns]


def check_result(outcome: Promotion) -> dg.AssetCheckResult:
    """The verdict as the UI shows it: a waived failure stays a failure, as a warning that does not block."""
    failed = [one for one in outcome.results if not one.success]
    return dg.AssetCheckResult(
        check_name=GATE,
        passed=outcome.verdict.passed and not failed,
        severity=dg.AssetCheckSeverity.WARN if outcome.verdict.opens else dg.AssetCheckSeverity.ERROR,
        description=summary(outcome),
        metadata={
            "expectations": expectation_table(outcome.results),
            "verdict": outcome.verdict.verdict,
            "candidate_version": outcome.verdict.candidate_version,
            "candidate_fingerprint": outcome.verdict.candidate_fingerprint,
            "suite_sha256": outcome.verdict.suite_sha256,
            "n_expectations": len(outcome.results),
            "n_failed": len(failed),
            **(
                {"waived_by": outcome.verdict.approver, "waiver_reason": outcome.verdict.reason}
                if outcome.verdict.waived
                else {}
            ),
        },
    )


def expectation_table(results: list[Result]) -> dg.TableMetadataValue:
    """A row an expectation, failures first."""
    names = [field.name for field in fields(Result)]
    schema = dg.TableSchema([dg.TableColumn(name, "bool" if name == "success" else "string") for name in names])
    ordered = sorted(results, key=lambda one: one.success)
    return dg.MetadataValue.table([dg.TableRecord(one.as_row()) for one in ordered], schema=schema)


def summary(outcome: Promotion) -> str:
    """One line: what came in, what stays, what the gate said."""
    verdict = outcome.verdict
    counts = f"{verdict.n_in} in, {verdict.n_kept} kept, {verdict.n_rejected} rejected"
    if outcome.reused:
        return f"{counts}; already published by the same recipe, nothing to do"
    if verdict.waived:
        return f"{counts}; gate failed ({reasons(outcome.results)}), waived by {verdict.approver}"
    return f"{counts}; gate {'passed' if verdict.passed else 'closed: ' + reasons(outcome.results)}"


def closed_because(outcome: Promotion) -> str:
    """The failed expectations, and the rules that took most rows: often the second explains the first."""
    rejected = json.loads(outcome.verdict.facts)["rejected_by"]
    most = ", ".join(f"{rows} by {rule}" for rule, rows in list(rejected.items())[:RULES_SHOWN])
    return reasons(outcome.results) + (f"; rejected: {most}" if most else "")


def reasons(results: list[Result]) -> str:
    failed = [one for one in results if not one.success and one.severity == "critical"]
    return "; ".join(f"{one.expectation}({one.column}) {one.observed}" for one in failed) or "no expectation ran"
