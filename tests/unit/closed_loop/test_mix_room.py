"""What is told where the caps leave less than the budget: settings that would do, since they were tried."""

import dagster as dg
import polars as pl
import pytest

from darwin_assets.batches import EVALUATIONS
from darwin_assets.closed_loop.action_assets import targeted_mix
from darwin_assets.closed_loop.mix.assets import draw_arms
from darwin_assets.closed_loop.mix.room import advice, room
from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE
from darwin_assets.project import Project
from tests.unit.closed_loop.mix_lake import BATCH, EVALUATION, mix_lake
from tests.unit.closed_loop.mix_pools import PAIR, pool_of, targets_of

TARGETS = targets_of((PAIR, 0.05))


def of(pool: pl.DataFrame, budget: int, settings: MixSettings) -> dict[str, int | float | None]:
    def redraw(others: MixSettings) -> pl.DataFrame:
        return draw_arms(pool, TARGETS, budget, others)

    return room(redraw(settings), pool["source"], budget, settings, redraw)


def test_a_budget_that_is_held_needs_nothing():
    told = of(pool_of([10] * 40, sources=["a", "b"] * 20), 200, MixSettings())
    assert told == {"n_sources": 2, "tokens_reached": 200, "least_source_share": None, "most_tokens": None}
    assert advice(told | {"budget_tokens": 200}) == ""


def test_a_single_source_needs_the_whole_of_an_arm():
    told = of(pool_of([1] * 400, sources=["a"] * 400), 200, MixSettings())
    assert (told["n_sources"], told["tokens_reached"], told["least_source_share"]) == (1, 100, 1.0)
    said = advice(told | {"budget_tokens": 200})
    assert said.startswith("an arm holds 100 of 200 tokens, from 1 source: set closed_loop.mix.max_source_share = 1.0")


@pytest.mark.parametrize("budget", [150, 200, 260])
def test_the_share_that_is_told_is_the_least_that_does(budget):
    """Of a large and a small source, whose rows are of many lengths."""
    pool = pool_of([1 + place % 7 for place in range(90)], sources=["a"] * 80 + ["b"] * 10)
    share = of(pool, budget, MixSettings())["least_source_share"]
    assert 0.5 < share < 1

    def reached(tried: float) -> bool:
        arms = draw_arms(pool, TARGETS, budget, MixSettings(max_source_share=tried))
        return arms.group_by("arm").agg(pl.col("tokens_used").sum())["tokens_used"].to_list() == [budget] * 2

    assert reached(share)
    assert not reached(share - 0.01)


def test_where_no_share_would_do_a_budget_is_told_that_does():
    """Near-duplicates: of each cluster one row at most."""
    pool = pool_of([1 + place % 5 for place in range(60)], sources=["a"] * 60, clusters=[str(n % 9) for n in range(60)])
    told = of(pool, 150, MixSettings())
    most = told["most_tokens"]
    assert told["least_source_share"] is None
    assert f"budget_tokens = {most}" in advice(told | {"budget_tokens": 150})
    widest = MixSettings(max_source_share=1.0)
    used = draw_arms(pool, TARGETS, most, widest).group_by("arm").agg(pl.col("tokens_used").sum())
    assert used["tokens_used"].to_list() == [most] * 2
    assert of(pool, most + 1, widest)["tokens_reached"] == most


def test_nothing_is_advised_where_nothing_may_be_drawn():
    told = of(pool_of([]), 100, MixSettings())
    assert (told["n_sources"], told["tokens_reached"]) == (0, 0)
    assert advice(told | {"budget_tokens": 100}) == ""


def test_the_failure_of_a_lake_of_one_source_says_what_to_set(project, instance):
    mix_lake(project)
    labelled = AFFORDANCES_TABLE.read(project.lake, BATCH).with_columns(source=pl.lit("only"))
    AFFORDANCES_TABLE.write(project.lake, BATCH, labelled, "run")
    instance.add_dynamic_partitions(EVALUATIONS.name, [EVALUATION])
    tables = '[closed_loop.affordance]\ntokenizer = "words"\n[closed_loop.mix]\nbudget_tokens = 600\n'
    project.work.recipe_path().write_text(tables)
    with pytest.raises(dg.Failure) as failure:
        materialized(project, instance)
    said = "an arm holds 300 of 600 tokens, from 1 source: set closed_loop.mix.max_source_share = 0.96"
    assert said in (failure.value.description or "")
    project.work.recipe_path().write_text(f"{tables}max_source_share = 0.96\n")
    assert materialized(project, instance).success


def materialized(project: Project, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [targeted_mix], partition_key=EVALUATION, instance=instance, resources=project.resources(), raise_on_error=True
    )
