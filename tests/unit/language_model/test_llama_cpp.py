"""A real server: llama.cpp with the model that the tests write, embedded and over its URL."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.language_model import ChatRequest, ConfigurationError, DeltaAnswerStore, LanguageModel
from resources.language_model.llama_cpp import LlamaCppServer, gguf_fingerprint
from tests.models import write_tiny_gguf

pytest.importorskip("xllamacpp", reason="extra llm-cpu is not installed")

CONTEXT_TOKENS = 512
SCORE = {
    "type": "object",
    "properties": {"score": {"type": "integer", "minimum": 0, "maximum": 10}},
    "required": ["score"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="module")
def server(gguf: Path) -> Iterator[LlamaCppServer]:
    running = LlamaCppServer(gguf, model="tiny", slots=4, context_tokens=CONTEXT_TOKENS)
    yield running
    running.close()


@pytest.fixture(params=["llama_cpp", "openai"])
def model(request: pytest.FixtureRequest, gguf: Path, server: LlamaCppServer) -> Iterator[LanguageModel]:
    """The embedded engine, and the openai engine against a llama.cpp server's URL."""
    if request.param == "llama_cpp":
        opened = LanguageModel(engine="llama_cpp", gguf=str(gguf), context_tokens=CONTEXT_TOKENS)
    else:
        # llama.cpp's listening queue is short: of a burst of 64 connections some wait a second and more.
        fields = {"base_urls": [server.start()], "api_key": server.api_key, "window": server.slots}
        opened = LanguageModel(engine="openai", **fields)
    yield opened
    opened.close()


def ask(number: int, **fields: object) -> ChatRequest:
    message = {"role": "user", "content": f"document number {number}"}
    return ChatRequest(f"k{number}", (message,), **{"max_tokens": 16, **fields})  # type: ignore[arg-type]


def test_the_model_is_small_and_always_the_same(tmp_path: Path, gguf: Path) -> None:
    assert gguf.stat().st_size < 200_000
    again = write_tiny_gguf(tmp_path / "again.gguf")
    assert gguf_fingerprint(again) == gguf_fingerprint(gguf)


def test_other_weights_are_another_model(tmp_path: Path, gguf: Path) -> None:
    weights = bytearray(gguf.read_bytes())
    weights[-1] ^= 1  # the header is the same
    other = tmp_path / "other.gguf"
    other.write_bytes(weights)
    assert gguf_fingerprint(other) != gguf_fingerprint(gguf)


def test_another_chat_template_of_the_same_weights_is_another_model(
    tmp_path: Path, gguf: Path, server: LlamaCppServer
) -> None:
    mended = tmp_path / "tiny.gguf"
    mended.write_bytes(gguf.read_bytes().replace(b"<|im_start|>assistant", b"<|im_start|>the_model"))
    other = LlamaCppServer(mended, model="tiny", slots=4, context_tokens=CONTEXT_TOKENS)
    told = {
        LanguageModel(engine="openai", base_urls=[one.start()], api_key=one.api_key).fingerprint()
        for one in (server, other)
    }
    other.close()
    assert len(told) == 2


def test_it_is_ready_and_enforces_schemas(model: LanguageModel) -> None:
    ready = model.check_ready()
    assert ready.model == "tiny"
    assert ready.enforces_schema
    assert ready.fingerprint == model.fingerprint()


def test_every_request_gets_one_reply_with_tokens(model: LanguageModel) -> None:
    requests = [ask(number) for number in range(64)]
    replies = list(model.answer(requests, store=None, prompt_id="p"))
    assert sorted(reply.key for reply in replies) == sorted(request.key for request in requests)
    assert {reply.error for reply in replies} <= {None, "length", "repetition"}
    assert all(reply.text is not None and reply.prompt_tokens > 20 for reply in replies)
    assert all(1 <= reply.completion_tokens <= (16 if reply.attempts == 1 else 32) for reply in replies)
    assert all(reply.attempts > 1 for reply in replies if reply.error == "length")


def test_a_schema_shapes_the_answer(model: LanguageModel) -> None:
    requests = [ask(number, schema=SCORE, max_tokens=200) for number in range(16)]
    replies = list(model.answer(requests, store=None, prompt_id="p"))
    scores = [json.loads(reply.text or "", strict=False)["score"] for reply in replies if reply.ok]
    assert len(scores) >= 12
    assert all(0 <= score <= 10 for score in scores)


def test_a_prompt_over_the_context_fails_alone(model: LanguageModel) -> None:
    long = ChatRequest("long", ({"role": "user", "content": "abc " * CONTEXT_TOKENS},), 16)
    replies = {r.key: r for r in model.answer([ask(1), long, ask(2)], store=None, prompt_id="p")}
    assert replies["long"].error == "too_long"
    assert replies["long"].attempts == 1
    assert {replies["k1"].text is None, replies["k2"].text is None} == {False}


def test_a_second_run_asks_for_nothing(model: LanguageModel, tmp_path: Path) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()
    requests = [ask(number, max_tokens=64) for number in range(40)]
    first = {r.key: r for r in model.answer(requests, store=store, prompt_id="p")}
    second = {r.key: r for r in model.answer(requests, store=store, prompt_id="p")}
    assert any(reply.ok for reply in first.values())
    assert all(reply.cached and not reply.attempts for reply in second.values())
    assert {key: (r.text, r.error) for key, r in second.items()} == {key: (r.text, r.error) for key, r in first.items()}


def test_the_embedded_server_starts_on_first_use_and_may_be_used_after_close(gguf: Path) -> None:
    model = LanguageModel(engine="llama_cpp", gguf=str(gguf), context_tokens=CONTEXT_TOKENS)
    model.fingerprint()
    engine = model._open()
    assert engine._server._server is None  # type: ignore[attr-defined]
    for _ in range(2):
        assert len(list(model.answer([ask(1)], store=None, prompt_id="p"))) == 1
        model.close()
    assert engine._server._server is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "says"), [("absent.gguf", r"cannot be read \(FileNotFound"), ("a.txt", "not a GGUF")])
def test_a_file_that_is_absent_or_no_model_is_told_apart(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says):
        LanguageModel(engine="llama_cpp", gguf=str(tmp_path / name)).check_ready()


def test_the_embedded_server_is_closed_to_others_on_the_machine(server: LlamaCppServer) -> None:
    stranger = LanguageModel(engine="openai", base_urls=[server.start()])
    with pytest.raises(ConfigurationError, match="DARWIN_LLM_API_KEY"):
        list(stranger.answer([ask(1)], store=None, prompt_id="p"))
