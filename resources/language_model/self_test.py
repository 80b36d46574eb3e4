"""Proof that a server answers and enforces a schema, before a run depends on it. Claims are not believed."""

import json
from dataclasses import dataclass, replace

from resources.language_model.background import run_coroutine
from resources.language_model.chat import Chat
from resources.language_model.client import Client
from resources.language_model.client_settings import ClientSettings
from resources.language_model.errors import ServerUnavailableError
from resources.language_model.requests import ChatReply, ChatRequest

ATTEMPT_TIMEOUT_SECONDS = 60.0
_GREETING = ({"role": "user", "content": "Say hello."},)
# The prompt asks for nothing of the kind: only a server that enforces the schema will answer so.
_UNASKED_ANSWER = {"number": 7}
_SCHEMA = {
    "type": "object",
    "properties": {"number": {"enum": [7]}},
    "required": ["number"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class SelfTest:
    """What a server proved. ``enforces_schema`` is false on servers that take a schema and ignore it."""

    prompt_tokens: int
    seconds: float
    enforces_schema: bool


def run_self_test(settings: ClientSettings) -> SelfTest:
    """Ask two short questions, one with a schema.

    Raises ServerUnavailableError when the plain one gets no answer, ConfigurationError as the client does.
    """
    settings = replace(
        settings,
        max_attempts=2,
        attempt_timeout_seconds=min(settings.attempt_timeout_seconds, ATTEMPT_TIMEOUT_SECONDS),
        deadline_seconds=min(settings.deadline_seconds, 2 * ATTEMPT_TIMEOUT_SECONDS),
    )
    plain = ChatRequest(key="plain", messages=_GREETING, max_tokens=8)
    with_schema = ChatRequest(key="schema", messages=_GREETING, max_tokens=128, schema=_SCHEMA)
    replies = run_coroutine(_ask(settings, plain, with_schema))
    answer = replies["plain"]
    if answer.text is None and answer.finish_reason is None:
        raise ServerUnavailableError(
            f"the language model server does not answer a chat ({answer.error}); look at its log, and see "
            "that DARWIN_LLM_URL and DARWIN_LLM_MODEL name a chat model"
        )
    return SelfTest(
        prompt_tokens=answer.prompt_tokens,
        seconds=answer.seconds,
        enforces_schema=_parse(replies["schema"].text) == _UNASKED_ANSWER,
    )


async def _ask(settings: ClientSettings, *requests: ChatRequest) -> dict[str, ChatReply]:
    client = Client(settings, Chat())
    client.submit(requests)
    client.finish()
    return {reply.key: reply async for reply in client.replies()}


def _parse(text: str | None) -> object:
    try:
        return json.loads(text or "", strict=False)
    except ValueError:
        return None
