"""The whole diagnosis on evaluations made by hand: both of the paper's cases by one code, and no weakness out of nothing."""

import numpy as np
import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import Checkpoint, EvaluationFacts
from darwin_assets.closed_loop.columns import DIAGNOSES, OPERATIONS
from darwin_assets.closed_loop.diagnose.diagnose import diagnose
from darwin_assets.closed_loop.diagnose.reference import NothingToCompare
from darwin_assets.closed_loop.report.write import as_json
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from tests.unit.closed_loop.evaluations import labels, samples, signs

SETTINGS = ClosedLoopSettings()
VOCABULARY = ("arithmetic", "comparison", "counting", "deduction")
STATED = EvaluationFacts(reference="good")


def one_of(n, seed, share=0.5):
    """Items of which each needs every operation with a chance of one half."""
    drawn = np.random.default_rng(seed).random((n, len(VOCABULARY))) < share
    return [[name for name, held in zip(VOCABULARY, row, strict=True) if held] or ["arithmetic"] for row in drawn]


def first(n_right, n):
    return [1.0] * n_right + [0.0] * (n - n_right)


def masked_ends(n=10_000):
    """Of the published figures (§2.4): 47.27 before, 25.14 after, since right answers run on."""
    scores = {"good": first(4_727, n), "masked": first(2_514, n)}
    found = samples(scores)
    return found, labels([["deduction"]] * n), signs(found, endless={"masked": 4_727 - 2_514})


def missing_pair(n=1_200, seed=1):
    """Right answers turned wrong where an item needs both counting and comparison."""
    rng = np.random.default_rng(seed)
    operations, good = one_of(n, seed), rng.random(n) < 0.8
    needs_both = np.array([{"comparison", "counting"} <= set(names) for names in operations])
    weak = np.where(needs_both & (rng.random(n) < 0.6), False, good)
    found = samples({"good": good.astype(float), "weak": weak.astype(float)})
    return found, labels(operations), signs(found)


def whole(diagnosis):
    return diagnosis.cells.filter(level="benchmark").row(0, named=True)


@pytest.mark.slow
def test_frames_have_the_columns_that_are_stored():
    found = diagnose(*missing_pair(), STATED, SETTINGS)
    assert (found.cells.schema, found.operations.schema) == (DIAGNOSES, OPERATIONS)


@pytest.mark.slow
def test_the_collapse_of_the_paper_is_told_from_outputs_alone():
    found = whole(diagnose(*masked_ends(), STATED, SETTINGS))
    assert (found["verdict"], found["cause"]) == ("supervision", "termination")
    restored = next(one for one in found["evidence"] if one["measure"] == "score when set right")
    assert restored["value"] == pytest.approx(0.4727)
    assert found["explained"] == [{"cause": "termination", "verdict": "supervision", "points": pytest.approx(22.13)}]


@pytest.mark.slow
def test_a_missing_combination_of_operations_is_told_as_such():
    found = diagnose(*missing_pair(), STATED, SETTINGS)
    assert (whole(found)["verdict"], whole(found)["cause"]) == ("data", "capability")
    kept = found.operations.filter("kept").select("operation", "other", "weakness").rows()
    assert [pair[:2] for pair in kept] == [("comparison", "counting")]
    assert kept[0][2] > 0


@pytest.mark.slow
def test_operations_have_the_fields_on_which_their_items_agree():
    found, labelled, shown = missing_pair()
    is_pair = pl.col("operations").list.contains("comparison") & pl.col("operations").list.contains("counting")
    some = labelled.with_columns(
        task_type=pl.when(is_pair).then(pl.lit("mathematical_problem")).otherwise("task_type"),
        form=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("list")).otherwise("form"),
    )
    told = diagnose(found, some, shown, STATED, SETTINGS).operations.select(
        "operation", "other", "kept", "background", "task_type", "form"
    )
    assert told.row(0) == ("comparison", "counting", True, "none", "mathematical_problem", None)
    assert told.filter(pl.col("operation") == "counting", pl.col("other").is_null())["task_type"].to_list() == [None]


