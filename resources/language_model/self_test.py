"""Proof of what a server does, before a run depends on it: most take unknown fields without a word, so none is believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from resources.language_model.background import run_coroutine
from resources.language_model.calls import Call
from resources.language_model.client import Client
from resources.language_model.client_settings import ClientSettings
from resources.language_model.errors import ConfigurationError, ServerUnavailableError
from resources.language_model.probes import Found, Probe, Probing
from resources.language_model.requests import ChatRequest
from resources.language_model.wire import printable_url

ATTEMPT_TIMEOUT_SECONDS = 60.0
PLAIN_TOKENS = 8
# A longer answer than PLAIN_TOKENS, from every model that does as it is told.
_QUESTION = "Count from one to fifty in words."
_LONG_START = "Say how often this says a: "
# The prompt asks for nothing of the kind: only a server that enforces the schema will answer so.
_UNASKED_ANSWER = {"number": 7}
# A loop that the schema forces on any model. It is told from two equal tokens on, so that no way of cutting the word into
# tokens hides it.
_LOOP = "no " * 64
_EAGER_DETECTION = {"max_pattern_size": 8, "min_pattern_size": 1, "min_count": 2}
# In use: a stretch of up to 64 tokens (some lines), so many times in a row that no table's rule or matrix of zeros is meant.
REPETITION_DETECTION = {"max_pattern_size": 64, "min_pattern_size": 1, "min_count": 24}
_REPETITION = "repetition"
_REFUSALS = ("too_long", "bad_request")


@dataclass(frozen=True)
class SelfTest:
    """What a server proved.

    ``enforces_schema`` is false on servers that take a schema and ignore it, ``stops_loops`` where ``repetition_detection``
    does nothing. ``refuses_long_prompts`` is null where the server tells no context, so that none can be exceeded;
    ``tells_cached_tokens`` says whether the ledger will know them. ``calls`` are what it cost.
    """

    prompt_tokens: int
    seconds: float
    enforces_schema: bool
    refuses_long_prompts: bool | None
    stops_loops: bool
    tells_cached_tokens: bool
    calls: tuple[Call, ...] = ()

    @property
    def extra_body(self) -> Mapping[str, Any]:
        """Fields for every chat that were proven to do something on this server."""
        return {"repetition_detection": REPETITION_DETECTION} if self.stops_loops else {}

    def summary(self) -> str:
        """One line for a person."""
        long = {True: "refuses prompts beyond its context", None: "tells no context", False: ""}[
            self.refuses_long_prompts
        ]
        found = (
            f"{'enforces' if self.enforces_schema else 'ignores'} a JSON schema",
            long,
            "stops loops" if self.stops_loops else "",
            "tells cached tokens" if self.tells_cached_tokens else "tells no cached tokens",
        )
        return ", ".join(part for part in found if part)


def run_self_test(settings: ClientSettings, context_tokens: int | None = None) -> SelfTest:
    """Ask a few short questions, and one that is longer than ``context_tokens`` (prompt plus answer).

    Raises ServerUnavailableError when a plain question gets no answer; ConfigurationError as the client does, and for a
    server that answers in another model's name, tells no tokens, writes more than it may, or answers more than it can read.
    """
    server = ", ".join(printable_url(url) for url in settings.base_urls)
    settings = replace(
        settings,
        max_attempts=2,
        max_failure_share=1.0,  # one of the questions is meant to fail
        attempt_timeout_seconds=min(settings.attempt_timeout_seconds, ATTEMPT_TIMEOUT_SECONDS),
        deadline_seconds=min(settings.deadline_seconds, 2 * ATTEMPT_TIMEOUT_SECONDS),
    )
    found = run_coroutine(_ask(settings, *_probes(context_tokens)))
    plain = found["plain"].answer
    if plain is None or (plain.text is None and plain.finish_reason is None):
        raise ServerUnavailableError(
            f"the language model server does not answer a chat ({found['plain'].error}); look at its log, and see "
            f"that {settings.variables}_URL and {settings.variables}_MODEL name a chat model"
        )
    _check_limits(found, settings, server)
    looped = found["loop"].answer
    return SelfTest(
        prompt_tokens=plain.prompt_tokens,
        seconds=found["plain"].seconds,
        enforces_schema=_answered(found["schema"]) == _UNASKED_ANSWER,
        refuses_long_prompts=True if "long" in found and found["long"].error in _REFUSALS else None,
        stops_loops=looped is not None and looped.finish_reason == _REPETITION,
        tells_cached_tokens=plain.cached_tokens is not None,
        calls=tuple(one.call for one in found.values() if one.call is not None),
    )


def is_probe(prompt: str) -> bool:
    """Whether a question is one of the self-test's."""
    return prompt == _QUESTION or prompt.startswith(_LONG_START)


def _probes(context_tokens: int | None) -> list[Probe]:
    probes = [
        Probe(_chat("plain", PLAIN_TOKENS)),
        Probe(_chat("schema", 128, schema=_schema("number", 7))),
        Probe(_chat("loop", 512, schema=_schema("answer", _LOOP)), {"repetition_detection": _EAGER_DETECTION}),
    ]
    if context_tokens is not None:
        probes.append(Probe(_chat("long", PLAIN_TOKENS, question=_LONG_START + "a " * (2 * context_tokens))))
    return probes


def _chat(key: str, max_tokens: int, question: str = _QUESTION, schema: Mapping[str, Any] | None = None) -> ChatRequest:
    return ChatRequest(key, ({"role": "user", "content": question},), max_tokens, schema=schema)


def _schema(name: str, value: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"enum": [value]}},
        "required": [name],
        "additionalProperties": False,
    }


def _check_limits(found: Mapping[str, Found], settings: ClientSettings, server: str) -> None:
    """Raises ConfigurationError for what would spoil a run unseen."""
    plain, variables = found["plain"], settings.variables
    assert plain.answer is not None
    # some services answer with the dated name of what was asked for
    if plain.model and not plain.model.startswith(settings.model):
        raise ConfigurationError(
            f"server {server} answers as {plain.model!r} when asked for {settings.model!r}; set {variables}_MODEL to what "
            "it is to answer as"
        )
    if not plain.answer.prompt_tokens or not plain.answer.completion_tokens:
        raise ConfigurationError(
            f"server {server} tells no token counts (usage), so that nothing it costs could be accounted for; use another "
            "server, or a gateway that passes them on"
        )
    if plain.answer.completion_tokens > PLAIN_TOKENS:
        raise ConfigurationError(
            f"server {server} wrote {plain.answer.completion_tokens} tokens when {PLAIN_TOKENS} were allowed: it ignores "
            "max_tokens; use another server"
        )
    if "long" in found and found["long"].answer is not None:
        raise ConfigurationError(
            f"server {server} answered a prompt that is longer than the context it tells: it drops text unseen; switch "
            "truncation off there"
        )


async def _ask(settings: ClientSettings, *probes: Probe) -> dict[str, Found]:
    client = Client(settings, Probing())
    client.submit(probes)
    client.finish()
    return {found.key: found async for found in client.replies()}


def _answered(found: Found) -> object:
    try:
        return json.loads((found.answer and found.answer.text) or "", strict=False)
    except ValueError:
        return None
