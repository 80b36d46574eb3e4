"""`darwin`: what a person does outside the Dagster UI.

Exit codes: 0 done, 1 an error that says what to do, 2 wrong usage, 3 a gate is closed, 4 a drop was quarantined.
"""

import json
import os
import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from resources.errors import DarwinError

GATE_CLOSED, QUARANTINED = 3, 4
ANCESTOR_COLUMNS = ("level", "id", "n_chars", "licence", "recipe")
LANDED_COLUMNS = ("path", "raw_sha256", "n_bytes", "licence", "collected_at")

app = typer.Typer(
    help="Refine raw documents into training data, level by level.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def init() -> None:
    """Make the lake, the landing zone, the recipe file and Dagster's home; what exists is left as it is."""
    from darwin_assets.project import initialize, open_project

    project = open_project()
    made = initialize(project)
    _say(f"{made} tables made, the rest were there. Lake: {project.lake.uri}")
    _say(f"Recipe: {project.work.recipe_path()}. Landing zone: {project.work.landing()}")


@app.command()
def land(
    path: Annotated[Path, typer.Argument(exists=True, help="A file or a folder of documents.")],
    source: Annotated[str | None, typer.Option(help="Name of the source: a-z, 0-9 and -.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX expression, e.g. CC-BY-4.0.")] = None,
    origin: Annotated[str | None, typer.Option(help="Where it was collected from (URL).")] = None,
    as_json: AsJson = False,
) -> None:
    """Land a folder as one batch and print its key. A folder with a manifest.yaml needs no --source and --licence."""
    from darwin_assets.landing_desk import land_path
    from darwin_assets.project import dagster_instance, open_project

    project = open_project()
    with dagster_instance(project) as instance:
        intake = land_path(project, instance, path, source, licence, origin)
    if intake.refused:
        _out(as_json, {"drop": intake.drop, "refused": intake.refused}, f"quarantined: {intake.refused}")
        raise typer.Exit(QUARANTINED)
    told = f"as {intake.batch}. Next: darwin run {intake.batch}" if intake.batch else "and taken by the landing sensor"
    _out(as_json, {"drop": intake.drop, "batch": intake.batch}, f"landed {told}")


@app.command()
def run(
    batch: Annotated[str, typer.Argument(help="Batch key, as `darwin land` printed it.")],
    to: Annotated[str, typer.Option(help="Last level: L0 to L5.")] = "L5",
    approver: Annotated[str | None, typer.Option(help="Who waives a closed gate; needs --reason.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why the gate is waived.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a batch up the ladder. Levels that are published by the same recipe are not done again."""
    from darwin_assets.project import dagster_instance, open_project
    from darwin_assets.runs import run_batch

    project = open_project()
    with dagster_instance(project) as instance:
        report = run_batch(project, instance, batch, to, (approver, reason))
    rows = [[one.level, one.n_in, one.n_kept, one.n_rejected, one.said, f"{one.seconds:.1f}"] for one in report.levels]
    _out(as_json, report.as_dict(), _table(["level", "in", "kept", "rejected", "gate", "seconds"], rows))
    if report.error:
        _complain(report.error)
        raise typer.Exit(GATE_CLOSED if report.gate_closed else 1)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Batches and levels: what is published, how many rows, what the gate said, how old."""
    from darwin_assets.project import open_project
    from darwin_assets.status import overview

    project = open_project()
    cells = overview(project.lake, project.ledger)
    if as_json or not cells:
        _out(as_json, cells, "nothing has run yet: `darwin land` makes a batch, `darwin run` takes it up the ladder")
        return
    shown = ("level", "published_version", "n_kept", "n_rejected", "verdict", "age")
    for batch, levels in groupby(cells, lambda cell: cell["batch"]):
        # a key of its own line is whole in a narrow terminal, and can be copied
        _say(str(batch))
        rows = [[cell[name] for name in shown] for cell in levels]
        console.print(_table(["level", "version", "rows", "rejected", "gate", "age"], rows))


@app.command()
def show(
    row: Annotated[str, typer.Argument(help="A row's id, or its first 8 or more digits.")],
    text: Annotated[bool, typer.Option("--text", help="Print the whole text too.")] = False,
    as_json: AsJson = False,
) -> None:
    """One row: its columns, its parents up to the raw bytes, and why it was rejected if it was."""
    from darwin_assets.project import open_project
    from darwin_assets.rows import find_row

    found = find_row(open_project(), row, with_text=text)
    if as_json:
        _print_json(found)
        return
    console.print(
        _table(["column", "value"], [[name, value] for name, value in found["row"].items() if value is not None])
    )
    for part, columns in (("ancestors", ANCESTOR_COLUMNS), ("landed", LANDED_COLUMNS)):
        console.print(f"[bold]{part}[/bold]")
        console.print(_table(list(columns), [[one.get(name) for name in columns] for one in found[part]]))


@app.command()
def demo() -> None:
    """Land the sample corpus, take it from L0 to L5 through every gate, and show what happened."""
    from darwin_assets.demo import run_demo

    run_demo(console)


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port on the loopback interface.")] = 3000) -> None:
    """Open Dagster on this lake (stays in the foreground; Ctrl-C ends it)."""
    from darwin_assets.project import initialize, open_project

    project = open_project()
    initialize(project)
    os.environ["DAGSTER_HOME"] = str(project.work.dagster_home())
    # Dagster is started from the project's root, so a relative home has to be named from here
    os.environ["DARWIN_HOME"] = str(Path(project.work.home).absolute())
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    root = Path(__file__).parent.parent
    os.chdir(root)
    arguments = ["dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    os.execv(Path(sys.executable).parent / "dagster", arguments)


def main() -> None:
    """Entry point: errors of ours and of the file system are one line on stderr, never a traceback."""
    try:
        app()
    except DarwinError as error:
        _complain(str(error))
    except OSError as error:
        _complain(f"{error.strerror}: {error.filename}")
    else:
        return
    raise SystemExit(1)


def _complain(message: str) -> None:
    Console(stderr=True).print(f"darwin: {message}", style="red", markup=False, highlight=False, soft_wrap=True)


def _say(message: str) -> None:
    console.print(message, markup=False, highlight=False, soft_wrap=True)


def _out(as_json: bool, data: Any, human: Any) -> None:
    if as_json:
        _print_json(data)
    elif isinstance(human, str):
        _say(human)
    else:
        console.print(human)


def _print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, indent=2, default=str, ensure_ascii=False) + "\n")


def _table(header: list[str], rows: list[list[Any]]) -> Table:
    table = Table(header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    return table
