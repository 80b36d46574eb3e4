"""Benchmarks put to a real server: what is written, what a resumed or cut-up run makes of it, and what it refuses."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from darwin_assets.evaluation.benchmark import Benchmark, EvaluationError, load_registry
from darwin_assets.evaluation.outputs import read_file
from darwin_assets.evaluation.records import NOTHING_FOUND, Metrics
from darwin_assets.evaluation.run import Plan, Stores, evaluate, merged
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from darwin_assets.evaluation.settings import EvaluationSettings
from darwin_assets.evaluation.summary import pass_at
from resources.language_model import DeltaAnswerStore, LanguageModel
from tests.chat_server import ChatServer, Fault

MODEL = "lab/team/base/checkpoint/run-7"
N_ITEMS = 7
ONE_PROCESS = ScoringSettings(n_workers=1)
REGISTRY = load_registry()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of benchmarks with sums as GSM8K writes them, the answer of item n being n + 10."""
    folder = tmp_path / "benchmarks"
    (folder / "gsm8k").mkdir(parents=True)
    lines = [
        json.dumps(
            {"question": f"What is {n} + 10?", "answer": f"Adding gives <<{n}+10={n + 10}>>{n + 10}.\n#### {n + 10}"}
        )
        for n in range(N_ITEMS)
    ]
    (folder / "gsm8k" / "test.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def plan_of(data: Path, output: Path, **settings: Any) -> Plan:
    task = settings.pop("task", "sft")
    return Plan("gsm8k", REGISTRY.find("gsm8k"), task, MODEL, data, output, EvaluationSettings(**settings), ONE_PROCESS)


def model_of(server: ChatServer) -> LanguageModel:
    return LanguageModel(
        engine="openai", base_urls=[f"{server.url}/v1"], self_test=False, backoff_seconds=0.01, max_attempts=1
    )


def first_number(prompt: str) -> int:
    return int(re.findall(r"What is (\d+)", prompt)[-1])


def even_ones_right(messages: Sequence[Mapping[str, Any]]) -> str:
    n = first_number(messages[-1]["content"])
    return f"It is \\boxed{{{n + 10 if n % 2 == 0 else 0}}}."


def run(plan: Plan, script: Callable[..., str] = even_ones_right, **options: Any) -> tuple[list[Metrics], int]:
    """The metrics, and how many requests the server saw."""
    with ChatServer(script=script) as server:
        found = evaluate(plan, model_of(server), **options)
        return found, len(server.bodies)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_predictions_and_metrics_are_those_of_the_published_toolkit(data: Path, tmp_path: Path) -> None:
    plan = plan_of(data, tmp_path / "out")
    [metrics], n_asked = run(plan)
    task = tmp_path / "out" / "team" / "base" / "checkpoint" / "run-7" / "gsm8k" / "infer_logs" / "sft"
    predictions = read(task / "samples" / "predictions.json")
    assert n_asked == N_ITEMS
    assert metrics == read(task / "samples" / "metrics.json")
    assert (metrics["n_samples"], metrics["accuracy"]) == (N_ITEMS, pytest.approx(4 / 7))
    prompt = "Solve the following problem step by step. Put your final answer in \\boxed{}.\n\nWhat is 1 + 10?"
    assert predictions[1] == {
        "dataset": "gsm8k",
        "id": "gsm8k-test-1-0",
        "messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": ""}],
        "answer": "11",
        "reference": "Adding gives 11.",
        "question": "What is 1 + 10?",
        "prompt": prompt,
        "model_output": "It is \\boxed{0}.",
        "prediction": "0",
        "accuracy": 0,
        "finish_reason": "stop",
        "truncated": False,
        "status": "scored",
        "reason": "different",
    }
    asked = [json.loads(line) for line in (task / "test_data" / "test.jsonl").read_text().splitlines()]
    assert [one["id"] for one in asked] == [one["id"] for one in predictions]
    assert "model_output" not in asked[0]


