"""What one answer of a server cost: the entry of the call ledger."""

from datetime import datetime
from typing import NamedTuple, Protocol


class Call(NamedTuple):
    """One answer with its price in tokens, whether or not it was of use.

    A request has several calls when an answer was cut off, looped or was refused by the caller's check. Attempts that
    ended without an answer (refused, cut, timed out) are no calls: the server said nothing about their tokens.
    ``error`` is null for an answer that was taken, else the class or reason why it was not. ``cached_tokens`` are those
    of ``prompt_tokens`` that the server took from its prefix cache; null where it does not say.
    """

    request_key: str
    content_key: str
    endpoint: str
    started_at: datetime
    seconds: float
    prompt_tokens: int
    cached_tokens: int | None
    completion_tokens: int
    finish_reason: str | None
    error: str | None


class CallLedger(Protocol):
    """Where calls are written down. Used from one thread."""

    def record(self, call: Call) -> None:
        """Note what an answer cost."""

    def avoided(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Note that a stored answer of so many tokens was used instead of a call."""

    @property
    def is_due(self) -> bool:
        """Whether what was noted since the last commit is much or old."""

    def flush(self) -> None:
        """Commit what was noted since the last commit."""
