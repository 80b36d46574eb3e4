"""Every statistic against SciPy, statsmodels, a formula or a count of all cases."""

import math
import warnings
from itertools import product

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import SquareTable
from statsmodels.stats.contingency_tables import mcnemar as mcnemar_table
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from darwin_assets.closed_loop.statistics.excess import TAIL, Losses, excess
from darwin_assets.closed_loop.statistics.letters import letter_bias
from darwin_assets.closed_loop.statistics.many import holm
from darwin_assets.closed_loop.statistics.paired import compare, mcnemar, permutation
from darwin_assets.closed_loop.statistics.relative import Change
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.shares import fisher, wilson
from darwin_assets.evaluation.pass_at_k import mean_pass_at_k

SETTINGS = StatisticsSettings()
Z = scipy.stats.norm.ppf(0.975)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_its_formula_and_that_of_both_libraries(case: tuple[int, int]) -> None:
    right, n = case
    low, high = wilson([right], [n], 0.95)
    share, square = right / n, Z * Z / n
    middle = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    assert (low[0], high[0]) == pytest.approx((max(middle - half, 0), min(middle + half, 1)), abs=1e-12)
    by_scipy = scipy.stats.binomtest(right, n).proportion_ci(method="wilson")
    assert (low[0], high[0]) == pytest.approx((by_scipy.low, by_scipy.high), abs=1e-9)
    assert (low[0], high[0]) == pytest.approx(proportion_confint(right, n, method="wilson"))


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_a_sign_test_of_what_differs(one: int, other: int) -> None:
    expected = scipy.stats.binomtest(one, one + other).pvalue if one + other else 1.0
    assert mcnemar(one, other) == pytest.approx(expected)
    assert mcnemar(one, other) == mcnemar_table([[0, one], [other, 0]], exact=True).pvalue


@pytest.mark.parametrize("seed", range(4))
def test_holm_is_its_definition_and_that_of_statsmodels(seed: int) -> None:
    p = np.random.default_rng(seed).random(30).round(2) ** 4
    by_size, corrected, so_far = np.argsort(p), np.empty(len(p)), 0.0
    for place, at in enumerate(by_size):
        so_far = max(so_far, min(1.0, (len(p) - place) * p[at]))
        corrected[at] = so_far
    assert holm(p) == pytest.approx(corrected)
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_holm_leaves_out_what_was_not_tested() -> None:
    assert holm([0.01, math.nan, 0.04]) == pytest.approx([0.02, math.nan, 0.04], nan_ok=True)
    assert np.isnan(holm([math.nan])).all()
    assert not holm([]).size


def test_holm_counts_tests_whose_p_values_are_not_known() -> None:
    assert holm([0.01, math.nan, 0.04], further=3) == pytest.approx([0.05, math.nan, 0.16], nan_ok=True)


def test_the_figures_of_aime() -> None:
    """papers.md §2.5: 2/30, 8/30 and 0/30 problems, and both years together."""
    assert fisher(2, 30, 8, 30) == pytest.approx(0.080, abs=5e-4)
    assert fisher(0, 30, 8, 30) == pytest.approx(0.0046, abs=5e-5)
    assert fisher(2, 60, 16, 60) == pytest.approx(0.0005, abs=5e-5)
    solved, unsolved = [(128, 1)], [(128, 0)]
    shares = [100 * mean_pass_at_k(solved * right + unsolved * (30 - right), 128) for right in (2, 8, 0)]
    assert shares == pytest.approx([6.67, 26.67, 0.0], abs=5e-3)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_right_and_wrong_are_compared_by_mcnemar_and_agresti_min(verdicts: list[tuple[bool, bool]]) -> None:
    score, ref_score = np.array(verdicts, dtype=np.float64).T
    only, only_ref, n = int((score > ref_score).sum()), int((score < ref_score).sum()), len(verdicts)
    found = compare(score, ref_score, SETTINGS)
    assert found.p == mcnemar(only, only_ref)
    assert found.delta == pytest.approx((only - only_ref) / n)
    # half an item more in each cell of the table; the variance divided by n + 1 and not n + 2, as statsmodels does
    middle = (only - only_ref) / (n + 2)
    half = Z * math.sqrt(((only + only_ref + 1) / (n + 2) - middle**2) / (n + 1))
    assert (found.low, found.high) == pytest.approx((max(middle - half, -1), min(middle + half, 1)))