@pytest.mark.slow
def test_our_own_predictions_are_read_like_those_of_others(data: Path, tmp_path: Path) -> None:
    plan = plan_of(data, tmp_path / "out")
    run(plan)
    samples = read_file(plan.folder(None).predictions())
    assert samples["error"].null_count() == N_ITEMS
    assert samples["verdict"].to_list() == [n % 2 == 0 for n in range(N_ITEMS)]
    assert samples.select("model", "temperature", "n_shot", "scorer").unique().rows() == [(MODEL, 0.0, 0, "maths")]
    assert samples["question"][1] == "What is 1 + 10?"


@pytest.mark.slow
def test_a_finished_run_is_not_asked_again(data: Path, tmp_path: Path) -> None:
    plan = plan_of(data, tmp_path / "out")
    first, _ = run(plan)
    again, n_asked = run(plan)
    assert (again, n_asked) == (first, 0)


@pytest.mark.slow
def test_shards_merge_into_the_run_in_one_piece(data: Path, tmp_path: Path) -> None:
    whole, shards = plan_of(data, tmp_path / "whole"), plan_of(data, tmp_path / "shards", n_shards=3)
    assert run(shards)[0] == run(whole)[0]
    assert read(shards.folder(None).predictions()) == read(whole.folder(None).predictions())
    assert [len(read(shards.folder(None).predictions(shard))) for shard in range(3)] == [3, 2, 2]


@pytest.mark.slow
def test_a_resumed_run_counts_the_shards_that_were_finished_before(data: Path, tmp_path: Path) -> None:
    """Defect 5: the published merge leaves out shards that a resumed run did not do itself."""
    plan = plan_of(data, tmp_path / "out", n_shards=3)
    assert run(plan, shards=[1]) == ([], 2)
    with pytest.raises(EvaluationError, match="lacks shards 0, 2 of 3"):
        merged(plan)
    [metrics], n_asked = run(plan)
    assert n_asked == 5
    assert (metrics["n_samples"], metrics["accuracy"]) == (N_ITEMS, pytest.approx(4 / 7))
    assert merged(plan) == [metrics]


@pytest.mark.slow
def test_only_shards_of_the_run_are_merged(data: Path, tmp_path: Path) -> None:
    """Defect 5: the published merge takes files by a digit anywhere in their path, and "run-7" has one here."""
    plan = plan_of(data, tmp_path / "out" / "2", n_shards=2)
    run(plan)
    plan.folder(None).metrics(7).write_text('{"n_samples": 100, "accuracy": 0.0}')
    with pytest.raises(EvaluationError, match="holds shards 7, which a run of 2 has not"):
        merged(plan)


@pytest.mark.slow
def test_a_run_that_was_cut_short_asks_only_what_it_has_no_answer_to(data: Path, tmp_path: Path) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()
    plan = plan_of(data, tmp_path / "out")
    down = Fault("status", 500)
    with (
        ChatServer(
            lambda prompt, _attempt: down if first_number(prompt) == 3 else None, script=even_ones_right
        ) as server,
        pytest.raises(EvaluationError, match=r"1 of 7 items got no answer .*run again"),
    ):
        evaluate(plan, model_of(server), Stores(store))
    assert not plan.folder(None).metrics().exists()
    [metrics], n_asked = run(plan, stores=Stores(store))
    assert n_asked == 1
    assert metrics["accuracy"] == pytest.approx(4 / 7)


@pytest.mark.slow
def test_outputs_that_were_cut_off_are_marked_and_asked_for_once(data: Path, tmp_path: Path) -> None:
    """Defect 8: cut off and wrong could not be told apart."""
    plan = plan_of(data, tmp_path / "out")
    with ChatServer(lambda _prompt, _attempt: Fault("length"), script=even_ones_right) as server:
        [metrics] = evaluate(plan, model_of(server))
        assert set(server.sent.values()) == {1}
    assert (metrics["n_truncated"], metrics["n_no_answer"], metrics["accuracy"]) == (N_ITEMS, N_ITEMS, 0.0)
    samples = read_file(plan.folder(None).predictions())
    assert set(samples["finish_reason"]) == {"length"}
    assert samples["prediction"].to_list() == [[]] * N_ITEMS
    assert read(plan.folder(None).predictions())[0]["prediction"] == NOTHING_FOUND


