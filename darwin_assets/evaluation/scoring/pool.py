"""Verdicts about many attempts, by processes that a hanging or exploding one cannot hold up (papers.md §3.7: 15 s each)."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterable, Iterator
from multiprocessing.connection import wait
from typing import TypeAlias

from darwin_assets.child_process import OUT_OF_TIME, ChildProcess
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from darwin_assets.evaluation.scoring.verdict import Attempt, Status, Verdict, truncated
from darwin_assets.evaluation.scoring.worker_process import READY

PROCESS = "darwin_assets.evaluation.scoring.worker_process"
START_SECONDS = 120.0
"""A process that is not ready by then never will be: it imports modules and does nothing else."""
WALL_FACTOR = 20
"""Times its processor time that an attempt may take by the clock: only a process that is stopped comes to that."""
Death: TypeAlias = tuple[Status, str]
PROCESSOR_TIME: Death = ("timeout", "processor_time")
WALL_TIME: Death = ("timeout", "wall_time")
CRASHED: Death = ("error", "crashed")


def score_all(attempts: Iterable[Attempt], settings: ScoringSettings) -> Generator[Verdict]:
    """The verdict about each attempt, in their order; they are drawn as processes come free.

    One that computes for longer than `settings.seconds` is a `timeout`, one that needs more than `settings.memory_bytes`
    `out_of_memory`, one that ends its process an `error` with the reason `crashed`; each counts as wrong, the others go on.
    RuntimeError when no process starts. Close the iterator when it is left before its end: that ends the processes.
    """
    crew = _Crew(attempts, settings)
    try:
        yield from crew.run()
    finally:
        crew.dismiss()


class _Worker:
    """One process, and the numbered attempt that it is at."""

    def __init__(self, settings: ScoringSettings):
        self.is_ready = False
        self.task: tuple[int, Attempt] | None = None
        self.since = time.monotonic()
        self.process = ChildProcess(PROCESS)
        self.process.send(settings)

    def give(self, number: int, attempt: Attempt) -> None:
        self.task = number, attempt
        self.since = time.monotonic()
        self.process.send(attempt)


class _Crew:
    """The processes, and the verdicts that wait for those of earlier attempts."""

    def __init__(self, attempts: Iterable[Attempt], settings: ScoringSettings):
        self._attempts = enumerate(attempts)
        self._settings = settings
        self._workers: list[_Worker] = []
        self._verdicts: dict[int, Verdict] = {}

    def run(self) -> Iterator[Verdict]:
        number = 0
        while True:
            self._hand_out()
            while number in self._verdicts:
                yield self._verdicts.pop(number)
                number += 1
            if not any(worker.task for worker in self._workers):
                return
            self._collect()

    def dismiss(self) -> None:
        while self._workers:
            self._workers.pop().process.end()

    def _hand_out(self) -> None:
        """Give everyone who is idle something to do, and start another process while there is more."""
        idle = [worker for worker in self._workers if worker.task is None]
        while idle or len(self._workers) < self._settings.n_workers:
            number, attempt = next(self._attempts, (None, None))
            if number is None or attempt is None:
                return
            (idle.pop() if idle else self._start()).give(number, attempt)

    def _start(self) -> _Worker:
        worker = _Worker(self._settings)
        self._workers.append(worker)
        return worker

    def _collect(self) -> None:
        """Wait for a verdict, a death or the next limit, and deal with everything that there is."""
        busy = [worker for worker in self._workers if worker.task]
        until = min(worker.since + self._limit(worker) for worker in busy)
        heard = wait([worker.process.answers for worker in busy], max(until - time.monotonic(), 0))
        for worker in busy:
            if worker.process.answers in heard:
                self._hear(worker)
            elif time.monotonic() - worker.since > self._limit(worker):
                self._replace(worker, WALL_TIME)

    def _limit(self, worker: _Worker) -> float:
        return WALL_FACTOR * self._settings.seconds if worker.is_ready else START_SECONDS

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.process.answers.recv_bytes()
        except (EOFError, OSError):
            self._replace(worker)
            return
        if message == READY:
            worker.is_ready = True
            worker.since = time.monotonic()
            return
        fields = json.loads(message)
        self._settle(worker, Verdict(**fields | {"prediction": tuple(fields["prediction"])}))

    def _settle(self, worker: _Worker, verdict: Verdict) -> None:
        assert worker.task is not None
        self._verdicts[worker.task[0]] = verdict
        worker.task = None

    def _replace(self, worker: _Worker, death: Death | None = None) -> None:
        """End a process, dead or stuck, with what it was at. The next attempt gets a new one."""
        self._workers.remove(worker)
        code = worker.process.end()
        if not worker.is_ready:
            raise RuntimeError(f"no scoring process starts: run `python -m {PROCESS} < /dev/null` to see why")
        assert worker.task is not None
        status, reason = death or (PROCESSOR_TIME if code == -OUT_OF_TIME else CRASHED)
        self._settle(worker, Verdict((), 0, status, reason, truncated(worker.task[1].finish_reason)))
