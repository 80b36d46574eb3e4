"""The draw of both arms: in proportion to the weights, to the token, under the caps."""

import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from darwin_assets.closed_loop.columns import PASSAGES
from darwin_assets.closed_loop.mix.assets import draw_arms
from darwin_assets.closed_loop.mix.draw import CONTROL, TARGETED, budget_of, draw, share_of, targeted_weights
from darwin_assets.closed_loop.mix.facts import mix_facts
from darwin_assets.closed_loop.mix.settings import MixSettings
from tests.unit.closed_loop.mix_pools import PAIR, passages_of, pool_of, targets_of

UNCAPPED = MixSettings(max_source_share=1.0)


def uniform(pool: pl.DataFrame) -> pl.Series:
    return pl.Series([1.0] * pool.height)


def weights(pool: pl.DataFrame, targets: pl.DataFrame, **how: float) -> list[float]:
    return targeted_weights(pool, targets, MixSettings(epsilon=0.05, **how)).to_list()


def test_a_row_weighs_the_weaknesses_that_it_shows_against_those_of_the_pool():
    pool = pool_of([1] * 4, [["counting"], PAIR, [*PAIR, "unit_handling"], []])
    targets = targets_of((PAIR, 0.08), (["comparison", "unit_handling"], 0.02))
    average = (0.08 + 0.1) / 4
    expected = [0.05, 0.08 / average + 0.05, 0.1 / average + 0.05, 0.05]
    assert weights(pool, targets, sharpness=1) == pytest.approx(expected)
    assert weights(pool, targets, sharpness=3) == pytest.approx([one**3 for one in expected])


def test_a_row_weighs_by_the_share_of_it_that_shows_a_whole_target():
    """Operations that stand in different passages make no pair; a token of a long row counts as much as one of a short."""
    shown = [
        passages_of(comparison=0.5, counting=0.5),
        passages_of(comparison__counting=0.2, counting=0.8),
        passages_of(comparison__counting=0.1, comparison__counting__deduction=0.3, other=0.6),
    ]
    pool = pool_of([100, 200, 100]).with_columns(passages=pl.Series(shown, dtype=PASSAGES))
    assert pool.select(share_of(PAIR)).to_series().to_list() == pytest.approx([0.0, 0.2, 0.4])
    average = (0.2 * 200 + 0.4 * 100) / 400
    expected = [0.05, 0.2 / average + 0.05, 0.4 / average + 0.05]
    assert weights(pool, targets_of((PAIR, 0.08)), sharpness=1) == pytest.approx(expected)


def test_a_passage_with_two_targets_counts_once():
    shown = passages_of(comparison__counting=0.25, comparison=0.25, deduction=0.5)
    pool = pool_of([1]).with_columns(passages=pl.Series([shown], dtype=PASSAGES))
    assert pool.select(share_of(PAIR, ["comparison"], ["counting"])).item() == 0.5


def test_where_no_row_shows_what_is_weak_all_weigh_the_same():
    assert len(set(weights(pool_of([1, 2]), targets_of((PAIR, 0.08))))) == 1


def test_the_diagnosed_share_is_of_tokens_and_expected_of_a_row_that_is_cut():
    shown = [passages_of(comparison__counting=0.5, other=0.5), passages_of(other=1.0)]
    pool = pool_of([100, 300]).with_columns(passages=pl.Series(shown, dtype=PASSAGES))
    drawn = pl.concat(
        pool.with_columns(arm=pl.lit(arm), place=pl.int_range(pl.len()), tokens_used=pl.Series(used))
        for arm, used in ((TARGETED, [40, 60]), (CONTROL, [10, 90]))
    )
    facts = mix_facts(drawn, targets_of((PAIR, 0.08)), 100, UNCAPPED)
    assert (facts["targeted_share"], facts["control_share"]) == pytest.approx((0.2, 0.05))
    assert facts["above_twice_control"] == pytest.approx(0.1)


@pytest.mark.parametrize("seed", range(5))
def test_what_most_rows_show_a_little_is_drawn_from_those_that_show_it_most(seed):
    """In proportion to shares of which all up to 0.6 are as frequent, the expected share is but 4/3 of the pool's."""
    luck = random.Random(seed)
    shares = [luck.uniform(0, 0.6) for _ in range(2000)]
    shown = [passages_of(counting=one, other=1 - one) for one in shares]
    pool = pool_of([100] * 2000).with_columns(passages=pl.Series(shown, dtype=PASSAGES))
    targets = targets_of((["counting"], 0.1))
    found = {}
    for sharpness in (1, MixSettings().sharpness):
        how = MixSettings(max_source_share=1.0, sharpness=sharpness, seed=seed, budget_share=0.02)
        budget = budget_of(pool, how)
        found[sharpness] = mix_facts(draw_arms(pool, targets, budget, how), targets, budget, how)
    assert found[1]["targeted_share"] == pytest.approx(0.4, abs=0.08)
    assert found[MixSettings().sharpness]["targeted_share"] > 0.48


@pytest.mark.slow
@pytest.mark.parametrize("weights", [[1.0] * 5, [0.05, 0.05, 1.05, 1.3, 0.3]])
def test_the_first_row_is_drawn_in_proportion_to_the_weights(weights):
    """Chi-square over 4,000 seeds; the seeds are fixed, so that the test either always passes or never."""
    pool = pool_of([10] * 5)
    drawn = [
        draw(pool, pl.Series(weights), 10, TARGETED, MixSettings(seed=seed, max_source_share=1.0))["id"][0]
        for seed in range(4_000)
    ]
    observed = [drawn.count(one) for one in pool["id"]]
    expected = [4_000 * weight / sum(weights) for weight in weights]
    assert chisquare(observed, expected).pvalue > 0.01
    if weights[0] != weights[-1]:
        assert chisquare(observed).pvalue < 1e-12


