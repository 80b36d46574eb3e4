"""Published rows as files: `darwin export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from darwin_assets.cli.output import AsJson, complain, console, print_json, say, table
from resources.written import read_written

if TYPE_CHECKING:
    from darwin_assets.export.request import Exported, ExportRefused

GATE_CLOSED = 3
SHOWN_ROWS = 10


def export(
    name: Annotated[str, typer.Option(help="Name of the export: a-z, 0-9, '.', '_' and '-'.")],
    level: Annotated[str, typer.Option(help="Level whose published rows are exported: L1 to L5, or Q1 to Q5.")] = "L5",
    purpose: Annotated[
        str,
        typer.Option(help="What it is for: training, publication, evaluation, or another purpose of the policy file."),
    ] = "training",
    batch: Annotated[list[str] | None, typer.Option("--batch", help="Batch key; all by default.")] = None,
    format_: Annotated[
        str,
        typer.Option("--format", help="parquet, jsonl or huggingface; for questions also alpaca, sharegpt or chat."),
    ] = "parquet",
    allow_partial: Annotated[
        bool, typer.Option(help="Leave out the rows that the policy forbids, or that repeat a benchmark.")
    ] = False,
    reviewed: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="File with ids of rows that a person has looked at."),
    ] = None,
    replace: Annotated[bool, typer.Option(help="Put it in the place of an export of the same name.")] = False,
    mix: Annotated[
        str | None,
        typer.Option(help="Evaluation whose targeted mix is exported, or its control: its rows alone, at their level."),
    ] = None,
    arm: Annotated[str, typer.Option(help="Arm of the mix: targeted or control.")] = "targeted",
    to: Annotated[Path | None, typer.Option(help="Folder to copy it to; the place is noted for take-downs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write published rows as files into exports/NAME: none that the policy forbids, none that repeats a benchmark."""
    from darwin_assets.benchmark_gate import open_gate
    from darwin_assets.closed_loop.mix.read import read_arm
    from darwin_assets.export.copies import copy_out
    from darwin_assets.export.request import ExportRefused, Wanted
    from darwin_assets.export.run import export
    from darwin_assets.policy.settings import load_policy
    from darwin_assets.project import open_project
    from darwin_assets.recipe import load_recipe

    project = open_project()
    looked_at = frozenset(read_written(reviewed).split()) if reviewed else frozenset()
    drawn = read_arm(project.lake, project.ledger, mix, arm) if mix else None
    level = drawn.level if drawn else level
    wanted = Wanted(name, level, purpose, tuple(batch or ()), format_, allow_partial, replace, looked_at, drawn)
    settings = load_recipe(project.work.recipe_path()).decontamination
    gate = open_gate(project.lake, project.work.benchmarks_path(), settings, project.embedder)
    try:
        done = export(project.lake, project.ledger, load_policy(project.work.policy_path()), wanted, gate)
    except ExportRefused as refused:
        _show_refusal(refused, as_json)
        raise typer.Exit(GATE_CLOSED) from None
    copied = copy_out(project.lake, name, done.manifest, to) if to else None
    if as_json:
        print_json({**done.manifest, "reused": done.reused, "copied_to": copied})
    else:
        _show(done, copied, f"{project.lake.uri.rstrip('/')}/exports/{name}")


def _show_refusal(refused: "ExportRefused", as_json: bool) -> None:
    if as_json:
        print_json({"refused": str(refused), "rows": refused.rows.to_dicts()})
        return
    shown = [[row["id"], row["batch"], ", ".join(row["reasons"])] for row in refused.rows.head(SHOWN_ROWS).to_dicts()]
    console.print(table(["row", "batch", "reasons"], shown))
    if refused.rows.height > SHOWN_ROWS:
        say(f"… and {refused.rows.height - SHOWN_ROWS} more; --json lists all")
    complain(str(refused))


def _show(done: "Exported", copied: Path | None, place: str) -> None:
    manifest: dict[str, Any] = done.manifest
    found = ("exported before, and as it was" if done.reused else "exported") + f": {manifest['rows']} rows"
    say(f"{found}, {manifest['chars']} characters, at {place}")
    say(f"decontamination: {manifest['decontamination']['said']}")
    if gone := manifest.get("mix", {}).get("rows_gone"):
        say(
            f"no longer published as they were drawn: {gone} of {manifest['mix']['rows_drawn']} rows; draw the mix again"
        )
    if missing := manifest.get("mix", {}).get("tokens_missing"):
        budget = manifest["mix"]["manifest"]["budget_tokens"]
        say(f"the arm is short of {missing} of its {budget} tokens: compare it with the other arm before training")
    if left := manifest["left_out"]["rows"]:
        reasons = ", ".join(f"{reason} {n}" for reason, n in manifest["left_out"]["reasons"].items())
        say(f"left out: {left} rows ({reasons})")
    if masked := manifest["personal_data"]["found"]:
        say("personal data found: " + ", ".join(f"{kind} {n}" for kind, n in masked.items()))
    if copied:
        say(f"copied to {copied}")
