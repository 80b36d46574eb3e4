"""A model that says again what the lake has of it, and nothing else: no server is started or asked.

Requests go the way of all others (the same order of attempts, the same sharing of equal questions), with nobody at its end:
an answer that is not stored is missing, and its request says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Any, ClassVar, Self

from pydantic import Field, PrivateAttr

from resources.language_model.answering import Answering, Refused
from resources.language_model.answering_settings import AnsweringSettings
from resources.language_model.answers import AnswerStore
from resources.language_model.calls import Call, CallLedger
from resources.language_model.client_settings import ClientSettings
from resources.language_model.engines import EngineName
from resources.language_model.errors import NoModelError
from resources.language_model.judge import Judge
from resources.language_model.ladder import Ladder
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.resource import LanguageModel
from resources.language_model.vision import VisionModel

ANSWER_MISSING = "answer_missing"


def manner_of(model: LanguageModel) -> dict[str, Any]:
    """Who answers and how it is asked again, as JSON: `fingerprint`, `ladder` and `context_tokens`.

    Stored answers can be gone through again by these alone. Raises as `fingerprint` does.
    """
    ladder = asdict(model.ladder())
    context_tokens = ladder.pop("context_tokens")
    return {"fingerprint": model.fingerprint(), "ladder": ladder, "context_tokens": context_tokens}


class Nobody:
    """Stands where the client is: every request that no stored answer serves ends as missing at once."""

    n_waiting = 0

    def __init__(self) -> None:
        self._replies: list[ChatReply] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def submit(self, requests: Sequence[ChatRequest], *, ahead: bool = False) -> None:
        """Requests in no order: none is sent."""
        self._replies += [
            ChatReply(request.key, None, None, 0, 0, 0.0, 0, cached=False, error=ANSWER_MISSING) for request in requests
        ]

    def collect(self, timeout_seconds: float, at_least: int) -> list[ChatReply]:
        """What was submitted, unanswered."""
        replies, self._replies = self._replies, []
        return replies

    def leftovers(self) -> list[ChatReply]:
        """None is worth keeping."""
        return []


class Unnoted:
    """A CallLedger for what costs nothing and saves nobody anything."""

    is_due = False

    def record(self, call: Call) -> None:
        """Never asked for: there are no calls."""

    def avoided(self, prompt_tokens: int, completion_tokens: int) -> None:
        """A replay would have paid for nothing."""

    def flush(self) -> None:
        """There is nothing to commit."""


class RecordedModel(Judge, VisionModel):
    """The stored answers of one model in any of its roles, as it was asked when they were given (``manner_of``)."""

    engines: ClassVar[tuple[EngineName, ...]] = ()

    engine: str = Field(default="recorded", description="Always recorded.")
    recorded_fingerprint: str = Field(description="The model whose answers these are.")
    recorded_context_tokens: int | None = Field(default=None, description="Prompt plus answer, where it was known.")
    max_refused_share: float = 1.0
    failed: dict[str, str] = Field(
        default={}, description="Request key → error of requests that are known to have got no answer that is kept."
    )

    _missing: set[str] = PrivateAttr(default_factory=set)

    @classmethod
    def of(cls, manner: Mapping[str, Any], failed: Mapping[str, str] | None = None) -> Self:
        """From what ``manner_of`` told."""
        ladder = manner["ladder"]
        return cls(
            recorded_fingerprint=manner["fingerprint"],
            recorded_context_tokens=manner["context_tokens"],
            retry_temperatures=ladder["temperatures"],
            max_answer_tokens=ladder["max_answer_tokens"],
            loop_repeats=ladder["loop_repeats"],
            loop_chars=ladder["loop_chars"],
            failed=dict(failed or {}),
        )

    @property
    def missing(self) -> frozenset[str]:
        """Keys of requests whose answer was not stored, although nothing tells that there was none."""
        return frozenset(self._missing)

    def fingerprint(self) -> str:
        """That of the model whose answers these are."""
        return self.recorded_fingerprint

    def ladder(self) -> Ladder:
        """That by which the model was asked."""
        return Ladder(
            tuple(self.retry_temperatures),
            self.max_answer_tokens,
            self.recorded_context_tokens,
            self.loop_repeats,
            self.loop_chars,
        )

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
        """As ``LanguageModel.answer``, from ``store`` alone. Nothing is written: not to it, and not to a ``ledger``."""
        if store is None:
            raise NoModelError("recorded answers are asked for without the store that holds them")
        log = store.open(model_fingerprint=self.recorded_fingerprint, prompt_id=prompt_id)
        settings = AnsweringSettings(
            client=ClientSettings(base_urls=(), model=""),
            model_fingerprint=self.recorded_fingerprint,
            prompt_id=prompt_id,
            ladder=self.ladder(),
            max_refused_share=self.max_refused_share,
            open_client=lambda _chat, _spending: Nobody(),
        )
        answering = Answering(settings, requests, log=log, ledger=None, refused=refused, progress=self._used())
        return map(self._as_recorded, answering.replies())

    def _as_recorded(self, reply: ChatReply) -> ChatReply:
        if reply.error != ANSWER_MISSING:
            return reply
        if reply.key in self.failed:
            return reply._replace(error=self.failed[reply.key])
        self._missing.add(reply.key)
        return reply
