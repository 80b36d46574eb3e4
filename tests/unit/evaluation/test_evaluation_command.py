"""`darwin evaluate` as a person and a program use it."""

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from darwin_assets import cli
from darwin_assets.evaluation.benchmark import load_registry
from darwin_assets.evaluation.outputs import SCHEMA
from darwin_assets.project import Project
from tests.chat_server import ChatServer

RECORD = {"question": "What is 1 + 1?", "answer": "Two.\n#### 2"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "benchmarks" / "gsm8k" / "test.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(f"{json.dumps(RECORD)}\n" * 3)
    return path.parent.parent


class Called:
    """Calls the entry point in this process."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capsys = patch, capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._patch.setattr(sys, "argv", ["darwin", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def json(self, *arguments: object) -> Any:
        return json.loads(self(*arguments, "--json")[1])


@pytest.fixture
def darwin(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    return Called(monkeypatch, capsys)


@pytest.mark.slow
def test_a_model_is_evaluated_and_its_predictions_are_read(
    darwin: Called, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = darwin.json("evaluate", "list", "--data", data)
    assert (listed["gsm8k"]["missing"], listed["math"]["missing"]) == ([], ["math/test.jsonl"])
    with ChatServer(script=lambda _messages: "\\boxed{2}") as server:
        monkeypatch.setenv("DARWIN_LLM_URL", f"{server.url}/v1")
        sampled = ("evaluate", "run", "gsm8k", "--data", data, "--temperature", 0.5, "--repeats", 2, "--out")
        done = darwin.json(*sampled, tmp_path / "out")
        assert [one["accuracy"] for one in done["metrics"]] == [1.0, 1.0]
        assert done["pass_at_k"] == {"1": 1.0, "2": 1.0}
        # the items are equal, so each repeat pays once; and nobody pays again, in another folder either
        code, out, _ = darwin(*sampled, tmp_path / "elsewhere")
        assert (code, len(server.bodies)) == (0, 2)
        assert "accuracy 1.0000 of 3: 0 cut off, 0 without an answer" in out
        assert "pass@2 1.0000" in out
    costs = darwin.json("costs")
    for word, name in (("level", "evaluation"), ("batch", "gsm8k"), ("prompt", "evaluation.gsm8k.sft")):
        assert name in str(costs[f"by_{word}"])
    read = darwin.json("evaluate", "read", tmp_path / "out", "--out", tmp_path / "rows.parquet")
    assert [(one["format"], one["benchmark"], one["rows"], one["mean"]) for one in read] == [
        ("predictions", "gsm8k", 6, 1.0)
    ]
    assert pl.read_parquet(tmp_path / "rows.parquet").schema == SCHEMA


def test_a_suite_is_averaged_only_where_it_is_whole(darwin: Called, tmp_path: Path) -> None:
    metrics = {"n_samples": 4, "accuracy": 0.25}
    for entry in ("gsm8k", "math-500"):
        samples = tmp_path / "m" / entry / "infer_logs" / "sft" / "samples"
        samples.mkdir(parents=True)
        (samples / "metrics.json").write_text(json.dumps(metrics))
        (samples / "predictions.json").write_text("[]")
    found = darwin.json("evaluate", "suite", tmp_path, "m")
    assert (found["accuracies"], found["average"], len(found["missing"])) == (
        {"GSM8K": 25.0, "MATH500": 25.0},
        None,
        13,
    )
    mine = tmp_path / "mine.yaml"
    entries = load_registry().model_dump(mode="json")["benchmarks"]
    mine.write_text(
        json.dumps({"benchmarks": entries, "suites": {"two": {"entries": {"Both": ["gsm8k", "math-500"]}}}})
    )
    code, out, _ = darwin("evaluate", "suite", tmp_path, "m", "--suite", "two", "--benchmarks", mine)
    assert (code, out.count("25.00")) == (0, 2)


def test_a_suite_takes_the_mean_of_repeats_that_are_all_finished(darwin: Called, tmp_path: Path) -> None:
    for repeat, accuracy in enumerate((0.25, 0.75)):
        samples = tmp_path / "m" / "gpqa_diamond" / "sample_logs" / str(repeat) / "sft" / "samples"
        samples.mkdir(parents=True)
        (samples / "metrics.json").write_text(json.dumps({"n_samples": 4, "accuracy": accuracy}))
        (samples / "predictions.json").write_text("[]")
    assert darwin.json("evaluate", "suite", tmp_path, "m")["accuracies"] == {"GPQA-Diamond": 50.0}
    (samples / "metrics.json").unlink()
    assert darwin.json("evaluate", "suite", tmp_path, "m")["accuracies"] == {}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("evaluate", "run", "gsm9k", "--out", "x"), "no benchmark 'gsm9k'; known: mmlu"),
        (("evaluate", "run", "gsm8k", "--out", "x", "--repeats", "2"), "temperature above 0"),
        (("evaluate", "suite", ".", "m", "--suite", "all"), "no suite 'all'; known: megascience"),
        (("evaluate", "read", ".", "--out", "x.parquet"), "no evaluation outputs"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    darwin: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    code, _, err = darwin(*arguments)
    assert (code, message in err) == (1, True)