@pytest.mark.slow
def test_outputs_without_content_or_in_a_loop_are_scored_as_they_are(data: Path, tmp_path: Path) -> None:
    kinds = ("no_content", "loop", "repetition")
    plan = plan_of(data, tmp_path / "out")
    with ChatServer(lambda prompt, _attempt: Fault(kinds[first_number(prompt) % 3]), script=even_ones_right) as server:
        [metrics] = evaluate(plan, model_of(server))
        assert set(server.sent.values()) == {1}
    assert metrics["n_samples"] == N_ITEMS
    assert metrics["n_no_answer"] == 3  # no content; what loops gave its answer first


@pytest.mark.slow
def test_an_item_that_the_server_refuses_for_good_has_no_answer(data: Path, tmp_path: Path) -> None:
    plan = plan_of(data, tmp_path / "out")
    too_long = Fault("status", 413)
    with ChatServer(
        lambda prompt, _attempt: too_long if first_number(prompt) == 0 else None, script=even_ones_right
    ) as server:
        [metrics] = evaluate(plan, model_of(server))
    assert (metrics["n_no_answer"], metrics["accuracy"]) == (1, pytest.approx(3 / 7))
    assert read(plan.folder(None).predictions())[0]["finish_reason"] == "too_long"


@pytest.mark.slow
def test_repeats_stand_in_numbered_folders_and_differ_in_their_seed(data: Path, tmp_path: Path) -> None:
    plan = plan_of(data, tmp_path / "out", n_repeats=3, temperature=0.7)
    with ChatServer(script=even_ones_right) as server:
        metrics = evaluate(plan, model_of(server))
        seeds = {body["seed"] for body in server.bodies}
    assert seeds == {42, 43, 44}
    assert len(metrics) == 3
    folders = [plan.folder(repeat).path.relative_to(tmp_path / "out").parts[-3:] for repeat in range(3)]
    assert folders == [("sample_logs", str(repeat), "sft") for repeat in range(3)]
    repeats = [read(plan.folder(repeat).predictions()) for repeat in range(3)]
    assert pass_at(repeats, 1) == pytest.approx(4 / 7)
    assert read_file(plan.folder(2).predictions())["sample"].to_list() == [2] * N_ITEMS
    more, n_asked = run(plan_of(data, tmp_path / "out", n_repeats=4, temperature=0.7))
    assert (more[:3], n_asked) == (metrics, N_ITEMS)


def test_repeats_need_a_temperature() -> None:
    with pytest.raises(ValidationError, match="temperature above 0"):
        EvaluationSettings(n_repeats=2)


@pytest.mark.slow
def test_a_base_model_sees_solved_problems_and_is_read_up_to_its_next_one(data: Path, tmp_path: Path) -> None:
    def goes_on(messages: Sequence[Mapping[str, Any]]) -> str:
        said = even_ones_right(messages)
        return f"{said}\n\nProblem:\nWhat is 1 + 1?\n\nSolution:\nThe final answer is $\\boxed{{2}}$."

    plan = plan_of(data, tmp_path / "out", task="cot")
    [metrics], _ = run(plan, goes_on)
    assert metrics["accuracy"] == pytest.approx(4 / 7)
    assert set(read_file(plan.folder(None).predictions())["n_shot"]) == {4}
    prompt = read(plan.folder(None).predictions())[5]["prompt"]
    assert prompt.count("Problem:") == prompt.count("Solution:") == 5
    assert prompt.endswith("Problem:\nWhat is 5 + 10?\n\nSolution:")


