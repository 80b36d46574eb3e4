"""An asynchronous client that keeps a window of requests in flight.

A window, not batches: as one request is answered the next is sent, so one long answer never holds up the
rest (measured 2 to 6 times faster than batches, spec/llm.md §5). Requests that wait for another attempt hold
no place in the window. What is due for another attempt goes first, then what was submitted ``ahead``, then the rest.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from random import Random
from typing import Generic, TypeVar

from resources.language_model.client_settings import ClientSettings
from resources.language_model.connections import Connections
from resources.language_model.endpoints import Endpoints, Lease
from resources.language_model.failures import Action, Failure, backoff_seconds, configuration_error
from resources.language_model.limits import RunLimits
from resources.language_model.operation import Operation
from resources.language_model.outbox import Outbox
from resources.language_model.pending import Landed, Pending
from resources.language_model.spending import Spending
from resources.language_model.transport import attempt
from resources.language_model.window import Window

RequestT = TypeVar("RequestT")
AnswerT = TypeVar("AnswerT")
ReplyT = TypeVar("ReplyT")

_log = logging.getLogger(__name__)

# Requests that may wait for another attempt while others are sent.
WAITING_PER_WINDOW = 4


class Client(Generic[RequestT, AnswerT, ReplyT]):
    """``submit`` requests of one operation, ``finish`` when there are no more, iterate ``replies``; all on one event loop.

    Raises from ``replies``: ConfigurationError, TooManyFailuresError, ServerUnavailableError, and BudgetSpentError instead
    of sending the next request when ``spending`` says so; what is in flight then is waited for and handed out before.
    """

    def __init__(
        self,
        settings: ClientSettings,
        operation: Operation[RequestT, AnswerT, ReplyT],
        *,
        spending: Spending | None = None,
        random: Random | None = None,
    ) -> None:
        self._settings = settings
        self._operation = operation
        self._spending = spending or Spending()
        self._random = random or Random()
        self._endpoints = Endpoints(settings.base_urls)
        self._window = Window(settings.window)
        self._limits = RunLimits(
            max_failure_share=settings.max_failure_share,
            failure_share_after=settings.failure_share_after,
            max_outage_seconds=settings.max_outage_seconds,
            variables=settings.variables,
        )
        self._outbox: Outbox[RequestT] = Outbox(WAITING_PER_WINDOW * settings.window)
        self._expired: deque[Pending] = deque()
        self._in_flight: set[asyncio.Task[Landed[AnswerT]]] = set()
        self._landed: deque[asyncio.Task[Landed[AnswerT]]] = deque()
        self._wake = asyncio.Event()
        self._finished = False

    def submit(self, requests: Iterable[RequestT], ahead: bool = False) -> None:
        """Queue requests; they are sent as the window allows, those ``ahead`` before the others."""
        self._outbox.submit(requests, ahead)
        self._wake.set()

    @property
    def n_waiting(self) -> int:
        """Requests that wait for another attempt; may be read from any thread."""
        return self._outbox.n_waiting

    def finish(self) -> None:
        """Say that nothing more will be submitted, so that ``replies`` ends after the last reply."""
        self._finished = True
        self._wake.set()

    async def replies(self) -> AsyncIterator[ReplyT]:
        """Every submitted request's reply, as they come."""
        async with Connections(self._settings.api_key) as connections:
            try:
                while True:
                    self._refill(connections)
                    while self._expired:
                        yield self._failed(self._expired.popleft())
                    if not self._is_sending():
                        if self._spending.is_spent and self._outbox:
                            raise self._spending.error()
                        if self._finished and not self._outbox:
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

    def _refill(self, connections: Connections) -> None:
        """Send until the window is full: requests due for another attempt first, then fresh ones."""
        now = asyncio.get_running_loop().time()
        if self._outbox.n_waiting or self._is_sending():
            self._limits.check_outage(now)
        else:  # nothing was asked, so nothing could be answered
            self._limits.server_answered()
        while (
            not self._spending.is_spent and len(self._in_flight) < self._window.size and self._endpoints.any_usable(now)
        ):
            pending = self._next(now)
            if pending is None:
                return
            lease = self._endpoints.acquire(now, avoid=pending.last_endpoint)
            task = asyncio.create_task(self._send(connections, pending, lease))
            self._in_flight.add(task)
            task.add_done_callback(self._land)

    def _next(self, now: float) -> Pending | None:
        while (pending := self._outbox.due_again(now)) is not None:
            if pending.deadline > now:
                return pending
            self._expired.append(pending)
        request = self._outbox.unsent()
        return None if request is None else self._pending(request, now)

    def _pending(self, request: RequestT, now: float) -> Pending:
        settings = self._settings
        patience = settings.patience(self._operation.answer_tokens(request))
        return Pending(
            self._operation.key(request),
            self._operation.encode(request, settings.model),
            deadline=now + settings.deadline_seconds * patience,
            timeout_seconds=settings.attempt_timeout_seconds * patience,
        )

    async def _send(self, connections: Connections, pending: Pending, lease: Lease) -> Landed[AnswerT]:
        now = asyncio.get_running_loop().time()
        pending.started_at = time.time()
        pending.attempts += 1
        started = time.perf_counter()  # uvloop's clock counts milliseconds
        outcome = await attempt(
            connections,
            f"{lease.endpoint.url}/{self._operation.path}",
            pending.body,
            self._operation.decode,
            timeout_seconds=min(pending.timeout_seconds, pending.deadline - now),
            connect_timeout_seconds=self._settings.connect_timeout_seconds,
        )
        pending.seconds = time.perf_counter() - started
        return Landed(pending, lease, outcome)

    def _land(self, task: asyncio.Task[Landed[AnswerT]]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled():
            self._landed.append(task)
            self._wake.set()

    async def _sleep(self) -> None:
        """Until a request lands, one is submitted, or there is a reason to look at the clock."""
        loop = asyncio.get_running_loop()
        asleep_at = loop.time()
        due = self._next_event(asleep_at)
        timer = None if due is None else loop.call_at(due, self._wake.set)
        await self._wake.wait()
        self._wake.clear()
        if self._is_sending():
            self._spending.busy((loop.time() - asleep_at) * len(self._endpoints))
        if timer is not None:
            timer.cancel()

    def _next_event(self, now: float) -> float | None:
        events = [self._limits.outage_ends_at()]
        if self._outbox and len(self._in_flight) < self._window.size and not self._spending.is_spent:
            usable = self._endpoints.any_usable(now)
            events.append(self._outbox.next_due_at() if usable else self._endpoints.next_usable_at())
        return min((event for event in events if event is not None), default=None)

    def _settle(self, landed: Landed[AnswerT]) -> ReplyT | None:
        """Take note of how an attempt ended; null if the request will be tried again."""
        now = asyncio.get_running_loop().time()
        pending, endpoint, outcome = landed.pending, landed.lease.endpoint, landed.outcome
        if isinstance(outcome, Failure) and outcome.action is Action.ABORT:
            raise configuration_error(endpoint.name, outcome, self._settings.model, self._settings.variables)
        if isinstance(outcome, Failure) and outcome.action is not Action.GIVE_UP:
            return self._retry(landed, outcome, now)
        self._endpoints.release(landed.lease, None, now)
        self._limits.server_answered()
        if isinstance(outcome, Failure):
            pending.last_error = outcome.kind
            return self._failed(pending)
        self._window.succeeded()
        self._limits.replied()
        pending.last_endpoint = endpoint
        return self._operation.answered(pending, outcome)

    def _retry(self, landed: Landed[AnswerT], failure: Failure, now: float) -> ReplyT | None:
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
        self._outbox.put_off(pending, not_before)
        return None

    def _release_failing(self, lease: Lease, failure: Failure, now: float) -> None:
        endpoint = lease.endpoint
        usable_from = endpoint.usable_from
        self._endpoints.release(lease, failure, now)
        if endpoint.usable_from > max(usable_from, now):
            _log.warning(
                "language model server %s is failing (%s); left alone for %.0f s",
                endpoint.name,
                failure.kind,
                endpoint.usable_from - now,
            )

    def _failed(self, pending: Pending) -> ReplyT:
        self._limits.replied(pending.last_error)
        return self._operation.failed(pending, pending.last_error)
