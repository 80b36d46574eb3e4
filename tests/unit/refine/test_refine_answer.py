"""D27: the output contract of L4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.refine.answer import Answer, EngineReply, parse, read

FIXTURES = {
    "plain": ("<CLEANED_TEXT>\nA wave.\n</CLEANED_TEXT>", Answer("cleaned", "A wave.")),
    "empty": ("<CLEANED_TEXT></CLEANED_TEXT>", Answer("empty")),
    "blank": ("<CLEANED_TEXT>\n \n</CLEANED_TEXT>\n", Answer("empty")),
    "trailing prose": (
        "<CLEANED_TEXT>A wave.</CLEANED_TEXT>\nI kept it.",
        Answer("cleaned", "A wave.", "prose_outside_tags"),
    ),
    "empty with prose": (
        "Nothing stays. <CLEANED_TEXT></CLEANED_TEXT>",
        Answer("malformed", reason="empty_with_prose"),
    ),
    "missing tags": ("A wave.", Answer("malformed", reason="missing_tags")),
    "missing open tag": ("A wave.</CLEANED_TEXT>", Answer("malformed", reason="missing_open_tag")),
    "truncated": ("<CLEANED_TEXT>A wav", Answer("malformed", reason="truncated")),
    "nested": (
        "<CLEANED_TEXT><CLEANED_TEXT>A wave.</CLEANED_TEXT></CLEANED_TEXT>",
        Answer("malformed", reason="several_tags"),
    ),
    "reversed": ("</CLEANED_TEXT>A wave.<CLEANED_TEXT>", Answer("malformed", reason="tags_reversed")),
    "refusal": ("I'm sorry, but I can't help with that.", Answer("malformed", reason="refusal")),
    "none": (None, Answer("malformed", reason="no_text")),
    "reasoning before": (
        "<think>Is it <CLEANED_TEXT>?</think><CLEANED_TEXT>A wave.</CLEANED_TEXT>",
        Answer("cleaned", "A wave."),
    ),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_parse(name: str) -> None:
    reply, expected = FIXTURES[name]
    assert parse(reply) == expected


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (None, "no_reply"),
        (EngineReply(None, error="timeout"), "error_timeout"),
        (EngineReply(None, error="the server said: Dear reader"), "error_other"),
        (EngineReply("<CLEANED_TEXT>x</CLEANED_TEXT>", "length"), "finish_length"),
        (EngineReply("<CLEANED_TEXT>x</CLEANED_TEXT>", "repetition"), "finish_repetition"),
    ],
)
def test_an_unfinished_reply_is_malformed_whatever_it_holds(reply: EngineReply | None, reason: str) -> None:
    assert read(reply) == Answer("malformed", reason=reason)


@given(st.lists(st.sampled_from(["<CLEANED_TEXT>", "</CLEANED_TEXT>", "<think>", "</think>"]) | st.text(), max_size=8))
def test_any_reply_is_read_without_an_error(parts: list[str]) -> None:
    found = read(EngineReply("".join(parts)))
    assert (found.state == "cleaned") == bool(found.text)
