"""Parsing behind a process boundary: a parser that crashes, hangs or eats memory costs its document and nothing else.

A few processes (`worker_process`) are kept busy with small lists of documents. Each answers document by document and in
order, so the oldest one that a dead process has not answered is the one that it died of. It stays alive over documents and is
replaced after some thousands. What comes out does not depend on their number.
"""

from __future__ import annotations

import json
import signal
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from darwin_assets.child_process import OUT_OF_TIME, ChildProcess
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.parse import refusal
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.worker_process import OUT_OF_MEMORY, READY, document_of
from resources.errors import DarwinError

PROCESS = "darwin_assets.normalize.worker_process"
MESSAGE_BYTES = 256 * 1024
"""Documents are sent together up to this size: some hundredths of a second of work, so that nobody waits long at the end."""
MESSAGE_DOCUMENTS = 64
START_SECONDS = 120.0
RETIREMENT_DOCUMENTS = 5000
RETIREMENT_BYTES = 512 * 1024 * 1024
"""What leaks or stays reserved is given back when a process is replaced: after so many documents, or once it was so large."""

Key = TypeVar("Key")
Outcome = Document | Unreadable


@dataclass(frozen=True, slots=True)
class Task(Generic[Key]):
    """One document to parse; `key` comes back with what became of it."""

    key: Key
    media_type: str
    data: bytes


def parse_all(
    tasks: Iterable[Task[Key]], settings: NormalizeSettings, n_workers: int
) -> Generator[tuple[Key, Outcome]]:
    """What became of each document, in the order of `tasks`, which are drawn as processes come free.

    Beside what `parse` names an Unreadable may be "parser.timeout", "parser.memory" or "parser.crashed" (the value is the
    signal's number). ImportError when a parser's library is missing, DarwinError when no process starts. Close the
    iterator when it is left before its end: that ends the processes.
    """
    crew = _Crew(tasks, settings, n_workers)
    try:
        yield from crew.run()
    finally:
        crew.dismiss()


class _Worker(Generic[Key]):
    """One process, and the numbered tasks that it was given and has not answered, oldest first."""

    def __init__(self, settings: NormalizeSettings):
        self.waiting: deque[tuple[int, Task[Key]]] = deque()
        self.is_ready = False
        self.n_answered = 0
        self.since = time.monotonic()
        self.process = ChildProcess(PROCESS)
        self.process.send(settings)

    def give(self, tasks: list[tuple[int, Task[Key]]]) -> None:
        self.waiting.extend(tasks)
        self.since = time.monotonic()
        self.process.send([(task.media_type, task.data) for _, task in tasks])


