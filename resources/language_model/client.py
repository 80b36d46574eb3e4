"""An asynchronous client that keeps a window of requests in flight.

A window, not batches: as one request is answered the next is sent, so one long answer never holds up the
rest (measured 2 to 6 times faster than batches, spec/llm.md §5). Requests that wait for another attempt hold
no place in the window.
"""

import asyncio
import heapq
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

from resources.language_model.client_settings import ClientSettings
from resources.language_model.endpoints import Endpoints, Lease
from resources.language_model.failures import Action, Failure, backoff_seconds, configuration_error
from resources.language_model.limits import RunLimits
from resources.language_model.operation import Operation
from resources.language_model.pending import Pending
from resources.language_model.transport import attempt, open_session
from resources.language_model.window import Window
from resources.language_model.wire import printable_url

if TYPE_CHECKING:
    import aiohttp

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")
ReplyT = TypeVar("ReplyT")

_log = logging.getLogger(__name__)

# Requests may wait for another attempt while others are sent, but not without limit: when a server is down,
# the rest of the input stays where it is.
WAITING_PER_WINDOW = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Landed(Generic[AnswerT]):
    """An attempt that has ended."""

    pending: Pending
    lease: Lease
    outcome: AnswerT | Failure


class Client(Generic[RequestT, AnswerT, ReplyT]):
    """``submit`` requests of one operation, ``finish`` when there are no more, iterate ``replies``; all on one event loop.

    Raises from ``replies``: ConfigurationError, TooManyFailuresError, ServerUnavailableError.
    """

    def __init__(
        self,
        settings: ClientSettings,
        operation: Operation[RequestT, AnswerT, ReplyT],
        *,
        random: Random | None = None,
    ) -> None:
        self._settings = settings
        self._operation = operation
        self._random = random or Random()
        self._endpoints = Endpoints(settings.base_urls)
        self._window = Window(settings.window)
        self._limits = RunLimits(
            max_failure_share=settings.max_failure_share,
            failure_share_after=settings.failure_share_after,
            max_outage_seconds=settings.max_outage_seconds,
            variables=settings.variables,
        )
        self._fresh: deque[RequestT] = deque()
        self._waiting: list[tuple[float, int, Pending]] = []  # heap by the time before which not to be sent
        self._order = count()
        self._expired: deque[Pending] = deque()
        self._in_flight: set[asyncio.Task[_Landed[AnswerT]]] = set()
        self._landed: deque[asyncio.Task[_Landed[AnswerT]]] = deque()
        self._wake = asyncio.Event()
        self._finished = False

    def submit(self, requests: Iterable[RequestT]) -> None:
        """Queue requests; they are sent as the window allows."""
        self._fresh.extend(requests)
        self._wake.set()

    @property
    def n_waiting(self) -> int:
        """Requests that wait for another attempt; may be read from any thread."""
        return len(self._waiting)

    def finish(self) -> None:
        """Say that nothing more will be submitted, so that ``replies`` ends after the last reply."""
        self._finished = True
        self._wake.set()

    async def replies(self) -> AsyncIterator[ReplyT]:
        """Every submitted request's reply, as they come."""
        async with open_session(self._settings.api_key) as session:
            try:
                while True:
                    self._refill(session)
                    while self._expired:
                        yield self._failed(self._expired.popleft())
                    if self._finished and not (self._fresh or self._waiting or self._is_sending()):
                        return
                    await self._sleep()
                    while self._landed:
                        reply = self._settle(self._landed.popleft().result())
                        if reply is not None:
                            yield reply
            finally:
                for task in self._in_flight:
                    task.cancel()
                await asyncio.gather(*self._in_flight, return_exceptions=True)

    def _is_sending(self) -> bool:
        return bool(self._in_flight or self._landed)

    def _refill(self, session: "aiohttp.ClientSession") -> None:
        """Send until the window is full: requests due for another attempt first, then fresh ones."""
        now = asyncio.get_running_loop().time()
        if self._waiting or self._is_sending():
            self._limits.check_outage(now)
        else:  # nothing was asked, so nothing could be answered
            self._limits.server_answered()
        while len(self._in_flight) < self._window.size and self._endpoints.any_usable(now):
            pending = self._next(now)
            if pending is None:
                return
            lease = self._endpoints.acquire(now, avoid=pending.last_endpoint)
            task = asyncio.create_task(self._send(session, pending, lease))
            self._in_flight.add(task)
            task.add_done_callback(self._land)

    def _next(self, now: float) -> Pending | None:
        while self._waiting and self._waiting[0][0] <= now:
            pending = heapq.heappop(self._waiting)[2]
            if pending.deadline > now:
                return pending
            self._expired.append(pending)
        if self._fresh and len(self._waiting) < WAITING_PER_WINDOW * self._settings.window:
            request = self._fresh.popleft()
            body = self._operation.encode(request, self._settings.model)
            return Pending(self._operation.key(request), body, deadline=now + self._settings.deadline_seconds)
        return None

    async def _send(self, session: "aiohttp.ClientSession", pending: Pending, lease: Lease) -> _Landed[AnswerT]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        pending.attempts += 1
        outcome = await attempt(
            session,
            f"{lease.endpoint.url}/{self._operation.path}",
            pending.body,
            self._operation.decode,
            timeout_seconds=min(self._settings.attempt_timeout_seconds, pending.deadline - started),
            connect_timeout_seconds=self._settings.connect_timeout_seconds,
        )
        pending.seconds += loop.time() - started
        return _Landed(pending, lease, outcome)

    def _land(self, task: asyncio.Task[_Landed[AnswerT]]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled():
            self._landed.append(task)
            self._wake.set()

    async def _sleep(self) -> None:
        """Until a request lands, one is submitted, or there is a reason to look at the clock."""
        loop = asyncio.get_running_loop()
        due = self._next_event(loop.time())
        timer = None if due is None else loop.call_at(due, self._wake.set)
        await self._wake.wait()
        self._wake.clear()
        if timer is not None:
            timer.cancel()

    def _next_event(self, now: float) -> float | None:
        events = [self._limits.outage_ends_at()]
        if len(self._in_flight) < self._window.size and (self._fresh or self._waiting):
            if not self._endpoints.any_usable(now):
                events.append(self._endpoints.next_usable_at())
            elif self._waiting:
                events.append(self._waiting[0][0])
        return min((event for event in events if event is not None), default=None)

    def _settle(self, landed: _Landed[AnswerT]) -> ReplyT | None:
        """Take note of how an attempt ended; null if the request will be tried again."""
        now = asyncio.get_running_loop().time()
        pending, endpoint, outcome = landed.pending, landed.lease.endpoint, landed.outcome
        if isinstance(outcome, Failure) and outcome.action is Action.ABORT:
            raise configuration_error(
                printable_url(endpoint.url), outcome, self._settings.model, self._settings.variables
            )
        if isinstance(outcome, Failure) and outcome.action is not Action.GIVE_UP:
            return self._retry(landed, outcome, now)
        self._endpoints.release(landed.lease, None, now)
        self._limits.server_answered()
        if isinstance(outcome, Failure):
            pending.last_error = outcome.kind
            return self._failed(pending)
        self._window.succeeded()
        self._limits.replied()
        return self._operation.answered(pending, outcome)

    def _retry(self, landed: _Landed[AnswerT], failure: Failure, now: float) -> ReplyT | None:
        settings, pending = self._settings, landed.pending
        if failure.action is Action.WAIT:
            self._endpoints.release(landed.lease, None, now)
            self._window.refused(now)
        else:
            self._release_failing(landed.lease, failure, now)
            pending.counted_attempts += not failure.unreachable
        self._limits.server_failed(now)
        pending.last_endpoint, pending.last_error = landed.lease.endpoint, failure.kind
        delay = backoff_seconds(
            pending.attempts,
            base=settings.backoff_base_seconds,
            ceiling=settings.backoff_ceiling_seconds,
            random=self._random,
        )
        not_before = now + max(delay, failure.retry_after_seconds or 0.0)
        if pending.counted_attempts >= settings.max_attempts or not_before >= pending.deadline:
            return self._failed(pending)
        heapq.heappush(self._waiting, (not_before, next(self._order), pending))
        return None

    def _release_failing(self, lease: Lease, failure: Failure, now: float) -> None:
        endpoint = lease.endpoint
        usable_from = endpoint.usable_from
        self._endpoints.release(lease, failure, now)
        if endpoint.usable_from > max(usable_from, now):
            _log.warning(
                "language model server %s is failing (%s); left alone for %.0f s",
                printable_url(endpoint.url),
                failure.kind,
                endpoint.usable_from - now,
            )

    def _failed(self, pending: Pending) -> ReplyT:
        self._limits.replied(pending.last_error)
        return self._operation.failed(pending, pending.last_error)