@pytest.mark.parametrize("differences", [(0.5, 0.25, 0.75, 0.5), (0.5, -0.25, 0.125, 0.0, 1.0), (0.25,), (0.0, 0.0)])
def test_a_permutation_test_of_few_items_counts_all_signs(differences: tuple[float, ...]) -> None:
    values = np.array(differences)
    means = [abs(np.dot(signs, values)) for signs in product((1, -1), repeat=values.size)]
    expected = np.mean([mean >= abs(values.sum()) - 1e-12 for mean in means])
    assert permutation(values, SETTINGS) == pytest.approx(expected)


def test_a_permutation_test_of_many_items_is_near_the_t_test_and_the_same_every_time() -> None:
    differences = np.random.default_rng(3).normal(0.06, 0.3, 120).round(2)
    by_t = scipy.stats.ttest_1samp(differences, 0.0).pvalue
    found = permutation(differences, SETTINGS)
    assert found == pytest.approx(by_t, abs=0.01)
    assert found == permutation(differences, SETTINGS)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from((-1.0, -0.5, -0.25, 0.25, 0.5, 0.75, 1.0)), min_size=2, max_size=13))
def test_no_p_value_of_a_permutation_test_is_below_the_exact_one(differences: list[float]) -> None:
    values = np.array(differences)
    signs = np.array(list(product((1, -1), repeat=values.size)))
    exact = np.mean(np.abs(signs @ values) >= abs(values.sum()) - 1e-12)
    few = StatisticsSettings(permutations=999)
    assert permutation(values, few) >= min(exact, 2 / 1000) - 1e-12


@pytest.mark.parametrize("n", [25, 60, 200])
def test_what_signs_that_are_drawn_cannot_tell_is_told_by_a_bound_above_the_exact_p_value(n: int) -> None:
    """Of equal differences the test is one of signs, and has an exact p-value."""
    lost = n if n == 25 else int(0.5 * n + 2.5 * math.sqrt(n))
    values = np.where(np.arange(n) < lost, -0.25, 0.25)
    exact = scipy.stats.binomtest(lost, n).pvalue
    assert exact < permutation(values, SETTINGS) < 2 / (SETTINGS.permutations + 1)


def test_a_permutation_test_of_very_many_items_is_near_a_test_of_signs() -> None:
    values = np.where(np.arange(4_000) < 2_080, -0.25, 0.25)
    assert permutation(values, SETTINGS) == pytest.approx(scipy.stats.binomtest(2_080, 4_000).pvalue, rel=0.05)


def test_a_larger_difference_of_very_many_items_has_no_larger_p_value() -> None:
    lost = np.arange(1_500, 1_650)
    found = [permutation(np.where(np.arange(3_000) < n, -0.25, 0.25), SETTINGS) for n in lost]
    assert np.all(np.diff(found) <= 0)
    assert found[-1] == pytest.approx(scipy.stats.binomtest(int(lost[-1]), 3_000).pvalue, rel=0.15)


def test_repeated_samples_are_compared_by_permutation() -> None:
    found = compare(np.array([0.5, 0.75, 1.0]), np.array([0.25, 0.25, 0.5]), SETTINGS)
    assert (found.p, found.delta) == (0.25, pytest.approx(1.25 / 3))


def test_what_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        compare(np.empty(0), np.empty(0), SETTINGS)
    with pytest.raises(ValueError, match="2 and 3 items"):
        compare(np.ones(2), np.ones(3), SETTINGS)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from((-1.0, 0.0, 1.0)), st.booleans()), min_size=8, max_size=60))
def test_excess_is_a_sign_test_and_welchs_test(items: list[tuple[float, bool]]) -> None:
    losses, inside = np.array([loss for loss, _ in items]), np.array([one for _, one in items])
    assume(2 <= inside.sum() <= len(items) - 2)
    within, without = losses[inside], losses[~inside]
    assume(np.ptp(within) or np.ptp(without))
    lost, changed = int((within > 0).sum()), int((within != 0).sum())
    sign = scipy.stats.binomtest(lost, changed, alternative="greater").pvalue if changed else 1.0
    with warnings.catch_warnings(action="ignore"):  # SciPy warns of a group without variance
        welch = scipy.stats.ttest_ind(within, without, equal_var=False, alternative="greater").pvalue
    assert excess(Losses(losses), [inside])[0] == pytest.approx(max(sign, welch), abs=1e-9)


def test_groups_without_any_variance_are_told_by_the_sign_test() -> None:
    lost = np.array([1.0] * 20 + [0.0] * 20)
    assert excess(Losses(lost), [lost > 0])[0] == pytest.approx(0.5**20)
    assert excess(Losses(np.zeros(40)), [lost > 0])[0] == 1.0
    assert not excess(Losses(lost), []).size
    with warnings.catch_warnings(action="error"):
        none_or_one = [np.array([True, False, False]), np.zeros(3, bool)]
        assert list(excess(Losses(np.array([0.5, 0.25, 0.0])), none_or_one)) == [1.0, 1.0]


