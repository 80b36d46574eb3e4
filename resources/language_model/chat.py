"""The chat completion as an operation of the client."""

from resources.language_model.failures import Failure
from resources.language_model.pending import Pending
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.wire import Answer, decode_response, encode_request


class Chat:
    """``POST /chat/completions``."""

    path = "chat/completions"

    def key(self, request: ChatRequest) -> str:
        """The request's own."""
        return request.key

    def encode(self, request: ChatRequest, model: str) -> bytes:
        """The body with every sampling value."""
        return encode_request(request, model)

    def decode(self, status: int, body: bytes, retry_after: str | None) -> Answer | Failure:
        """What the server said, complete or not."""
        return decode_response(status, body, retry_after)

    def answered(self, pending: Pending, answer: Answer) -> ChatReply:
        """The reply that carries what the server said."""
        return ChatReply(
            key=pending.key,
            text=answer.text,
            finish_reason=answer.finish_reason,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            seconds=pending.seconds,
            attempts=pending.attempts,
            cached=False,
            error=answer.error,
        )

    def failed(self, pending: Pending, error: str) -> ChatReply:
        """The reply of a request that got no answer."""
        return ChatReply(
            key=pending.key,
            text=None,
            finish_reason=None,
            prompt_tokens=0,
            completion_tokens=0,
            seconds=pending.seconds,
            attempts=pending.attempts,
            cached=False,
            error=error,
        )
