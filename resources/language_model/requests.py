"""What is asked and what comes back: one request in, exactly one reply out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

CONTENT_KEY_BYTES = 20
# Part of every content key: to be raised when the wire body changes in a way that changes answers.
CONTENT_KEY_VERSION = 1


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One chat completion.

    ``key`` is the caller's identity for the request (a chunk or window id) and comes back on the reply; it
    must be unique in a run and says nothing about the answer. Everything else determines the answer.
    """

    key: str
    messages: tuple[Mapping[str, str], ...]
    max_tokens: int
    temperature: float = 0.0
    seed: int = 0
    schema: Mapping[str, Any] | None = None

    def content_key(self, model_fingerprint: str, prompt_id: str) -> str:
        """Hash of all that determines the answer, 40 hexadecimal digits.

        Two requests with the same content key may share one answer, whatever their ``key``.
        """
        content = {
            "version": CONTENT_KEY_VERSION,
            "model": model_fingerprint,
            "prompt": prompt_id,
            "messages": self.messages,
            "max_tokens": self.max_tokens,
            "temperature": float(self.temperature),
            "seed": self.seed,
            "schema": self.schema,
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return blake2b(canonical.encode("ascii"), digest_size=CONTENT_KEY_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class ChatReply:
    """How one request ended.

    ``error`` is null exactly when ``text`` is a complete answer; else it is a class name: of the transport
    ("timeout", "connection", "cut", "http_500", "malformed_body"), of the request ("too_long",
    "bad_request"), or of the content ("length", "no_content", or the server's own finish reason). A
    truncated answer keeps its text beside the error, for the record. Tokens are those of the answer, 0 where
    the server did not say. ``seconds`` is the time spent in attempts, waiting between them excluded.
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

    @property
    def ok(self) -> bool:
        """Whether ``text`` is a complete answer."""
        return self.error is None
