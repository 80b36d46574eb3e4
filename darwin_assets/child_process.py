"""A process of its own for strangers' bytes: one that crashes, hangs or eats memory costs what it was at and nothing else.

The parent's side is `ChildProcess`; the module that it runs begins with `channels` and `confine`. A child is started afresh
(no fork: the parent may hold the threads of Dagster, Polars and delta-rs) and ends when its input does, so that no parent
leaves one behind. It unpickles what the parent sends; the parent, who does not trust it, reads bytes.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection

OUT_OF_TIME = signal.SIGPROF
"""What ends a child that has used up its processor time: an interval timer's signal, which no library can swallow, since it
is never handled. Time by the clock would make results depend on what else the machine is doing."""
SECRETS = ("DARWIN_", "AWS_")
"""Variables that a child has no need of."""


class ChildProcess:
    """`python -m MODULE`; `answers` is the end at which its messages arrive, EOFError there means that it has died."""

    def __init__(self, module: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(SECRETS)}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        )
        self.pid = self._process.pid
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests = Connection(os.dup(self._process.stdin.fileno()), readable=False)
        self.answers = Connection(os.dup(self._process.stdout.fileno()), writable=False)
        self._process.stdin.close()
        self._process.stdout.close()

    def send(self, message: object) -> None:
        """That it has died is noticed where its answer should come."""
        with contextlib.suppress(OSError):
            self._requests.send(message)

    def wait(self) -> int:
        """Its exit code as `subprocess` gives it, negative for a signal."""
        return self._process.wait()

    def end(self) -> int:
        """Kill it if it is alive; its exit code."""
        self._process.kill()
        code = self.wait()
        self._requests.close()
        self.answers.close()
        return code


def channels() -> tuple[Connection, Connection]:
    """In a child: where messages come in and go out. What a library prints goes nowhere, for it may quote a document."""
    requests, answers = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return Connection(requests, writable=False), Connection(answers, readable=False)


def confine(memory_bytes: int) -> None:
    """In a child: limit private memory, write no core files, which would hold documents, leave Ctrl-C to the parent."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(OUT_OF_TIME, signal.SIG_DFL)


@contextlib.contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """In a child: what is done meanwhile ends it by `OUT_OF_TIME` when it computes for longer."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
