"""A client on an event-loop thread of its own, for callers that are not asynchronous.

The thread keeps the servers busy while the caller parses, guards and stores what came back. Only requests and
replies cross over; the caller's iterables and tables are never touched from the thread.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from resources.language_model.client import Client
from resources.language_model.client_settings import ClientSettings
from resources.language_model.operation import Operation
from resources.language_model.spending import Spending

T = TypeVar("T")
RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")
ReplyT = TypeVar("ReplyT")


class BackgroundClient(Generic[RequestT, AnswerT, ReplyT]):
    """Context manager around a thread that runs one Client. All methods are for the caller's thread."""

    def __init__(
        self,
        settings: ClientSettings,
        operation: Operation[RequestT, AnswerT, ReplyT],
        spending: Spending | None = None,
    ) -> None:
        self._client = Client(settings, operation, spending=spending)
        self._loop = _new_event_loop()
        self._landed: deque[ReplyT] = deque()
        self._error: Exception | None = None
        self._n_wanted = 1
        self._enough = threading.Event()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="language-model-client", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def submit(self, requests: Sequence[RequestT], *, ahead: bool = False) -> None:
        """Hand over requests; those beyond the window wait in a queue, those ``ahead`` at its head."""
        self._loop.call_soon_threadsafe(self._client.submit, requests, ahead)

    @property
    def n_waiting(self) -> int:
        """Requests that wait for another attempt, and so keep no server busy."""
        return self._client.n_waiting

    def collect(self, timeout_seconds: float, at_least: int = 1) -> list[ReplyT]:
        """All replies that have come in, waiting for ``at_least`` so many; fewer or none on a time-out.

        Raises what stopped the run (ConfigurationError, TooManyFailuresError, ServerUnavailableError,
        BudgetSpentError), when all that came in before, and was paid for, has been handed out.
        """
        self._n_wanted = at_least
        self._enough.clear()
        if len(self._landed) < at_least and self._error is None:
            self._enough.wait(timeout_seconds)
        error, replies = self._error, self.leftovers()
        if error is not None and not replies:
            raise error
        return replies

    def leftovers(self) -> list[ReplyT]:
        """Replies that have come in and were not collected; never raises."""
        return [self._landed.popleft() for _ in range(len(self._landed))]

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._until_closed())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    async def _until_closed(self) -> None:
        pump = asyncio.create_task(self._pump())
        await self._closing.wait()
        pump.cancel()
        await asyncio.wait([pump])
        await asyncio.sleep(0)  # connections close on the turn after

    async def _pump(self) -> None:
        try:
            async for reply in self._client.replies():
                self._landed.append(reply)
                if len(self._landed) >= self._n_wanted:
                    self._enough.set()
        except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
            self._error = error
            self._enough.set()


def _new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's, on which a request takes a tenth less CPU; asyncio's where there is none, as on Windows."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from any thread, also one whose own event loop is running."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1, thread_name_prefix="language-model") as executor:
        return executor.submit(asyncio.run, coroutine).result()
