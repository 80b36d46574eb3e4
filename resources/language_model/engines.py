"""The engines behind the language model: what answers, where, and how it is told apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from resources.language_model.background import run_coroutine
from resources.language_model.errors import ConfigurationError, NoModelError
from resources.language_model.identity import identify
from resources.language_model.llama_cpp import (
    LlamaCppServer,
    default_threads,
    gguf_fingerprint,
    package_version,
)
from resources.language_model.variables import LANGUAGE_MODEL
from resources.language_model.wire import base_url

# A quarter more than the server works on at once, so that a freed slot finds a request waiting (llm.md §6.1).
WINDOW_PER_SLOT = 1.25


class EngineName(StrEnum):
    """What can answer. ``rules`` is for the language model, ``none`` for an embedder that nobody has set up."""

    RULES = "rules"
    NONE = "none"
    OPENAI = "openai"
    LLAMA_CPP = "llama_cpp"
    VLLM = "vllm"


def engine_name(name: str, known: Sequence[EngineName], variables: str = LANGUAGE_MODEL) -> EngineName:
    """The engine called ``name``. Raises ConfigurationError for one that is not ``known`` and for ``vllm``."""
    if name not in known:
        raise ConfigurationError(f"unknown engine {name!r}; set {variables}_ENGINE to one of {', '.join(known)}")
    engine = EngineName(name)
    if engine is EngineName.VLLM:
        raise ConfigurationError(
            "engine 'vllm' starts no server here: use engine openai with the URL of a vLLM server "
            f"({variables}_ENGINE=openai, {variables}_URL=http://host:8000/v1)"
        )
    return engine


@dataclass(frozen=True)
class Connection:
    """Where a model is to be reached, and what it is. ``max_window`` is null where servers set no limit."""

    base_urls: tuple[str, ...]
    model: str
    api_key: str | None = field(repr=False)
    fingerprint: str
    max_window: int | None = None


class Engine(Protocol):
    """Something that can answer. Nothing happens before ``connect``."""

    def fingerprint(self) -> str:
        """What determines the answers: engine, model, revision, server version."""

    def connect(self) -> Connection:
        """Where to send requests, after starting what needs to be started."""

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
            "engine 'rules' has no language model to ask; set DARWIN_LLM_ENGINE=openai with DARWIN_LLM_URL, "
            "or DARWIN_LLM_ENGINE=llama_cpp with DARWIN_LLM_GGUF"
        )

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
            model, fingerprint = run_coroutine(asked)
            self._connection = Connection(self._base_urls, model, self._api_key, fingerprint)
        return self._connection

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
        return Connection(
            base_urls=(server.start(),),
            model=server.model,
            api_key=server.api_key,
            fingerprint=self.fingerprint(),
            max_window=math.ceil(server.slots * WINDOW_PER_SLOT),
        )

    def close(self) -> None:
        """Stop the server and free the model."""
        self._server.close()
