"""The engines behind the language model: what answers, where, and how it is told apart."""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from resources.language_model.background import run_coroutine
from resources.language_model.errors import ConfigurationError, NoModelError
from resources.language_model.identity import Identity, identify
from resources.language_model.llama_cpp import (
    LlamaCppServer,
    default_threads,
    gguf_fingerprint,
    package_version,
)
from resources.language_model.variables import LANGUAGE_MODEL
from resources.language_model.vllm_server import VllmServer
from resources.language_model.wire import base_url

if TYPE_CHECKING:
    from resources.language_model.scripted import ScriptedServer

# A quarter more than the server works on at once, so that a freed slot finds a request waiting (llm.md §6.1).
WINDOW_PER_SLOT = 1.25
SCRIPTED_CONTEXT_TOKENS = 32_768


class EngineName(StrEnum):
    """What can answer. ``rules`` is for the language model, ``none`` for an embedder that nobody has set up; the last two are
    for an embedder too."""

    RULES = "rules"
    NONE = "none"
    OPENAI = "openai"
    LLAMA_CPP = "llama_cpp"
    VLLM = "vllm"
    SCRIPTED = "scripted"
    MINILM = "minilm"
    SENTENCE_TRANSFORMERS = "sentence_transformers"


def engine_name(name: str, known: Sequence[EngineName], variables: str = LANGUAGE_MODEL) -> EngineName:
    """The engine called ``name``. Raises ConfigurationError for one that is not ``known``."""
    if name not in known:
        raise ConfigurationError(f"unknown engine {name!r}; set {variables}_ENGINE to one of {', '.join(known)}")
    return EngineName(name)


@dataclass(frozen=True)
class Connection:
    """Where a model is to be reached, and what it is.

    ``max_window`` is null where servers set no limit, ``context_tokens`` (prompt plus answer) where they tell none.
    """

    base_urls: tuple[str, ...]
    model: str
    api_key: str | None = field(repr=False)
    fingerprint: str
    max_window: int | None = None
    context_tokens: int | None = None


class Engine(Protocol):
    """Something that can answer. Nothing happens before ``connect``."""

    def fingerprint(self) -> str:
        """What determines the answers: engine, model, revision, server version."""

    def connect(self) -> Connection:
        """Where to send requests, after starting what needs to be started."""

    def known_context_tokens(self) -> int | None:
        """Tokens of prompt plus answer as far as they are known without starting anything."""

    def close(self) -> None:
        """Stop what ``connect`` started."""


class RulesEngine:
    """No model: the stages do by rules what rules can do."""

    def fingerprint(self) -> str:
        """Always ``rules``."""
        return EngineName.RULES.value

    def connect(self) -> Connection:
        """Raises NoModelError."""
        raise NoModelError(
            "engine 'rules' has no language model to ask; set DARWIN_LLM_URL to a server, DARWIN_LLM_GGUF to a model file, "
            "or DARWIN_LLM_ENGINE=vllm with DARWIN_LLM_MODEL to have one started here"
        )

    def known_context_tokens(self) -> None:
        """There is none."""

    def close(self) -> None:
        """Nothing was started."""


class OpenAIEngine:
    """OpenAI-compatible servers that run elsewhere: vLLM, SGLang, llama.cpp, hosted services."""

    def __init__(self, addresses: list[str], model: str, api_key: str | None, variables: str = LANGUAGE_MODEL) -> None:
        self._variables = variables
        self._base_urls = tuple(base_url(address, variables) for address in addresses if address.strip())
        if not self._base_urls:
            raise ConfigurationError(
                f"engine 'openai' needs the address of a server; set {variables}_URL, e.g. http://localhost:8000/v1"
            )
        self._model = model
        self._api_key = api_key
        self._connection: Connection | None = None

    def fingerprint(self) -> str:
        """As told by the servers."""
        return self.connect().fingerprint

    def connect(self) -> Connection:
        """Asks the servers once what they serve; raises as ``identify`` does."""
        if self._connection is None:
            asked = identify(self._base_urls, self._model, self._api_key, self._variables)
            found = run_coroutine(asked)
            self._connection = Connection(
                self._base_urls,
                found.model,
                self._api_key,
                found.fingerprint,
                context_tokens=found.context_tokens,
            )
        return self._connection

    def known_context_tokens(self) -> int | None:
        """As told by the servers."""
        return self.connect().context_tokens

    def close(self) -> None:
        """Forget what the servers said, so that the next use asks again."""
        self._connection = None


