"""A request on its way from its first attempt to its reply."""

from dataclasses import dataclass

from resources.language_model.endpoints import Endpoint


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
