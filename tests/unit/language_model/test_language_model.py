"""The resource: what the environment means, what wrong settings say, and that nothing starts by itself."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from itertools import count
from pathlib import Path

import dagster as dg
import pytest

from resources.language_model import (
    ChatRequest,
    ConfigurationError,
    DeltaAnswerStore,
    LanguageModel,
    MissingPackageError,
    NoModelError,
    ServerUnavailableError,
)
from tests.chat_server import MODEL, ChatServer, Fault, answer_to

KEY = "secret-key-7"
NOBODY_LISTENS = "http://127.0.0.1:9"
QUESTION = ChatRequest("k", ({"role": "user", "content": "hello"},), 8)


@pytest.mark.parametrize(
    ("environ", "engine"),
    [
        ({}, "rules"),
        ({"DARWIN_LLM_URL": "http://a,http://b"}, "openai"),
        ({"DARWIN_LLM_GGUF": "m.gguf"}, "llama_cpp"),
        ({"DARWIN_LLM_ENGINE": "rules", "DARWIN_LLM_URL": "http://a"}, "rules"),
        ({"DARWIN_LLM_ENGINE": "openai", "DARWIN_LLM_URL": "http://a", "DARWIN_LLM_GGUF": "m"}, "openai"),
    ],
)
def test_the_environment_names_the_engine(environ: dict[str, str], engine: str) -> None:
    assert LanguageModel.from_env(environ).engine == engine


def test_the_environment_sets_the_rest() -> None:
    environ = {
        "DARWIN_LLM_URL": " http://a , http://b/v1,",
        "DARWIN_LLM_MODEL": "m",
        "DARWIN_LLM_WINDOW": "128",
    }
    model = LanguageModel.from_env(environ, max_attempts=2)
    assert model.base_urls == ["http://a", "http://b/v1"]
    assert (model.model, model.window, model.max_attempts, model.api_key) == ("m", 128, 2, None)


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"DARWIN_LLM_URL": "http://a", "DARWIN_LLM_GGUF": "m.gguf"}, "DARWIN_LLM_ENGINE"),
        ({"DARWIN_LLM_WINDOW": "many"}, "DARWIN_LLM_WINDOW"),
        ({"DARWIN_LLM_WINDOW": "0"}, "DARWIN_LLM_WINDOW"),
        ({"DARWIN_LLM_VLLM_ARGUMENTS": "--name 'a b"}, "DARWIN_LLM_VLLM_ARGUMENTS"),
        ({"DARWIN_LLM_URL": "http://a/v1,http://user:secret@b/v1"}, "DARWIN_LLM_API_KEY"),
        ({"DARWIN_LLM_URL": "http://a/v1?key=secret"}, "DARWIN_LLM_API_KEY"),
        ({"DARWIN_LLM_VLLM_ARGUMENTS": "--max-num-seqs 8 --api-key=secret"}, "DARWIN_LLM_API_KEY"),
        ({"DARWIN_LLM_VLLM_ARGUMENTS": "--hf-token secret"}, "HF_TOKEN"),
    ],
)
def test_an_environment_that_contradicts_itself_says_so(environ: dict[str, str], names: str) -> None:
    with pytest.raises(ConfigurationError, match=names):
        LanguageModel.from_env(environ)


def test_rules_are_ready_without_a_model_but_answer_nothing() -> None:
    model = LanguageModel()
    assert model.fingerprint() == "rules"
    assert model.check_ready().engine == "rules"
    with pytest.raises(NoModelError, match="DARWIN_LLM_URL"):
        model.answer([QUESTION], store=None, prompt_id="p")


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (LanguageModel(engine="gpt"), "unknown engine 'gpt'.*rules, openai, llama_cpp"),
        (LanguageModel(engine="vllm"), "DARWIN_LLM_MODEL"),
        (LanguageModel(engine="openai"), "DARWIN_LLM_URL"),
        (LanguageModel(engine="openai", base_urls=["localhost:8000"]), "http://host:port/v1"),
        (LanguageModel(engine="llama_cpp"), "DARWIN_LLM_GGUF"),
        (LanguageModel(engine="llama_cpp", gguf="/nowhere/m.gguf"), "DARWIN_LLM_GGUF"),
    ],
)
def test_a_wrong_setting_says_what_to_set(model: LanguageModel, names: str) -> None:
    with pytest.raises(ConfigurationError, match=names):
        model.check_ready()
    with pytest.raises(ConfigurationError, match=names):
        model.fingerprint()
    with pytest.raises(ConfigurationError, match=names):
        model.answer([QUESTION], store=None, prompt_id="p")


def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(ServerUnavailableError, match=r"127\.0\.0\.1:9/v1"):
        LanguageModel(engine="openai", base_urls=[NOBODY_LISTENS]).check_ready()


def test_an_address_with_a_password_is_refused_for_addresses_are_stored() -> None:
    model = LanguageModel(engine="openai", base_urls=[NOBODY_LISTENS.replace("//", "//user:secret@")])
    with pytest.raises(ConfigurationError, match="DARWIN_LLM_API_KEY") as raised:
        model.check_ready()
    assert "secret" not in str(raised.value)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"PK not a model")
    with pytest.raises(ConfigurationError, match="not a GGUF"):
        LanguageModel(engine="llama_cpp", gguf=str(path)).fingerprint()
    path.write_bytes(b"GGUF and then nothing")
    with pytest.raises(ConfigurationError, match="cannot load"):
        LanguageModel(engine="llama_cpp", gguf=str(path)).check_ready()


def test_a_missing_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    with pytest.raises(MissingPackageError, match=r"darwin-assets\[llm-cpu\]"):
        LanguageModel(engine="llama_cpp", gguf=str(tmp_path / "m.gguf")).fingerprint()


@pytest.mark.slow
def test_importing_the_resource_loads_nothing_heavy() -> None:
    heavy = ["aiohttp", "deltalake", "xllamacpp", "gguf", "numpy"]
    code = f"import sys, resources.language_model; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_the_key_comes_from_the_environment_and_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARWIN_LLM_API_KEY", KEY)
    with ChatServer(api_key=KEY) as server:
        model = LanguageModel.from_env({"DARWIN_LLM_URL": server.url, "DARWIN_LLM_API_KEY": "set"})
        (reply,) = model.answer([QUESTION], store=None, prompt_id="p")
    assert reply.text == answer_to("hello")
    assert KEY not in repr(model)


def test_a_key_may_end_with_its_line_and_hold_no_other() -> None:
    with ChatServer(api_key=KEY) as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], api_key=f" {KEY}\n")
        (reply,) = model.answer([QUESTION], store=None, prompt_id="p")
        assert reply.ok
        two = LanguageModel(engine="openai", base_urls=[server.url], api_key=f"{KEY}\r\nX-Other: 1")
        with pytest.raises(ConfigurationError, match="holds a line break") as raised:
            list(two.answer([QUESTION], store=None, prompt_id="p"))
    assert KEY not in str(raised.value)


def test_a_wrong_key_is_refused_with_the_variable_to_set() -> None:
    with ChatServer(api_key=KEY) as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], api_key="wrong")
        with pytest.raises(ConfigurationError, match="DARWIN_LLM_API_KEY") as raised:
            model.check_ready()
    assert "wrong;" in str(raised.value)
    assert KEY not in str(raised.value)


def test_a_model_that_is_not_served_is_refused_with_those_that_are() -> None:
    with ChatServer() as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], model="other")
        with pytest.raises(ConfigurationError, match=f"but: {MODEL}; set DARWIN_LLM_MODEL"):
            model.fingerprint()


def test_a_server_that_ignores_schemas_is_found_out() -> None:
    with ChatServer() as server:
        ready = LanguageModel(engine="openai", base_urls=[server.url]).check_ready()
    assert ready.model == MODEL
    assert not ready.enforces_schema


def test_a_server_that_lists_but_does_not_answer_is_not_ready() -> None:
    with ChatServer(plan_of_probes=lambda _prompt, _attempt: Fault("status", 400)) as server:
        model = LanguageModel(engine="openai", base_urls=[server.url])
        with pytest.raises(ServerUnavailableError, match="bad_request"):
            model.check_ready()


def test_equal_questions_are_asked_once() -> None:
    requests = [replace(QUESTION, key=f"k{number}") for number in range(50)]
    with ChatServer(seconds=0.02) as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], window=4)
        replies = list(model.answer(requests, store=None, prompt_id="p"))
    assert sorted(reply.key for reply in replies) == sorted(request.key for request in requests)
    assert {reply.text for reply in replies} == {answer_to("hello")}
    assert sum(server.sent.values()) == sum(not reply.cached for reply in replies)
    assert server.sent["hello"] <= 50 / 4 + 1  # once in every look-up of one window


def test_a_changed_prompt_or_request_is_asked_again_and_nothing_else(tmp_path: Path) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()
    requests = [ChatRequest(f"k{n}", ({"role": "user", "content": f"text {n}"},), 8) for n in range(20)]
    with ChatServer() as server:
        model = LanguageModel(engine="openai", base_urls=[server.url])

        def asked(prompt_id: str) -> int:
            before = sum(server.sent.values())
            replies = list(model.answer(requests, store=store, prompt_id=prompt_id))
            assert {r.key: r.text for r in replies} == {r.key: answer_to(r.messages[0]["content"]) for r in requests}
            return sum(server.sent.values()) - before

        assert asked("refine.1") == 20
        assert asked("refine.1") == 0
        assert asked("refine.2") == 20
        requests[3] = replace(requests[3], max_tokens=9)
        assert asked("refine.2") == 1


def test_a_consumer_that_stops_early_keeps_what_came_in(tmp_path: Path) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()
    requests = (ChatRequest(f"k{n}", ({"role": "user", "content": f"text {n}"},), 8) for n in count())
    with ChatServer() as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], window=8)
        replies = model.answer(requests, store=store, prompt_id="p")
        for _ in range(100):
            next(replies)
        time.sleep(0.3)  # more replies come in than were taken
        replies.close()  # type: ignore[attr-defined]
        stored = store.open(model_fingerprint=model.fingerprint(), prompt_id="p")
        assert len(stored) >= 100
        assert sum(server.paid.values()) - len(stored) <= 8


def test_an_error_of_the_caller_passes_through_and_keeps_what_came_in(tmp_path: Path) -> None:
    store = DeltaAnswerStore(str(tmp_path / "answers"))
    store.create()

    def requests() -> Iterator[ChatRequest]:
        for number in range(100):
            yield ChatRequest(f"k{number}", ({"role": "user", "content": f"text {number}"},), 8)
        raise KeyError("the caller's")

    with ChatServer() as server:
        model = LanguageModel(engine="openai", base_urls=[server.url], window=8)
        with pytest.raises(KeyError, match="the caller's"):
            list(model.answer(requests(), store=store, prompt_id="p"))
        stored = store.open(model_fingerprint=model.fingerprint(), prompt_id="p")
        assert sum(server.paid.values()) - len(stored) <= 8


def test_in_a_dagster_run_the_key_is_resolved_and_the_model_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARWIN_LLM_API_KEY", KEY)
    used: list[LanguageModel] = []

    @dg.asset
    def answers(model: LanguageModel) -> int:
        used.append(model)
        return len(list(model.answer([QUESTION], store=None, prompt_id="p")))

    with ChatServer(api_key=KEY) as server:
        resource = LanguageModel.from_env({"DARWIN_LLM_URL": server.url, "DARWIN_LLM_API_KEY": "set"})
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize([answers], resources={"model": resource}, instance=instance)
            events = repr(instance.all_logs(result.run_id))
    assert result.output_for_node("answers") == 1
    assert used[0]._engine is None
    assert KEY not in events
