"""Looking at rows: `darwin show` and `darwin aligned`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from darwin_assets.cli.output import AsJson, console, print_json, say, table

ANCESTOR_COLUMNS = ("level", "id", "n_chars", "licence", "recipe")
LANDED_COLUMNS = ("path", "raw_sha256", "n_bytes", "licence", "collected_at")


def show(
    row: Annotated[str, typer.Argument(help="A row's id, or its first 8 or more digits.")],
    text: Annotated[bool, typer.Option("--text", help="Print the whole text too.")] = False,
    as_json: AsJson = False,
) -> None:
    """One row: its columns, its parents up to the raw bytes, and why it was rejected if it was."""
    from darwin_assets.lineage.find import find_row
    from darwin_assets.project import open_project

    found = find_row(open_project(), row, with_text=text)
    if as_json:
        print_json(found)
        return
    say(what(found["row"]))
    rows = [[name, _cell(value)] for name, value in found["row"].items() if value not in (None, [])]
    console.print(table(["column", "value"], rows))
    for part, columns in (("ancestors", ANCESTOR_COLUMNS), ("landed", LANDED_COLUMNS)):
        console.print(f"[bold]{part}[/bold]")
        console.print(table(list(columns), [[one.get(name) for name in columns] for one in found[part]]))


def what(row: dict[str, Any]) -> str:
    """What the row is, and why it is not kept, which else stands below a hundred measured values."""
    where = f"{row['zone']}/{row['table']}"
    if row.get("rejected_by") is None:
        return where
    asked = f"; kept when {row['rejected_threshold']}" if row.get("rejected_threshold") else ""
    value = "" if row.get("rejected_value") is None else f", value {_cell(row['rejected_value'])}"
    detail = f" ({row['rejected_detail']})" if row.get("rejected_detail") else ""
    return f"{where}: rejected by {row['rejected_by']}{value}{asked}{detail}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def aligned(
    batch: Annotated[str, typer.Argument(help="A batch that L3 has published.")],
    to: Annotated[Path, typer.Option(help="Parquet file to write.")],
) -> None:
    """Each document's text before L4, after L4 and after L5 side by side, as a Parquet file."""
    from darwin_assets.aligned import aligned as rows_of
    from darwin_assets.project import open_project

    project = open_project()
    rows = rows_of(project.lake, project.ledger, batch)
    to.parent.mkdir(parents=True, exist_ok=True)
    unfinished = to.with_name(f"{to.name}.part")
    rows.write_parquet(unfinished)
    unfinished.replace(to)
    say(f"{rows.height} documents written to {to}")