class LlamaCppEngine:
    """A GGUF file on this machine's CPU, served inside the process."""

    def __init__(
        self,
        gguf: str,
        *,
        slots: int,
        context_tokens: int,
        threads: int | None,
        embeds: bool = False,
        variables: str = LANGUAGE_MODEL,
    ) -> None:
        if not gguf:
            raise ConfigurationError(f"engine 'llama_cpp' needs a model file; set {variables}_GGUF to a GGUF")
        self._path = Path(gguf)
        self._server = LlamaCppServer(
            self._path,
            model=self._path.stem,
            slots=slots,
            context_tokens=context_tokens,
            threads=threads or default_threads(),
            embeds=embeds,
            variables=variables,
        )

    def fingerprint(self) -> str:
        """File name, hash of the file, version of llama.cpp; starts nothing."""
        digest = gguf_fingerprint(self._path, self._server.variables)
        return f"llama_cpp:{self._path.stem}:{digest}:xllamacpp-{package_version()}"

    def connect(self) -> Connection:
        """Loads the model on first use. Raises ConfigurationError, MissingPackageError."""
        server = self._server
        fingerprint = self.fingerprint()  # tells a file that is absent or no model from one that does not load
        return Connection(
            base_urls=(server.start(),),
            model=server.model,
            api_key=server.api_key,
            fingerprint=fingerprint,
            max_window=math.ceil(server.slots * WINDOW_PER_SLOT),
            context_tokens=server.context_tokens,
        )

    def known_context_tokens(self) -> int:
        """As set."""
        return self._server.context_tokens

    def close(self) -> None:
        """Stop the server and free the model."""
        self._server.close()


class VllmEngine:
    """A model that `vllm serve` serves on this machine, started at the first use and shared with other processes."""

    def __init__(self, server: VllmServer) -> None:
        self._server = server
        self._identity: Identity | None = None

    def fingerprint(self) -> str:
        """Hash of the model's files, arguments that bear on answers, version of vLLM; starts nothing."""
        return self._server.fingerprint

    def connect(self) -> Connection:
        """Waits for the server, which may take minutes. Raises as ``VllmServer.start`` and ``identify`` do."""
        server = self._server
        url, api_key = server.start()
        if self._identity is None:
            found = run_coroutine(identify((url,), server.name, api_key, server.variables))
            if found.root != server.source:
                raise ConfigurationError(
                    f"the server at {url} serves another model than {server.source}; end it, then run again"
                )
            self._identity = found
        context = self._identity.context_tokens
        return Connection((url,), server.name, api_key, server.fingerprint, context_tokens=context)

    def known_context_tokens(self) -> int | None:
        """As told by the server, once it was used here."""
        return None if self._identity is None else self._identity.context_tokens

    def close(self) -> None:
        """Let go of the server; it ends by itself when nobody has used it for a while."""
        self._server.close()
        self._identity = None


class ScriptedEngine:
    """No model either, but real requests: answers that repeat the prompt's text, for a dry run of a whole ladder."""

    def __init__(self) -> None:
        self._server: ScriptedServer | None = None
        self._api_key = secrets.token_urlsafe(24)

    def fingerprint(self) -> str:
        """Name and version of the script."""
        return f"{EngineName.SCRIPTED.value}:1"

    def connect(self) -> Connection:
        """Starts the server in this process."""
        from resources.language_model.scripted import MODEL, ScriptedServer

        if self._server is None:
            self._server = ScriptedServer(api_key=self._api_key, context_tokens=SCRIPTED_CONTEXT_TOKENS).__enter__()
        urls = (f"{self._server.url}/v1",)
        return Connection(urls, MODEL, self._api_key, self.fingerprint(), context_tokens=SCRIPTED_CONTEXT_TOKENS)

    def known_context_tokens(self) -> int:
        """Always the same."""
        return SCRIPTED_CONTEXT_TOKENS

    def close(self) -> None:
        """Stop the server."""
        if self._server is not None:
            self._server.stop()
            self._server = None
