"""What every model resource shares: where the model is, how patient to be with it, and how the environment says so."""

import os
import shlex
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import dagster as dg
from pydantic import Field, PrivateAttr

from resources.language_model.client_settings import ClientSettings
from resources.language_model.counters import ServerCounters, read_counters
from resources.language_model.engines import (
    Connection,
    Engine,
    EngineName,
    LlamaCppEngine,
    OpenAIEngine,
    ScriptedEngine,
    VllmEngine,
    engine_name,
)
from resources.language_model.errors import ConfigurationError
from resources.language_model.vllm_server import VllmServer
from resources.language_model.wire import printable_url, refuse_secrets


class ServedModel(dg.ConfigurableResource[Any]):
    """One model behind one of several engines. Nothing starts or is asked before first use.

    Close with ``close()`` what was started; in a Dagster run that happens by itself.
    """

    variables: ClassVar[str]
    """Prefix of the environment variables."""
    engines: ClassVar[tuple[EngineName, ...]]
    """Those that can be named; the first is the one when nothing is set."""
    embeds: ClassVar[bool] = False

    engine: str
    base_urls: list[str] = Field(
        default=[], description="Addresses of OpenAI-compatible servers of one model, for engine openai."
    )
    model: str = Field(
        default="",
        description="Model name as the servers list it, may be empty where they list one; for vllm a model folder, or "
        "name@revision of a hub.",
    )
    api_key: str | None = Field(default=None, description="Key for the servers; give it as dg.EnvVar, never as it is.")
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
    max_outage_seconds: float = Field(
        default=600.0, gt=0, description="Time without any answer after which a run stops."
    )
    slots: int = Field(default=4, ge=1, description="Requests that llama_cpp works on at once.")
    context_tokens: int = Field(default=8192, ge=128, description="Prompt plus answer, for llama_cpp.")
    threads: int | None = Field(default=None, ge=1, description="Threads of llama_cpp; else half the cores.")
    vllm: str = Field(
        default="vllm", description="Executable of vLLM, by preference that of an environment of its own."
    )
    vllm_arguments: list[str] = Field(
        default=[], description="More arguments of `vllm serve`, such as --max-num-seqs 512."
    )
    vllm_folder: str = Field(
        default="", description="Folder of leases and logs of vLLM servers; else one in the machine's temporary folder."
    )
    vllm_start_seconds: float = Field(default=1800.0, gt=0, description="Longest wait until a vLLM server is ready.")
    vllm_drain_seconds: int = Field(default=60, ge=0, description="Time to finish answers when a vLLM server is ended.")
    vllm_idle_seconds: float = Field(default=600.0, ge=0, description="Time without a user after which it is ended.")
    vllm_max_restarts: int = Field(
        default=10,
        ge=0,
        description="Times that a vLLM server that died is started again; forgotten after a good hour.",
    )

    _engine: Engine | None = PrivateAttr(default=None)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **fields: Any) -> Self:
        """The model that the environment names; ``fields`` set what has no variable.

        Behind the prefix: ``_ENGINE``, ``_URL`` (several by commas), ``_MODEL``, ``_API_KEY``, ``_GGUF``, ``_VLLM``,
        ``_VLLM_ARGUMENTS`` (as on a command line), ``_WINDOW``. With no engine named, a URL means openai, a GGUF means
        llama_cpp, an executable of vLLM means vllm, and nothing means the first of ``engines``. Raises ConfigurationError
        when several are given, an address or an argument holds a secret, a quote in the arguments has no partner, or the
        window is no number.
        """
        environ = os.environ if environ is None else environ
        given = {name: environ.get(f"{cls.variables}_{name}", "").strip() for name in _VARIABLES}
        urls = [url.strip() for url in given["URL"].split(",") if url.strip()]
        for url in urls:
            refuse_secrets(url, cls.variables)
        key_variable = f"{cls.variables}_API_KEY"
        found = {
            "engine": given["ENGINE"] or cls._implied_engine(given),
            "base_urls": urls,
            "model": given["MODEL"],
            "gguf": given["GGUF"],
            **({"vllm": given["VLLM"]} if given["VLLM"] else {}),
            "vllm_arguments": cls._arguments(given["VLLM_ARGUMENTS"]),
            **({"api_key": dg.EnvVar(key_variable)} if environ.get(key_variable) else {}),
            **({"window": cls._window(given["WINDOW"])} if given["WINDOW"] else {}),
        }
        return cls(**{**found, **fields})

    def fingerprint(self) -> str:
        """Identity of what answers, part of every answer's key: engine, model and server or file.

        Raises ConfigurationError, or ServerUnavailableError where servers have to be asked and none is up.
        """
        return self._open().fingerprint()

    def counters(self) -> dict[str, ServerCounters | None]:
        """What each server counts itself, by its address; null where it does not. Raises as its first use does, and
        ServerUnavailableError for a server that does not answer."""
        connection = self._open().connect()
        return {printable_url(url): read_counters(url, connection.api_key) for url in connection.base_urls}

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
            self._engine = self._build(engine_name(self.engine, self.engines, self.variables))
        return self._engine

    def _build(self, name: EngineName) -> Engine:
        if name is EngineName.OPENAI:
            return OpenAIEngine(self.base_urls, self.model, _secret(self.api_key), self.variables)
        if name is EngineName.VLLM:
            return VllmEngine(self._vllm_server())
        if name is EngineName.SCRIPTED:
            return ScriptedEngine()
        return LlamaCppEngine(
            self.gguf,
            slots=self.slots,
            context_tokens=self.context_tokens,
            threads=self.threads,
            embeds=self.embeds,
            variables=self.variables,
        )

    def _vllm_server(self) -> VllmServer:
        return VllmServer(
            self.model,
            self.vllm,
            tuple(self.vllm_arguments),
            api_key=_secret(self.api_key),
            embeds=self.embeds,
            start_seconds=self.vllm_start_seconds,
            drain_seconds=self.vllm_drain_seconds,
            idle_seconds=self.vllm_idle_seconds,
            max_restarts=self.vllm_max_restarts,
            folder=self.vllm_folder,
            variables=self.variables,
        )

    def _settings(self, connection: Connection, **limits: Any) -> ClientSettings:
        return ClientSettings(
            base_urls=connection.base_urls,
            model=connection.model,
            api_key=connection.api_key,
            window=min(self.window, connection.max_window or self.window),
            attempt_timeout_seconds=self.attempt_timeout_seconds,
            deadline_seconds=self.deadline_seconds,
            max_attempts=self.max_attempts,
            backoff_base_seconds=self.backoff_seconds,
            max_outage_seconds=max(self.max_outage_seconds, self.attempt_timeout_seconds),
            variables=self.variables,
            **limits,
        )

    @classmethod
    def _implied_engine(cls, given: Mapping[str, str]) -> str:
        implied = {variable: engine for variable, engine in _IMPLIED.items() if given[variable]}
        if len(implied) > 1:
            named = " and ".join(f"{cls.variables}_{variable}" for variable in implied)
            raise ConfigurationError(
                f"{named} are both set; set {cls.variables}_ENGINE to {' or '.join(implied.values())}"
            )
        return next(iter(implied.values()), cls.engines[0]).value

    @classmethod
    def _arguments(cls, text: str) -> list[str]:
        try:
            arguments = shlex.split(text)
        except ValueError:
            raise ConfigurationError(f"{cls.variables}_VLLM_ARGUMENTS holds a quote without its partner") from None
        if any(one.split("=")[0] in _SECRET_ARGUMENTS for one in arguments):
            raise ConfigurationError(
                f"{cls.variables}_VLLM_ARGUMENTS is stored and shown: "
                f"a key goes to {cls.variables}_API_KEY, a hub's to HF_TOKEN"
            )
        return arguments

    @classmethod
    def _window(cls, text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise ConfigurationError(f"{cls.variables}_WINDOW must be a whole number of requests, at least 1")
        return int(text)


_IMPLIED = {"URL": EngineName.OPENAI, "GGUF": EngineName.LLAMA_CPP, "VLLM": EngineName.VLLM}
_SECRET_ARGUMENTS = ("--api-key", "--hf-token")
_VARIABLES = ("ENGINE", "URL", "MODEL", "GGUF", "VLLM", "VLLM_ARGUMENTS", "WINDOW")


def _secret(value: str | None) -> str | None:
    """A key without white space around it. Outside of a Dagster run an EnvVar is still the variable's name. Raises
    ConfigurationError for a key that would be more than one line.
    """
    key = value.get_value() if isinstance(value, dg.EnvVar) else value
    if key is None or key.strip().isprintable():
        return key and key.strip()
    raise ConfigurationError("the key of a language model server holds a line break or another control character")
