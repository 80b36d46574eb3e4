"""The evaluation after training: from its result one can walk back to the files of the failure."""

import json

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts, Validates
from darwin_assets.closed_loop.mapping import rules
from darwin_assets.closed_loop.mix.read import read_arm
from darwin_assets.closed_loop.mix.validation_assets import validate_evaluation
from darwin_assets.closed_loop.rule_status import statuses
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE, MANIFESTS_TABLE, RULE_EVIDENCE_TABLE, VALIDATIONS_TABLE
from darwin_assets.recipe import Recipe
from resources.embedder import Embedder
from resources.errors import DarwinError, Unpublished
from tests.embedding_server import EmbeddingServer
from tests.unit.closed_loop.mix_lake import EVALUATION, VALIDATION, diagnose, mix_lake, results, text_of, validation
from tests.unit.closed_loop.mix_pools import PAIR

RECIPE = Recipe()
STATED = Validates(evaluation=EVALUATION, before="b", targeted="t", control="c")
OTHERS = {"b": 200, "t": 202, "c": 201}


@pytest.fixture
def lake(project):
    lake = mix_lake(project)
    assert lake.mix(budget_tokens=250).promotion.verdict.passed
    return lake


def validate(project, embedder: Embedder | None = None):
    return validate_evaluation(project.lake, project.ledger, RECIPE, embedder or project.embedder, VALIDATION, "run")


def validated(lake, diagnosed: dict[str, int]):
    validation(lake.project, *results(diagnosed, OTHERS), STATED)
    return validate(lake.project)


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
    return statuses(rules(), pl.concat(evidence), RECIPE.closed_loop.rules)["explained-combination"]


def test_the_mix_that_was_trained_on_must_be_the_one_that_stands(lake):
    project = lake.project
    trained = read_arm(project.lake, project.ledger, EVALUATION, "targeted").verdict
    stated = Validates(**STATED.model_dump(exclude={"mix"}), mix=trained)
    validation(project, *results({"b": 15, "t": 50, "c": 15}, OTHERS), stated)
    assert validate(project).rows.height
    drawn_again = lake.mix(budget_tokens=250, seed=9).promotion.verdict.verdict
    with pytest.raises(DarwinError, match=f"validates the mix {trained}.*stands is {drawn_again}"):
        validate(project)


def test_where_several_mixes_were_published_the_manifest_must_say_which(lake):
    first = read_arm(lake.project.lake, lake.project.ledger, EVALUATION, "targeted").verdict
    second = lake.mix(budget_tokens=250, seed=9).promotion.verdict.verdict
    lake.mix(budget_tokens=1_000_000)
    with pytest.raises(DarwinError, match=rf"2 of {EVALUATION}.*{first} \(20.*, {second} \(.*validates\.mix.*manifest"):
        validated(lake, {"b": 15, "t": 50, "c": 15})
    assert VALIDATIONS_TABLE.read(lake.project.lake, VALIDATION).is_empty()


def test_a_mix_drawn_after_the_outputs_were_read_is_not_the_one_that_was_trained_on(lake):
    first = read_arm(lake.project.lake, lake.project.ledger, EVALUATION, "targeted").verdict
    assert validated(lake, {"b": 15, "t": 50, "c": 15}).rows.height
    second = lake.mix(budget_tokens=250, seed=9).promotion.verdict.verdict
    with pytest.raises(DarwinError, match=f"validates the mix {first}.*stands is {second}"):
        validate(lake.project)
    assert lake.mix(budget_tokens=250).promotion.verdict.verdict == first
    assert validate(lake.project).rows.height


def test_outputs_that_were_read_before_any_mix_validate_none(project):
    lake = mix_lake(project)
    validation(project, *results({"b": 15, "t": 50, "c": 15}, OTHERS), STATED)
    lake.mix(budget_tokens=250)
    with pytest.raises(DarwinError, match="none was published before its outputs were read"):
        validate(project)


def asked(samples: pl.DataFrame) -> pl.DataFrame:
    """With a question of thirty words for each item."""
    return samples.with_columns(question="the" + words_of("item"))


def words_of(name: str) -> pl.Expr:
    return pl.concat_str(*(pl.concat_str(pl.lit(f" ask{place}"), name) for place in range(30)))


def question(item: str) -> str:
    return "the" + "".join(f" ask{place}{item}" for place in range(30))


def all_drawn(project, *texts: str):
    """A lake with these texts too, of which both arms hold every row."""
    lake = mix_lake(project, texts=texts)
    tokens = int(AFFORDANCES_TABLE.all(project.lake)["tokens"].sum())
    assert lake.mix(budget_tokens=tokens, max_source_share=1.0).promotion.verdict.passed
    return lake


