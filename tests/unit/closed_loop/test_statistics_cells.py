"""Cells: merging upward, the comparison with the reference, and planted differences found while chance is not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.closed_loop.columns import SAMPLES
from darwin_assets.closed_loop.statistics.cells import CELLS, MEMBERS, cells
from darwin_assets.closed_loop.statistics.merge import merged
from darwin_assets.closed_loop.statistics.outcomes import OUTCOMES, equally_often, outcomes, paired
from darwin_assets.closed_loop.statistics.paired import mcnemar
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from tests.unit.closed_loop.outcome_frames import labels, samples

SETTINGS = StatisticsSettings()


def test_an_outcome_is_the_mean_of_scored_samples_of_the_primary_metric() -> None:
    found = samples({"new": [1.0, 0.0, 1.0, 1.0, 0.5, 12.0]}).with_columns(
        item=pl.Series(["a", "a", "b", "c", "d", "e"]),
        primary=pl.Series([True, True, False, True, True, True]),
        error=pl.Series([None, None, None, "record.unexpected_shape", None, None]),
    )
    of_verdict = samples({"new": [0.0]}).with_columns(item=pl.lit("f"), score=pl.lit(None, pl.Float64), verdict=True)
    told = outcomes(pl.concat([found, of_verdict]))
    assert told.schema == OUTCOMES
    assert told.select("item", "score", "n").rows() == [("a", 0.5, 2), ("d", 0.5, 1), ("f", 1.0, 1)]


def test_of_repeated_samples_as_many_are_taken_of_each_checkpoint() -> None:
    said = {("old", "a"): [1, 0, 0], ("new", "a"): [0, 1], ("old", "b"): [1], ("new", "b"): [0], ("new", "c"): [1, 0]}
    rows = [
        {
            "checkpoint": checkpoint,
            "benchmark": "b",
            "item": item,
            "sample": place,
            "score": float(score),
            "primary": True,
        }
        for (checkpoint, item), scores in said.items()
        for place, score in enumerate(scores)
    ]
    unscored = {"checkpoint": "new", "benchmark": "b", "item": "b", "sample": 1, "primary": True}
    found = equally_often(pl.DataFrame([*rows[::-1], unscored], schema=SAMPLES))
    assert found.select("checkpoint", "item", "sample").rows() == [
        ("new", "a", 0), ("new", "a", 1), ("new", "b", 0), ("new", "c", 0), ("new", "c", 1),
        ("old", "a", 0), ("old", "a", 1), ("old", "b", 0),
    ]  # fmt: skip


def test_only_shared_items_are_paired() -> None:
    found = outcomes(pl.concat([samples({"old": [1, 1, 0], "new": [0, 1]}), samples({"new": [1]}, "other")]))
    assert paired(found, "old").rows() == [("new", "b", "b0", 0.0, 1.0), ("new", "b", "b1", 1.0, 1.0)]
    with pytest.raises(ValueError, match="checkpoints that have: new, old"):
        paired(found, "missing")


def _items(slices: dict[tuple[str, str, str], int]) -> pl.DataFrame:
    """So many items of slices given as operation, background and task type."""
    rows = [names for names, n in slices.items() for _ in range(n)]
    return pl.DataFrame(
        {
            "checkpoint": "new",
            "benchmark": "b",
            "item": [str(place) for place in range(len(rows))],
            "slice": [" ".join(names) for names in rows],
            "slice_name": [" ".join(names) for names in rows],
            "background": [background for _, background, _ in rows],
            "task_type": [task for _, _, task in rows],
            "form": "number",
            "scorer": "exact",
            "rigidity": "free",
        }
    )


def test_small_slices_are_merged_step_by_step() -> None:
    found = merged(
        _items(
            {
                ("counting", "none", "maths"): 20,
                ("comparison", "none", "maths"): 12,
                ("deduction", "none", "maths"): 8,
                ("counting", "table", "maths"): 15,
                ("counting", "passage", "maths"): 5,
                ("retrieval", "none", "recall"): 3,
            }
        ),
        20,
    )
    assert set(found.group_by("slice_name", "merged_to").len().rows()) == {
        ("any / any / any / any", "task_type", 3),
        ("any / maths / any / number, exact, free", "background", 20),
        ("counting none maths", None, 20),
        ("none / maths / any / number, exact, free", "operations", 20),
    }


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("tu")), st.integers(1, 30), min_size=1
    )
)
def test_every_item_is_in_one_cell_and_one_cell_at_most_is_small(slices: dict[tuple[str, str, str], int]) -> None:
    items = _items(slices)
    found = merged(items, 20)
    assert sorted(found["item"]) == sorted(items["item"])
    sizes = found.group_by("cell").len()["len"]
    assert (sizes < 20).sum() <= 1
    kept = found.filter(pl.col("merged_to").is_null())
    large = {" ".join(names) for names, n in slices.items() if n >= 20}
    assert set(kept["cell"].unique()) == large


def _planted(n: int, n_lost: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """n items of each of two slices; the new checkpoint loses some of the second one."""
    reference = [1.0, 0.0] * n
    new = [*reference[:n], *(0.0 if place < 2 * n_lost else score for place, score in enumerate(reference[n:]))]
    return samples({"new": new, "old": reference}), labels([["counting"]] * n + [["comparison"]] * n)


def test_a_planted_loss_is_told_where_it_is() -> None:
    found = cells(*_planted(60, 20), "old", SETTINGS)
    assert found.rows.schema == CELLS
    assert found.members.schema == MEMBERS
    told = {row["slice_name"]: row for row in found.rows.filter(level="slice").to_dicts()}
    weak, sound = told["comparison"], told["counting"]
    assert (weak["n"], weak["score"], weak["ref_score"]) == (60, pytest.approx(1 / 6), 0.5)
    assert weak["p"] == mcnemar(0, 20)
    assert weak["delta"] == pytest.approx(-1 / 3)
    assert weak["delta_low"] < weak["delta"] < weak["delta_high"] < 0
    assert (weak["share"], weak["weakness"]) == (0.5, pytest.approx(1 / 6))
    assert weak["weight_in_failure"] == pytest.approx(50 / 80)
    assert (sound["delta"], sound["p"], sound["p_holm"]) == (0.0, 1.0, 1.0)
    # the benchmark, two slices and two operations are tested
    assert weak["p_holm"] == pytest.approx(5 * weak["p"])
    assert sum(row["weakness"] for row in told.values()) == pytest.approx(
        found.rows.filter(level="benchmark")["weakness"].item()
    )


def test_a_pair_of_operations_is_a_cell_across_slices() -> None:
    operations = [
        ["counting"],
        ["comparison"],
        ["comparison", "counting"],
        ["comparison", "counting", "deduction"],
    ] * 10
    reference = [1.0] * 40
    new = [float(len(names) == 1) for names in operations]
    found = cells(samples({"new": new, "old": reference}), labels(operations), "old", SETTINGS).rows
    told = {row["cell"]: row for row in found.filter(level="operations").to_dicts()}
    assert {name: row["n"] for name, row in told.items()} == {
        "comparison": 30,
        "counting": 30,
        "comparison + counting": 20,
    }
    pair = told["comparison + counting"]
    assert (pair["score"], pair["share"], pair["weight_in_failure"]) == (0.0, 0.5, 1.0)
    assert pair["p_holm"] <= SETTINGS.alpha


def test_too_few_items_are_shown_but_not_tested() -> None:
    found = cells(samples({"new": [0.0] * 10, "old": [1.0] * 10}), labels([["counting"]] * 10), "old", SETTINGS).rows
    assert found.select("level", "n", "delta", "p", "p_holm").rows() == [
        ("benchmark", 10, -1.0, None, None),
        ("slice", 10, -1.0, None, None),
    ]


def test_repeated_samples_are_tested_by_permutation() -> None:
    half = samples({"new": [0.5] * 30, "old": [1.0] * 30})
    found = cells(half, labels([["counting"]] * 30), "old", SETTINGS).rows.filter(level="benchmark")
    assert found["delta"].item() == -0.5
    assert 0.5**29 < found["p"].item() < 2 / (SETTINGS.permutations + 1)


def test_repeated_samples_are_significant_among_very_many_cells() -> None:
    generator = np.random.default_rng(0)
    chances = {"old": 0.9, "new": 0.2, "newer": 0.2, "newest": 0.2}
    scores = [{name: generator.binomial(4, chance, 40) / 4 for name, chance in chances.items()} for _ in range(50)]
    scored = pl.concat(samples(one, f"b{place}") for place, one in enumerate(scores))
    labelled = pl.concat(labels([["counting"]] * 40, f"b{place}") for place in range(len(scores)))
    found = cells(scored, labelled, "old", SETTINGS).rows
    assert found["p"].count() == 300
    assert found["p_holm"].max() <= SETTINGS.alpha


def test_an_item_without_a_label_is_an_error() -> None:
    scored = samples({"new": [0.0] * 3, "old": [1.0] * 3})
    with pytest.raises(ValueError, match="2 items have no label"):
        cells(scored, labels([["counting"]]), "old", SETTINGS)


def test_checkpoints_that_differ_by_chance_get_no_verdict() -> None:
    """C25: all tests of twenty checkpoints that are no weaker and no better."""
    generator = np.random.default_rng(6)
    chances = np.repeat(generator.random(60), 5)
    names = ("old", *(f"new {number}" for number in range(20)))
    scored = samples({name: (generator.random(300) < chances).astype(float).tolist() for name in names})
    operations = [[("counting", "comparison", "deduction")[place % 3]] for place in range(300)]
    found = cells(scored, labels(operations), "old", SETTINGS).rows
    assert found["p"].is_not_null().sum() == 20 * 7
    assert found["p"].min() < SETTINGS.alpha
    assert found["p_holm"].min() > SETTINGS.alpha


def test_a_reference_that_was_chosen_might_have_been_any() -> None:
    """Of four checkpoints there are six pairs, and three of them are compared."""
    generator = np.random.default_rng(2)
    scored = samples({name: (generator.random(60) < 0.6).astype(float) for name in ("old", "a", "b", "c")})
    stated, chosen = (
        cells(scored, labels([["counting"]] * 60), "old", SETTINGS, is_chosen=is_chosen).rows
        for is_chosen in (False, True)
    )
    tests = stated["p"].count()
    assert stated["p_holm"].min() == pytest.approx(min(1.0, tests * stated["p"].min()))
    assert chosen["p_holm"].min() == pytest.approx(min(1.0, 2 * tests * stated["p"].min()))
    two = scored.filter(pl.col("checkpoint").is_in(["old", "a"]))
    told = [cells(two, labels([["counting"]] * 60), "old", SETTINGS, is_chosen=one).rows for one in (False, True)]
    assert told[0].equals(told[1])
