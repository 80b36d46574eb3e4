"""The place where everything lies, and Dagster on it: `darwin init`, `demo` and `ui`."""

import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from darwin_assets.cli.output import console, say
from resources.errors import DarwinError

LOOPBACK = "127.0.0.1"
WORKSPACE = Path(__file__).parents[2] / "workspace.yaml"


def init() -> None:
    """Make the lake, the landing zone, the recipe file and Dagster's home; what exists is left as it is."""
    from darwin_assets.project import initialize, open_project

    project = open_project()
    made = initialize(project)
    say(f"{made} tables made, the rest were there. Lake: {project.lake.uri}")
    say(f"Recipe: {project.work.recipe_path()}. Landing zone: {project.work.landing()}")


def demo() -> None:
    """Land the sample corpus, take it from L0 to L5 through every gate, and show what happened."""
    from darwin_assets.demo import run_demo

    run_demo(console)


def ui(port: Annotated[int, typer.Option(help="Port on the loopback interface.")] = 3000) -> None:
    """Open Dagster on this lake (stays in the foreground; Ctrl-C ends it)."""
    from darwin_assets.project import initialize, open_project

    project = open_project()
    initialize(project)
    _see_that_it_is_free(port)
    os.environ["DAGSTER_HOME"] = str(project.work.dagster_home())
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    say(f"Dagster on {project.lake.uri}: http://{LOOPBACK}:{port}, as soon as it says that it serves. Ctrl-C ends it")
    sys.stdout.flush()
    # in the folder that it is called from, so that relative paths in the environment mean what they mean to other commands
    arguments = ["dagster", "dev", "-w", str(WORKSPACE), "-h", LOOPBACK, "-p", str(port)]
    os.execv(Path(sys.executable).parent / "dagster", arguments)


def _see_that_it_is_free(port: int) -> None:
    """Dagster would load everything first and then give up without a word about the port."""
    with socket.socket() as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            raise DarwinError(f"port {port} is taken, perhaps by another `darwin ui`: name another by --port")
