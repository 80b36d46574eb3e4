"""Which model a server really serves. An alias alone is no identity: a server is asked, and must agree."""

import json
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from resources.language_model.errors import ConfigurationError, ServerUnavailableError
from resources.language_model.failures import Action, classify_status, configuration_error
from resources.language_model.sessions import open_session
from resources.language_model.variables import LANGUAGE_MODEL
from resources.language_model.wire import printable_url, server_root

if TYPE_CHECKING:
    import aiohttp

IDENTIFY_TIMEOUT_SECONDS = 20.0
# What servers say of a model that bears on its answers and is the same at every start: vLLM tells the first
# three, llama.cpp the last (sizes, vocabulary and quantization, from the file).
_LASTING_FIELDS = ("owned_by", "root", "parent", "revision", "meta")
_CONTEXT_OF_A_SLOT = "n_ctx"
# Where vLLM and llama.cpp tell their version, and the chat template, which only the latter tells.
_VERSIONS = (("version", "version"), ("props", "build_info"))
_TEMPLATE = "chat_template"
# Some gateways list no models; the first chat then shows whether the model is there.
_NO_LISTING = (404, 405)


@dataclass(frozen=True)
class Identity:
    """What a server says that it serves. ``context_tokens`` are prompt plus answer, null where it does not say; ``root`` is
    the folder or name that vLLM loaded the model from."""

    model: str
    fingerprint: str
    context_tokens: int | None = None
    root: str = ""


async def identify(
    base_urls: tuple[str, ...], model: str, api_key: str | None, variables: str = LANGUAGE_MODEL
) -> Identity:
    """The model behind all ``base_urls``; servers that are down are left out. The context is the shortest of theirs.

    ``model`` may be empty when the servers offer exactly one. The fingerprint names the model and hashes what
    the server tells about it and about itself. Raises ConfigurationError when a server refuses the key, does
    not offer the model, or serves another one than its neighbours; ServerUnavailableError when none is up.
    """
    async with open_session(api_key) as session:
        answers = [await _identify_one(session, url, model, variables) for url in base_urls]
    found = [answer for answer in answers if answer is not None]
    if not found:
        addresses = ", ".join(printable_url(url) for url in base_urls)
        raise ServerUnavailableError(
            f"no language model server answers at {addresses}; start it or set {variables}_URL"
        )
    fingerprints = {one.fingerprint for one in found}
    if len(fingerprints) > 1:
        names = ", ".join(sorted(fingerprints))
        raise ConfigurationError(
            f"the servers in {variables}_URL serve different models or versions ({names}); an answer must not "
            "depend on which one gives it"
        )
    shortest = min((one.context_tokens for one in found if one.context_tokens), default=None)
    return replace(found[0], context_tokens=shortest)


async def _identify_one(session: "aiohttp.ClientSession", url: str, model: str, variables: str) -> Identity | None:
    status, listing = await _get_json(session, f"{url}/models")
    if status is None:
        return None
    if status in _NO_LISTING and model:
        return Identity(model, _fingerprint(model, await _describe_server(session, url)))
    if status != 200:
        failure = classify_status(status)
        if failure.action is Action.ABORT:
            raise configuration_error(printable_url(url), failure, model, variables)
        return None
    offered = _models(listing)
    if not model and len(offered) == 1:
        model = next(iter(offered))
    if model not in offered:
        raise ConfigurationError(
            f"server {printable_url(url)} does not serve {model or 'exactly one model'!r} but: "
            f"{', '.join(sorted(offered)) or 'nothing'}; set {variables}_MODEL"
        )
    entry = offered[model]
    described = {**_describe(entry), **await _describe_server(session, url)}
    root = entry.get("root")
    return Identity(
        model, _fingerprint(model, described), _context_tokens(entry), root if isinstance(root, str) else ""
    )


def _context_tokens(entry: dict[str, Any]) -> int | None:
    """As vLLM (``max_model_len``) and llama.cpp (``meta.n_ctx``, of a slot) tell it."""
    meta = entry.get("meta")
    told = entry.get("max_model_len") or (meta.get(_CONTEXT_OF_A_SLOT) if isinstance(meta, dict) else None)
    return told if isinstance(told, int) and told > 0 else None


def _describe(entry: dict[str, Any]) -> dict[str, Any]:
    described = {field: entry[field] for field in _LASTING_FIELDS if field in entry}
    if isinstance(described.get("meta"), dict):
        described["meta"] = {k: v for k, v in described["meta"].items() if k != _CONTEXT_OF_A_SLOT}
    return described


def _fingerprint(model: str, described: dict[str, Any]) -> str:
    digest = blake2b(json.dumps(described, sort_keys=True).encode(), digest_size=8).hexdigest()
    return f"openai:{model}:{digest}"


def _models(listing: Any) -> dict[str, dict[str, Any]]:
    entries = listing.get("data") if isinstance(listing, dict) else None
    if not isinstance(entries, list):
        return {}
    return {e["id"]: e for e in entries if isinstance(e, dict) and isinstance(e.get("id"), str)}


async def _describe_server(session: "aiohttp.ClientSession", url: str) -> dict[str, Any]:
    """Name and version, empty if no known path tells them, and the chat template if it is told too."""
    for path, field in _VERSIONS:
        status, body = await _get_json(session, f"{server_root(url)}/{path}")
        if status == 200 and isinstance(body, dict) and isinstance(body.get(field), str):
            return {"server": f"{path}:{body[field]}", **{key: body[key] for key in (_TEMPLATE,) if key in body}}
    return {"server": ""}


async def _get_json(session: "aiohttp.ClientSession", url: str) -> tuple[int | None, Any]:
    """Status and parsed body; status null when nothing answers."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=IDENTIFY_TIMEOUT_SECONDS, sock_connect=5.0)
    try:
        async with session.get(url, timeout=timeout, allow_redirects=False) as response:
            body = await response.read()
            try:
                return response.status, json.loads(body)
            except ValueError:
                return response.status, None
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None, None
