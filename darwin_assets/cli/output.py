"""How `darwin` speaks: sentences and tables for people on stdout, JSON for programs, errors on stderr."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def complain(message: str) -> None:
    Console(stderr=True).print(f"darwin: {message}", style="red", markup=False, highlight=False, soft_wrap=True)


def say(message: str) -> None:
    console.print(message, markup=False, highlight=False, soft_wrap=True)


def waiting(as_json: bool, message: str) -> AbstractContextManager[object]:
    """Shows in a terminal that something is going on."""
    return nullcontext() if as_json else console.status(message)


def out(as_json: bool, data: Any, human: Any) -> None:
    if as_json:
        print_json(data)
    elif isinstance(human, str):
        say(human)
    else:
        console.print(human)


def print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, indent=2, default=str, ensure_ascii=False) + "\n")


def table(header: list[str], rows: list[list[Any]]) -> Table:
    made = Table(header_style="bold")
    for name in header:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(Text("" if value is None else str(value)) for value in row))
    return made