class _Crew(Generic[Key]):
    """The processes of one batch, and the outcomes that wait for those of earlier documents."""

    def __init__(self, tasks: Iterable[Task[Key]], settings: NormalizeSettings, n_workers: int):
        self._tasks = enumerate(tasks)
        self._settings = settings
        self._n_workers = max(n_workers, 1)
        self._workers: list[_Worker[Key]] = []
        self._outcomes: dict[int, tuple[Key, Outcome]] = {}

    def run(self) -> Iterator[tuple[Key, Outcome]]:
        number = 0
        while True:
            self._hand_out()
            while number in self._outcomes:
                yield self._outcomes.pop(number)
                number += 1
            if not any(worker.waiting for worker in self._workers):
                return
            self._collect()

    def dismiss(self) -> None:
        while self._workers:
            self._workers.pop().process.end()

    def _hand_out(self) -> None:
        """Give everyone who is idle something to do, and start another process while there is more."""
        idle = [worker for worker in self._workers if not worker.waiting]
        while idle or len(self._workers) < self._n_workers:
            message = self._next_message()
            if not message:
                return
            (idle.pop() if idle else self._start()).give(message)

    def _next_message(self) -> list[tuple[int, Task[Key]]]:
        message: list[tuple[int, Task[Key]]] = []
        n_bytes = 0
        while n_bytes < MESSAGE_BYTES and len(message) < MESSAGE_DOCUMENTS:
            number, task = next(self._tasks, (None, None))
            if number is None or task is None:
                break
            refused = refusal(task.media_type, len(task.data), self._settings)
            if refused is not None:
                self._outcomes[number] = (task.key, refused)
                continue
            message.append((number, task))
            n_bytes += len(task.data)
        return message

    def _start(self) -> _Worker[Key]:
        worker: _Worker[Key] = _Worker(self._settings)
        self._workers.append(worker)
        return worker

    def _collect(self) -> None:
        """Wait for an answer, a death or the next limit, and deal with everything that there is."""
        limit = self._settings.parse_wall_seconds
        busy = [worker for worker in self._workers if worker.waiting]
        until = min(worker.since + (limit if worker.is_ready else START_SECONDS) for worker in busy)
        answered = wait([worker.process.answers for worker in busy], max(until - time.monotonic(), 0))
        for worker in busy:
            seconds = time.monotonic() - worker.since
            if worker.process.answers in answered:
                self._hear(worker)
            elif seconds > (limit if worker.is_ready else START_SECONDS):
                self._replace(worker, _timeout("it waits; raise normalize.parse_wall_seconds to take it", limit))

    def _hear(self, worker: _Worker[Key]) -> None:
        try:
            message = worker.process.answers.recv_bytes()
        except (EOFError, OSError):
            self._replace(worker, None)
            return
        worker.since = time.monotonic()
        if message == READY:
            worker.is_ready = True
            return
        answer = json.loads(message.decode("utf-8", "surrogatepass"))
        if "missing" in answer:
            raise ImportError(f"a parser needs the module {answer['missing']}: install darwin-assets anew")
        outcome = _outcome(answer, self._settings)
        if isinstance(outcome, Unreadable) and outcome.rule == OUT_OF_MEMORY:
            self._replace(worker, outcome)
            return
        self._settle(worker, outcome)
        worker.n_answered += 1
        worn = worker.n_answered >= RETIREMENT_DOCUMENTS or answer["resident_bytes"] >= RETIREMENT_BYTES
        if worn and not worker.waiting:
            self._workers.remove(worker)
            worker.process.end()

    def _settle(self, worker: _Worker[Key], outcome: Outcome) -> None:
        number, task = worker.waiting.popleft()
        self._outcomes[number] = (task.key, outcome)

    def _replace(self, worker: _Worker[Key], reason: Unreadable | None) -> None:
        """End a process with what it was at, and give the rest of its documents to a new one.

        The document is judged by what it does to a fresh process: where others went before, they may have left memory
        corrupted or used up, and it is tried again. Only time is not looked at twice.
        """
        self._workers.remove(worker)
        code = worker.process.end()
        if not worker.is_ready:
            raise DarwinError(f"no parser starts (exit code {code}): run `python -m {PROCESS} < /dev/null`")
        reason = reason or _death(code, self._settings)
        if worker.n_answered == 0 or reason.rule == "parser.timeout":
            self._settle(worker, reason)
        if worker.waiting:
            self._start().give(list(worker.waiting))


def _outcome(answer: dict[str, Any], settings: NormalizeSettings) -> Outcome:
    if "document" in answer:
        return document_of(answer["document"])
    if answer["refused"]["rule"] == OUT_OF_MEMORY:
        limit = settings.parse_memory_bytes
        detail = "raise normalize.parse_memory_bytes to take it"
        return Unreadable("parser.memory", detail, value=limit, threshold=f"..{limit}")
    return Unreadable(**answer["refused"])


def _death(code: int, settings: NormalizeSettings) -> Unreadable:
    """Why a process ended that nobody had told to."""
    if code == -OUT_OF_TIME:
        return _timeout("processor time; raise normalize.parse_cpu_seconds to take it", settings.parse_cpu_seconds)
    if code < 0:
        gave_up = ", perhaps at normalize.parse_memory_bytes" if code == -signal.SIGABRT else ""
        return Unreadable("parser.crashed", signal.Signals(-code).name + gave_up, value=-code)
    return Unreadable("parser.crashed", f"exit code {code}")


def _timeout(detail: str, seconds: float) -> Unreadable:
    """The value is the limit, at which the parser was ended."""
    return Unreadable("parser.timeout", detail, value=seconds, threshold=f"..{seconds:g}")
