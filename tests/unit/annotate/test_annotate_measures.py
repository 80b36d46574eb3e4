import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.annotate.distil.measures import auc, evaluate, macro_f1, reliability, resampled, wilson
from darwin_assets.annotate.distil.plot import calibration_svg


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auc_is_the_chance_that_a_positive_scores_higher(pairs: list[tuple[int, bool]]) -> None:
    scores, positive = np.array([a for a, _ in pairs], float), np.array([b for _, b in pairs])
    found = auc(scores, positive)
    both = [(a > b) + (a == b) / 2 for a in scores[positive] for b in scores[~positive]]
    assert found == pytest.approx(np.mean(both)) if both else np.isnan(found)


def test_wilson_of_a_known_case() -> None:
    found = wilson(8, 10)
    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)
    assert str(found) == "0.800 (0.490–0.943)"


def test_macro_f1_by_hand() -> None:
    best, right = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0])
    assert macro_f1(best, right, 3) == pytest.approx((1 / 2 + 2 / 3) / 2)


@pytest.mark.slow
def test_a_calibrated_model_has_no_error_and_an_overconfident_one_does() -> None:
    chance = np.random.default_rng(0)
    p = chance.uniform(0.5, 1.0, 20_000)
    right = np.where(chance.random(p.size) < p, 0, 1)
    honest = evaluate(np.column_stack([p, 1 - p]), right, ("a", "b"))
    boastful = evaluate(np.column_stack([np.full(p.size, 0.99), np.full(p.size, 0.01)]), right, ("a", "b"))
    assert honest.expected_calibration_error < 0.02
    assert boastful.expected_calibration_error > 0.2
    assert honest.accuracy.low < 0.75 < honest.accuracy.high
    assert sum(one.n for one in honest.bins) == p.size


def test_the_bootstrap_interval_holds_the_value_and_is_the_same_every_time() -> None:
    values = np.random.default_rng(1).normal(size=200)
    found = resampled(lambda rows: float(values[rows].mean()), 200)
    assert found == resampled(lambda rows: float(values[rows].mean()), 200)
    assert found.low < found.value < found.high


def test_nothing_held_out_is_an_error() -> None:
    with pytest.raises(ValueError, match="no document was held out"):
        evaluate(np.zeros((0, 2)), np.zeros(0, np.int64), ("a", "b"))


def test_the_plot_escapes_what_a_name_may_hold() -> None:
    bins = reliability(np.array([0.55, 0.95, 1.0]), np.array([True, True, False]))
    svg = calibration_svg(bins, "a < b & c")
    assert "a &lt; b &amp; c" in svg
    assert svg.count("<circle") == len(bins) == 2
