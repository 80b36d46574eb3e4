"""Outputs of nine systems, as they wrote them: every sample is a row, and the sums are those that stand beside them."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from darwin_assets.evaluation.outputs import SCHEMA, Imported, UnknownFormatError, read_file, read_outputs

pytestmark = pytest.mark.shared_data

N_ROWS = {
    "lm-eval": 34, "lighteval": 4, "helm": 40, "inspect": 9, "evalscope": 1_196, "opencompass": 1_500,
    "gsm8k-solutions": 5_276, "bbh": 3_874, "tora": 2_638,
}  # fmt: skip
TORA_RIGHT = {"tora-70b-v1.0": 1_112, "tora-code-34b-v1.0": 1_064}
GSM8K_RIGHT = {"6b_finetuning": 286, "6b_verification": 515, "175b_finetuning": 458, "175b_verification": 742}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "eval-samples"


@pytest.fixture(scope="module")
def imported(folder: Path) -> Imported:
    return read_outputs(folder)


def of(imported: Imported, name: str) -> pl.DataFrame:
    return imported.samples.filter(pl.col("format") == name)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def read_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.slow
def test_every_sample_of_every_format_is_a_row_of_one_schema(imported: Imported) -> None:
    assert imported.samples.schema == SCHEMA
    assert dict(imported.samples.group_by("format").len().iter_rows()) == N_ROWS
    assert imported.samples["error"].null_count() == sum(N_ROWS.values())
    stated = imported.samples.select("benchmark", "item_id", "model", "prompt", "gold", "file")
    assert stated.null_count().sum_horizontal().item() == 0


def test_files_that_no_reader_takes_hold_no_samples(imported: Imported) -> None:
    beside = re.compile(
        r"LICENSE|\.md$|results|\.metrics$|/reports/|/predictions/|stats\.json|scenario\.json|run_spec|eval_metrics"
    )
    assert [name for name in imported.unread if not beside.search(name)] == []


def test_lm_eval(imported: Imported) -> None:
    rows = of(imported, "lm-eval")
    right = dict(rows.group_by("benchmark").agg(pl.col("verdict").sum()).iter_rows())
    assert right == {"gsm8k": 3, "mmlu_pro_plus": 9, "math_perturbed_full": 0}
    assert set(rows["subset"].drop_nulls()) == {"chemistry", "health", "psychology"}
    gsm8k = rows.filter(pl.col("benchmark") == "gsm8k")
    assert gsm8k.select("scorer", "n_shot", "temperature").unique().rows() == [("strict-match", 5, 0.0)]
    assert set(gsm8k["model"]) == {"gemma3:12b-u1", "gemma3:12b-it-q4_K_M"}
    # the chat's one turn, written as JSON text in a list: five examples and the item
    assert gsm8k["prompt"].str.count_matches("Question:").to_list() == [6] * 6
    assert gsm8k["prompt"].str.starts_with("Question: ").all()


def test_lighteval(imported: Imported) -> None:
    rows = of(imported, "lighteval").sort("benchmark", "line")
    assert rows["benchmark"].to_list() == ["anli", "anli", "squad_v2", "squad_v2"]
    assert rows["subset"].to_list() == ["r1", "r1", None, None]
    assert rows["metric"].to_list() == ["acc", "acc", "em", "em"]
    assert rows["score"].to_list() == [0.0] * 4
    assert rows["output"].to_list() == [None, None, "random baseline", "random baseline"]
    assert rows["prediction"][0].to_list() != rows["gold"][0].to_list()
    assert set(rows["model"]) == {"eee-smoke/dummy-model"}


def test_helm(imported: Imported, folder: Path) -> None:
    rows = of(imported, "helm")
    [run] = (folder / "helm").glob("mmlu*")
    state = read(run / "scenario_state.json")["request_states"]
    splits = pl.DataFrame(
        [(one["instance"]["id"], one["instance"]["split"]) for one in state], schema=["item_id", "split"], orient="row"
    )
    means = rows.join(splits, on="item_id").group_by("metric", "split").agg(pl.col("score").mean())
    stated = {
        (one["name"]["name"], one["name"]["split"]): one["mean"] for one in read(run / "stats.json") if one["count"]
    }
    assert {(metric, split): score for metric, split, score in means.iter_rows()}.items() <= stated.items()
    assert set(rows["metric"]) == {
        "exact_match", "quasi_exact_match", "prefix_exact_match", "quasi_prefix_exact_match"
    }  # fmt: skip
    exact = rows.filter(pl.col("metric") == "exact_match")
    assert (
        exact.select((pl.col("gold") == pl.col("prediction")).alias("verdict"))["verdict"].to_list()
        == exact["verdict"].to_list()
    )
    assert exact.select("model", "subset", "n_shot").unique().rows() == [("openai/gpt2", "philosophy", 5)]


def test_inspect(imported: Imported, folder: Path) -> None:
    rows = of(imported, "inspect")
    accuracy = dict(rows.group_by("model").agg(pl.col("score").mean()).iter_rows())
    logs = [read(path) for path in (folder / "inspect").glob("*.json")]
    stated = {log["eval"]["model"]: log["results"]["scores"][0]["metrics"]["accuracy"]["value"] for log in logs}
    assert accuracy == {**stated, "openai/gpt-4o": 0.0}
    archived = rows.row(by_predicate=pl.col("model") == "openai/gpt-4o", named=True)
    assert archived["file"] == "inspect/mmlu-summary-choices.eval/samples/1_epoch_1.json"
    assert (archived["gold"], archived["prediction"], archived["subset"]) == (["A"], ["C"], "college_physics")
    assert (archived["finish_reason"], archived["temperature"], archived["metric"]) == ("stop", 0.0, "accuracy")


def test_evalscope(imported: Imported, folder: Path, shared_data: Path) -> None:
    rows = of(imported, "evalscope")
    for (model,), found in rows.group_by("model"):
        report = read(folder / "evalscope-math500" / "reports" / str(model) / "math_500.json")
        assert (len(found), round(found["score"].mean(), 4)) == (report["metrics"][0]["num"], report["score"])
        levels = {one["name"]: one["score"] for one in report["metrics"][0]["categories"][0]["subsets"]}
        means = found.group_by("subset").agg(pl.col("score").mean().round(4))
        assert dict(means.iter_rows()) == {name: pytest.approx(score, abs=1e-4) for name, score in levels.items()}
    problems = read_lines(shared_data / "benchmarks/math500/test.jsonl")
    assert set(rows["item_id"]) < {one["unique_id"] for one in problems}
    # only where predictions stand beside the reviews it is known how an output ended
    ended = rows.filter(pl.col("finish_reason").is_not_null()).group_by("model", "finish_reason").len()
    assert sorted(ended.iter_rows()) == [
        ("doubao-seed-1-6-251015", "length", 1),
        ("doubao-seed-1-6-251015", "stop", 298),
        ("qwen-plus", "stop", 296),
        ("qwen-plus", "unknown", 3),
    ]


def test_opencompass(imported: Imported) -> None:
    rows = of(imported, "opencompass")
    assert dict(rows.group_by("model").len().iter_rows()) == dict.fromkeys(
        ("GPT4", "llama-2-7b-chat", "qwen-7b-chat-hf"), 500
    )
    assert rows["verdict"].null_count() == len(rows)
    assert rows.group_by("item_id").agg(pl.col("gold").n_unique())["gold"].max() == 1


def test_gsm8k_example_solutions(imported: Imported, shared_data: Path) -> None:
    rows = of(imported, "gsm8k-solutions")
    assert dict(rows.group_by("model").agg(pl.col("verdict").sum()).iter_rows()) == GSM8K_RIGHT
    problems = [one["question"] for one in read_lines(shared_data / "benchmarks/gsm8k/test.jsonl")]
    shown = rows.unique("item_id").sort(pl.col("item_id").cast(pl.Int64))["question"].to_list()
    assert shown == problems


def test_bbh(imported: Imported, folder: Path, shared_data: Path) -> None:
    rows = of(imported, "bbh")
    for (model, task), found in rows.group_by("model", "subset"):
        [metrics] = (folder / "bbh-code-davinci-002" / str(model)).glob(f"{task}_*_eval_metrics.jsonl")
        assert 100 * found["score"].mean() == pytest.approx(read(metrics)["accuracy"])
        examples = read(shared_data / "benchmarks" / "bbh" / f"{task}.json")["examples"]
        assert found["question"].to_list() == [one["input"] for one in examples]
    assert set(rows["n_shot"]) == {3}


def test_tora(imported: Imported, folder: Path) -> None:
    rows = of(imported, "tora")
    assert dict(rows.group_by("model").agg(pl.col("verdict").sum()).iter_rows()) == TORA_RIGHT
    for (model,), found in rows.group_by("model"):
        [metrics] = (folder / "tora-gsm8k" / str(model) / "gsm8k").glob("*.metrics")
        stated = re.search(r"Mean score: \[([\d.]+)\]", metrics.read_text())
        assert stated is not None
        assert round(100 * found["score"].mean(), 1) == float(stated[1])


def test_one_file_alone(folder: Path) -> None:
    [path] = (folder / "tora-gsm8k/tora-70b-v1.0/gsm8k").glob("*.jsonl")
    rows = read_file(path)
    assert (len(rows), set(rows["file"])) == (1_319, {path.name})
    with pytest.raises(UnknownFormatError, match=r"SOURCE\.md is in no known format: lm-eval, lighteval"):
        read_file(folder / "tora-gsm8k" / "SOURCE.md")
