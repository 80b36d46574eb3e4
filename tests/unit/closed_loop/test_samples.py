"""Outputs as samples: items that are the same for all checkpoints, one metric a benchmark, nothing that counts twice."""

import json

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import Checkpoint, EvaluationFacts
from darwin_assets.acquire.manifest import ManifestError
from darwin_assets.closed_loop.columns import SAMPLES
from darwin_assets.closed_loop.evaluation_samples import judged
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.samples import REPEATED, item_hash, normalize, other_questions
from darwin_assets.closed_loop.statistics.outcomes import outcomes
from darwin_assets.evaluation.outputs import SCHEMA
from tests.evaluations import solutions


def outputs(*rows: dict[str, object]) -> pl.DataFrame:
    known = {"format": "lm-eval", "benchmark": "gsm8k", "item_id": "0", "model": "a", "metric": "acc", "score": 1.0}
    filled = [{"sample": 0, "file": "a/x.jsonl", "line": 1, "verdict": True, **known, **row} for row in rows]
    return pl.DataFrame(filled, schema=SCHEMA)


def normalized(*rows: dict[str, object], facts: EvaluationFacts | None = None) -> pl.DataFrame:
    return normalize(outputs(*rows), facts or EvaluationFacts(), {"a/x.jsonl": "f" * 64})


def primaries(samples: pl.DataFrame) -> list[tuple[str, str]]:
    chosen = samples.filter("primary").select("checkpoint", "metric").unique().sort("checkpoint", "metric")
    return [(checkpoint, metric) for checkpoint, metric in chosen.iter_rows()]


def test_a_number_that_no_column_holds_is_an_error_of_its_record_alone(tmp_path):
    large = solutions(3, 1).replace("true", f"{10**400}", 1)
    (tmp_path / "solutions.jsonl").write_text(large, encoding="utf-8")
    samples = read_folder(tmp_path).samples
    assert samples["error"].drop_nulls().to_list() == ["record.unexpected_shape"]
    assert samples.filter(pl.col("error").is_null()).height == 4


def test_an_item_has_one_name_whoever_is_asked():
    samples = normalized({"model": "a"}, {"model": "b"}, {"item_id": "1"}, {"subset": "hard"}, {"benchmark": "math"})
    assert samples.schema == SAMPLES
    assert samples["item"].to_list()[0] == samples["item"].to_list()[1] == item_hash("gsm8k", None, "0")
    assert samples["item"].n_unique() == 4


def test_a_checkpoint_has_the_name_that_the_manifest_gives_it():
    facts = EvaluationFacts(checkpoints={"before": Checkpoint(model="a"), "b": Checkpoint()})
    samples = normalized(
        {"model": "a"},
        {"model": "b"},
        {"model": None, "file": "runs/c/x.jsonl"},
        {"model": None, "file": "x"},
        facts=facts,
    )
    assert samples["checkpoint"].to_list() == ["before", "b", "c", "unnamed"]


def test_the_metric_that_most_checkpoints_share_is_the_one():
    both = [{"model": model, "metric": "strict"} for model in "ab"]
    samples = normalized({"model": "a", "metric": "loose"}, *both)
    assert primaries(samples) == [("a", "strict"), ("b", "strict")]


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_not_finite_is_none_and_costs_nobody_else_the_metric(score):
    unscored = {"model": "a", "score": score, "verdict": None}
    samples = normalized(unscored, {"model": "a", "item_id": "1"}, {"model": "b"})
    assert samples["score"].to_list() == [None, 1.0, 1.0]
    assert primaries(samples) == [("a", "acc"), ("b", "acc")]
    assert judged(samples).facts["n_unscored"] == 1


def test_of_several_the_one_with_verdicts_and_then_the_first_is_taken():
    partly = {"metric": "f1", "score": 0.3, "verdict": None}
    assert primaries(normalized(partly, {"metric": "exact"}, {"metric": "quasi"})) == [("a", "exact")]


def test_a_checkpoint_without_the_shared_metric_is_told_by_its_own():
    samples = normalized({"model": "a"}, {"model": "b"}, {"model": "c", "metric": "is_correct"})
    assert primaries(samples) == [("a", "acc"), ("b", "acc"), ("c", "is_correct")]


def test_what_is_no_share_of_right_is_never_compared():
    assert primaries(normalized({"metric": "perplexity", "score": 12.5, "verdict": None})) == []


def test_a_verdict_alone_is_a_score_too():
    samples = normalized({"metric": "judged", "score": None}, {"metric": "judged", "score": None, "model": "b"}, {})
    assert primaries(samples) == [("a", "judged"), ("b", "judged")]
    assert outcomes(samples)["score"].to_list() == [1.0, 1.0]


def test_a_right_answer_that_is_null_is_none():
    samples = normalized({"gold": ["7", None]}, {"item_id": "1", "gold": [None]}, {"item_id": "2", "gold": None})
    assert samples["gold"].to_list() == [["7"], [], None]


def test_an_output_that_nobody_scored_is_there_without_a_score():
    samples = normalized({"metric": None, "score": None, "verdict": None})
    assert samples["primary"].to_list() == [True]


def test_metrics_are_told_apart_by_their_scorer():
    strict, flexible = ({"metric": "exact_match", "scorer": scorer} for scorer in ("strict-match", "flexible-extract"))
    samples = normalized(strict, flexible)
    assert samples["primary"].to_list() == [True, False]


def test_an_output_that_stands_there_twice_counts_once():
    samples = normalized({}, {"line": 2}, {"line": 3, "sample": 1})
    assert samples["error"].to_list() == [None, REPEATED, None]
    assert samples["primary"].to_list() == [True, False, True]
    assert samples["item"].to_list()[1] is None


def test_what_could_not_be_read_stays_as_an_error():
    samples = normalized({}, {"error": "json.malformed", "metric": None, "model": None, "item_id": None})
    assert samples.filter(pl.col("error").is_not_null()).select("item", "checkpoint", "primary").rows() == [
        (None, None, False)
    ]


def test_a_member_of_an_archive_has_the_hash_of_the_archive():
    found = normalize(outputs({"file": "log.eval/samples/1.json"}), EvaluationFacts(), {"log.eval": "e" * 64})
    assert found["file_sha256"].to_list() == ["e" * 64]


@pytest.mark.parametrize(("question", "n"), [("How  many\napples?", 0), ("How many pears?", 1)])
def test_different_questions_under_one_name_are_seen(question, n):
    assert other_questions(normalized({"question": "How many apples?"}, {"model": "b", "question": question})) == n


def test_an_output_without_a_checkpoint_is_counted_by_the_gate():
    named = {"model": "a", "file": "a/x.jsonl"}
    assert judged(normalized(named)).facts["n_unnamed"] == 0
    assert judged(normalized(named, {"model": None, "file": "x"})).facts["n_unnamed"] == 1


def test_two_models_are_never_one_checkpoint(tmp_path):
    lines = (
        {
            "question": "q",
            "ground_truth": "1",
            **{name: {"solution": "1", "is_correct": True} for name in ("base", "m-1")},
        },
    )
    (tmp_path / "solutions.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    clash = EvaluationFacts(checkpoints={"base": Checkpoint(model="m-1")})
    with pytest.raises(ManifestError, match="base: a model of the files has this name too"):
        read_folder(tmp_path, clash)
