"""A targeted mix and its control from real textbooks, for a weakness planted in real outputs of GSM8K."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.benchmark_gate import open_gate
from darwin_assets.closed_loop.affordance.assets import LEVEL, label_batch
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.diagnose.diagnose import diagnose
from darwin_assets.closed_loop.evaluation_samples import judged
from darwin_assets.closed_loop.gated import publish
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.mix.assets import Mixed, mix_evaluation
from darwin_assets.closed_loop.mix.draw import ARMS, share_of
from darwin_assets.closed_loop.mix.read import Read, read_arm, read_mix
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE, DIAGNOSES_TABLE, OPERATIONS_TABLE, SAMPLES_TABLE
from darwin_assets.complete.tokens import counter
from darwin_assets.decontamination.registry import DEFAULT_MANIFEST
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.landing_desk import land_path
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.recipe import Recipe
from darwin_assets.runs import run_batch
from darwin_assets.tier import Step

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

BOOKS = ("openstax-university-physics-vol1", "openstax-chemistry", "openstax-introductory-statistics")
EVALUATION = "2026-02-01.planted.0001"
STRONG, WRONG, WEAK = "175b_verification", "6b_finetuning", "planted"
PAIR = ["comparison", "unit_handling"]
RECIPE = Recipe()


@pytest.fixture(scope="module")
def mixed(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Mixed]]:
    """A lake of three books, labelled, with all benchmarks registered; and the mix of an evaluation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARWIN_HOME", str(tmp_path_factory.mktemp("mix")))
        for name in ("DARWIN_LAKE", "DARWIN_LANDING", "DARWIN_RECIPE", "DAGSTER_HOME", "DARWIN_LLM_URL"):
            patch.delenv(name, raising=False)
        project = open_project()
        initialize(project)
        manifest = project.work.benchmarks_path()
        shutil.copytree(shared_data / "benchmarks", manifest.parent, dirs_exist_ok=True)
        shutil.copyfile(DEFAULT_MANIFEST, manifest)
        with dagster_instance(project) as instance:
            for book in BOOKS:
                folder = shared_data / "textbooks" / book
                batch = land_path(project, instance, folder, book, "CC-BY-4.0", None).batch or ""
                assert run_batch(project, instance, batch, "L3").error is None
                step = Step(LEVEL, batch, "run", RECIPE, project.lake, project.raw, project.model, 1)
                label_batch(step, project.ledger)
        _evaluate(project, shared_data / "eval-samples" / "gsm8k-example-solutions")
        yield project, _mix(project)


def _evaluate(project: Project, outputs: Path) -> None:
    """Samples and diagnosis of a strong checkpoint, and of one that answers as it does but for items that hold the pair:
    there it is wrong where another one is, with that one's words.
    """
    read = read_folder(outputs)
    strong, other = (read.samples.filter(pl.col("checkpoint") == name) for name in (STRONG, WRONG))
    labels = label(strong)
    holds = labels.filter(*(pl.col("operations").list.contains(one) for one in PAIR))
    forgotten = other.join(holds, on="item", how="semi").filter(~pl.col("verdict"))
    kept = strong.join(forgotten, on="item", how="anti")
    samples = pl.concat([strong, *(one.with_columns(checkpoint=pl.lit(WEAK)) for one in (kept, forgotten))])
    opened = publish(
        project.lake, project.ledger, SAMPLES_TABLE, EVALUATION, lambda: judged(samples),
        upstream="planted", recipe="test/1", run_id="run",
    )  # fmt: skip
    assert opened.verdict.opens
    loop = ClosedLoopSettings()
    found = diagnose(samples, labels, signs(samples, loop.channel), read.facts, loop)
    DIAGNOSES_TABLE.write(project.lake, EVALUATION, found.cells, "run")
    OPERATIONS_TABLE.write(project.lake, EVALUATION, found.operations, "run")


def _mix(project: Project) -> Mixed:
    benchmarks = project.work.benchmarks_path()
    return mix_evaluation(project.lake, project.ledger, RECIPE, benchmarks, project.embedder, EVALUATION, "run")


@pytest.fixture(scope="module")
def arms(mixed: tuple[Project, Mixed]) -> dict[str, Read]:
    project, _ = mixed
    return {name: read_mix(project.lake, project.ledger, EVALUATION, name) for name in ARMS}


def test_the_diagnosis_aims_at_the_planted_pair_and_the_gate_opens(mixed):
    _, done = mixed
    assert done.targets["operations"].to_list() == [PAIR]
    assert done.promotion.verdict.passed


def test_both_arms_hold_exactly_the_budget(mixed, arms):
    project, _ = mixed
    count = counter(RECIPE.closed_loop.affordance.tokenizer).count
    manifest = read_arm(project.lake, project.ledger, EVALUATION, "control").manifest
    budget = manifest["budget_tokens"]
    assert budget == int(manifest["pool"]["tokens"] * RECIPE.closed_loop.mix.budget_share) > 100_000
    for read in arms.values():
        assert read.rows["tokens_used"].sum() == budget
        assert sum(map(count, read.rows["text"])) == budget
        assert read.missing_tokens == 0
        assert read.gone.is_empty()


def test_the_caps_hold(arms):
    for read in arms.values():
        share = RECIPE.closed_loop.mix.max_source_share * read.rows["tokens_used"].sum()
        before = read.rows.group_by("source").agg(pl.col("tokens_used").sum() - pl.col("tokens_used").last())
        assert before["tokens_used"].max() < share
        assert read.rows["tokens_used"].max() <= share
        assert read.rows["cluster"].is_unique().all()


def test_the_diagnosed_operations_are_at_least_twice_as_frequent_as_in_the_control(mixed, arms):
    targeted, control = (
        read.rows.select(share_of(PAIR).dot("tokens_used")).item() / read.rows["tokens_used"].sum()
        for read in (arms["targeted"], arms["control"])
    )
    facts = json.loads(mixed[1].promotion.verdict.facts)
    assert (facts["targeted_share"], facts["control_share"]) == pytest.approx((targeted, control))
    pool = AFFORDANCES_TABLE.all(mixed[0].lake)
    expected = pool.select(share_of(PAIR).dot("tokens")).item() / pool["tokens"].sum()
    assert targeted >= 2 * max(control, expected) > 0


def test_no_benchmark_item_is_inside(mixed, arms):
    """Held against all registered benchmarks anew, and against every question of the evaluation."""
    project, done = mixed
    gate = open_gate(project.lake, project.work.benchmarks_path(), DecontaminationSettings(), project.embedder)
    texts = pl.concat([read.rows.select("id", "text") for read in arms.values()]).unique("id")
    assert gate.find(texts, by_meaning=False).removals.is_empty()
    facts = json.loads(done.promotion.verdict.facts)
    assert facts["n_benchmark_items"] > sum(gate.items.values())
    lake = project.lake
    asked = lake.read("evaluation", "samples", EVALUATION, lake.version("evaluation", "samples"))["question"].unique()
    assert asked.len() > 1_000
    whole = "\n".join(texts["text"])
    assert not any(question in whole for question in asked)


def test_the_same_mix_is_not_drawn_again(mixed):
    project, done = mixed
    again = _mix(project).promotion
    assert again.reused
    assert again.version == done.promotion.version
