"""What is asked and what comes back: one request in, exactly one reply out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

CONTENT_KEY_BYTES = 20
# Why an answer ended, where asking again in the same way would bring the same answer: such answers are kept.
REPEATABLE = frozenset({"stop", "length", "repetition"})
# Part of every content key: to be raised when the wire body changes in a way that changes answers.
CONTENT_KEY_VERSION = 1


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One chat completion.

    ``key`` is the caller's identity for the request (a chunk or window id) and comes back on the reply; it
    must be unique in a run and says nothing about the answer. Everything else determines the answer.
    """

    key: str
    messages: tuple[Mapping[str, Any], ...]
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0
    schema: Mapping[str, Any] | None = None
    _messages_json: str = field(default="", init=False, repr=False, compare=False)

    def under(self, key: str) -> "ChatRequest":
        """The same request under another key."""
        request = ChatRequest(key, self.messages, self.max_tokens, self.temperature, self.seed, self.schema)
        object.__setattr__(request, "_messages_json", self._messages_json)
        return request

    def messages_json(self) -> str:
        """The messages as canonical JSON; made once, for it is most of the key and of the body of every attempt."""
        if not self._messages_json:
            object.__setattr__(self, "_messages_json", _json_of(self.messages))
        return self._messages_json

    def content_key(self, model_fingerprint: str, prompt_id: str) -> str:
        """Hash of all that determines the answer, 40 hexadecimal digits.

        Two requests with the same content key may share one answer, whatever their ``key``.
        """
        schema = "null" if self.schema is None else _canonical(self.schema)
        others = _others(model_fingerprint, prompt_id, schema, self.seed, float(self.temperature))
        # as one canonical JSON object: keys sorted, so that the messages stand second
        canonical = f'{{"max_tokens":{self.max_tokens},"messages":{self.messages_json()},{others}'
        return blake2b(canonical.encode("ascii"), digest_size=CONTENT_KEY_BYTES).hexdigest()


class ChatReply(NamedTuple):
    """How one request ended.

    ``error`` is null exactly when ``text`` is a complete answer; else it is a class name: of the transport
    ("timeout", "connection", "cut", "http_500", "malformed_body"), of the request ("too_long",
    "bad_request"), of the content ("length", "repetition", "no_content", or the server's own finish reason),
    or the caller's own reason for refusing a complete answer. An answer of no use keeps its text beside the
    error, for the record. Tokens are those of this answer, 0 where the server did not say; ``cached_tokens``
    are those of the prompt that the server had read before, null where it does not say. ``started_at``,
    ``seconds`` and ``endpoint`` are those of the attempt that ended it; ``attempts`` are all that were made.
    """

    key: str
    text: str | None
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    attempts: int
    cached: bool
    error: str | None
    cached_tokens: int | None = None
    endpoint: str = ""
    started_at: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether ``text`` is a whole answer, of use or not."""
        return self.text is not None and self.finish_reason == "stop"

    @property
    def ok(self) -> bool:
        """Whether ``text`` is a complete answer."""
        return self.error is None

    @property
    def is_repeatable(self) -> bool:
        """Whether the server would say the same again, if only nothing, so that the answer is worth keeping."""
        return self.finish_reason in REPEATABLE


# Made once: json.dumps makes an encoder at every call.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@lru_cache(maxsize=32)
def _others(model_fingerprint: str, prompt_id: str, schema: str, seed: int, temperature: float) -> str:
    """What many requests have in common, as the end of a canonical JSON object; ``schema`` is in JSON already."""
    names = {"model": model_fingerprint, "prompt": prompt_id}
    values = {"seed": seed, "temperature": temperature, "version": CONTENT_KEY_VERSION}
    return f'{_canonical(names)[1:-1]},"schema":{schema},{_canonical(values)[1:]}'


@lru_cache(maxsize=32)
def _constant_message(role: str, content: str) -> str:
    """A message that many requests begin with, such as the instructions."""
    return _plain_message(role, content)


def _plain_message(role: str, content: str) -> str:
    """The canonical JSON of both; that of a string by itself takes a third of the time of a mapping with it."""
    return f'{{"content":{_canonical(content)},"role":{_canonical(role)}}}'


def _json_of(messages: tuple[Mapping[str, Any], ...]) -> str:
    last = len(messages) - 1
    return f"[{','.join(_message_json(message, number == last) for number, message in enumerate(messages))}]"


def _message_json(message: Mapping[str, Any], is_last: bool) -> str:
    role, content = message.get("role"), message.get("content")
    if len(message) != 2 or not isinstance(role, str) or not isinstance(content, str):
        return _canonical(message)
    return _plain_message(role, content) if is_last else _constant_message(role, content)
