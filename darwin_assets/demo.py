"""`darwin demo`: the sample corpus from L0 to L5 through every gate, and what became of it."""

import shutil
import time
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import dagster as dg
import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from darwin_assets.acquire.manifest import read_manifest
from darwin_assets.batches import KEY
from darwin_assets.landing_desk import land_path
from darwin_assets.presentation import excerpt
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.promotion import find_publication, read_published
from darwin_assets.runs import RunReport, run_batch
from darwin_assets.status import funnel

EXAMPLES = Path(__file__).parent.parent / "examples"
EXCERPTS = 3
EXCERPT_LINES = 6
LINE_CHARS = 160
CONTEXT_CHARS = 30


@dataclass(frozen=True)
class Change:
    """A place where a level changed a document: some lines before and after."""

    title: str
    before: list[str]
    after: list[str]


def run_demo(console: Console) -> None:
    """Land what has not landed yet, run every batch, print funnel, excerpts and where things lie."""
    started = time.monotonic()
    project = open_project()
    recipe = project.work.recipe_path()
    if not recipe.exists():
        recipe.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(EXAMPLES / "recipe.toml", recipe)
    initialize(project)
    with dagster_instance(project) as instance:
        reports = [_run_drop(console, project, instance, drop) for drop in sorted((EXAMPLES / "drops").iterdir())]
    console.print(funnel_table(funnel(project.ledger, [one.batch for one in reports])))
    for level, below in (("L4", "L3"), ("L5", "L4")):
        console.print(f"\n[bold]{level}, before and after[/bold]")
        for change in changes(project, [one.batch for one in reports], below, level)[:EXCERPTS]:
            console.print(_shown(change))
    if all(level.said.endswith("as before") for one in reports for level in one.levels):
        console.print("\nEverything was published already by the same recipe: no work was done twice.")
    console.print(
        f"\nLake: {project.lake.uri}\nDone in {time.monotonic() - started:.0f} s. Open the UI: [bold]make ui[/bold]"
    )


def _run_drop(console: Console, project: Project, instance: dg.DagsterInstance, drop: Path) -> RunReport:
    batch = landed_batch(project, read_manifest(drop).source)
    if batch is None:
        intake = land_path(project, instance, drop, None, None, None)
        batch = intake.batch or ""
    with console.status(f"{batch}: L0 to L5"):
        report = run_batch(project, instance, batch)
    steps = "  ".join(f"{one.level} {one.n_kept}/{one.n_in}" for one in report.levels)
    console.print(f"{batch}  {steps}", highlight=False, soft_wrap=True)
    if report.error:
        console.print(f"  {report.error}", style="yellow", markup=False)
    return report


def landed_batch(project: Project, source: str) -> str | None:
    """The newest batch of a source in the landing zone."""
    matches = [
        match for match in map(KEY.fullmatch, project.landing.taken_keys()) if match and match["source"] == source
    ]
    return max((match.string for match in matches), default=None)


def funnel_table(rows: pl.DataFrame) -> Table:
    """The funnel as a table for a terminal."""
    table = Table(title="Funnel", header_style="bold")
    for name in ("level", "in", "kept", "rejected by rule", "gates", "seconds", "docs/s"):
        table.add_column(name, no_wrap=name == "rejected by rule")
    for row in rows.iter_rows(named=True):
        rules = "\n".join(f"{one['rows']} {one['rule']}" for one in row["rejected_by"])
        opened = f"{row['batches'] - row['closed']} of {row['batches']} open"
        table.add_row(
            row["level"], str(row["n_in"]), str(row["n_kept"]), rules, opened,
            f"{row['seconds']:.1f}", f"{row['docs_per_second']:.0f}",
        )  # fmt: skip
    return table


def changes(project: Project, batches: list[str], below: str, level: str) -> list[Change]:
    """Where `level` changed documents, the largest change of each document, largest first."""
    found: list[Change] = []
    for batch in batches:
        upper, lower = (find_publication(project.lake, project.ledger, one, batch) for one in (below, level))
        if upper is None or lower is None:
            continue
        above = read_published(project.lake, upper, ["id", "text"])
        here = read_published(project.lake, lower, ["parents", "uri", "text"])
        beside = here.with_columns(id=pl.col("parents").list.first()).join(above, on="id", suffix="_below")
        for row in beside.filter(pl.col("text") != pl.col("text_below")).iter_rows(named=True):
            found.append(_largest_change(row["uri"], row["text_below"], row["text"]))
    return sorted(found, key=lambda one: -sum(map(len, one.before + one.after)))


def _largest_change(title: str, before: str, after: str) -> Change:
    old, new = before.splitlines(), after.splitlines()
    blocks = [op for op in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"]
    _, a0, a1, b0, b1 = max(
        blocks, key=lambda op: abs(sum(map(len, old[op[1] : op[2]])) - sum(map(len, new[op[3] : op[4]])))
    )
    removed, added = ([line for line in lines if line.strip()][:EXCERPT_LINES] for lines in (old[a0:a1], new[b0:b1]))
    # two long lines that differ in the middle are shown from shortly before that place
    start = max(0, _first_difference(removed[0], added[0]) - CONTEXT_CHARS) if len(removed) == len(added) == 1 else 0
    return Change(title, [line[start:] for line in removed], [line[start:] for line in added])


def _first_difference(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _shown(change: Change) -> Text:
    shown = Text(f"{change.title}\n", style="bold")
    for sign, lines, style in (("- ", change.before, "red"), ("+ ", change.after, "green")):
        for line in lines:
            shown.append(f"{sign}{excerpt(line, LINE_CHARS)}\n", style=style)
    return shown
