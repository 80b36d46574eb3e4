"""Operations and pairs that a weakness goes with, and the stability of the weakest slices."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from darwin_assets.closed_loop.statistics.pairs import PAIRS, pairs
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.stability import STABILITY, stability
from darwin_assets.closed_loop.statistics.terms import terms_of
from tests.unit.closed_loop.outcome_frames import labels, members

SETTINGS = StatisticsSettings()
NAMES = ("comparison", "counting", "deduction", "induction")


def _operations(n: int, seed: int = 0) -> list[list[str]]:
    """Each operation in half of the items, whatever the others are."""
    drawn = np.random.default_rng(seed).random((n, len(NAMES))) < 0.5
    return [[name for name, needed in zip(NAMES, row, strict=True) if needed] for row in drawn]


def _kept(
    operations: list[list[str]], is_lost: Callable[[set[str]], bool], noise: float = 0.1
) -> list[tuple[str, ...]]:
    """The terms kept where a checkpoint loses 60 % of some items, and both lose others by chance."""
    generator = np.random.default_rng(7)
    reference, new = (generator.random((2, len(operations))) > noise).astype(float)
    lost = np.array([is_lost(set(names)) for names in operations]) & (generator.random(len(operations)) < 0.6)
    found = pairs(members(np.where(lost, 0.0, new).tolist(), reference.tolist()), labels(operations), SETTINGS)
    named = found.filter("kept").select("operation", "other").iter_rows()
    return [tuple(name for name in term if name) for term in named]


@pytest.mark.parametrize("pair", [("comparison", "counting"), ("counting", "induction")])
def test_a_planted_pair_is_named_alone(pair: tuple[str, str]) -> None:
    """C14: neither its operations nor pairs that overlap it are named beside it."""
    assert _kept(_operations(400), lambda names: set(pair) <= names) == [pair]


def test_a_weak_operation_is_named_without_its_pairs() -> None:
    assert _kept(_operations(400), lambda names: "deduction" in names) == [("deduction",)]


def test_two_causes_are_both_named() -> None:
    lost = ({"comparison", "counting"}, {"deduction", "induction"})
    found = _kept(_operations(600), lambda names: any(pair <= names for pair in lost))
    assert sorted(found) == [("comparison", "counting"), ("deduction", "induction")]


def test_a_checkpoint_that_is_weaker_everywhere_has_no_operation_to_blame() -> None:
    assert _kept(_operations(400), lambda _: True) == []


def test_nothing_is_named_without_an_effect() -> None:
    assert _kept(_operations(400), lambda _: False, noise=0.4) == []


def test_an_operation_gives_way_to_the_pair_that_is_nearly_all_of_it() -> None:
    operations = (
        [["counting", "comparison"]] * 50 + [["counting"]] * 12 + [["comparison"]] * 100 + [["deduction"]] * 100
    )
    assert _kept(operations, lambda names: {"counting", "comparison"} <= names, noise=0.02) == [
        ("comparison", "counting")
    ]


def test_figures_of_a_pair() -> None:
    operations = [["comparison", "counting"], ["comparison"], ["counting"], ["deduction"]] * 30
    new, reference = [0.0, 1.0, 0.5, 1.0] * 30, [1.0, 1.0, 0.5, 1.0] * 30
    found = pairs(members(new, reference), labels(operations), SETTINGS)
    assert found.schema == PAIRS
    pair = found.row(0, named=True)
    assert (pair["operation"], pair["other"], pair["n"], pair["kept"]) == ("comparison", "counting", 30, True)
    assert (pair["score"], pair["ref_score"], pair["share"], pair["weakness"]) == (0.0, 1.0, 0.25, 0.25)
    # of the items with comparison it has half right, of those with counting a quarter; the reference all, and three quarters
    assert (pair["interaction"], pair["ref_interaction"]) == (-0.25, 0.25)
    single = found.filter(operation="deduction").row(0, named=True)
    assert (single["other"], single["interaction"], single["kept"]) == (None, None, False)


def test_checkpoints_and_benchmarks_are_looked_at_apart() -> None:
    operations = [["comparison", "counting"], ["comparison"], ["counting"], ["deduction"]] * 30
    sound, weak = members([1.0] * 120, [1.0] * 120), members([0.0, 1.0, 1.0, 1.0] * 30, [1.0] * 120)
    both = pl.concat([sound.with_columns(checkpoint=pl.lit("sound")), weak])
    found = pairs(both, labels(operations), SETTINGS)
    assert found["checkpoint"].unique().sort().to_list() == ["new", "sound"]
    assert found.filter("kept")["checkpoint"].to_list() == ["new"]
    assert pairs(both.clear(), labels(operations), SETTINGS).schema == PAIRS


def test_terms_hold_enough_items_but_not_all_and_can_be_told_apart() -> None:
    operations = [["arithmetic", "counting"]] * 25 + [["arithmetic", "deduction"]] * 10 + [["arithmetic"]] * 30
    assert [term.operations for term in terms_of(operations, 20)] == [("counting",)]
    operations += [["counting"]] * 5
    assert [term.operations for term in terms_of(operations, 20)] == [
        ("arithmetic",),
        ("counting",),
        ("arithmetic", "counting"),
    ]


@pytest.mark.slow
def test_clear_ranks_are_stable_and_equal_ones_are_not() -> None:
    cell = [name for name in "abcd" for _ in range(100)]
    clear = [float(place % 100 >= 20 * "abcd".index(name)) for place, name in enumerate(cell)]
    found = stability(members(clear, [1.0] * 400, cell), SETTINGS)
    assert found.schema == STABILITY
    assert found["n_cells"].item() == 4
    assert found["spearman"].item() > 0.95
    assert found["same_weakest"].item() > 0.95
    alike = np.random.default_rng(1).random(400) < 0.8
    loose = stability(members(alike.astype(float).tolist(), [1.0] * 400, cell), SETTINGS)
    assert loose["spearman"].item() < 0.8
    assert loose["spearman_low"].item() < loose["spearman"].item() < loose["spearman_high"].item()
    assert loose.equals(stability(members(alike.astype(float).tolist(), [1.0] * 400, cell), SETTINGS))


def test_two_slices_have_no_ranks_to_speak_of() -> None:
    assert stability(members([0.0] * 4, [1.0] * 4, ["a", "a", "b", "b"]), SETTINGS).is_empty()


def test_slices_without_any_difference_have_no_rank_correlation() -> None:
    found = stability(members([1.0] * 6, [1.0] * 6, ["a", "b", "c"] * 2), SETTINGS)
    assert found.select("spearman", "kendall", "same_weakest").rows() == [(None, None, None)]
