"""The language model as a Dagster resource: configuration only; servers are reached on first use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from resources.language_model.answering import Answering
from resources.language_model.answers import AnswerStore
from resources.language_model.client_settings import ClientSettings
from resources.language_model.engines import Connection, Engine, EngineName, RulesEngine, engine_name
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.self_test import run_self_test
from resources.language_model.served_model import ServedModel
from resources.language_model.variables import LANGUAGE_MODEL


@dataclass(frozen=True)
class Readiness:
    """What is known of a model that is ready. ``enforces_schema`` is proven, not told."""

    engine: str
    model: str
    fingerprint: str
    enforces_schema: bool
    message: str


class LanguageModel(ServedModel):
    """One language model that answers chats.

    Its variables: ``DARWIN_LLM_ENGINE``, ``DARWIN_LLM_URL``, ``DARWIN_LLM_MODEL``, ``DARWIN_LLM_API_KEY``,
    ``DARWIN_LLM_GGUF``, ``DARWIN_LLM_WINDOW``. Its fingerprint is "rules" where no model is used.
    """

    variables: ClassVar[str] = LANGUAGE_MODEL
    engines: ClassVar[tuple[EngineName, ...]] = (
        EngineName.RULES,
        EngineName.OPENAI,
        EngineName.LLAMA_CPP,
        EngineName.VLLM,
    )

    engine: str = Field(
        default="rules",
        description="rules (no model), openai (servers at base_urls) or llama_cpp (a GGUF file).",
    )
    max_failure_share: float = Field(
        default=0.2, ge=0, le=1, description="Share of failed requests above which a run stops."
    )
    failure_share_after: int = Field(
        default=200, ge=1, description="Replies before the share of failures is looked at."
    )

    def check_ready(self) -> Readiness:
        """Prove that the engine answers. Raises a LanguageModelError that says what to set or start."""
        if engine_name(self.engine, self.engines) is EngineName.RULES:
            return Readiness(self.engine, "", self.fingerprint(), False, "rules: no model is used")
        connection = self._open().connect()
        proof = run_self_test(self._chat_settings(connection))
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
            self._chat_settings(connection),
            requests,
            log=log,
            model_fingerprint=connection.fingerprint,
            prompt_id=prompt_id,
        ).replies()

    def _build(self, name: EngineName) -> Engine:
        return RulesEngine() if name is EngineName.RULES else super()._build(name)

    def _chat_settings(self, connection: Connection) -> ClientSettings:
        return self._settings(
            connection, max_failure_share=self.max_failure_share, failure_share_after=self.failure_share_after
        )