def test_items_that_stand_in_the_mix_do_not_count(project):
    """Several of them in one row; the diagnosed evaluation asked none of them."""
    together = [question(f"d{place}") for place in range(5)]
    all_drawn(project, f"{text_of(900)} {' '.join(together)}", f"{text_of(901)} {question('o7')}")
    samples, labels = results({"b": 15, "t": 50, "c": 15}, OTHERS)
    validation(project, asked(samples), labels, STATED)
    rows = validate(project).rows
    cell = rows.row(0, named=True)
    assert (cell["n"], cell["n_repeated"], cell["n_unseen"]) == (55, 5, 0)
    scores = samples.filter(pl.col("checkpoint") == "t", ~pl.col("item").is_in([f"d{place}" for place in range(5)]))
    assert cell["targeted"] == scores.filter(pl.col("item").str.starts_with("d"))["score"].mean()
    assert rows.filter(kind="others")["n_repeated"].to_list() == [1, 1]
    trail = json.loads(rows["trail"][0])
    assert trail["validation"]["repeated"] == ["d0", "d1", "d2", "d3", "d4", "o7"]
    assert trail["mix"]["arms"]["targeted"]["tokens_missing"] == 0


def test_items_that_the_mix_says_in_other_words_do_not_count_where_an_embedder_is_set(project):
    shuffled = " ".join(sorted(question("d3").split(), reverse=True))
    lake = all_drawn(project, f"{text_of(900)}\n\n{shuffled}")
    samples, labels = results({"b": 15, "t": 50, "c": 15}, OTHERS)
    validation(project, asked(samples), labels, STATED)
    assert validate(project).rows["n_repeated"][0] == 0
    with EmbeddingServer() as server:
        embedder = Embedder(engine="openai", base_urls=[server.url], backoff_seconds=0.01)
        assert validate(lake.project, embedder).rows["n_repeated"].to_list() == [1, 1, 0, 0]


def test_rows_that_are_gone_and_items_without_words_are_told(lake):
    """Neither can be held against the other side."""
    project = lake.project
    rows = read_arm(project.lake, project.ledger, EVALUATION, "targeted").rows
    others = lake.rows.filter(pl.col("id") != rows["id"][0])
    project.lake.write("published", "L3", rows["row_batch"][0], others, {})
    done = validated(lake, {"b": 15, "t": 50, "c": 15})
    assert done.rows["n_unseen"].to_list() == done.rows["n"].to_list()
    arms = json.loads(done.rows["trail"][0])["mix"]["arms"]
    assert arms["targeted"]["tokens_missing"] == rows["tokens_used"][0]


def test_an_evaluation_does_not_validate_itself(lake):
    stated = STATED.model_copy(update={"evaluation": VALIDATION})
    validation(lake.project, *results({"b": 15, "t": 50, "c": 15}, OTHERS), stated)
    with pytest.raises(DarwinError, match="validates itself"):
        validate(lake.project)


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
    assert trail["diagnosis"]["gives_targets"]
    assert [rule["rule"] for rule in trail["rules"]] == ["explained-combination"]
    assert trail["targets"] == [{"operations": PAIR, "weakness": 0.04}]
    mixed = project.ledger.find(trail["mix"]["verdict"])
    assert (mixed.batch, mixed.level) == (EVALUATION, "targeted_mix")
    arm = read_arm(project.lake, project.ledger, EVALUATION, "control")
    assert trail["mix"]["arms"]["control"]["rows"] == arm.rows.height
    assert trail["mix"]["arms"]["control"]["tokens"] == trail["mix"]["arms"]["targeted"]["tokens"] == 250
    assert trail["validation"]["checkpoints"] == {"before": "b", "targeted": "t", "control": "c"}


def test_the_trail_says_where_the_diagnosis_is_no_longer_the_one_that_the_mix_was_drawn_for(lake):
    diagnose(lake.project, 0.02)
    trail = json.loads(validated(lake, {"b": 15, "t": 50, "c": 15}).rows["trail"][0])
    assert trail["targets"] == [{"operations": PAIR, "weakness": 0.04}]
    assert not trail["diagnosis"]["gives_targets"]


def test_an_evaluation_that_validates_nothing_has_no_validation(lake):
    validation(lake.project, *results({"b": 1, "t": 2, "c": 3}, OTHERS), STATED)
    facts = EvaluationFacts().model_dump_json()
    MANIFESTS_TABLE.write(lake.project.lake, VALIDATION, pl.DataFrame({"facts": [facts]}), "run")
    assert validate(lake.project) is None


def test_what_cannot_be_held_together_says_why(lake, project):
    samples, labels = results({"b": 15, "t": 50}, {"b": 200, "t": 200})
    validation(project, samples, labels, STATED)
    with pytest.raises(DarwinError, match="control is c, which has no scored item"):
        validate(project)
    unmixed = STATED.model_copy(update={"evaluation": "2026-02-09.evaluations.0001"})
    validation(project, samples, labels, unmixed)
    with pytest.raises(Unpublished, match="materialize targeted_mix"):
        validate(project)
