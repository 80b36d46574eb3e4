"""The decision on one cell, on sides made by hand: which sign leads to which verdict, and which does not."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.closed_loop.columns import SIGNS
from darwin_assets.closed_loop.diagnose.decide import decide
from darwin_assets.closed_loop.diagnose.settings import DiagnoseSettings
from darwin_assets.closed_loop.diagnose.side import MEASURES, Side, by_item
from darwin_assets.closed_loop.diagnose.verdict import VERDICTS
from darwin_assets.closed_loop.settings import ClosedLoopSettings

N = 200
SETTINGS = ClosedLoopSettings()
SIGNIFICANT = 1e-6


def first(n, of=N):
    """1 for the first n items, 0 for the others."""
    return (np.arange(of) < n).astype(np.float64)


def side(n_right, of=N):
    """Right on the first items, worked out, asked in one way, without any sign."""
    none = np.zeros(of)
    return Side(
        score=first(n_right, of),
        prefix=none, unended=none, endless=none, cut_gain=none, form=none, form_gain=none, cut_short=none,
        worked=np.ones(of), likelihood=none,
        frame=["one way"] * of, scored_by=["accuracy"] * of, letter=[None] * of, gold_letter=[None] * of,
    )  # fmt: skip


def running_on(n_right, n_endless, n_unended=None):
    """Of the first items `n_right` are right, and the `n_endless` ones behind them are right until they run on."""
    endless = first(n_right + n_endless) - first(n_right)
    unended = endless if n_unended is None else first(n_right + n_unended) - first(n_right)
    return replace(
        side(n_right), prefix=endless, unended=unended, endless=endless * unended, cut_gain=endless * unended
    )


def told(checkpoint, reference, *, p_holm=SIGNIFICANT, same_weights=False):
    return decide(checkpoint, reference, p_holm, same_weights=same_weights, settings=SETTINGS)


def causes(decision):
    return {one.cause: one.points for one in decision.explained}


def test_no_significant_difference_is_noise():
    found = told(side(90), side(100), p_holm=0.06)
    assert (found.verdict, found.cause, found.explained) == ("noise", "chance", ())


def test_a_cell_that_was_not_tested_is_noise():
    found = told(side(0, of=5), side(5, of=5), p_holm=None)
    assert (found.verdict, found.cause) == ("noise", "too_few")


def test_a_checkpoint_that_is_not_weaker_has_nothing_to_explain():
    assert told(side(120), side(80)).verdict == "better"


def test_a_weakness_without_a_sign_is_in_the_data():
    found = told(side(50), side(110))
    assert (found.verdict, found.cause, causes(found)) == ("data", "capability", {"capability": pytest.approx(30.0)})


def test_right_answers_that_run_on_are_supervision():
    found = told(running_on(50, 58), side(110))
    assert (found.verdict, found.cause) == ("supervision", "termination")
    assert causes(found) == {"termination": pytest.approx(29.0), "chance": pytest.approx(1.0)}
    restored = next(one for one in found.evidence if one.measure == "score when set right")
    assert (restored.value, restored.reference) == (pytest.approx(0.54), pytest.approx(0.55))


def test_all_of_the_gap_restored_leaves_no_chance():
    assert causes(told(running_on(50, 60), side(110))) == {"termination": pytest.approx(30.0)}


def test_one_model_asked_in_two_ways_was_not_trained_in_two_ways():
    found = told(running_on(50, 58), side(110), same_weights=True)
    assert (found.verdict, found.cause) == ("channel", "termination")


def test_a_sign_that_explains_little_leaves_the_rest_to_the_data():
    found = told(running_on(50, 12), side(110))
    assert (found.verdict, found.cause) == ("data", "capability")
    assert causes(found) == {"termination": pytest.approx(6.0), "capability": pytest.approx(24.0)}


def test_a_sign_that_does_not_hold_gives_no_verdict():
    """45 % of the gap is the largest part of three, but less than half; of what it leaves the form takes more than half."""
    form = first(150) - first(115)
    found = told(replace(running_on(70, 45), form=form, form_gain=form), side(170))
    assert (found.verdict, found.cause) == ("channel", "form")
    assert causes(found) == {
        "termination": pytest.approx(22.5), "form": pytest.approx(17.5), "capability": pytest.approx(10.0),
    }  # fmt: skip


@pytest.mark.parametrize(("least", "verdict"), [(0.5, "supervision"), (0.6, "data")])
def test_the_share_that_must_go_away_is_a_setting(least, verdict):
    settings = ClosedLoopSettings(diagnose=DiagnoseSettings(min_restored_share=least))
    found = decide(running_on(20, 50), side(110), SIGNIFICANT, same_weights=False, settings=settings)
    assert found.verdict == verdict


def test_what_most_of_the_gap_comes_from_leaves_a_rest_that_is_looked_at():
    found = told(running_on(20, 50), side(110))
    assert found.verdict == "supervision"
    assert causes(found) == {"termination": pytest.approx(25.0), "capability": pytest.approx(20.0)}


def test_a_rest_by_chance_does_not_make_a_cause_of_a_sign_that_explains_little():
    """Of six items lost one comes back; five are no longer significant, but they are most of the gap."""
    hardly = replace(running_on(50, 6), cut_gain=first(51) - first(50))
    found = told(hardly, side(56))
    assert found.verdict == "data"
    assert causes(found) == {"termination": pytest.approx(0.5), "capability": pytest.approx(2.5)}


def test_the_reference_is_set_right_too():
    found = told(running_on(50, 60), running_on(110, 20))
    assert causes(found) == {"termination": pytest.approx(20.0), "capability": pytest.approx(10.0)}


def test_a_sign_that_chance_makes_explains_nothing():
    assert causes(told(running_on(50, 3), side(110))) == {"capability": pytest.approx(30.0)}


def test_a_prefix_alone_is_no_run_on():
    """What follows the answer may be a correction of it: only outputs that do not end count."""
    assert told(running_on(50, 58, n_unended=0), side(110)).verdict == "data"


def test_running_on_as_much_as_the_reference_does_explains_nothing():
    assert told(running_on(50, 30), running_on(110, 30)).verdict == "data"


def test_right_answers_in_another_form_are_the_channel():
    other_form = first(105) - first(50)
    found = told(replace(side(50), form=other_form, form_gain=other_form), side(110))
    assert (found.verdict, found.cause) == ("channel", "form")


def test_options_weighed_on_one_side_only_are_the_channel():
    assert told(replace(side(50), likelihood=np.ones(N)), side(110)).cause == "scoring"


@pytest.mark.parametrize(("n_others", "cause"), [(N, "scoring"), (N // 2, "scoring"), (N // 2 - 1, "capability")])
def test_other_metrics_on_most_items_are_the_channel(n_others, cause):
    others = ["acc_norm"] * n_others + ["accuracy"] * (N - n_others)
    assert told(replace(side(50), scored_by=others), side(110)).cause == cause
    assert told(replace(side(50), scored_by=[None] * N), side(110)).cause == "capability"


def test_outputs_that_end_before_any_answer_are_the_channel_where_they_could_make_up_the_gap():
    short = replace(side(50), cut_short=first(115) - first(50))
    found = told(short, side(110))
    assert (found.verdict, found.cause) == ("channel", "cut_short")
    assert told(replace(short, cut_short=first(105) - first(50)), side(110)).verdict == "data"
    assert told(short, replace(side(110), cut_short=first(N) - first(135))).verdict == "data"


@pytest.mark.parametrize(("ours", "theirs"), [(0.0, 1.0), (1.0, 0.0)])
def test_asked_differently_with_steps_on_one_side_is_the_channel(ours, theirs):
    asked = replace(side(50), frame=["another way"] * N, worked=np.full(N, ours))
    found = told(asked, replace(side(110), worked=np.full(N, theirs)))
    assert (found.verdict, found.cause) == ("channel", "elicitation")


@pytest.mark.parametrize(
    "asked",
    [
        {"frame": ["another way"] * N},
        {"worked": np.zeros(N)},
        {"frame": ["another way"] * N, "worked": np.full(N, np.nan)},
        {"frame": [None] * N, "worked": np.zeros(N)},
    ],
    ids=["steps on both sides", "asked alike", "steps unknown", "prompt unknown"],
)
def test_half_of_the_evidence_for_elicitation_is_none(asked):
    assert told(replace(side(50), **asked), side(110)).verdict == "data"


def test_equal_weights_rule_the_data_out():
    found = told(side(50), side(110), same_weights=True)
    assert (found.verdict, found.cause) == ("channel", "same_weights")


def test_letters_chosen_in_excess_of_the_whole_gap_are_the_channel():
    right = [*"ABCD"] * (N // 4)
    always_a = replace(
        side(0), score=np.array([letter == "A" for letter in right], float), letter=["A"] * N, gold_letter=right
    )
    fair = replace(side(110), letter=right, gold_letter=right)
    assert told(always_a, fair).cause == "letter_bias"


def test_letters_make_up_no_more_than_the_items_that_have_letters():
    """Of a fifth of the items three quarters are wrong for a favourite letter: 15 points of 30."""
    right = [*"ABCD"] * (N // 20) + [None] * (4 * N // 5)
    always_a = replace(side(50), letter=["A" if one else None for one in right], gold_letter=right)
    found = told(always_a, replace(side(110), letter=right, gold_letter=right))
    assert found.verdict == "data"
    assert next(
        one.value for one in found.evidence if one.measure == "share of the gap at most" and one.sign == "letter_bias"
    ) == pytest.approx(0.5)


def test_wrong_letters_without_a_favourite_are_the_data():
    right = [*"ABCD"] * (N // 4)
    chosen = [letter if place < 50 else "ABCD"[("ABCD".index(letter) + 1) % 4] for place, letter in enumerate(right)]
    fair = replace(side(110), letter=right, gold_letter=right)
    assert told(replace(side(50), letter=chosen, gold_letter=right), fair).verdict == "data"


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ({"answer_is_prefix": True, "only_format": True, "correct_when_cut": True}, {"prefix", "form", "form_gain"}),
        (
            {"answer_is_prefix": True, "only_format": True, "correct_when_cut": True, "runs_on": True},
            {"prefix", "unended", "endless", "cut_gain"},
        ),
        ({"cut_off": True}, {"unended"}),
        ({"cut_off": True, "cut_short": True}, {"unended", "cut_short"}),
        ({"cut_short": True, "only_format": True}, {"form", "form_gain"}),
        ({"cut_short": True, "correct": True}, set()),
        ({"cut_short": True, "correct": None}, set()),
    ],
)
def test_a_right_answer_is_restored_by_a_cut_or_as_another_form_never_twice(sign, shown):
    row = {"item": "1", "checkpoint": "m", "sample": 0, "correct": False} | sign
    [found] = by_item(pl.DataFrame([row], schema=SIGNS)).to_dicts()
    assert {name for name in MEASURES if found[name]} == shown


@st.composite
def any_side(draw):
    """Scores and signs as they can stand together: a sign only where the output is wrong."""
    shares = draw(st.tuples(*[st.floats(0, 1)] * 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    right, prefix, unended, form, worked = (rng.random(60) < share for share in shares)
    endless = ~right & prefix & unended
    return replace(
        side(0, of=60),
        score=right * 1.0, prefix=(~right & prefix) * 1.0, unended=unended * 1.0, endless=endless * 1.0,
        cut_gain=endless * 1.0, form=(~right & form) * 1.0, form_gain=(~right & form & ~endless) * 1.0,
        worked=worked * 1.0, frame=[draw(st.sampled_from(["one way", "another"]))] * 60,
    )  # fmt: skip


@given(any_side(), any_side(), st.booleans())
def test_what_is_explained_adds_up_to_the_gap(checkpoint, reference, same_weights):
    found = told(checkpoint, reference, same_weights=same_weights)
    gap = 100 * float(reference.score.mean() - checkpoint.score.mean())
    assert found.verdict in VERDICTS
    if found.verdict == "better":
        assert gap <= 0
    else:
        assert sum(causes(found).values()) == pytest.approx(gap)
        assert all(one.points > 0 for one in found.explained)
    assert not (same_weights and found.verdict in ("data", "supervision"))
