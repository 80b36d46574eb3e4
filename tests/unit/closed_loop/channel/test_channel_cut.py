"""Where an output states its answer, where it is cut, and whether it runs on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from darwin_assets.closed_loop.channel.circle import second_round
from darwin_assets.closed_loop.channel.cut import cut, runs_on
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.steps import shows_steps

SETTINGS = ChannelSettings()
STEPS = "First we add the two numbers, which gives 18 in all. "
LONG = "This is followed by remarks which nobody asked for, and which change nothing about it."


@pytest.mark.parametrize(
    ("output", "kept"),
    [
        ("(A)", "(A)"),
        ("(A)\n\nQ: And what is next?\nA: (B)", "(A)"),
        ("False\nTrue\nFalse", "False"),
        ("18 18 18 18 18 18", "18"),
        (STEPS + "So the answer is 18. " + LONG, STEPS + "So the answer is 18."),
        (STEPS + "So the answer is 18.\n\nQ: next\nA: So the answer is 5.", STEPS + "So the answer is 18."),
        (STEPS + "So the answer is 3.5 metres. It is short.", STEPS + "So the answer is 3.5 metres."),
        (STEPS + "\nA: 18\nA: 18\nA: 18", STEPS + "\nA: 18\n"),
        (STEPS + "\n#### 18\n\nQuestion: next", STEPS + "\n#### 18\n"),
        ("The answer is:\n$$\n\\boxed{\\frac{1}{2}}\n$$\nIndeed.", "The answer is:\n$$\n\\boxed{\\frac{1}{2}}\n"),
        ("<think>The answer is 3. No.</think>ANSWER: C\n\nLet me explain.", "<think>The answer is 3. No.</think>ANSWER: C\n"),
        ("<think>Look:\nQ: What?\nThe answer is 3. No.</think>So the answer is 18. " + LONG,
         "<think>Look:\nQ: What?\nThe answer is 3. No.</think>So the answer is 18."),
        ("<think>\nSo the answer is 18. Wait. " + LONG, "<think>\nSo the answer is 18. Wait. " + LONG),
        ("因为二加三等于五。答案是B。接下来是另一个问题。", "因为二加三等于五。答案是B。"),
        (STEPS + "It cannot be said<|endoftext|>Another text", STEPS + "It cannot be said"),
        ("Let us see:\n\n" + STEPS, "Let us see:\n\n" + STEPS),
        ("```python\nprint(18)\n```", "```python\nprint(18)\n```"),
        ("#### Step 1\n" + STEPS, "#### Step 1\n" + STEPS),
    ],
)  # fmt: skip
def test_outputs_are_cut_behind_their_first_complete_answer(output: str, kept: str) -> None:
    found = cut(output, 2, SETTINGS)
    assert found.kept == kept
    assert found.kept + found.rest + found.ending == output


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("(A)", False),
        ("(A)\n\nQ: And what is next?", True),
        (STEPS + "So the answer is 18.", False),
        (STEPS + "So the answer is 18. Well done.", False),
        (STEPS + "So the answer is 18. " + LONG, True),
        (STEPS + "So the answer is 18. " * 5, True),
        (STEPS + "and so on " * 100, True),
        (STEPS + "0." + "3" * 500, True),
        (STEPS * 3, False),
        ("-" * 500, False),
        ("<think>Look:\nQ: What?\n" + "and so on " * 100 + "</think>So the answer is 18.", False),
        ("<think>So the answer is 18. " + "Wait. " * 100, False),
        (STEPS + LONG + " " + LONG.upper(), False),
    ],
)
def test_running_on_is_told_by_what_stands_behind_an_answer(output: str, *, expected: bool) -> None:
    assert runs_on(cut(output, 2, SETTINGS), None, SETTINGS) is expected


def test_a_row_of_equal_words_is_an_answer_where_answers_are_that_long() -> None:
    assert cut("> > > > >", 6, SETTINGS).takes_nothing
    assert not runs_on(cut("> > > > >", 6, SETTINGS), None, SETTINGS)


@pytest.mark.slow
def test_circles_are_words_that_say_something() -> None:
    """Of 200,000 marks none is looked at more than a few times."""
    marks = ".,;:" * 50_000
    assert second_round("so " + " ".join(marks), 4) is None
    assert second_round("so " + "and then . . " * 4, 4) == len("so and then . .")
    assert second_round("so " + "and then . . " * 3, 4) is None


def test_a_first_line_is_no_answer_where_answers_fit_no_line() -> None:
    assert cut("Yes\n\n" + STEPS, None, SETTINGS).takes_nothing


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("18", False),
        ("apple banana cherry date elder fig grape hazel iris juniper", False),
        ("So the answer is 18.", False),
        ("18\n\n" + STEPS, False),
        (STEPS + "So the answer is 18.", True),
        (STEPS + "and then I", True),
        ("3 + 4 + 5 - 6 = 7 - 6 + 5 = 6", True),
    ],
)
def test_steps_are_what_stands_before_an_answer(output: str, *, expected: bool) -> None:
    assert shows_steps(cut(output, 11, SETTINGS), SETTINGS) is expected


@pytest.mark.parametrize("setting", ["stop_strings", "end_marks"])
def test_a_mark_has_a_character(setting: str) -> None:
    """Every output would end with an empty one, again and again."""
    with pytest.raises(ValidationError, match="at least 1 character"):
        ChannelSettings(**{setting: ("",)})


@given(
    st.lists(st.sampled_from([*"ab .\n\\{}boxed18A:Q#", "<think>", "</think>"]), max_size=200).map("".join),
    st.none() | st.integers(1, 5),
)
def test_a_cut_keeps_a_beginning_and_loses_nothing(output: str, most_words: int | None) -> None:
    found = cut(output, most_words, SETTINGS)
    assert found.kept + found.rest + found.ending == output
    if found.answer is not None:
        assert 0 <= found.answer.start <= found.answer.said <= found.answer.end == len(found.kept)
