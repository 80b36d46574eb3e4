"""The language model as a Dagster resource: configuration only; servers are reached on first use."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from pydantic import Field, PrivateAttr

from resources.language_model.answering import Answering, Refused
from resources.language_model.answering_settings import AnsweringSettings
from resources.language_model.answers import AnswerStore
from resources.language_model.calls import Call, CallLedger
from resources.language_model.client_settings import ClientSettings
from resources.language_model.engines import Connection, Engine, EngineName, RulesEngine, engine_name
from resources.language_model.errors import ConfigurationError
from resources.language_model.ladder import Ladder
from resources.language_model.prices import Prices
from resources.language_model.progress import Progress
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.self_test import SelfTest, run_self_test
from resources.language_model.served_model import ServedModel
from resources.language_model.spending import Spending
from resources.language_model.variables import LANGUAGE_MODEL


@dataclass(frozen=True)
class Readiness:
    """What is known of a model that is ready. ``enforces_schema`` is proven, not told."""

    engine: str
    model: str
    fingerprint: str
    enforces_schema: bool
    message: str


NUMBERS = (
    "price_input", "price_cached_input", "price_output", "price_hour", "budget_tokens", "budget_cost"
)  # fmt: skip
"""Fields that have a variable of the same name, in capitals behind the prefix."""


class LanguageModel(ServedModel):
    """One language model that answers chats.

    Its variables: those of ``ServedModel`` and NUMBERS behind ``DARWIN_LLM_``, such as ``DARWIN_LLM_URL`` and
    ``DARWIN_LLM_BUDGET_TOKENS``. Its fingerprint is "rules" where no model is used.
    """

    variables: ClassVar[str] = LANGUAGE_MODEL
    engines: ClassVar[tuple[EngineName, ...]] = (
        EngineName.RULES,
        EngineName.OPENAI,
        EngineName.LLAMA_CPP,
        EngineName.VLLM,
        EngineName.SCRIPTED,
    )

    engine: str = Field(
        default="rules",
        description="rules (no model), openai (servers at base_urls), llama_cpp (a GGUF file), vllm (a server that is "
        "started here) or scripted (a dry run: answers repeat the prompt's text).",
    )
    self_test: bool = Field(
        default=True,
        description="Prove what the servers do (limits, JSON schemas, token counts) before the first request of a step.",
    )
    max_failure_share: float = Field(
        default=0.2, ge=0, le=1, description="Share of failed requests above which a run stops."
    )
    failure_share_after: int = Field(
        default=200, ge=1, description="Replies before the shares of failed and refused requests are looked at."
    )
    max_refused_share: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="Share of requests without an answer of use, all attempts made, above which a run stops: then not the "
        "documents but the model or its chat template is wrong. What stays below is for the level's gate to judge.",
    )
    retry_temperatures: list[float] = Field(
        default=[0.2, 0.5, 0.8],
        description="Temperatures at which a request is asked again, with a new seed each, when its answer looped, was empty "
        "or was refused; [] asks once.",
    )
    max_answer_tokens: int = Field(
        default=16_384,
        ge=1,
        description="Most tokens asked for when an answer was cut off: it is asked once more with twice its max_tokens.",
    )
    loop_repeats: int = Field(
        default=4,
        ge=2,
        description="Times that the end of an answer repeats itself to be a loop, unless the prompt does.",
    )
    loop_chars: int = Field(default=160, ge=24, description="Characters that such an end has at least.")
    timeout_tokens: int = Field(
        default=4096, ge=1, description="Tokens up to which attempt and deadline have the usual time; longer ones more."
    )
    look_ahead: int = Field(
        default=2_048,
        ge=0,
        description="Requests read ahead of the servers, so that long documents go first and stored answers are looked up "
        "together.",
    )
    budget_tokens: int | None = Field(
        default=None,
        ge=0,
        description="Prompt and answer tokens that a step may spend, or all steps of one `darwin run`; then it stops, all "
        "answers kept.",
    )
    budget_cost: float | None = Field(
        default=None, ge=0, description="Money that may be spent likewise, by the prices below."
    )
    price_input: float = Field(default=0.0, ge=0, description="Price of a million prompt tokens, in your currency.")
    price_cached_input: float | None = Field(
        default=None, ge=0, description="Price of a million prompt tokens from a prefix cache; else that of others."
    )
    price_output: float = Field(default=0.0, ge=0, description="Price of a million tokens of answers.")
    price_hour: float = Field(default=0.0, ge=0, description="Price of an hour of one server.")

    _progress: Progress | None = PrivateAttr(default=None)
    _proofs: dict[tuple[str, ...], SelfTest] = PrivateAttr(default_factory=dict)
    _unrecorded: list[Call] = PrivateAttr(default_factory=list)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **fields: Any) -> Self:
        """As for every served model, and NUMBERS. Raises ConfigurationError for one that is no number from 0 on."""
        environ = os.environ if environ is None else environ
        stated = {name: environ.get(f"{cls.variables}_{name.upper()}", "").strip() for name in NUMBERS}
        numbers = {name: _number(f"{cls.variables}_{name.upper()}", text) for name, text in stated.items() if text}
        return super().from_env(environ, **{**numbers, **fields})

    def prices(self) -> Prices:
        """What the call ledger reckons with."""
        return Prices(self.price_input, self.price_output, self.price_cached_input, self.price_hour)

    def ladder(self) -> Ladder:
        """How a request is asked again; the length of the context only where nothing has to be started to know it."""
        temperatures, context_tokens = tuple(self.retry_temperatures), self._open().known_context_tokens()
        return Ladder(temperatures, self.max_answer_tokens, context_tokens, self.loop_repeats, self.loop_chars)

    def check_ready(self) -> Readiness:
        """Prove that the engine answers. Raises a LanguageModelError that says what to set or start."""
        if engine_name(self.engine, self.engines) is EngineName.RULES:
            return Readiness(self.engine, "", self.fingerprint(), False, "rules: no model is used")
        connection = self._open().connect()
        proof = self._prove(connection)
        message = f"{connection.model} answered in {proof.seconds:.2f} s; the server {proof.summary()}"
        return Readiness(self.engine, connection.model, connection.fingerprint, proof.enforces_schema, message)

    def _prove(self, connection: Connection) -> SelfTest:
        """Once for each place that the model is reached at."""
        if connection.base_urls not in self._proofs:
            proof = run_self_test(self._chat_settings(connection), connection.context_tokens)
            self._proofs[connection.base_urls] = proof
            self._unrecorded += proof.calls
        return self._proofs[connection.base_urls]

    def _proven_fields(self, connection: Connection, ledger: CallLedger | None) -> Mapping[str, Any]:
        """What the self-test says that requests should hold; what it cost goes to the first ledger that there is."""
        if not self.self_test:
            return {}
        proof = self._prove(connection)
        while ledger is not None and self._unrecorded:
            ledger.record(self._unrecorded.pop())
        return proof.extra_body

    def answer(
        self,
        requests: Iterable[ChatRequest],
        *,
        store: AnswerStore | None,
        prompt_id: str,
        ledger: CallLedger | None = None,
        refused: Refused | None = None,
        total: int | None = None,
    ) -> Iterator[ChatReply]:
        """Exactly one reply to every request, as they finish; those in ``store`` cost nothing.

        ``requests`` is read lazily, at most ``look_ahead`` and a few windows ahead of the replies, in the caller's thread;
        requests of equal content share one answer. ``refused(reply)`` is asked there about each complete answer, fresh or
        stored: null takes it, a reason code has the request asked again at the next of ``retry_temperatures``. One whose
        answer looped or is empty is asked again too; one that was cut off once more with twice the room. Further attempts go
        ahead of other requests, and each is stored under its own content key, so that a second run finds them all. The reply
        of a request whose attempts are used up has ``error`` = the last reason, and its last answer's text.

        Answers are stored before they are judged or handed out; ``ledger`` gets one Call an answer, of use or not, with the
        content key of its attempt and the key of the request that asked first, and every stored answer that was used as
        avoided. ``total`` (else ``len(requests)``, where there is one) is for the log's line of progress.

        Raises at once what ``check_ready`` raises for a wrong setting, and while running TooManyFailuresError,
        ServerUnavailableError, AnswerStoreError, or BudgetSpentError before the first request that no budget is left for.
        What was answered by then is stored.
        """
        connection = self._open().connect()
        log = None
        if store is not None:
            log = store.open(model_fingerprint=connection.fingerprint, prompt_id=prompt_id)
        progress = self._used()
        progress.begin(len(requests) if total is None and isinstance(requests, Sized) else total, prompt_id)
        settings = self._answering_settings(connection, prompt_id, ledger)
        return Answering(settings, requests, log=log, ledger=ledger, refused=refused, progress=progress).replies()

    def _used(self) -> Progress:
        if self._progress is None:
            spending = Spending(
                prices=self.prices(),
                budget_tokens=self.budget_tokens,
                budget_cost=self.budget_cost,
                variables=self.variables,
            )
            self._progress = Progress(spending)
        return self._progress

    def _answering_settings(
        self, connection: Connection, prompt_id: str, ledger: CallLedger | None
    ) -> AnsweringSettings:
        return AnsweringSettings(
            client=self._chat_settings(connection),
            model_fingerprint=connection.fingerprint,
            prompt_id=prompt_id,
            ladder=replace(self.ladder(), context_tokens=connection.context_tokens),
            look_ahead=self.look_ahead,
            max_refused_share=self.max_refused_share,
            prove=lambda: self._proven_fields(connection, ledger),
        )

    def _build(self, name: EngineName) -> Engine:
        return RulesEngine() if name is EngineName.RULES else super()._build(name)

    def _chat_settings(self, connection: Connection) -> ClientSettings:
        return self._settings(
            connection,
            max_failure_share=self.max_failure_share,
            failure_share_after=self.failure_share_after,
            timeout_tokens=self.timeout_tokens,
        )


def _number(variable: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    is_whole = not variable.endswith("_TOKENS") or number.is_integer()
    if not (0 <= number < float("inf") and is_whole):
        raise ConfigurationError(f"{variable} must be a number from 0 on, and a whole one of tokens")
    return number