def test_excess_of_repeated_samples_is_two_t_tests() -> None:
    generator = np.random.default_rng(1)
    losses, inside = generator.normal(0.1, 0.4, 80), np.arange(80) < 30
    losses[inside] += 0.3
    at_all = scipy.stats.ttest_1samp(losses[inside], 0.0, alternative="greater").pvalue
    more = scipy.stats.ttest_ind(losses[inside], losses[~inside], equal_var=False, alternative="greater").pvalue
    assert excess(Losses(losses), [inside])[0] == pytest.approx(max(at_all, more))


@settings(max_examples=50)
@given(st.lists(st.integers(-3, 5), min_size=2, max_size=9))
def test_losses_of_passages_are_never_rarer_than_drawn_signs_make_them(lost: list[int]) -> None:
    """Passages inside, of as many items as they lose or gain; outside a passage for each item, half of them gained."""
    values, passages = [], []
    for passage, n in enumerate(lost):
        values += [float(np.sign(n))] * max(abs(n), 1)
        passages += [passage] * max(abs(n), 1)
    n_inside = len(values)
    values += [-1.0, 0.0] * 10
    passages += range(len(lost), len(lost) + 20)
    inside = np.arange(len(values)) < n_inside
    found = excess(Losses(np.array(values), np.array(passages)), [inside])[0]
    drawn = [sum(sign * n for sign, n in zip(signs, lost, strict=True)) for signs in product((-1, 1), repeat=len(lost))]
    assert found >= np.mean([one >= sum(lost) for one in drawn]) or found == 1.0


def test_more_than_outside_is_a_regression_with_clusters() -> None:
    generator = np.random.default_rng(3)
    passages = np.repeat(np.arange(40), 4)
    losses = generator.normal(0.0, 0.5, 40)[passages] + generator.normal(0.0, 0.2, 160)
    inside = passages < 15
    losses[inside] += 0.3
    fitted = sm.OLS(losses, sm.add_constant(inside.astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": passages, "df_correction": False, "use_correction": False}
    )
    deviation = fitted.bse[1] * math.sqrt(40 / 39)
    more = scipy.stats.t.sf(fitted.params[1] / deviation, 14)
    sums = np.bincount(passages[inside], losses[inside])
    at_all = TAIL * scipy.stats.norm.sf(sums.sum() / math.sqrt((sums**2).sum()))
    assert excess(Losses(losses, passages), [inside])[0] == pytest.approx(max(more, at_all))
    assert excess(Losses(losses, passages), [inside])[0] > excess(Losses(losses), [inside])[0]


def test_letters_that_are_chosen_too_often() -> None:
    right = list("ABCD" * 15)
    chosen = ["A" if place % 3 == 0 else letter for place, letter in enumerate(right)]
    found = letter_bias(chosen, right)
    expected = SquareTable(
        np.array(
            [
                [sum((c, r) == (one, other) for c, r in zip(chosen, right, strict=True)) for other in "ABCD"]
                for one in "ABCD"
            ]
        ),
        shift_zeros=False,
    ).homogeneity()
    assert (found.statistic, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert found.p < 0.01
    assert max(found.excess, key=lambda letter: found.excess[letter]) == "A"
    assert sum(found.excess.values()) == pytest.approx(0.0)


def test_letters_that_are_never_mistaken_for_each_other_are_told_apart() -> None:
    """A for B and C for D: two tests of signs by chi-square, summed."""
    chosen, right = "A" * 12 + "B" * 2 + "C" * 9 + "D" * 4 + "E", "B" * 12 + "A" * 2 + "D" * 9 + "C" * 4 + "E"
    found = letter_bias(chosen, right)
    assert found.statistic == pytest.approx(10**2 / 14 + 5**2 / 13)
    assert found.p == pytest.approx(scipy.stats.chi2.sf(found.statistic, 2))


def test_letters_of_right_answers_have_no_bias() -> None:
    assert letter_bias("ABCA", "ABCA").p == 1.0
    assert letter_bias("BA", "AB").p == 1.0
    with pytest.raises(ValueError, match="no items"):
        letter_bias("", "")


def test_a_relative_change_is_not_one_in_points() -> None:
    """papers.md §2.4: 46.82 % less of 47.27 is 25.14."""
    change = Change(47.27, 25.14)
    assert (change.relative, change.points) == pytest.approx((-0.4682, -22.13), abs=5e-5)
    assert Change(0.0, 0.5).relative is None
