"""The client's thread: replies cross over in numbers, nothing is lost when a run stops, and any event loop will do."""

import sys
import time

import pytest

from resources.language_model.background import BackgroundClient
from resources.language_model.chat import Chat
from resources.language_model.client_settings import ClientSettings
from resources.language_model.errors import ConfigurationError
from resources.language_model.requests import ChatRequest
from tests.chat_server import ChatServer, Fault


def questions(*names: str) -> list[ChatRequest]:
    return [ChatRequest(name, ({"role": "user", "content": name},), 16) for name in names]


def client_of(server: ChatServer) -> BackgroundClient:  # type: ignore[type-arg]
    settings = ClientSettings(base_urls=(f"{server.url}/v1",), model="scripted", window=1)
    return BackgroundClient(settings, Chat())


def test_replies_are_waited_for_until_there_are_enough() -> None:
    with ChatServer(seconds=0.05) as server, client_of(server) as client:
        client.submit(questions("a", "b", "c"))
        assert [reply.key for reply in client.collect(10.0, at_least=3)] == ["a", "b", "c"]


def test_fewer_replies_come_when_the_time_is_over() -> None:
    with ChatServer() as server, client_of(server) as client:
        client.submit(questions("a"))
        begun = time.monotonic()
        assert [reply.key for reply in client.collect(1.0, at_least=2)] == ["a"]
        assert time.monotonic() - begun >= 0.9
        assert client.collect(0.01) == []


def test_what_came_before_the_end_is_handed_out_first_and_at_once() -> None:
    def plan(prompt: str, attempt: int) -> Fault | None:
        return Fault("status", 401) if prompt == "b" else None

    with ChatServer(plan) as server, client_of(server) as client:
        client.submit(questions("a", "b"))
        begun = time.monotonic()
        assert [reply.key for reply in client.collect(30.0, at_least=16)] == ["a"]
        with pytest.raises(ConfigurationError):
            client.collect(30.0, at_least=16)
        assert time.monotonic() - begun < 15


def test_it_works_without_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    with ChatServer() as server, client_of(server) as client:
        client.submit(questions("a"))
        assert [reply.ok for reply in client.collect(10.0)] == [True]
