"""The language model as a Dagster resource: configuration only; servers are reached on first use."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import dagster as dg
from pydantic import Field, PrivateAttr

from resources.language_model.answering import Answering
from resources.language_model.answers import AnswerStore
from resources.language_model.client import ClientSettings
from resources.language_model.engines import (
    Connection,
    Engine,
    EngineName,
    LlamaCppEngine,
    OpenAIEngine,
    RulesEngine,
    engine_name,
)
from resources.language_model.errors import ConfigurationError
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.self_test import run_self_test

_API_KEY_VARIABLE = "DARWIN_LLM_API_KEY"


@dataclass(frozen=True)
class Readiness:
    """What is known of a model that is ready. ``enforces_schema`` is proven, not told."""

    engine: str
    model: str
    fingerprint: str
    enforces_schema: bool
    message: str


class LanguageModel(dg.ConfigurableResource[Any]):
    """One language model behind one of several engines. Nothing starts or is asked before first use.

    Close with ``close()`` what was started; in a Dagster run that happens by itself.
    """

    engine: str = Field(
        default="rules",
        description="rules (no model), openai (servers at base_urls) or llama_cpp (a GGUF file).",
    )
    base_urls: list[str] = Field(
        default=[], description="Addresses of OpenAI-compatible servers of one model, for engine openai."
    )
    model: str = Field(default="", description="Model name as the servers list it; may be empty where they list one.")
    api_key: str | None = Field(
        default=None, description=f"Key for the servers; give it as dg.EnvVar('{_API_KEY_VARIABLE}')."
    )
    gguf: str = Field(default="", description="Path of the model file, for engine llama_cpp.")
    window: int = Field(default=64, ge=1, description="Requests in flight, over all servers.")
    attempt_timeout_seconds: float = Field(default=300.0, gt=0, description="Longest wait for one answer.")
    deadline_seconds: float = Field(
        default=900.0, gt=0, description="Longest time from a request's first attempt to its reply."
    )
    max_attempts: int = Field(default=5, ge=1, description="Attempts of a request that fails for a passing reason.")
    backoff_seconds: float = Field(
        default=1.0, gt=0, description="Longest wait before a second attempt; doubles with each further one."
    )
    max_failure_share: float = Field(
        default=0.2, ge=0, le=1, description="Share of failed requests above which a run stops."
    )
    failure_share_after: int = Field(
        default=200, ge=1, description="Replies before the share of failures is looked at."
    )
    max_outage_seconds: float = Field(
        default=600.0, gt=0, description="Time without any answer after which a run stops."
    )
    slots: int = Field(default=4, ge=1, description="Requests that llama_cpp works on at once.")
    context_tokens: int = Field(default=8192, ge=128, description="Prompt plus answer, for llama_cpp.")
    threads: int | None = Field(default=None, ge=1, description="Threads of llama_cpp; else half the cores.")

    _engine: Engine | None = PrivateAttr(default=None)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **fields: Any) -> Self:
        """The model that ``DARWIN_LLM_*`` variables name; ``fields`` set what has no variable.

        ``DARWIN_LLM_ENGINE``, ``_URL`` (several by commas), ``_MODEL``, ``_API_KEY``, ``_GGUF``, ``_WINDOW``.
        With no engine named, a URL means openai, a GGUF means llama_cpp, and nothing means rules. Raises
        ConfigurationError when both are given, or the window is no number.
        """
        environ = os.environ if environ is None else environ
        given = {name: environ.get(f"DARWIN_LLM_{name}", "").strip() for name in _VARIABLES}
        urls = [url.strip() for url in given["URL"].split(",") if url.strip()]
        found = {
            "engine": given["ENGINE"] or _implied_engine(urls, given["GGUF"]),
            "base_urls": urls,
            "model": given["MODEL"],
            "gguf": given["GGUF"],
            **({"api_key": dg.EnvVar(_API_KEY_VARIABLE)} if environ.get(_API_KEY_VARIABLE) else {}),
            **({"window": _window(given["WINDOW"])} if given["WINDOW"] else {}),
        }
        return cls(**{**found, **fields})

    def fingerprint(self) -> str:
        """Identity of what answers, part of every answer's key: "rules", or engine, model and server or file.

        Raises ConfigurationError, or ServerUnavailableError where servers have to be asked and none is up.
        """
        return self._open().fingerprint()

    def check_ready(self) -> Readiness:
        """Prove that the engine answers. Raises a LanguageModelError that says what to set or start."""
        if engine_name(self.engine) is EngineName.RULES:
            return Readiness(self.engine, "", self.fingerprint(), False, "rules: no model is used")
        connection = self._open().connect()
        proof = run_self_test(self._settings(connection))
        schema = "enforces" if proof.enforces_schema else "ignores"
        message = f"{connection.model} answered in {proof.seconds:.2f} s; the server {schema} a JSON schema"
        return Readiness(self.engine, connection.model, connection.fingerprint, proof.enforces_schema, message)

    def answer(
        self, requests: Iterable[ChatRequest], *, store: AnswerStore | None, prompt_id: str
    ) -> Iterator[ChatReply]:
        """Exactly one reply to every request, as they finish; those in ``store`` cost nothing.

        ``requests`` is read lazily, a few windows ahead of the replies, in the caller's thread. Complete
        answers are stored before they are handed out. Raises at once what ``check_ready`` raises for a wrong
        setting, and while running TooManyFailuresError, ServerUnavailableError or AnswerStoreError; what was
        answered by then is stored.
        """
        connection = self._open().connect()
        log = None
        if store is not None:
            log = store.open(model_fingerprint=connection.fingerprint, prompt_id=prompt_id)
        return Answering(
            self._settings(connection),
            requests,
            log=log,
            model_fingerprint=connection.fingerprint,
            prompt_id=prompt_id,
        ).replies()

    def close(self) -> None:
        """Stop what was started for this resource; it may be used again."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Dagster's hook at the end of a step's process."""
        self.close()

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = self._build()
        return self._engine

    def _build(self) -> Engine:
        name = engine_name(self.engine)
        if name is EngineName.RULES:
            return RulesEngine()
        if name is EngineName.OPENAI:
            return OpenAIEngine(self.base_urls, self.model, _secret(self.api_key))
        return LlamaCppEngine(self.gguf, slots=self.slots, context_tokens=self.context_tokens, threads=self.threads)

    def _settings(self, connection: Connection) -> ClientSettings:
        return ClientSettings(
            base_urls=connection.base_urls,
            model=connection.model,
            api_key=connection.api_key,
            window=min(self.window, connection.max_window or self.window),
            attempt_timeout_seconds=self.attempt_timeout_seconds,
            deadline_seconds=self.deadline_seconds,
            max_attempts=self.max_attempts,
            backoff_base_seconds=self.backoff_seconds,
            max_failure_share=self.max_failure_share,
            failure_share_after=self.failure_share_after,
            max_outage_seconds=max(self.max_outage_seconds, self.attempt_timeout_seconds),
        )


_VARIABLES = ("ENGINE", "URL", "MODEL", "GGUF", "WINDOW")


def _implied_engine(urls: list[str], gguf: str) -> str:
    if urls and gguf:
        raise ConfigurationError(
            "DARWIN_LLM_URL and DARWIN_LLM_GGUF are both set; set DARWIN_LLM_ENGINE to openai or llama_cpp"
        )
    if urls:
        return EngineName.OPENAI.value
    return EngineName.LLAMA_CPP.value if gguf else EngineName.RULES.value


def _window(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ConfigurationError("DARWIN_LLM_WINDOW must be a whole number of requests, at least 1")
    return int(text)


def _secret(value: str | None) -> str | None:
    """Outside of a Dagster run an EnvVar is still the variable's name."""
    return value.get_value() if isinstance(value, dg.EnvVar) else value
