"""A request on its way from its first attempt to its reply."""

from dataclasses import dataclass

from resources.language_model.endpoints import Endpoint
from resources.language_model.requests import ChatReply
from resources.language_model.wire import Answer


@dataclass(slots=True, eq=False)
class Pending:
    """``deadline`` is on the event loop's clock; ``counted_attempts`` are those that reached a model."""

    key: str
    body: bytes
    deadline: float
    attempts: int = 0
    counted_attempts: int = 0
    seconds: float = 0.0
    last_endpoint: Endpoint | None = None
    last_error: str = "timeout"

    def answered(self, answer: Answer) -> ChatReply:
        """The reply that carries what the server said."""
        return ChatReply(
            key=self.key,
            text=answer.text,
            finish_reason=answer.finish_reason,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            seconds=self.seconds,
            attempts=self.attempts,
            cached=False,
            error=answer.error,
        )

    def failed(self, error: str) -> ChatReply:
        """The reply of a request that got no answer."""
        return ChatReply(
            key=self.key,
            text=None,
            finish_reason=None,
            prompt_tokens=0,
            completion_tokens=0,
            seconds=self.seconds,
            attempts=self.attempts,
            cached=False,
            error=error,
        )
