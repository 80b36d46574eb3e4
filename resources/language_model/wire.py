"""The OpenAI-compatible wire format: addresses, request bodies, answers."""

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from resources.language_model.errors import ConfigurationError
from resources.language_model.failures import ABORTED, MALFORMED_BODY, Failure, classify_status
from resources.language_model.requests import ChatRequest
from resources.language_model.variables import LANGUAGE_MODEL

COMPLETE = "stop"
# What vLLM says of a request that it gave up while shutting down.
ABORT = "abort"
MOST_TOKENS = 2**31
_FINISH_REASON = re.compile(r"[a-z_]{1,32}")
# Made once: json.dumps and json.loads make one at every call.
_ENCODER = json.JSONEncoder(allow_nan=False)
# strict=False: weak models put raw control characters inside strings, and some servers pass them on.
_DECODER = json.JSONDecoder(strict=False)


class Answer(NamedTuple):
    """What a server said, complete or not."""

    text: str | None
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None = None

    @property
    def error(self) -> str | None:
        """Null for a complete answer, else the class of what is wrong with it."""
        return error_of(self.text, self.finish_reason)


def error_of(text: str | None, finish_reason: str | None) -> str | None:
    """Null for a complete answer, else the class of what is wrong with it."""
    if finish_reason != COMPLETE:
        return finish_reason or "no_finish_reason"
    return None if text is not None else "no_content"


def base_url(address: str, variables: str = LANGUAGE_MODEL) -> str:
    """The API root of a server address: ``http://host:8000`` becomes ``http://host:8000/v1``.

    An address with a path is taken as it is. Raises ConfigurationError for anything but http and https, and as
    ``refuse_secrets`` does.
    """
    address = address.strip().rstrip("/")
    refuse_secrets(address, variables)
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"a server address must look like http://host:port/v1; set {variables}_URL (several: by commas)"
        )
    return address if parts.path else f"{address}/v1"


def refuse_secrets(address: str, variables: str = LANGUAGE_MODEL) -> None:
    """Raises ConfigurationError for an address that could hold one: addresses are stored and shown, keys are not."""
    if any(sign in address for sign in "@?#"):
        raise ConfigurationError(
            f"a server address in {variables}_URL must have no user, password or query; set a key in {variables}_API_KEY"
        )


def server_root(url: str) -> str:
    """The address without its ``/v1`` path, where servers keep ``/version`` and ``/props``."""
    return url.removesuffix("/v1")


@cache
def printable_url(url: str) -> str:
    """The address without user and password, for messages and logs."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def encode_request(request: ChatRequest, model: str, extra: Mapping[str, Any] | None = None) -> bytes:
    """The body of ``POST /chat/completions``, with every sampling value: servers have defaults.

    ``extra`` are fields that only this server knows.
    """
    others: dict[str, Any] = {}
    if request.schema is not None:
        others["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": request.schema},
        }
    if extra:
        others |= extra
    sampling = _sampling(model, request.max_tokens, request.temperature, request.seed)
    more = f"{_ENCODER.encode(others)[1:-1]}, " if others else ""
    return f'{{{sampling}, {more}"messages": {request.messages_json()}}}'.encode("ascii")


@lru_cache(maxsize=1_024)
def _sampling(model: str, max_tokens: int, temperature: float, seed: int) -> str:
    """Fields of a body that many requests have in common, as JSON without its braces."""
    body = {
        "model": model,
        "max_tokens": max_tokens,
        "temperature": temperature,
        "top_p": 1.0,
        "seed": seed,
        "n": 1,
        "stream": False,
    }
    return _ENCODER.encode(body)[1:-1]


def decode_response(status: int, body: bytes, retry_after: str | None = None) -> Answer | Failure:
    """The answer in an HTTP response, or the failure that it stands for. Never raises."""
    parsed = parse_json(body)
    if status != 200:
        return classify_status(status, parsed, retry_after)
    try:
        choice = parsed["choices"][0]
        content = choice["message"]["content"]
        finish_reason = choice["finish_reason"]
        usage = parsed.get("usage") or {}
        prompt_tokens = _count(usage.get("prompt_tokens"))
        completion_tokens = _count(usage.get("completion_tokens"))
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
        cached_tokens = None if cached is None else min(_count(cached), prompt_tokens)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
        return MALFORMED_BODY
    if not isinstance(content, str | None) or not isinstance(finish_reason, str | None):
        return MALFORMED_BODY
    if finish_reason == ABORT:
        return ABORTED
    if finish_reason is not None and not _FINISH_REASON.fullmatch(finish_reason):
        finish_reason = "unknown_finish_reason"
    text = None if content is None else _storable(content)
    return Answer(text, finish_reason, prompt_tokens, completion_tokens, cached_tokens)


def _count(told: Any) -> int:
    """Tokens as a server tells them; 0 for what no answer can have, so that no sum or table is spoilt by it."""
    count = int(told or 0)
    return count if 0 <= count <= MOST_TOKENS else 0


def parse_json(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError):
        return None


def _storable(text: str) -> str:
    """The text with lone surrogates replaced: JSON can carry them, UTF-8 (and so Arrow and Delta) cannot."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
