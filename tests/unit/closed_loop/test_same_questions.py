"""Items that two harnesses name differently are one where their questions are."""

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.diagnose.diagnose import diagnose
from darwin_assets.closed_loop.evaluation_samples import judged
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.report.write import inlined
from darwin_assets.closed_loop.same_questions import known_by_question
from darwin_assets.closed_loop.samples import normalize
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.evaluation.outputs import SCHEMA


def question(place: int) -> str:
    return f"How many of the {place} apples are left when {place + 3} are eaten?"


def asked(
    model: str, benchmark: str, ids: range | list[int], first: int = 0, **more: object
) -> list[dict[str, object]]:
    """A row an item: the question goes by its place, the id by the harness."""
    return [
        {
            "format": "lm-eval", "benchmark": benchmark, "item_id": str(name), "model": model, "metric": "acc",
            "score": float(place % 2), "verdict": place % 2 == 1, "sample": 0, "file": f"{model}.jsonl", "line": place + 1,
            "question": question(first + place), "prompt": f"Q: {question(first + place)}", "output": "3", "gold": ["3"],
            **more,
        }
        for place, name in enumerate(ids)
    ]  # fmt: skip


def samples(*rows: list[dict[str, object]]) -> pl.DataFrame:
    return normalize(pl.DataFrame([one for of in rows for one in of], schema=SCHEMA), EvaluationFacts(), {})


def items_of(found: pl.DataFrame, checkpoint: str) -> list[str]:
    return found.filter(checkpoint=checkpoint)["item"].to_list()


def test_a_benchmark_under_another_name_and_with_other_numbers_is_the_same() -> None:
    found = samples(
        asked("a", "gsm8k", range(30)), asked("c", "gsm8k", range(30)), asked("b", "gsm8k_cot", range(1000, 1030))
    )
    assert items_of(found, "b") == items_of(found, "a")
    assert found["benchmark"].unique().to_list() == ["gsm8k"]
    assert found.filter(checkpoint="b")["item_id"].to_list()[:2] == ["gsm8k_cot/1000", "gsm8k_cot/1001"]
    assert known_by_question(found, "a").rows() == [("b", "gsm8k", 30)]
    assert judged(found).facts["n_other_questions"] == 0


def test_one_benchmark_counted_from_another_end_is_the_same() -> None:
    found = samples(asked("a", "gsm8k", range(30)), asked("b", "gsm8k", range(100, 130)))
    assert items_of(found, "b") == items_of(found, "a")


def test_only_case_white_space_and_the_form_of_quotation_marks_are_overlooked() -> None:
    shouted = [
        one | {"question": str(one["question"]).upper().replace(" ", "\n ")} for one in asked("b", "other", range(30))
    ]
    assert items_of(samples(asked("a", "gsm8k", range(30)), shouted), "b") == items_of(
        samples(asked("a", "gsm8k", range(30))), "a"
    )
    unlike = asked("b", "other", range(30), first=1000)
    assert not {*items_of(samples(asked("a", "gsm8k", range(30)), unlike), "b")} & {
        *items_of(samples(asked("a", "gsm8k", range(30))), "a")
    }


def test_a_few_equal_questions_do_not_make_two_benchmarks_one() -> None:
    found = samples(asked("a", "gsm8k", range(30)), asked("b", "other", range(30), first=20))
    assert found.filter(checkpoint="b")["benchmark"].unique().to_list() == ["other"]
    assert known_by_question(found, "a").is_empty()


def test_a_question_that_one_checkpoint_was_asked_twice_is_nobodys() -> None:
    twice = asked("a", "gsm8k", range(30)) + asked("a", "gsm8k_cot", range(30))
    found = samples(twice, asked("b", "gsm8k", range(100, 130)))
    assert found.filter(checkpoint="a")["item"].n_unique() == 60
    assert not {*items_of(found, "b")} & {*items_of(found, "a")}


def test_what_says_no_question_or_a_short_one_is_left() -> None:
    silent = [one | {"question": None} for one in asked("b", "other", range(30))]
    short = [one | {"question": f"{one['line']} + 1?"} for one in asked("b", "other", range(30))]
    of_a = [one | {"question": f"{one['line']} + 1?"} for one in asked("a", "gsm8k", range(30))]
    for found in (samples(asked("a", "gsm8k", range(30)), silent), samples(of_a, short)):
        assert found.filter(checkpoint="b")["benchmark"].unique().to_list() == ["other"]


@pytest.mark.slow
def test_the_report_says_how_many_items_are_known_so() -> None:
    found = samples(asked("a", "gsm8k", range(30)), asked("b", "gsm8k_cot", range(30), score=0.0, verdict=False))
    loop = ClosedLoopSettings()
    told = diagnose(found, label(found), signs(found, loop.channel), EvaluationFacts(reference="a"), loop)
    assert told.cells.filter(level="benchmark")["n"].to_list() == [30]
    assert r"known by the words of their questions: 30 of b in gsm8k" in inlined(told, "two harnesses")