@pytest.mark.slow
def test_pairs_of_rows_are_drawn_one_after_the_other_in_proportion_to_what_is_left():
    """Without replacement: the chance of an order is w1/W * w2/(W - w1)."""
    pool, weights = pool_of([10] * 3), [1.0, 2.0, 4.0]
    drawn = [
        tuple(draw(pool, pl.Series(weights), 20, TARGETED, MixSettings(seed=seed, max_source_share=1.0))["id"])
        for seed in range(4_000)
    ]
    orders = [(one, other) for one in range(3) for other in range(3) if one != other]
    expected = [4_000 * weights[one] / 7 * weights[other] / (7 - weights[one]) for one, other in orders]
    names = pool["id"].to_list()
    observed = [drawn.count((names[one], names[other])) for one, other in orders]
    assert chisquare(observed, expected).pvalue > 0.01


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(1, 60), st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=40),
    budget=st.integers(1, 600),
    share=st.sampled_from([0.34, 0.5, 1.0]),
    seed=st.integers(0, 5),
)
def test_the_budget_is_met_to_the_token_and_the_caps_hold(rows, budget, share, seed):
    tokens, sources, clusters = zip(*rows, strict=True)
    pool = pool_of(tokens, None, sources, [str(one) for one in clusters])
    how = MixSettings(seed=seed, max_source_share=share, max_cluster_rows=2)
    arm = draw(pool, uniform(pool), budget, CONTROL, how)
    used = arm["tokens_used"].sum()
    assert used <= budget
    assert arm["id"].is_unique().all()
    assert (arm["tokens_used"] == arm["tokens"])[:-1].all()
    assert (arm["tokens_used"] <= arm["tokens"]).all()
    assert arm.group_by("cluster").len()["len"].max() <= 2 if arm.height else True
    for (_,), of_source in arm.group_by("source"):
        assert of_source["tokens_used"][:-1].sum() < budget * share
        assert of_source["tokens_used"].max() <= budget * share
    if used < budget:
        assert not _could_take_one_more(pool, arm, budget, how)


def _could_take_one_more(pool: pl.DataFrame, arm: pl.DataFrame, budget: int, how: MixSettings) -> bool:
    left = budget - arm["tokens_used"].sum()
    of_source = dict(arm.group_by("source").agg(pl.col("tokens_used").sum()).iter_rows())
    of_cluster = dict(arm.group_by("cluster").len().iter_rows())
    return any(
        of_cluster.get(one["cluster"], 0) < how.max_cluster_rows
        and of_source.get(one["source"], 0) < budget * how.max_source_share
        and min(one["tokens"], left) <= budget * how.max_source_share
        for one in pool.join(arm, on="id", how="anti").iter_rows(named=True)
    )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("n_sources", [2, 3])
def test_two_sources_of_half_the_budget_each_give_both_arms_the_budget(n_sources, seed):
    luck = random.Random(seed)
    tokens = [luck.randint(200, 3000) for _ in range(400)]
    operations = [PAIR if place % 5 == 0 else [] for place in range(400)]
    pool = pool_of(tokens, operations, [f"source{place % n_sources}" for place in range(400)])
    targets = targets_of((PAIR, 0.04))
    how = MixSettings(seed=seed)
    budget = budget_of(pool, how)
    arms = draw_arms(pool, targets, budget, how)
    assert dict(arms.group_by("arm").agg(pl.col("tokens_used").sum()).iter_rows()) == {
        TARGETED: budget,
        CONTROL: budget,
    }
    facts = mix_facts(arms, targets, budget, how)
    assert (facts["n_tokens_off"], facts["n_sources_over"]) == (0, 0)


def test_the_gate_sees_a_source_that_goes_on_beyond_its_share():
    how, targets = MixSettings(), targets_of((PAIR, 0.04))

    def over(*tokens: int) -> int | float:
        pool = pool_of(tokens, sources=["one"] * len(tokens)).with_columns(
            arm=pl.lit(CONTROL), place=pl.int_range(pl.len()), tokens_used="tokens"
        )
        return mix_facts(pool, targets, 100, how)["n_sources_over"]

    assert over(30, 19, 50) == 0
    assert over(30, 20, 1) == 1
    assert over(51) == 1


def test_a_row_that_fits_exactly_is_taken_whole_before_another_is_cut():
    pool = pool_of([30, 30, 30, 10])
    arms = [draw(pool, uniform(pool), 40, CONTROL, MixSettings(seed=seed, max_source_share=1.0)) for seed in range(20)]
    assert all(arm["tokens_used"].sum() == 40 for arm in arms)
    assert all((arm["tokens_used"] == arm["tokens"]).all() for arm in arms)
    (cut,) = draw(pool_of([30]), pl.Series([1.0]), 12, CONTROL, UNCAPPED).select("tokens", "tokens_used").rows()
    assert cut == (30, 12)


def test_the_order_of_the_pool_does_not_matter_and_the_seed_does():
    pool = pool_of(list(range(1, 60)))
    first = draw(pool, uniform(pool), 200, CONTROL, UNCAPPED)
    assert draw(pool.reverse(), uniform(pool), 200, CONTROL, UNCAPPED).equals(first)
    assert not draw(pool, uniform(pool), 200, CONTROL, MixSettings(seed=2, max_source_share=1.0)).equals(first)
    assert first["place"].to_list() == list(range(first.height))


def test_without_a_budget_an_arm_is_a_share_of_the_pool():
    pool = pool_of([400, 600])
    assert budget_of(pool, MixSettings()) == 100
    assert budget_of(pool, MixSettings(budget_tokens=77)) == 77
