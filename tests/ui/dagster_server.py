"""The real Dagster UI of a test's own project: `darwin ui` as a process of its own, and the command line beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DARWIN = Path(sys.executable).parent / "darwin"
START_SECONDS, STOP_SECONDS, COMMAND_SECONDS = 90.0, 20.0, 120.0
OF_THE_CALLER = ("DARWIN_", "DAGSTER_")
WITH_DEFAULT_SIGNALS = """import os, signal, sys
for one in (signal.SIGINT, signal.SIGTERM):
    signal.signal(one, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])"""
"""A caller in the background ignores SIGINT; Dagster would copy that to SIGTERM and never end."""
LOADED = """{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError { __typename } } } } }"""


@dataclass(frozen=True)
class Cli:
    """`darwin` with a home of its own."""

    home: Path

    def environment(self) -> dict[str, str]:
        """The caller's environment without anything that would lead to another project."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_CALLER)}
        return kept | {"DARWIN_HOME": str(self.home), "DAGSTER_DISABLE_TELEMETRY": "1"}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [DARWIN, *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"darwin {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}"
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))

    def published(self, batch: str) -> dict[str, int]:
        """Level → rows of the levels at which a batch can be read."""
        cells = [cell for cell in self.json("status") if cell["batch"] == batch]
        return {cell["level"]: cell["n_kept"] for cell in cells if cell["published_version"] is not None}


@contextmanager
def dagster_ui(cli: Cli) -> Iterator[str]:
    """The address of the running UI. Everything that was started for it has ended afterwards."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = cli.home / "ui.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", WITH_DEFAULT_SIGNALS, str(DARWIN), "ui", "--port", str(port)],
            env=cli.environment(), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_until_loaded(process, address, log)
            yield address
        finally:
            _end(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_loaded(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if _is_loaded(address):
            return
        time.sleep(0.5)
    raise AssertionError(f"the UI did not come up within {START_SECONDS:.0f} s:\n{log.read_text()[-3000:]}")


def _is_loaded(address: str) -> bool:
    question = json.dumps({"query": LOADED}).encode()
    request = urllib.request.Request(f"{address}/graphql", question, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            entries = json.load(answer)["data"]["workspaceOrError"]["locationEntries"]
    except OSError:
        return False
    return [(one["loadStatus"], one["locationOrLoadError"]["__typename"]) for one in entries] == [
        ("LOADED", "RepositoryLocation")
    ]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the leader to end; what is left of its process group after that was started by it too."""
    group = process.pid
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    for last in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, last)
        except ProcessLookupError:
            break
        time.sleep(2)
    process.wait(STOP_SECONDS)
