"""A request on its way from its first attempt to its reply."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from resources.language_model.endpoints import Endpoint, Lease
from resources.language_model.failures import Failure

AnswerT = TypeVar("AnswerT")


@dataclass(slots=True, eq=False)
class Pending:
    """``deadline`` is on the event loop's clock; ``counted_attempts`` are those that reached a model.

    ``started_at`` (seconds since 1970), ``seconds`` and ``last_endpoint`` are those of the last attempt.
    """

    key: str
    body: bytes
    deadline: float
    timeout_seconds: float
    attempts: int = 0
    counted_attempts: int = 0
    started_at: float = 0.0
    seconds: float = 0.0
    last_endpoint: Endpoint | None = None
    last_error: str = "timeout"


class Landed(NamedTuple, Generic[AnswerT]):
    """An attempt that has ended, and how."""

    pending: Pending
    lease: Lease
    outcome: AnswerT | Failure
