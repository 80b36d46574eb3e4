"""Outputs that are unusual or broken: what can be read is read, the rest is a row that says why, and nothing is quoted."""

import json
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.evaluation.outputs import SCHEMA, Sample, UnknownFormatError, read_file, read_outputs

SECRET = "the text of an item"
TIME = "2025-09-09T13-31-53.431753"
LM_EVAL = f"samples_task_a_{TIME}.jsonl"


def lines(*records: Any) -> str:
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in records)


def sample(**changes: Any) -> dict[str, Any]:
    """A line as lm-evaluation-harness writes it."""
    record = {
        "doc_id": 4,
        "doc": {"question": SECRET},
        "target": "7",
        "arguments": {"gen_args_0": {"arg_0": "Q", "arg_1": {"temperature": 0.6}}},
        "resps": [["the 7"]],
        "filtered_resps": ["7"],
        "filter": "none",
        "metrics": ["exact_match"],
        "exact_match": 1.0,
    }
    return {name: value for name, value in {**record, **changes}.items() if value is not None}


def review(**changes: Any) -> dict[str, Any]:
    """A line as EvalScope writes it."""
    score = {"value": {"acc": 1.0}, "extracted_prediction": "7", "prediction": "so 7"}
    scored = {"score": score, "sample_id": 0, "group_id": 0, "sample_metadata": {}}
    return {
        "index": 0,
        "input": "**System**: \nBe brief.\n\n**User**: \nHow many?",
        "target": "7",
        "sample_score": scored,
    } | changes


def log(*samples: Mapping[str, Any], **eval_changes: Any) -> dict[str, Any]:
    """A log as Inspect writes it."""
    return {
        "version": 2,
        "status": "success",
        "eval": {"task": "suite/sums", "model": "m", **eval_changes},
        "results": {"scores": [{"name": "match", "metrics": {"accuracy": {"value": 1.0}}}]},
        "samples": list(samples),
    }


def inspected(value: Any, **changes: Any) -> dict[str, Any]:
    return {
        "id": "s1", "epoch": 2, "input": "How many?", "target": ["7", "seven"],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "attachment://abc", "source": "input"},
            {"role": "assistant", "content": "7", "source": "generate"},
        ],
        "attachments": {"abc": "How many?"},
        "output": {"completion": "7", "choices": [{"stop_reason": "max_tokens"}]},
        "scores": {"match": {"value": value, "answer": "7"}},
    } | changes  # fmt: skip


def at(tmp_path: Path, name: str, content: Any) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_the_fields_of_a_sample_are_the_columns_in_their_order() -> None:
    assert list(SCHEMA) == list(Sample.__slots__)


def test_a_broken_record_is_a_row_and_the_others_are_read(tmp_path: Path) -> None:
    broken = {
        '{"doc_id": 5, "doc": {"ques': ("json.malformed", None),
        json.dumps(sample(target=None)): ("record.missing_field", "target"),
        json.dumps(sample(resps=[])): ("record.unexpected_shape", "IndexError"),
        json.dumps(sample(arguments={})): ("record.unexpected_shape", "ValueError"),
        json.dumps(sample(exact_match=None)): ("record.missing_field", "the value of a metric"),
        "[1, 2]": ("record.unexpected_shape", "TypeError"),
    }
    rows = read_file(at(tmp_path, LM_EVAL, lines(sample(), *broken, sample())))
    assert rows["line"].to_list() == list(range(1, len(broken) + 3))
    assert rows["verdict"].to_list() == [True, *[None] * len(broken), True]
    assert rows.select("error", "error_detail").rows()[1:-1] == list(broken.values())
    assert set(rows["format"]) == {"lm-eval"}
    faults = rows.filter(pl.col("error").is_not_null())
    assert SECRET not in str(faults.rows())


