"""The content key: everything that determines an answer, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.language_model import ChatReply, ChatRequest

REQUEST = ChatRequest(
    key="chunk-1",
    messages=({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Naïve Δ"}),
    max_tokens=32,
    schema={"type": "object", "properties": {"a": {"type": "integer"}}},
)


def test_the_key_of_a_known_request_never_changes() -> None:
    # A changed value here means that every stored answer would be paid for again.
    assert REQUEST.content_key("model", "prompt.1") == "3978ff6b504d261a07373f5546e8a8688531f689"


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, messages=REQUEST.messages[:1]),
        replace(REQUEST, messages=REQUEST.messages[::-1]),
        replace(REQUEST, max_tokens=33),
        replace(REQUEST, temperature=0.5),
        replace(REQUEST, seed=1),
        replace(REQUEST, schema=None),
        replace(REQUEST, schema={"type": "object", "properties": {"b": {"type": "integer"}}}),
    ],
)
def test_whatever_changes_the_answer_changes_the_key(other: ChatRequest) -> None:
    assert other.content_key("model", "prompt.1") != REQUEST.content_key("model", "prompt.1")


def test_model_and_prompt_are_part_of_the_key() -> None:
    keys = {REQUEST.content_key(model, prompt) for model in ("a", "b") for prompt in ("a", "b")}
    assert len(keys) == 4


@given(st.text(), st.integers())
def test_who_asks_and_how_mappings_are_ordered_is_not(key: str, temperature: int) -> None:
    other = replace(
        REQUEST,
        key=key,
        messages=tuple(dict(reversed(message.items())) for message in REQUEST.messages),
        schema=dict(reversed((REQUEST.schema or {}).items())),
        temperature=temperature,
    )
    same = replace(REQUEST, temperature=float(temperature))
    assert other.content_key("model", "prompt.1") == same.content_key("model", "prompt.1")


@given(st.text(alphabet=st.characters(exclude_categories=())), st.text())
def test_any_text_has_a_key_and_texts_differ_by_it(text: str, other: str) -> None:
    def key(content: str) -> str:
        request = replace(REQUEST, messages=({"role": "user", "content": content},))
        return request.content_key("model", "prompt.1")

    assert len(key(text)) == 40
    assert (key(text) == key(other)) == (text == other)


def test_a_reply_is_ok_exactly_without_an_error() -> None:
    reply = ChatReply("k", "text", "stop", 1, 1, 0.1, 1, False, None)
    assert reply.ok
    assert not reply._replace(error="length").ok
