"""What decides how one run of requests goes, beside the requests themselves."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from resources.language_model.chat import Chat
from resources.language_model.client_settings import ClientSettings
from resources.language_model.ladder import Ladder
from resources.language_model.requests import ChatReply, ChatRequest
from resources.language_model.spending import Spending


class ChatClient(AbstractContextManager["ChatClient"], Protocol):
    """What requests are handed to, and replies collected from: `background.BackgroundClient`, or who stands in for it."""

    def __enter__(self) -> Self: ...

    def submit(self, requests: Sequence[ChatRequest], *, ahead: bool = False) -> None: ...

    @property
    def n_waiting(self) -> int: ...

    def collect(self, timeout_seconds: float, at_least: int) -> list[ChatReply]: ...

    def leftovers(self) -> list[ChatReply]: ...


@dataclass(frozen=True)
class AnsweringSettings:
    """``look_ahead`` requests are read ahead of the servers, so that long ones go first. ``max_refused_share`` of requests
    may end without an answer of use. ``prove`` is called once, before the first request is sent; it
    returns fields for every request that were proven to do something on this server. ``open_client`` makes the client in
    place of the one that asks the servers.
    """

    client: ClientSettings
    model_fingerprint: str
    prompt_id: str
    ladder: Ladder = field(default_factory=Ladder)
    look_ahead: int = 2_048
    max_refused_share: float = 0.9
    prove: Callable[[], Mapping[str, Any]] = dict
    open_client: Callable[[Chat, Spending], ChatClient] | None = None