@pytest.mark.slow
def test_both_cases_are_decided_by_the_same_code_and_settings():
    cases = [diagnose(*case, STATED, SETTINGS) for case in (masked_ends(), missing_pair())]
    assert {whole(one)["verdict"] for one in cases} == {"supervision", "data"}
    hashes = pl.concat(one.cells for one in cases).select("code_sha256", "settings_sha256").unique()
    assert hashes.height == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_a_change_by_chance_is_noise_everywhere(seed):
    rng = np.random.default_rng(seed)
    scores = {name: (rng.random(600) < 0.6).astype(float) for name in ("good", "same")}
    found = samples(scores)
    told = diagnose(found, labels(one_of(600, seed)), signs(found), STATED, SETTINGS)
    assert told.cells["verdict"].unique().to_list() == ["noise"]
    assert told.operations.is_empty()


@pytest.mark.slow
def test_the_order_of_rows_changes_nothing():
    told = [as_json(diagnose(*case, STATED, SETTINGS)) for case in (missing_pair(), map(shuffled, missing_pair()))]
    assert told[0] == told[1]


def shuffled(rows):
    return rows.sample(fraction=1.0, shuffle=True, seed=7)


@pytest.mark.slow
def test_what_the_way_of_asking_explains_is_not_looked_for_in_operations():
    found, labelled, shown = missing_pair()
    asked = pl.col("checkpoint") == "weak"
    direct = shown.with_columns(frame=pl.when(asked).then(pl.lit("without steps")).otherwise("frame"), worked=~asked)
    told = diagnose(found, labelled, direct, STATED, SETTINGS)
    assert whole(told)["cause"] == "elicitation"
    assert told.operations.is_empty()


def test_what_ends_before_any_answer_is_not_looked_for_in_operations():
    found, labelled, _ = missing_pair()
    short = labelled.filter(pl.col("slice") == "deduction")["item"]
    cut = (pl.col("checkpoint") == "weak") & pl.col("item").is_in(short.implode())
    broken = found.with_columns(
        score=pl.when(cut).then(0.0).otherwise("score"), verdict=pl.when(cut).then(False).otherwise("verdict")
    )
    told = diagnose(broken, labelled, signs(broken).with_columns(cut_short=cut), STATED, SETTINGS)
    assert set(told.cells.filter(level="slice", cell="deduction")["cause"]) == {"cut_short"}
    kept = told.operations.filter("kept").row(0, named=True)
    assert (kept["operation"], kept["other"]) == ("comparison", "counting")
    lost = kept["n"] * (kept["ref_score"] - kept["score"])
    assert (kept["share"], kept["weakness"]) == pytest.approx((kept["n"] / 1_200, lost / 1_200))


def repeated(n_samples, n=40, missed=31):
    """By checkpoint so many samples of each item; of 32 in a row the last one is wrong."""
    rows = samples(dict.fromkeys(n_samples, [1.0] * n))
    often = pl.col("checkpoint").replace_strict(n_samples, return_dtype=pl.Int64)
    asked = rows.with_columns(sample=pl.int_ranges(often).cast(pl.List(pl.Int32))).explode("sample")
    is_right = pl.col("sample") % 32 != missed
    return asked.with_columns(verdict=is_right, score=is_right.cast(pl.Float64))


def test_one_sample_beside_many_is_compared_with_one_of_them():
    """Right on 97 % of all samples: one of each item is mostly right, and the mean of many hardly ever wholly."""
    found = repeated({"good": 1, "often": 64})
    told = diagnose(found, labels([["counting"]] * 40), signs(found), STATED, SETTINGS)
    assert told.scores.select("checkpoint", "score").rows() == [("good", 1.0), ("often", 62 / 64)]
    assert (whole(told)["score"], whole(told)["verdict"]) == (1.0, "noise")