@pytest.mark.slow
def test_a_scorer_that_hangs_is_counted_and_holds_nothing_up(data: Path, tmp_path: Path) -> None:
    plan = replace(plan_of(data, tmp_path / "out"), scoring=ScoringSettings(n_workers=1, seconds=0.5))
    hangs = "\\boxed{2^{10000000000}+x}"
    [metrics], _ = run(plan, lambda messages: hangs if "What is 3" in str(messages) else even_ones_right(messages))
    assert (metrics["n_timeout"], metrics["n_failed"], metrics["accuracy"]) == (1, 0, pytest.approx(4 / 7))
    assert read(plan.folder(None).predictions())[3]["status"] == "timeout"


def last_word(output: str) -> str:
    """An answer_extraction_fn that does not foresee an output of one word."""
    return output.rstrip(".").split()[1]


@pytest.mark.slow
def test_an_extraction_that_fails_costs_one_item(data: Path, tmp_path: Path) -> None:
    """Defect 4: any exception while scoring ended the whole run."""
    benchmark = Benchmark(
        **REGISTRY.find("gsm8k").model_dump() | {"answer_extraction_fn": f"{__name__}:last_word", "eval_fn": "text"}
    )
    plan = replace(plan_of(data, tmp_path / "out"), benchmark=benchmark)
    [metrics], _ = run(plan, lambda messages: "What?" if first_number(messages[-1]["content"]) == 2 else "Surely 13.")
    assert (metrics["n_failed"], metrics["accuracy"]) == (1, pytest.approx(1 / 7))
    assert [(one["status"], one["reason"]) for one in read(plan.folder(None).predictions())[2:4]] == [
        ("error", "IndexError"),
        ("scored", "text"),
    ]


@pytest.mark.slow
def test_an_extraction_sees_what_belongs_to_its_item(data: Path, tmp_path: Path) -> None:
    like_bbh = REGISTRY.find("bbh").model_dump(include={"answer_extraction_fn", "eval_fn"})
    benchmark = Benchmark(**REGISTRY.find("gsm8k").model_dump() | like_bbh)
    plan = replace(plan_of(data, tmp_path / "out", task="cot"), benchmark=benchmark)
    goes_on = "So the answer is 13.\n\nProblem:\nAnother one\n\nSolution:\nSo the answer is 5."
    [metrics], _ = run(plan, lambda _messages: goes_on)
    assert metrics["accuracy"] == pytest.approx(1 / 7)
    assert {one["prediction"] for one in read(plan.folder(None).predictions())} == {"13"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "named"), [({"temperature": 0.5}, "temperature"), ({"n_shards": 2}, "n_shards"), ({"seed": 1}, "seed")]
)
def test_a_folder_keeps_to_one_run(data: Path, tmp_path: Path, changed: dict[str, Any], named: str) -> None:
    run(plan_of(data, tmp_path / "out"))
    with pytest.raises(EvaluationError, match=f"holds a run with other {named}; choose another output folder"):
        run(plan_of(data, tmp_path / "out", **changed))


def test_a_folder_of_unknown_results_is_left_alone(data: Path, tmp_path: Path) -> None:
    plan = plan_of(data, tmp_path / "out")
    samples = plan.folder(None).predictions()
    samples.parent.mkdir(parents=True)
    samples.write_text("[]")
    with pytest.raises(EvaluationError, match="results that say not of what"):
        run(plan)


def test_what_cannot_be_run_is_refused_before_anything_is_asked(data: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"math lacks its test set: put math/test\.jsonl into"):
        run(Plan("math", REGISTRY.find("math"), "sft", MODEL, data, tmp_path))
    with pytest.raises(EvaluationError, match="0 to n_shards - 1"):
        run(plan_of(data, tmp_path, n_shards=2), shards=[2])
    sft_only = REGISTRY.find("gsm8k").model_copy(update={"tasks": ("sft",)})
    with pytest.raises(EvaluationError, match="no task 'cot', only sft"):
        run(Plan("gsm8k", sft_only, "cot", MODEL, data, tmp_path))
