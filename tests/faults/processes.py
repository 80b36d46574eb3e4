"""Processes that may be killed: each is forked from one that has already imported what takes seconds."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TypeVar

from darwin_assets.landing_desk import land_path
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.runs import RunReport, run_batch
from tests.drops import accept_small_documents

MAX_SECONDS = 240.0
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.warm"])
Result = TypeVar("Result")


def start(function: Callable[..., object], *arguments: object) -> ForkServerProcess:
    """A process of its own that runs the function, to be killed or joined."""
    process = CONTEXT.Process(target=function, args=arguments)
    process.start()
    return process


def call(function: Callable[..., Result], *arguments: object, output: Path | None = None) -> Result:
    """What the function returns in a process of its own; all that is printed there, by native code too, goes to `output`.

    TimeoutError when it takes longer than `MAX_SECONDS`, EOFError when it ends without an answer.
    """
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = start(_answer, sender, output, function, arguments)
    sender.close()
    if not receiver.poll(MAX_SECONDS):
        process.kill()
        raise TimeoutError(f"{function.__name__} took longer than {MAX_SECONDS:.0f} s")
    result: Result = receiver.recv()
    process.join()
    return result


def _answer(
    sender: Connection, output: Path | None, function: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    if output is not None:
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, 1)
        os.dup2(file, 2)
    sender.send(function(*arguments))


def project_at(home: Path, **environment: str) -> Project:
    """The project in a folder, for the rest of this process."""
    for name in [*os.environ]:
        if name.startswith(("DARWIN_", "DAGSTER_")):
            del os.environ[name]
    os.environ |= {
        "DARWIN_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "GX_ANALYTICS_ENABLED": "false",
        **environment,
    }
    return open_project()


def land(home: Path, *drops: Path) -> list[str]:
    """Make the project where it is missing and take the drops; their batch keys."""
    project = project_at(home)
    initialize(project)
    accept_small_documents(project)
    with dagster_instance(project) as instance:
        return [land_path(project, instance, drop, None, None, None).batch or "" for drop in drops]


def climb(home: Path, batch: str, to: str = "L5") -> RunReport:
    """What `darwin run` does."""
    project = project_at(home)
    with dagster_instance(project) as instance:
        return run_batch(project, instance, batch, to)
