"""The place where everything lies, and Dagster on it: `darwin init`, `demo` and `ui`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from darwin_assets.cli.output import console, say


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
    os.environ["DAGSTER_HOME"] = str(project.work.dagster_home())
    # Dagster is started from the project's root, so a relative home has to be named from here
    os.environ["DARWIN_HOME"] = str(Path(project.work.home).absolute())
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    root = Path(__file__).parents[2]
    os.chdir(root)
    arguments = ["dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    os.execv(Path(sys.executable).parent / "dagster", arguments)
