"""Items about one passage are told by their prompts, and count together."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from darwin_assets.closed_loop.columns import SAMPLES
from darwin_assets.closed_loop.statistics.cells import cells
from darwin_assets.closed_loop.statistics.paired import compare, permutation
from darwin_assets.closed_loop.statistics.pairs import pairs
from darwin_assets.closed_loop.statistics.passages import design_effect, passages, together
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.stability import stability
from tests.unit.closed_loop.outcome_frames import labels, members, samples

SETTINGS = StatisticsSettings()
EXAMPLE = "A worked example that every prompt begins with. " * 6


def text(name: str) -> str:
    return f"The passage called {name} goes on for some time. " * 6


def asked(prompts: list[str], **more: object) -> pl.DataFrame:
    rows = [
        {"benchmark": "b", "item": f"b{place}", "checkpoint": "a", "prompt": prompt, "file": "x", "line": place, **more}
        for place, prompt in enumerate(prompts)
    ]
    return pl.DataFrame(rows, schema=SAMPLES)


def groups(prompts: list[str]) -> list[set[str]]:
    """The items that share a passage, by their places."""
    found = passages(asked(prompts), SETTINGS.min_passage_chars)
    return sorted((set(of["item"]) for _, of in found.group_by("passage")), key=min)


def test_items_of_one_passage_are_told_by_their_prompts() -> None:
    prompts = [
        f"{text(name)}\n\nQuestion: {place}?" for place, name in enumerate(["one", "one", "two", "two", "three"])
    ]
    assert groups(prompts) == [{"b0", "b1"}, {"b2", "b3"}]
    assert groups([f"{EXAMPLE}\n\n{one}" for one in prompts]) == [{"b0", "b1"}, {"b2", "b3"}]
    assert groups([one.replace(" passage", "\u00a0 passage") if place else one for place, one in enumerate(prompts)]) == [
        {"b0", "b1"}, {"b2", "b3"},
    ]  # fmt: skip


def test_the_question_stands_in_where_no_prompt_is_stored_and_other_languages_have_passages_too() -> None:
    shared = "第三十三条规定的内容如下" * 20
    found = asked([""] * 4).with_columns(
        prompt=None, question=pl.Series([f"{shared}\n{n}" for n in range(2)] + ["?", "!"])
    )
    assert set(passages(found, SETTINGS.min_passage_chars)["item"]) == {"b0", "b1"}


def test_worked_examples_of_a_task_are_no_passage_of_its_items() -> None:
    prompts = [f"{text(task)}\nA: yes\n\n{place}?" for task in ("one", "two", "three") for place in range(4)]
    known = asked(prompts).with_columns(question=pl.lit("How?"), n_shot=3)
    assert passages(known, SETTINGS.min_passage_chars).is_empty()
    by_task = known.with_columns(question=None, subset=pl.Series([str(place // 4) for place in range(12)]))
    assert passages(by_task, SETTINGS.min_passage_chars).is_empty()
    assert passages(known.with_columns(n_shot=0), SETTINGS.min_passage_chars).height == 12


@pytest.mark.parametrize(
    "prompts",
    [
        [f"{EXAMPLE}\n{place}?" for place in range(6)],
        ["Short.\nOne?", "Short.\nTwo?", "Three?", "Four?", "Five?"],
        [f"{text(str(place))}?" for place in range(4)],
        [f"{text('one')}\nA: yes\n\n{text('two')}?", f"{text('one')}?", "Three?", "Four?", "Five?"],
    ],
    ids=["instructions", "short", "nothing shared", "an example of another prompt"],
)
def test_what_belongs_to_the_way_of_asking_is_no_passage(prompts: list[str]) -> None:
    assert groups(prompts) == []


def test_an_item_that_two_harnesses_put_into_different_subsets_has_one_passage() -> None:
    found = asked([f"{text('one')}\n{place}?" for place in range(2)] + ["Three?", "Four?", "Five?"])
    twice = pl.concat([found, found.with_columns(subset=pl.lit("main"), checkpoint=pl.lit("b"))])
    assert sorted(passages(twice, SETTINGS.min_passage_chars)["item"]) == ["b0", "b1"]


def test_without_a_shared_passage_nothing_changes() -> None:
    score, ref_score = np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 1.0, 1.0, 0.0])
    assert together([None, "p", None, "q"]) is None
    assert compare(score, ref_score, SETTINGS, [None, "p", None, "q"]) == compare(score, ref_score, SETTINGS)
    assert design_effect(score, None) == 1.0


def test_the_interval_is_that_of_a_regression_on_a_constant_with_clusters() -> None:
    generator = np.random.default_rng(1)
    of_items = np.repeat(np.arange(60), 5)
    differences = generator.choice((-1.0, 0.0, 1.0), size=60)[of_items]
    found = compare((differences + 1) / 2, np.full(300, 0.5), SETTINGS, [str(one) for one in of_items])
    padded, weights = np.append(differences / 2, (0.5**0.5, -(0.5**0.5), 0.0)), np.append(of_items, (60, 61, 62))
    robust = sm.OLS(padded, np.ones(303)).fit(cov_type="cluster", cov_kwds={"groups": weights})
    low, high = robust.conf_int(0.05)[0]
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.003)
    apart = compare((differences + 1) / 2, np.full(300, 0.5), SETTINGS)
    assert (found.high - found.low) / (apart.high - apart.low) == pytest.approx(5**0.5, rel=0.05)


def test_signs_are_drawn_for_passages() -> None:
    lost = np.array([1.0] * 12 + [0.0] * 8)
    one, three = ["p"] * 20, [f"p{place // 7}" for place in range(20)]
    assert compare(1 - lost, np.ones(20), SETTINGS).p == pytest.approx(2 * 0.5**12)
    assert compare(1 - lost, np.ones(20), SETTINGS, one).p == 1.0
    assert (
        compare(1 - lost, np.ones(20), SETTINGS, three).p == permutation(np.array([-7.0, -5.0, 0.0]), SETTINGS) == 0.5
    )


def test_a_score_is_worth_as_many_items_as_there_are_passages_that_decide_it() -> None:
    of_items = together([str(place // 5) for place in range(100)])
    whole = np.array([place // 5 % 2 for place in range(100)], dtype=np.float64)
    assert design_effect(whole, of_items) == pytest.approx(5.0)
    assert design_effect(np.ones(100), of_items) == pytest.approx(5.0)
    assert design_effect(np.array([place % 2 for place in range(100)], dtype=np.float64), of_items) >= 1.0


@pytest.mark.slow
def test_a_false_verdict_is_as_rare_with_passages_as_without() -> None:
    """Two equal checkpoints, each of which gets all five items of a passage right or wrong together."""
    of_items = [str(place // 5) for place in range(200)]

    def false_ones(passages: list[str]) -> float:
        generator = np.random.default_rng(7)
        drawn = ((generator.random((2, 40)) < 0.5).astype(float).repeat(5, axis=1) for _ in range(200))
        return float(np.mean([compare(one, other, SETTINGS, passages).p <= 0.05 for one, other in drawn]))

    assert false_ones([]) > 0.25
    assert false_ones(of_items) < 0.09


def test_cells_take_items_of_a_passage_together() -> None:
    lost, n = 10, 60
    found = samples({"new": [0.0] * lost + [1.0] * (n - lost), "old": [1.0] * n})
    prompts = pl.Series([text("one" if place < lost else f"{place}") for place in range(n)] * 2)
    shared = found.with_columns(prompt=prompts)
    apart = cells(found, labels([["counting"]] * n), "old", SETTINGS).rows.filter(level="benchmark").row(0, named=True)
    tied = cells(shared, labels([["counting"]] * n), "old", SETTINGS).rows.filter(level="benchmark").row(0, named=True)
    assert (apart["n"], apart["score"], apart["delta"]) == (tied["n"], tied["score"], tied["delta"])
    assert apart["p"] < 0.01
    assert tied["p"] == 1.0
    assert tied["delta_high"] - tied["delta_low"] > 1.5 * (apart["delta_high"] - apart["delta_low"])
    assert tied["high"] - tied["low"] > 1.2 * (apart["high"] - apart["low"])


@pytest.mark.slow
def test_an_operation_of_a_few_passages_does_not_stand_out_by_chance() -> None:
    """Two equal checkpoints that get all items of a passage right or wrong together; each operation in a third of them."""

    def named(of_items: list[str | None]) -> float:
        generator = np.random.default_rng(5)
        runs = []
        for _ in range(100):
            held = generator.random((40, 3)) < 1 / 3
            operations = [[name for name, one in zip("xyz", row, strict=True) if one] for row in held.repeat(5, axis=0)]
            scores = (generator.random((2, 40)) < 0.5).astype(float).repeat(5, axis=1)
            items = members(*scores.tolist()).with_columns(passage=pl.Series(of_items, dtype=pl.String))
            runs.append(pairs(items, labels(operations), SETTINGS)["kept"].any())
        return float(np.mean(runs))

    assert named([None] * 200) > 0.3
    assert named([str(place // 5) for place in range(200)]) < 0.08


@pytest.mark.slow
def test_an_operation_that_many_passages_lose_stands_out() -> None:
    operations = [["counting"] if place // 5 % 3 == 0 else ["deduction"] for place in range(300)]
    score = [0.0 if "counting" in names and place % 10 < 7 else 1.0 for place, names in enumerate(operations)]
    items = members(score, [1.0] * 300).with_columns(passage=pl.Series([str(place // 5) for place in range(300)]))
    found = pairs(items, labels(operations), SETTINGS).filter("kept")
    assert found.select("operation", "other").rows() == [("counting", None)]


@pytest.mark.slow
def test_items_of_one_passage_are_drawn_together_for_the_ranks_of_slices() -> None:
    generator = np.random.default_rng(2)
    score = (generator.random(80) < 0.6).astype(float).repeat(5).tolist()
    apart = members(score, [1.0] * 400, [name for name in "abcd" for _ in range(100)])
    tied = apart.with_columns(passage=pl.Series([str(place // 5) for place in range(400)]))
    assert stability(tied, SETTINGS)["spearman"].item() < stability(apart, SETTINGS)["spearman"].item()
