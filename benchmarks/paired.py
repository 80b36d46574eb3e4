"""Costs of commands as whole processes, taken in turns, so that what else the machine does falls on all of them alike.

A virtual machine hands free memory back to its host, and to get it again costs several times what a page costs otherwise.
A command would pay for that by how long the machine was idle before it; so memory is fetched before each one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

FETCHED_BYTES = 2 * 1024**3
"""Memory that is written to before each command, at most half of what is free."""


@dataclass(frozen=True)
class Cost:
    """One run of a command: seconds of CPU (user and system, with all child processes), seconds by the clock, peak
    resident memory of its largest process in MB, and what it printed last as JSON ({} when that was none)."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    said: dict[str, Any]


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end. RuntimeError with the end of its error output when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        printed, complained = (_text(stream) for stream in (out, err))
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{complained[-2000:]}")
    last = printed.strip().rpartition("\n")[2]
    said = json.loads(last) if last.startswith("{") else {}
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, said)


def take_turns(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Cost]]:
    """Every command once a round, in order; what each one came to is told on stderr while it runs.

    Memory is fetched before each by a process that has ended when the command starts.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            measure([sys.executable, "-c", f"bytearray(b'x') * {_fetched_bytes()}"])
            cost = measure(command)
            costs[name].append(cost)
            print(
                f"{name}, {number + 1} of {rounds}: {cost.cpu_s:.2f} s CPU, {cost.wall_s:.1f} s, {cost.peak_mb:.0f} MB",
                file=sys.stderr,
            )
    return costs


def median(costs: Sequence[Cost], what: str = "cpu_s") -> float:
    return statistics.median(getattr(cost, what) for cost in costs)


def ratios(costs: Mapping[str, Sequence[Cost]], peer: str, ours: str) -> list[float]:
    """The peer's CPU seconds over ours, round by round."""
    return [theirs.cpu_s / own.cpu_s for theirs, own in zip(costs[peer], costs[ours], strict=True)]


def _fetched_bytes() -> int:
    return min(FETCHED_BYTES, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")
