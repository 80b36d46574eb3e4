"""The signs of outputs: made ones, each of which shows one of them."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.columns import SAMPLES, SIGNS
from darwin_assets.evaluation.scoring.settings import ScoringSettings

SETTINGS = ChannelSettings(scoring=ScoringSettings(n_workers=1))
N_PLAIN = 12
STEPS = "We add the numbers one after the other, as the text says. "
REMARK = " It is worth noting that this could have been seen without any work at all."


def sample(item: int, output: str | None, gold: str, *, verdict: bool | None = True, **others: Any) -> dict[str, Any]:
    question = f"What is the {item}th number?"
    made = {
        "format": "made", "benchmark": "numbers", "item_id": str(item), "model": "m", "prompt": f"Q: {question}\nA:",
        "question": question, "output": output, "gold": [gold], "verdict": verdict, "metric": "exact_match",
        "score": None if verdict is None else float(verdict), "sample": 0, "file": "f", "line": item,
        "item": str(item), "checkpoint": "m", "primary": True, "file_sha256": "0",
    }  # fmt: skip
    return made | others


def plain(**others: Any) -> list[dict[str, Any]]:
    """Outputs right and wrong that end where they should: by them the rule of scoring is found."""
    return [
        sample(1000 + n, f"{STEPS}So the answer is {n + n % 2}.", str(n), verdict=n % 2 == 0, **others)
        for n in range(2 * N_PLAIN)
    ]


def told(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    frame = pl.DataFrame([*rows, *plain()], schema=SAMPLES)
    found = signs(frame, SETTINGS)
    assert found.schema == SIGNS
    return found.head(len(rows)).to_dicts()


@pytest.mark.slow
def test_a_right_answer_that_goes_on_is_a_prefix_and_right_when_cut() -> None:
    [found] = told([sample(1, f"{STEPS}So the answer is 7.{REMARK}", "7", verdict=False)])
    assert (found["answer_is_prefix"], found["runs_on"], found["correct_when_cut"]) == (True, True, True)
    assert found["only_format"]
    assert found["cut_off"] is None


@pytest.mark.slow
def test_a_wrong_answer_that_goes_on_stays_wrong() -> None:
    [found] = told([sample(1, f"{STEPS}So the answer is 8.{REMARK}", "7", verdict=False)])
    assert (found["answer_is_prefix"], found["runs_on"], found["correct_when_cut"]) == (False, True, False)


@pytest.mark.slow
def test_a_wrong_answer_that_ends_shows_nothing() -> None:
    [found] = told([sample(1, f"{STEPS}So the answer is 8.", "7", verdict=False)])
    assert [found[name] for name in ("answer_is_prefix", "runs_on", "correct_when_cut", "only_format")] == [False] * 4


@pytest.mark.slow
def test_a_right_answer_in_another_form_is_told_apart() -> None:
    [found] = told([sample(1, f"{STEPS}So the answer is 7 apples.", "7", verdict=False)])
    assert found["only_format"]
    assert not found["answer_is_prefix"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("output", "gold"),
    [
        ("valid.", "valid"),
        ("**valid**", "valid"),
        ("Valid", "valid"),
        ("Yes.", "Yes"),
        ('"True"', "True"),
        ("So the answer is **Not valid**.", "not valid"),
        ("答案是巴黎。", "巴黎"),
        ("valid\n\nI hope this helps!", "valid"),
    ],
)
def test_a_right_answer_in_words_needs_neither_case_nor_marks(output: str, gold: str) -> None:
    [found] = told([sample(1, output, gold, verdict=False)])
    assert found["only_format"]
    assert not found["runs_on"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("output", "gold"),
    [
        ("invalid", "valid"),
        ("x < y", "x > y"),
        ("-x", "x"),
        ("So the answer is 1.5", "15"),
        ("() []", "[ ( ) ]"),
        ("", "valid"),
    ],
)
def test_other_words_and_signs_of_mathematics_are_another_answer(output: str, gold: str) -> None:
    assert not told([sample(1, output, gold, verdict=False)])[0]["only_format"]


@pytest.mark.slow
@pytest.mark.parametrize("output", ["A. one", "(A). one", "A.", "答案：A", "a"])
def test_a_letter_with_its_option_is_right_in_another_form(output: str) -> None:
    question = "What is it?\nA. one\nB. two\nC. three"
    [found] = told([sample(1, output, "A", verdict=False, prompt=question, question=question)])
    assert found["only_format"]
    assert not told([sample(1, "B. two", "A", verdict=False, prompt=question, question=question)])[0]["only_format"]


@pytest.mark.slow
@pytest.mark.parametrize("mark", ChannelSettings().end_marks)
def test_a_mark_of_the_end_that_was_kept_says_that_the_model_stopped(mark: str) -> None:
    rows = [sample(n, f"{STEPS}So the answer is 7.{behind}", "7", verdict=False) for n, behind in enumerate(
        (mark, f"{mark}\n{mark}", REMARK + mark, mark + REMARK)
    )]  # fmt: skip
    found = told(rows)
    assert [one["runs_on"] for one in found] == [False, False, False, True]
    assert [one["cut_off"] for one in found] == [False, False, False, None]
    assert all(one["correct_when_cut"] and one["only_format"] for one in found)


def test_marks_that_a_harness_keeps_behind_right_answers_are_no_part_of_them() -> None:
    mark = "<|im_end|>"
    kept = [one | {"output": one["output"] + mark, "benchmark": "marked"} for one in plain()]
    found = told([sample(1, f"{STEPS}So the answer is 7.{REMARK}", "7", verdict=False, benchmark="marked"), *kept])
    assert (found[0]["correct_when_cut"], found[0]["runs_on"]) == (True, True)
    assert [one["correct_when_cut"] for one in found[1:]] == [one["correct"] for one in found[1:]]


def test_thoughts_that_are_cut_off_give_no_answer() -> None:
    thoughts = f"<think>\n{STEPS}So the answer is 7. Wait, \\boxed{{7}} is what I thought at first, and then"
    [found] = told([sample(1, thoughts, "7", verdict=False, finish_reason="length")])
    assert (found["cut_short"], found["cut_off"]) == (True, True)
    assert [found[name] for name in ("answer_is_prefix", "runs_on", "only_format")] == [False] * 3


def test_what_stands_behind_thoughts_is_scored_again_without_them() -> None:
    """A scorer that compares the whole answer never sees the thoughts."""
    direct = {"benchmark": "thought"}
    ended = [
        sample(
            1000 + n,
            f"<think>\n{STEPS}</think>\n{'inner' if n % 2 else 'outer'}",
            "outer",
            verdict=n % 2 == 0,
            **direct,
        )
        for n in range(2 * N_PLAIN)
    ]
    gone_on = sample(
        1, f"<think>\n{STEPS}</think>\nouter\n\nQ: And what is next?\nA: inner", "outer", verdict=False, **direct
    )
    [found] = told([gone_on, *ended])[:1]
    assert (found["answer_is_prefix"], found["runs_on"], found["correct_when_cut"]) == (True, True, True)


@pytest.mark.parametrize(
    ("right", "wrong", "options"),
    [("巴黎", "伦敦", ""), ("B", "C", "\nA. 罗马\nB. 巴黎\nC. 伦敦")],
    ids=["words", "letters"],
)
def test_chinese_answers_are_scored_again(right: str, wrong: str, options: str) -> None:
    steps, more = "我们先看题目，然后一步一步地想。", "\n问题：下一个城市是什么？请大家思考。答案是柏林。"
    asked = {
        "benchmark": "cities",
        "question": f"哪一个城市？{options}",
        "prompt": f"问题：哪一个城市？{options}\n答案：",
    }
    ended = [
        sample(n, f"{steps}答案是{wrong if n % 2 else right}。", right, verdict=n % 2 == 0, **asked)
        for n in range(2, 2 * N_PLAIN + 2)
    ]
    gone_on = [
        sample(0, f"{steps}答案是{right}。{more}", right, verdict=False, **asked),
        sample(1, f"{steps}答案是{wrong}。{more}", right, verdict=False, **asked),
    ]
    found = told([*gone_on, *ended])
    assert [(one["answer_is_prefix"], one["runs_on"], one["correct_when_cut"]) for one in found[:2]] == [
        (True, True, True), (False, True, False),
    ]  # fmt: skip


@pytest.mark.slow
def test_words_behind_an_answer_run_on_unless_the_model_stopped_by_itself() -> None:
    output = f"{STEPS}So the answer is 7."
    ended = [
        sample(n, output + behind, "7", verdict=False, finish_reason=reason)
        for n, (behind, reason) in enumerate([(REMARK, "stop"), (REMARK, "length"), ("\nQ: And what is next?", "stop")])
    ]
    assert [one["runs_on"] for one in told(ended)] == [False, True, True]


@pytest.mark.slow
def test_an_output_is_cut_short_that_is_empty_or_at_the_limit_before_any_answer() -> None:
    said = {
        ("", None): True,
        (" \n", "stop"): True,
        ("</s>", None): True,
        ("<think>\nIt is 7.</think>\n", None): True,
        ("] ]", None): False,
        (STEPS, "length"): True,
        (STEPS, "stop"): False,
        (STEPS, None): False,
        (f"{STEPS}So the answer is 8.{REMARK}", "length"): False,
        (STEPS * 8, "length"): True,
    }
    rows = [sample(n, output, "7", verdict=False, finish_reason=reason) for n, (output, reason) in enumerate(said)]
    assert [one["cut_short"] for one in told(rows)] == list(said.values())


@pytest.mark.slow
def test_what_scored_an_output_stands_with_it() -> None:
    rows = [sample(1, "7", "7", metric="acc", scorer="strict"), sample(2, "7", "7", metric=None, verdict=None)]
    assert [one["scored_by"] for one in told(rows)] == ["acc strict", None]


@pytest.mark.slow
def test_another_metric_that_finds_the_output_right_says_the_same() -> None:
    output = f"{STEPS}It must be seven then."
    rows = [
        sample(1, output, "7", verdict=False),
        sample(1, output, "7", metric="flexible_match", primary=False),
        sample(2, output, "7", verdict=False),
        sample(2, output, "7", metric="is_polite", primary=False),
    ]
    assert [one["only_format"] for one in told(rows)[:2]] == [True, False]


@pytest.mark.slow
def test_the_limit_of_length_is_told_by_the_reason_of_finishing() -> None:
    rows = [
        sample(n, STEPS, "7", verdict=False, finish_reason=reason) for n, reason in enumerate(("length", "stop", None))
    ]
    assert [one["cut_off"] for one in told(rows)] == [True, False, None]


@pytest.mark.slow
def test_without_a_verdict_nothing_is_said_that_needs_one() -> None:
    [found] = told([sample(1, f"{STEPS}So the answer is 7.{REMARK}", "7", verdict=None, benchmark="unscored")])
    assert [found[name] for name in ("correct", "answer_is_prefix", "correct_when_cut", "only_format")] == [None] * 4
    assert found["runs_on"]


@pytest.mark.slow
def test_nothing_is_scored_again_by_a_rule_that_does_not_give_the_stored_verdicts() -> None:
    """Here a verdict has nothing to do with the answer."""
    rows = [sample(n, f"{STEPS}So the answer is {n}.", "7", verdict=n > 6, benchmark="odd") for n in range(30)]
    [found] = told([sample(90, f"{STEPS}So the answer is 7.{REMARK}", "7", verdict=False, benchmark="odd"), *rows])[:1]
    assert found["correct_when_cut"] is None
    # the first statement says the right answer all the same
    assert found["answer_is_prefix"]


@pytest.mark.slow
def test_what_begins_with_the_answer_is_more_than_a_word_that_begins_alike() -> None:
    said = {
        ("7 is what I would say, all in all.", "7"): False,
        ("So the answer is 7, which is what I would say, all in all.", "7"): True,
        ("So the answer is 70, which is what I would say, all in all.", "7"): False,
        ("So the answer is 7.5, which is what I would say, all in all.", "7"): False,
        ("No one knows the answer to this, all in all.", "No"): False,
        ("No.", "No"): False,
        ("No, since nobody does.", "No"): True,
        ("巴黎，因为那里有塔。", "巴黎"): True,
        ("巴黎圣母院在那里。", "巴黎"): False,
    }
    rows = [sample(n, output, gold, verdict=False) for n, (output, gold) in enumerate(said)]
    assert [one["answer_is_prefix"] for one in told(rows)] == list(said.values())


@pytest.mark.slow
def test_weighed_options_have_letters_and_no_text() -> None:
    listed = "\nA. one\nB. two\nC. three\nAnswer:"
    row = sample(1, None, "two", verdict=False, prompt="What is it?" + listed, question="What is it?", prediction=["C"])
    [found] = told([row])
    assert (found["likelihood"], found["letter"], found["gold_letter"]) == (True, "C", "B")
    assert found["runs_on"] is None
    assert found["worked"] is None


@pytest.mark.slow
def test_rows_that_could_not_be_read_have_no_signs() -> None:
    broken = sample(1, "7", "7") | {"error": "json.malformed"}
    found = signs(pl.DataFrame([broken, *plain()], schema=SAMPLES), SETTINGS)
    assert len(found) == 2 * N_PLAIN


def test_no_samples_have_no_signs() -> None:
    assert signs(pl.DataFrame(schema=SAMPLES), SETTINGS).equals(pl.DataFrame(schema=SIGNS))