@pytest.mark.parametrize("name", [LM_EVAL, "solutions.jsonl"])
def test_a_byte_order_mark_and_line_ends_of_windows_cost_no_record(tmp_path: Path, name: str) -> None:
    solved = {"question": "How many?", "ground_truth": "7", "large": {"is_correct": True, "solution": "7"}}
    text = lines(*[sample() if name == LM_EVAL else json.dumps(solved)] * 2).replace("\n", "\r\n")
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    rows = read_file(tmp_path / name)
    assert rows.select("line", "verdict", "error").rows() == [(1, True, None), (2, True, None)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"filter": 3}, "scorer"),
        ({"resps": [["a", 5]]}, "output"),
        ({"arguments": {"a": {"arg_0": ["[]"], "arg_1": 1}}}, None),
    ],
)
def test_a_value_that_no_column_holds_costs_one_row(tmp_path: Path, changes: dict[str, Any], field: str | None) -> None:
    rows = read_file(at(tmp_path, LM_EVAL, lines(sample(**changes), sample())))
    assert rows["error_detail"].to_list()[0] == field
    assert rows["verdict"].to_list()[-1] is True


def test_half_a_character_at_the_end_of_an_output_is_replaced(tmp_path: Path) -> None:
    rows = read_file(at(tmp_path, LM_EVAL, lines(sample(resps=[["so \ud83d"]], filtered_resps=["\udc00"]))))
    assert rows.select("output", "prediction", "error").rows() == [("so \ufffd", ["\ufffd"], None)]


def test_a_line_of_each_filter_and_each_metric_is_a_row(tmp_path: Path) -> None:
    two = sample(metrics=["exact_match", "f1"], f1=0.5)
    strict = sample(filter="strict", exact_match=0.0)
    rows = read_file(at(tmp_path, LM_EVAL, lines(two, strict)))
    assert rows.select("item_id", "scorer", "metric", "score", "verdict").rows() == [
        ("4", "none", "exact_match", 1.0, True),
        ("4", "none", "f1", 0.5, None),
        ("4", "strict", "exact_match", 0.0, False),
    ]


@pytest.mark.parametrize("value", [[0.1, 2], {"tp": 1}, "high", float("nan")])
def test_a_metric_that_is_no_number_gives_no_score(tmp_path: Path, value: Any) -> None:
    rows = read_file(at(tmp_path, LM_EVAL, lines(sample(exact_match=value))))
    assert rows.select("metric", "score", "verdict", "error").rows() == [("exact_match", None, None, None)]


def test_likelihoods_have_no_output(tmp_path: Path) -> None:
    weighed = sample(
        arguments={"gen_args_0": {"arg_0": "Q", "arg_1": " 7"}}, resps=[[[-1.5, True]]], filtered_resps=[[-1.5, True]]
    )
    rows = read_file(at(tmp_path, LM_EVAL, lines(weighed)))
    assert rows.select("output", "prediction", "temperature", "verdict").rows() == [(None, None, None, True)]


def test_further_outputs_for_one_prompt_are_rows_without_a_score(tmp_path: Path) -> None:
    rows = read_file(at(tmp_path, LM_EVAL, lines(sample(resps=[["a", "b", "c"]]))))
    assert rows.select("sample", "output", "verdict").rows() == [(0, "a", True), (1, "b", None), (2, "c", None)]


def test_further_outputs_are_told_once_however_many_filters_there_are(tmp_path: Path) -> None:
    said = [
        sample(doc_id=document, filter=name, resps=[["a", "b", "c"]])
        for document in (1, 2)
        for name in ("first", "vote")
    ]
    rows = read_file(at(tmp_path, LM_EVAL, lines(*said)))
    one = [("first", 0, True), (None, 1, None), (None, 2, None), ("vote", 0, True)]
    assert rows.select("scorer", "sample", "verdict").rows() == one * 2


