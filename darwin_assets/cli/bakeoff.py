"""Prompts and models side by side: `darwin bakeoff`."""

from pathlib import Path
from typing import Annotated

import typer

from darwin_assets.cli.output import AsJson, console, print_json, say, table


def bakeoff(
    candidates: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="TOML file with an array of tables, candidate: a prompt and model each."
        ),
    ],
    batch: Annotated[str, typer.Argument(help="Batch whose published documents are taken.")],
    level: Annotated[str, typer.Option(help="L4 (takes documents of L3) or L5 (takes documents of L4).")] = "L4",
    documents: Annotated[int, typer.Option(min=1, help="How many documents are taken.")] = 20,
    seed: Annotated[int, typer.Option(help="Which ones: with the same seed the same ones.")] = 0,
    plot: Annotated[Path | None, typer.Option("--plot", help="Write the plot as SVG.", dir_okay=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Compare prompts and models on the same documents: fallbacks by guard, length, tokens/s, cost, a judge's preference."""
    from darwin_assets.bakeoff import show
    from darwin_assets.bakeoff.candidates import load_candidates
    from darwin_assets.bakeoff.run import LEVELS, Bakeoff, run_bakeoff
    from darwin_assets.project import open_project
    from darwin_assets.recipe import load_recipe

    if level not in LEVELS:
        raise typer.BadParameter(f"--level is {' or '.join(LEVELS)}")
    project = open_project()
    taking_part = load_candidates(candidates, level, load_recipe(project.work.recipe_path()), project.model)
    outcome = run_bakeoff(project, Bakeoff(level, batch, documents, seed), taking_part)
    if as_json:
        print_json(show.as_dict(outcome))
    else:
        for title, header, rows in show.tables(outcome):
            console.print(f"[bold]{title}[/bold]")
            console.print(table(header, rows))
        say("\n".join(show.lines(outcome)))
    if plot is not None:
        # last: a path that cannot be written must not cost what many calls have shown
        plot.write_text(show.svg(outcome), encoding="utf-8")
