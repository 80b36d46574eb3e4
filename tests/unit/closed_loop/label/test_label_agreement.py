import pytest

from darwin_assets.closed_loop.label.agreement import AGREEMENT, agreement, kappa, macro_kappa


def said(task_type: str, *operations: str) -> dict[str, object]:
    return {"background": "none", "task_type": task_type, "operations": operations, "form": "number"}


def test_kappa_is_agreement_beyond_chance():
    # 20 + 15 of 50 agree; by chance 0.5 * 0.6 + 0.5 * 0.4 would
    first = ["a"] * 25 + ["b"] * 25
    second = ["a"] * 20 + ["b"] * 5 + ["a"] * 10 + ["b"] * 15
    found = kappa(first, second)
    assert found is not None
    assert found.value == pytest.approx((0.7 - 0.5) / (1 - 0.5))
    # its standard error by Fleiss, Cohen and Everitt (1969)
    assert (found.low, found.high) == (pytest.approx(0.15109, abs=1e-5), pytest.approx(0.64891, abs=1e-5))


def test_kappa_is_one_for_equal_labels_and_none_where_nothing_varies():
    found = kappa(["a", "b", "a"], ["a", "b", "a"])
    assert found is not None
    assert found.value == 1.0
    assert kappa(["a", "a"], ["a", "a"]) is None


def test_every_operation_that_one_gives_is_told_apart():
    first = [said("proof", "deduction"), said("proof", "counting", "deduction"), said("proof", "counting")]
    second = [said("proof", "deduction"), said("judgement", "deduction"), said("proof", "counting", "induction")]
    found = agreement(first, second)
    assert found.schema == AGREEMENT
    rows = {row["operation"] or row["field"]: row for row in found.to_dicts()}
    assert [*rows] == ["background", "task_type", "form", "counting", "deduction", "induction"]
    assert rows["task_type"]["agreed"] == pytest.approx(2 / 3)
    assert rows["background"]["kappa"] is None
    assert (rows["counting"]["first"], rows["counting"]["second"]) == (2, 1)
    assert rows["deduction"]["kappa"] == 1.0
    # induction is given by the second alone
    expected = (rows["counting"]["kappa"] + 1.0) / 2
    assert macro_kappa(found) == pytest.approx(expected)
    assert macro_kappa(found, 3) is None


def test_nothing_compared_is_an_empty_frame():
    assert agreement([], []).is_empty()
    assert agreement([], []).schema == AGREEMENT
