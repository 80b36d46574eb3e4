"""The evaluation after training: from its result one can walk back to the files of the failure."""

import json

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts, Validates
from darwin_assets.closed_loop.mapping import rules
from darwin_assets.closed_loop.mix.read import read_arm
from darwin_assets.closed_loop.mix.validation_assets import validate_evaluation
from darwin_assets.closed_loop.rule_status import statuses
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import MANIFESTS_TABLE, RULE_EVIDENCE_TABLE, VALIDATIONS_TABLE
from resources.errors import DarwinError, Unpublished
from tests.unit.closed_loop.mix_lake import EVALUATION, VALIDATION, mix_lake, results, validation
from tests.unit.closed_loop.mix_pools import PAIR

SETTINGS = ClosedLoopSettings()
STATED = Validates(evaluation=EVALUATION, before="b", targeted="t", control="c")
OTHERS = {"b": 200, "t": 202, "c": 201}


@pytest.fixture
def lake(project):
    lake = mix_lake(project)
    assert lake.mix(budget_tokens=250).promotion.verdict.passed
    return lake


def validated(lake, diagnosed: dict[str, int]):
    validation(lake.project, *results(diagnosed, OTHERS), STATED)
    return validate_evaluation(lake.project.lake, lake.project.ledger, SETTINGS, VALIDATION, "run")


@pytest.mark.parametrize(("right", "credited"), [(50, True), (16, False)])
def test_the_rules_that_the_mix_tried_get_evidence(lake, right, credited):
    done = validated(lake, {"b": 15, "t": right, "c": 15})
    stored = RULE_EVIDENCE_TABLE.read(lake.project.lake, VALIDATION)
    assert stored.equals(done.evidence)
    assert stored["rule"].to_list() == ["explained-combination"]
    assert stored["credited"].to_list() == [credited]
    assert stored["gain"].to_list() == pytest.approx([(right - 15) / 60])
    mix = read_arm(lake.project.lake, lake.project.ledger, EVALUATION, "targeted").verdict
    assert stored.select("evaluation", "validation", "mix").rows() == [(EVALUATION, VALIDATION, mix)]
    dropped_twice = [stored.with_columns(validation=pl.lit(f"2026-03-0{day}.evaluations.0001")) for day in (2, 3)]
    others = [one.with_columns(mix=pl.lit(f"{day}" * 32)) for day, one in enumerate(dropped_twice)]
    assert standing_of([stored, *dropped_twice]) == "hypothesis"
    standing = standing_of([stored, *others])
    assert standing == ("supported" if credited else "refuted")


def standing_of(evidence: list[pl.DataFrame]) -> str:
    return statuses(rules(), pl.concat(evidence), SETTINGS.rules)["explained-combination"]


def test_the_mix_that_was_trained_on_must_be_the_one_that_stands(lake):
    project = lake.project
    trained = read_arm(project.lake, project.ledger, EVALUATION, "targeted").verdict
    stated = Validates(**STATED.model_dump(exclude={"mix"}), mix=trained)
    validation(project, *results({"b": 15, "t": 50, "c": 15}, OTHERS), stated)
    assert validate_evaluation(project.lake, project.ledger, SETTINGS, VALIDATION, "run").rows.height
    drawn_again = lake.mix(budget_tokens=250, seed=9).promotion.verdict.verdict
    with pytest.raises(DarwinError, match=f"validates the mix {trained}.*stands is {drawn_again}"):
        validate_evaluation(project.lake, project.ledger, SETTINGS, VALIDATION, "run")


def test_an_evaluation_does_not_validate_itself(lake):
    stated = STATED.model_copy(update={"evaluation": VALIDATION})
    validation(lake.project, *results({"b": 15, "t": 50, "c": 15}, OTHERS), stated)
    with pytest.raises(DarwinError, match="validates itself"):
        validate_evaluation(lake.project.lake, lake.project.ledger, SETTINGS, VALIDATION, "run")


def test_one_can_walk_from_the_result_to_the_raw_samples(lake):
    validated(lake, {"b": 15, "t": 50, "c": 15})
    project = lake.project
    (written,) = VALIDATIONS_TABLE.read(project.lake, VALIDATION)["trail"].unique()
    trail = json.loads(written)
    assert list(trail) == ["diagnosis", "failure", "mix", "rules", "targets", "validation"]
    for step, key in (("failure", EVALUATION), ("validation", VALIDATION)):
        verdict = project.ledger.find(trail[step]["verdict"])
        assert (verdict.batch, verdict.level) == (key, "evaluation_samples")
    assert trail["failure"]["files"] == ["f" * 64]
    assert [cell["cell"] for cell in trail["diagnosis"]["cells"]] == ["sums"]
    assert [rule["rule"] for rule in trail["rules"]] == ["explained-combination"]
    assert trail["targets"] == [{"operations": PAIR, "weakness": 0.04}]
    mixed = project.ledger.find(trail["mix"]["verdict"])
    assert (mixed.batch, mixed.level) == (EVALUATION, "targeted_mix")
    arm = read_arm(project.lake, project.ledger, EVALUATION, "control")
    assert trail["mix"]["arms"]["control"]["rows"] == arm.rows.height
    assert trail["mix"]["arms"]["control"]["tokens"] == trail["mix"]["arms"]["targeted"]["tokens"] == 250
    assert trail["validation"]["checkpoints"] == {"before": "b", "targeted": "t", "control": "c"}


def test_an_evaluation_that_validates_nothing_has_no_validation(lake):
    validation(lake.project, *results({"b": 1, "t": 2, "c": 3}, OTHERS), STATED)
    facts = EvaluationFacts().model_dump_json()
    MANIFESTS_TABLE.write(lake.project.lake, VALIDATION, pl.DataFrame({"facts": [facts]}), "run")
    assert validate_evaluation(lake.project.lake, lake.project.ledger, SETTINGS, VALIDATION, "run") is None


def test_what_cannot_be_held_together_says_why(lake, project):
    samples, labels = results({"b": 15, "t": 50}, {"b": 200, "t": 200})
    validation(project, samples, labels, STATED)
    with pytest.raises(DarwinError, match="control is c, which has no scored item"):
        validate_evaluation(project.lake, project.ledger, SETTINGS, VALIDATION, "run")
    unmixed = STATED.model_copy(update={"evaluation": "2026-02-09.evaluations.0001"})
    validation(project, samples, labels, unmixed)
    with pytest.raises(Unpublished, match="materialize targeted_mix"):
        validate_evaluation(project.lake, project.ledger, SETTINGS, VALIDATION, "run")