def test_a_chat_with_a_system_message(tmp_path: Path) -> None:
    chat = json.dumps([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Q"}])
    rows = read_file(
        at(tmp_path, LM_EVAL, lines(sample(arguments={"a": {"arg_0": [chat], "arg_1": {"do_sample": False}}})))
    )
    assert rows.select("system", "prompt", "temperature").rows() == [("Be brief.", "Q", 0.0)]


def test_the_arguments_of_older_versions_are_lists(tmp_path: Path) -> None:
    rows = read_file(at(tmp_path, LM_EVAL, lines(sample(arguments=[["Q", {"temperature": 0.2}]]))))
    assert rows.select("prompt", "temperature", "error").rows() == [("Q", 0.2, None)]


def test_a_broken_results_file_leaves_the_run_unknown(tmp_path: Path) -> None:
    at(tmp_path, f"results_{TIME}.json", "{")
    rows = read_file(at(tmp_path, LM_EVAL, lines(sample())))
    assert rows.select("benchmark", "subset", "model", "n_shot", "verdict").rows() == [
        ("task_a", None, None, None, True)
    ]


@pytest.mark.parametrize(
    ("value", "score", "verdict"),
    [
        ("C", 1.0, True),
        ("I", 0.0, False),
        ("P", 0.5, None),
        ("N", 0.0, False),
        (0.25, 0.25, None),
        (True, 1.0, True),
        ("?", None, None),
    ],
)
def test_values_of_inspect(tmp_path: Path, value: Any, score: float | None, verdict: bool | None) -> None:
    rows = read_file(at(tmp_path, "log.json", log(inspected(value))))
    assert rows.select("score", "verdict", "metric", "scorer", "sample", "finish_reason").rows() == [
        (score, verdict, "accuracy", "match", 1, "length")
    ]
    assert rows.select("system", "prompt", "gold").rows() == [("Be brief.", "How many?", ["7", "seven"])]


def test_a_score_of_inspect_with_several_values_is_several_rows(tmp_path: Path) -> None:
    rows = read_file(at(tmp_path, "log.json", log(inspected({"right": "C", "style": 0.5}))))
    assert rows.select("metric", "score").rows() == [("right", 1.0), ("style", 0.5)]


def test_logs_of_inspect_without_what_is_looked_for(tmp_path: Path) -> None:
    at(tmp_path, "empty.json", log())
    at(tmp_path, "failed.json", log(inspected("C", error={"message": SECRET})))
    at(tmp_path, "unscored.json", log(inspected("C", scores=None)))
    at(tmp_path, "broken.eval", "PK not a zip file")
    rows = read_outputs(tmp_path).samples
    assert rows.select("file", "error", "verdict").rows() == [
        ("broken.eval", "inspect.malformed_archive", None),
        ("empty.json", "inspect.no_samples", None),
        ("failed.json", "inspect.sample_failed", None),
        ("unscored.json", None, None),
    ]


def test_an_archive_in_a_compression_that_python_lacks(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", "{}")
    bytes_of = path.read_bytes()
    stored, zstandard = (0).to_bytes(2, "little"), (93).to_bytes(2, "little")
    local, central = bytes_of.index(b"PK\x03\x04") + 8, bytes_of.index(b"PK\x01\x02") + 10
    assert bytes_of[local : local + 2] == bytes_of[central : central + 2] == stored
    path.write_bytes(bytes_of[:local] + zstandard + bytes_of[local + 2 : central] + zstandard + bytes_of[central + 2 :])
    if sys.version_info >= (3, 14):
        pytest.skip("Zstandard is known here")
    assert read_file(path).select("error", "error_detail").rows() == [
        ("inspect.unsupported_compression", "convert it: inspect log convert --to json")
    ]


def test_an_archive_with_one_broken_member(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as archive:
        archive.writestr("header.json", json.dumps({key: value for key, value in log().items() if key != "samples"}))
        archive.writestr("samples/1_epoch_1.json", json.dumps(inspected("C")))
        archive.writestr("samples/2_epoch_1.json", "{")
    rows = read_outputs(tmp_path).samples
    assert rows.select("file", "verdict", "error").rows() == [
        ("log.eval/samples/1_epoch_1.json", True, None),
        ("log.eval/samples/2_epoch_1.json", None, "json.malformed"),
    ]


def test_evalscope_without_report_or_predictions(tmp_path: Path) -> None:
    again = review(index=1)
    at(tmp_path, "reviews/m/gsm8k_main.jsonl", lines(review(), again, review(input=None)))
    rows = read_outputs(tmp_path).samples
    assert rows.select("benchmark", "subset", "model", "system", "prompt", "output", "sample", "error").rows() == [
        ("gsm8k_main", None, "m", "Be brief.", "How many?", "so 7", 0, None),
        ("gsm8k_main", None, "m", "Be brief.", "How many?", "so 7", 1, None),
        (None, None, None, None, None, None, 0, "record.unexpected_shape"),
    ]


def test_broken_predictions_of_evalscope_leave_the_ending_unknown(tmp_path: Path) -> None:
    at(tmp_path, "reviews/m/gsm8k.jsonl", lines(review(), review(index=1)))
    ended = {
        "index": 1,
        "model_output": {"choices": [{"stop_reason": "max_tokens", "message": {"content": "all of it"}}]},
    }
    at(tmp_path, "predictions/m/gsm8k.jsonl", lines({"index": 0, "model_output": None}, "{", ended))
    rows = read_outputs(tmp_path).samples
    assert rows.select("finish_reason", "output").rows() == [(None, "so 7"), ("length", "all of it")]


def test_helm_names_the_file_that_is_missing(tmp_path: Path) -> None:
    rows = read_file(at(tmp_path, "scenario_state.json", {"request_states": []}))
    assert rows.select("format", "error", "error_detail").rows() == [("helm", "file.unreadable", "run_spec.json")]


def test_details_of_lighteval_that_are_broken_or_of_another_version(tmp_path: Path) -> None:
    at(tmp_path, f"details_suite|a|3_{TIME}.parquet", "PAR1 and then nothing")
    pl.DataFrame({"example": ["Q"]}).write_parquet(tmp_path / f"details_b|0_{TIME}.parquet")
    weighed = {
        "doc": {"id": "1", "query": "Q", "choices": ["a", "b"], "gold_index": 0},
        "metric": {"acc": 1},
        "model_response": {"text": None, "logprobs": [-1.0, -2.0]},
    }
    pl.DataFrame([weighed]).write_parquet(tmp_path / f"details_suite|c:d|5|0_{TIME}.parquet")
    rows = read_outputs(tmp_path).samples
    assert rows.select("format", "error", "error_detail").rows() == [
        ("lighteval", "record.missing_field", "doc"),
        ("lighteval", "parquet.malformed", None),
        ("lighteval", None, None),
    ]
    assert rows.select("benchmark", "subset", "n_shot", "prediction", "verdict").row(-1) == ("c", "d", 5, ["a"], True)


def test_newer_opencompass_calls_its_answer_gold(tmp_path: Path) -> None:
    turns = [
        {"role": "SYSTEM", "prompt": "Be brief."},
        {"role": "HUMAN", "prompt": "a"},
        {"role": "BOT", "prompt": "b"},
    ]
    content = {
        "0": {"origin_prompt": turns, "prediction": ["x", "y"], "gold": ["1", "2"]},
        "1": {"origin_prompt": "a", "prediction": "x"},
    }
    rows = read_outputs(at(tmp_path, "model/sums.json", content).parent.parent).samples
    assert rows.select("item_id", "sample", "output", "system", "prompt", "gold", "error").rows() == [
        ("0", 0, "x", "Be brief.", "HUMAN: a\n\nBOT: b", ["1", "2"], None),
        ("0", 1, "y", "Be brief.", "HUMAN: a\n\nBOT: b", ["1", "2"], None),
        (None, 0, None, None, None, None, "record.missing_field"),
    ]


@pytest.mark.parametrize("accuracy", [1, 1.0])
@pytest.mark.parametrize("as_array", [True, False])
def test_published_predictions_in_both_shapes(tmp_path: Path, accuracy: float, as_array: bool) -> None:
    """Defect 9 of papers.md §3.7: the documentation and the code differ in both."""
    record = {
        "dataset": "math-500", "id": "math-500-test-0-0", "answer": ["1", "2"], "reference": "", "model_output": "1, 2",
        "messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": ""}],
        "prediction": ["1", "2"], "accuracy": accuracy,
    }  # fmt: skip
    wrong = record | {"prediction": "placeholder", "accuracy": 0 * accuracy}
    records = [record, wrong]
    path = "out/lab/model-7b/math-500/infer_logs/sft/samples/predictions.json"
    at(tmp_path, path, json.dumps(records) if as_array else lines(*records))
    rows = read_outputs(tmp_path).samples
    assert rows.select("model", "prompt", "gold", "prediction", "verdict", "line").rows() == [
        ("model-7b", "Q", ["1", "2"], ["1", "2"], True, 1),
        ("model-7b", "Q", ["1", "2"], [], False, 2),
    ]


def test_shards_count_until_they_are_merged(tmp_path: Path) -> None:
    record = {
        "dataset": "b",
        "id": "b-test-0-0",
        "answer": "A",
        "model_output": "",
        "messages": [],
        "prediction": "A",
        "accuracy": 1,
    }
    for name in ("predictions.0.json", "predictions.1.json"):
        at(tmp_path, f"m/b/sft/samples/{name}", [record])
    assert len(read_outputs(tmp_path).samples) == 2
    at(tmp_path, "m/b/sft/samples/predictions.json", [record, record])
    assert set(read_outputs(tmp_path).samples["file"]) == {"m/b/sft/samples/predictions.json"}


RUN_SPEC = {
    "name": "mmlu:subject=law",
    "scenario_spec": {"args": {}},
    "metric_specs": [{"args": {"names": ["exact_match"]}}],
}
STATS = [
    {"instance_id": "1", "train_trial_index": 0, "stats": [{"name": {"name": "exact_match"}, "count": 1, "mean": 1.0}]}
]
STATE = {
    "request_states": [
        {
            "instance": {"id": "1", "input": {"text": "Q"}, "references": [{"output": {"text": "x"}, "tags": ["correct"]}]},
            "train_trial_index": 0, "num_train_instances": 0, "output_mapping": {"A": "x"},
            "request": {"model": "m", "prompt": "Q", "temperature": 0.0},
            "result": {"completions": [{"text": "A", "finish_reason": {"reason": "stop"}}]},
        }
    ]
}  # fmt: skip
PUBLISHED = {
    "dataset": "b", "id": "b-test-0-0", "answer": "A", "model_output": "A", "prediction": "A", "accuracy": 1,
    "messages": [{"role": "user", "content": "Q"}],
}  # fmt: skip
GSM8K = {"question": "Q", "ground_truth": "7", "6b": {"is_correct": True, "solution": "7"}}
BBH = {"canary": "c", "outputs": [{"input": "Q: a\nA:", "prediction": "So the answer is 1.", "target": "1"}]}
TORA = {"idx": 0, "question": "Q", "gt": "7", "pred": ["7"], "code": ["x"]}
WHOLE: dict[str, Any] = {
    LM_EVAL: sample(),
    "log.json": log(inspected("C")),
    "reviews/m/gsm8k.jsonl": review(),
    "scenario_state.json": STATE,
    "m/b/sft/samples/predictions.json": [PUBLISHED],
    "m/sums.json": {"0": {"origin_prompt": "a", "prediction": "x", "gold": "1"}},
    "solutions.jsonl": GSM8K,
    "m/task.json": BBH,
    "m/gsm8k/test_t0.0_s0_e1.jsonl": TORA,
}
"""A file of each format in JSON that can be read."""
ODD = st.sampled_from([None, 7, -1.5, True, "text", "", [], {}, [None], {"a": 1}, "\ud800", 2**70])


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, Any]:
    """A file of a format with one value in it changed or taken away."""
    name = draw(st.sampled_from(sorted(WHOLE)))
    content = json.loads(json.dumps(WHOLE[name]))
    place = content
    while True:
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
            break
        place = place[key]
    if draw(st.booleans()):
        del place[key]
    else:
        place[key] = draw(ODD)
    return name, content


@pytest.mark.slow
@given(damaged())
@settings(max_examples=400, deadline=None)
def test_nothing_that_stands_in_a_file_ends_the_import(file: tuple[str, Any]) -> None:
    name, content = file
    with tempfile.TemporaryDirectory() as folder:
        at(Path(folder), "run_spec.json", RUN_SPEC)
        at(Path(folder), "per_instance_stats.json", STATS)
        at(Path(folder), name, content)
        try:
            rows = read_outputs(Path(folder)).samples
        except UnknownFormatError:
            return  # the damage made it another file, or an empty one
    assert rows.schema == SCHEMA
    assert len(rows) > 0


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_undamaged_they_are_read_whole(tmp_path: Path, name: str) -> None:
    at(tmp_path, "run_spec.json", RUN_SPEC)
    at(tmp_path, "per_instance_stats.json", STATS)
    at(tmp_path, name, WHOLE[name])
    rows = read_outputs(tmp_path).samples
    assert rows.select("error", "file").rows() == [(None, name)]
    assert rows["verdict"].to_list() == [None if name == "m/sums.json" else True]


def test_a_folder_without_outputs_is_an_error_that_names_the_formats(tmp_path: Path) -> None:
    at(tmp_path, "notes.md", "nothing")
    with pytest.raises(UnknownFormatError, match="known formats: lm-eval, lighteval, helm"):
        read_outputs(tmp_path)