def test_samples_that_nobody_scored_have_no_part_in_the_signs():
    found = (
        repeated({"good": 2, "weak": 2}, n=100)
        .with_columns(
            score=pl.when(pl.col("checkpoint") == "good").then(1.0).when(pl.col("sample") == 0).then(0.0),
        )
        .with_columns(verdict=pl.col("score") == 1)
    )
    shown = signs(found).with_columns(
        *(pl.lit(value=True).alias(name) for name in ("answer_is_prefix", "runs_on", "correct_when_cut"))
    )
    told = whole(diagnose(found, labels([["counting"]] * 100), shown, STATED, SETTINGS))
    assert told["explained"] == [{"cause": "termination", "verdict": "supervision", "points": 100.0}]


@pytest.mark.slow
def test_equal_weights_as_stated_rule_the_data_out():
    same = {name: Checkpoint(weights="one model") for name in ("good", "weak")}
    told = diagnose(*missing_pair(), EvaluationFacts(reference="good", checkpoints=same), SETTINGS)
    assert whole(told)["cause"] == "same_weights"
    assert "data" not in told.cells["verdict"]


@pytest.mark.slow
def test_weights_stated_of_one_checkpoint_say_nothing():
    facts = EvaluationFacts(reference="good", checkpoints={"good": Checkpoint(weights="one model")})
    assert whole(diagnose(*missing_pair(), facts, SETTINGS))["verdict"] == "data"


@pytest.mark.slow
def test_right_answers_that_run_on_leave_the_operations_beside_them_in_sight():
    found, labelled, _ = missing_pair()
    broken = found.with_columns(
        score=pl.when((pl.col("checkpoint") == "weak") & (pl.col("item") < "sums-00300")).then(0.0).otherwise("score")
    ).with_columns(verdict=pl.col("score") == 1)
    lost = found.filter(pl.col("checkpoint") == "weak", pl.col("item") < "sums-00300", pl.col("verdict"))["item"]
    runs_on = (pl.col("checkpoint") == "weak") & pl.col("item").is_in(lost.implode())
    shown = signs(broken).with_columns(
        answer_is_prefix=runs_on, runs_on=runs_on, correct_when_cut=runs_on | pl.col("correct")
    )
    told = diagnose(broken, labelled, shown, STATED, SETTINGS)
    causes = {one["cause"] for one in whole(told)["explained"]}
    assert causes == {"termination", "capability"}
    assert told.operations.filter("kept").select("operation", "other").rows() == [("comparison", "counting")]


def test_the_reference_is_the_best_on_what_all_were_asked():
    found = samples({"a": first(50, 100), "b": first(60, 100)})
    more = samples({"a": first(100, 100)}, benchmark="only a")
    labelled = pl.concat([labels([["counting"]] * 100), labels([["counting"]] * 100, "only a")])
    everything = pl.concat([found, more])
    told = diagnose(everything, labelled, signs(everything), EvaluationFacts(), SETTINGS)
    assert (told.reference, told.is_stated) == ("b", False)


@pytest.mark.parametrize(
    ("scores", "facts", "said"),
    [
        (
            {"step-9": [1.0]},
            EvaluationFacts(),
            "and 'step-9' alone has a scored output: add the outputs of another one",
        ),
        ({}, EvaluationFacts(), "and none has a scored output"),
        ({"a": [1.0], "b": [0.0]}, EvaluationFacts(reference="c"), "known: a, b"),
    ],
)
def test_an_evaluation_without_a_pair_to_compare_is_refused(scores, facts, said):
    found = samples(scores)
    with pytest.raises(NothingToCompare, match=said):
        diagnose(found, labels([["counting"]]), signs(found), facts, SETTINGS)


@pytest.mark.parametrize(
    ("facts", "said"),
    [(EvaluationFacts(), "no item was put to all"), (EvaluationFacts(reference="a"), "no other checkpoint was asked")],
)
def test_checkpoints_without_a_common_item_are_refused(facts, said):
    found = pl.concat([samples({"a": [1.0]}), samples({"b": [1.0]}, benchmark="other")])
    labelled = pl.concat([labels([["counting"]]), labels([["counting"]], "other")])
    with pytest.raises(NothingToCompare, match=said):
        diagnose(found, labelled, signs(found), facts, SETTINGS)
