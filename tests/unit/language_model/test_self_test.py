"""What the self-test finds out about servers that do not do as they are asked, over real HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from resources.language_model import ChatRequest, ConfigurationError, LanguageModel
from resources.language_model.llama_cpp import LlamaCppServer
from resources.language_model.scripted import ScriptedServer, completion, text_of
from tests.chat_server import ChatServer
from tests.models import write_tiny_gguf

CONTEXT_TOKENS = 400


class Stubborn(ScriptedServer):
    """A scripted server whose answers are changed on their way out."""

    def __init__(self, change: Callable[[dict[str, Any], dict[str, Any]], None], **more: Any) -> None:
        super().__init__(**more)
        self.change = change
        self.bodies: list[dict[str, Any]] = []

    def complete(self, body: dict[str, Any]) -> web.Response:
        self.bodies.append(body)
        answer = completion(text_of(body["messages"][-1]), "stop", 7, 7, self.model)
        self.change(body, answer)
        return web.json_response(answer)


def ready(server: ScriptedServer) -> str:
    return LanguageModel(engine="openai", base_urls=[server.url]).check_ready().message


def test_a_server_that_does_as_it_is_asked() -> None:
    with ScriptedServer(context_tokens=CONTEXT_TOKENS) as server:
        message = ready(server)
    assert "enforces a JSON schema, refuses prompts beyond its context" in message
    assert "stops loops" not in message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda _body, answer: answer.update(model="another"), "answers as 'another'.*DARWIN_LLM_MODEL"),
        (lambda _body, answer: answer.pop("usage"), "tells no token counts"),
        (lambda _body, answer: answer["usage"].update(completion_tokens=0), "tells no token counts"),
        (lambda _body, answer: answer["usage"].update(completion_tokens=9), "9 tokens when 8 were allowed.*max_tokens"),
        (lambda _body, _answer: None, "longer than the context.*drops text unseen"),
    ],
)
def test_what_would_spoil_a_run_unseen_stops_it(change: Callable[..., None], says: str) -> None:
    with Stubborn(change, context_tokens=CONTEXT_TOKENS) as server:
        model = LanguageModel(engine="openai", base_urls=[server.url])
        with pytest.raises(ConfigurationError, match=says):
            model.check_ready()
        request = ChatRequest("k", ({"role": "user", "content": "a document"},), 8)
        with pytest.raises(ConfigurationError, match=says):
            list(model.answer([request], store=None, prompt_id="p"))
        assert "a document" not in [text_of(body["messages"][-1]) for body in server.bodies]


def test_a_dated_name_of_the_same_model_will_do() -> None:
    with Stubborn(lambda _body, answer: answer.update(model="scripted-2026-11-21")) as server:
        assert "ignores a JSON schema, tells no context" in ready(server)


def test_the_probe_that_is_to_fail_stops_no_run_however_early_failures_are_looked_at() -> None:
    with ScriptedServer(context_tokens=CONTEXT_TOKENS) as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], failure_share_after=1, max_failure_share=0.0)
        assert "refuses prompts beyond its context" in model.check_ready().message


def test_loops_are_left_to_a_server_only_where_it_stops_one() -> None:
    def stop_loops(body: dict[str, Any], answer: dict[str, Any]) -> None:
        if "repetition_detection" in body:
            answer["choices"][0]["finish_reason"] = "repetition"

    request = ChatRequest("k", ({"role": "user", "content": "a document"},), 8)
    for change, is_sent in ((stop_loops, True), (lambda _body, _answer: None, False)):
        with Stubborn(change) as server:
            model = LanguageModel(engine="openai", base_urls=[server.url], retry_temperatures=[])
            (_,) = model.answer([request], store=None, prompt_id="p")
            (sent,) = [body for body in server.bodies if text_of(body["messages"][-1]) == "a document"]
        assert ("repetition_detection" in sent) is is_sent


def test_it_is_asked_once_and_not_where_it_is_switched_off_or_nothing_is_to_be_asked() -> None:
    requests = [ChatRequest(f"k{n}", ({"role": "user", "content": f"text {n}"},), 8) for n in range(3)]
    with ChatServer() as server:
        model = LanguageModel(engine="openai", base_urls=[server.url])
        assert list(model.answer([], store=None, prompt_id="p")) == []
        assert not server.probed
        for _ in range(2):
            assert len(list(model.answer(requests, store=None, prompt_id="p"))) == 3
        assert sum(server.probed.values()) == 3
    with ChatServer() as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], self_test=False)
        assert len(list(model.answer(requests, store=None, prompt_id="p"))) == 3
        assert not server.probed


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaCppServer]:
    pytest.importorskip("xllamacpp", reason="extra llm-cpu is not installed")
    gguf: Path = write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")
    running = LlamaCppServer(gguf, model="tiny", slots=2, context_tokens=512)
    yield running
    running.close()


def test_llama_cpp_does_as_it_is_asked(llama: LlamaCppServer) -> None:
    model = LanguageModel(engine="openai", base_urls=[llama.start()], api_key=llama.api_key)
    message = model.check_ready().message
    assert message.endswith("enforces a JSON schema, refuses prompts beyond its context, tells cached tokens")
