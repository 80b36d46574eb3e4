"""What goes over the wire and what is made of what comes back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.language_model import ChatRequest, ConfigurationError
from resources.language_model.failures import ABORTED, Failure
from resources.language_model.wire import (
    Answer,
    base_url,
    decode_response,
    encode_request,
    printable_url,
    server_root,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)


def completion(content: Any, finish_reason: Any = "stop", usage: Any = None) -> bytes:
    choice = {"message": {"content": content}, "finish_reason": finish_reason}
    return json.dumps({"choices": [choice], "usage": usage}).encode()


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("http://host:8000", "http://host:8000/v1"),
        (" http://host:8000/ ", "http://host:8000/v1"),
        ("http://host:8000/v1/", "http://host:8000/v1"),
        ("https://host/api/openai", "https://host/api/openai"),
    ],
)
def test_the_api_root_of_an_address(address: str, url: str) -> None:
    assert base_url(address) == url


@pytest.mark.parametrize("address", ["", "host:8000", "ftp://host", "http://", "http://[", "http://host/v1?key=secret"])
def test_an_address_that_is_none_says_what_to_set(address: str) -> None:
    with pytest.raises(ConfigurationError, match="DARWIN_LLM") as raised:
        base_url(address)
    assert "secret" not in str(raised.value)


def test_messages_show_no_password() -> None:
    assert printable_url("http://user:secret@host:8000/v1") == "http://host:8000/v1"
    assert server_root("http://host:8000/v1") == "http://host:8000"


def test_every_sampling_value_is_sent() -> None:
    request = ChatRequest("k", ({"role": "user", "content": "é"},), 7, temperature=0.5, seed=3)
    body = json.loads(encode_request(request, "m"))
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "é"}],
        "max_tokens": 7,
        "temperature": 0.5,
        "top_p": 1.0,
        "seed": 3,
        "n": 1,
        "stream": False,
    }


def test_a_schema_is_sent_as_a_response_format() -> None:
    request = ChatRequest("k", (), 7, schema={"type": "object"})
    body = json.loads(encode_request(request, "m"))
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_a_complete_answer() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2}
    answer = decode_response(200, completion("text", usage=usage))
    assert answer == Answer("text", "stop", 5, 2)
    assert answer.error is None
    details = {"prompt_tokens_details": {"cached_tokens": 4}}
    assert decode_response(200, completion("text", usage=usage | details)) == Answer("text", "stop", 5, 2, 4)
    assert decode_response(200, completion("text", usage=usage | {"prompt_tokens_details": None})) == answer


@pytest.mark.parametrize("told", [-1, 10**30, 1e308])
def test_a_count_that_no_answer_can_have_is_none(told: float) -> None:
    usage = {"prompt_tokens": told, "completion_tokens": told, "prompt_tokens_details": {"cached_tokens": 3}}
    assert decode_response(200, completion("text", usage=usage)) == Answer("text", "stop", 0, 0, 0)


def test_what_a_server_gave_up_is_no_answer() -> None:
    assert decode_response(200, completion("te", "abort")) == ABORTED


def test_fields_that_only_this_server_knows_are_sent() -> None:
    body = json.loads(encode_request(ChatRequest("k", (), 7), "m", {"repetition_detection": {"min_count": 4}}))
    assert body["repetition_detection"] == {"min_count": 4}
    assert (body["messages"], body["max_tokens"]) == ([], 7)


@pytest.mark.parametrize(
    ("content", "finish_reason", "error"),
    [
        ("", "stop", None),
        (None, "stop", "no_content"),
        ("text", "length", "length"),
        ("text", "content_filter", "content_filter"),
        ("text", "repetition", "repetition"),
        ("text", None, "no_finish_reason"),
        ("text", "The document said: canary", "unknown_finish_reason"),
    ],
)
def test_an_answer_that_is_not_complete_says_so(content: Any, finish_reason: Any, error: str | None) -> None:
    answer = decode_response(200, completion(content, finish_reason))
    assert isinstance(answer, Answer)
    assert answer.error == error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": [{"message": {}}]}',
        b'{"error": {"message": "late failure"}}',
        completion(["a", "list"]),
        completion("text", 7),
        completion("text")[:-9],
    ],
)
def test_a_body_that_is_no_completion_is_tried_again(body: bytes) -> None:
    failure = decode_response(200, body)
    assert isinstance(failure, Failure)
    assert failure.kind == "malformed_body"


@given(st.integers(100, 599), JSON.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_no_body_whatsoever_raises(status: int, body: bytes) -> None:
    assert isinstance(decode_response(status, body, "soon"), Answer | Failure)


def test_text_that_cannot_be_stored_is_repaired() -> None:
    answer = decode_response(200, completion("a\ud800b \U0001f600 é"))
    assert isinstance(answer, Answer)
    assert answer.text == "a\ufffdb \U0001f600 é"
    raw = decode_response(200, completion("ab").replace(b"ab", b"a\tb"))
    assert isinstance(raw, Answer)
    assert raw.text == "a\tb"
