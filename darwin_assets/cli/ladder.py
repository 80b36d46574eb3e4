"""Taking batches up the ladder: `darwin land`, `run` and `status`."""

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from darwin_assets.cli.output import AsJson, complain, console, out, say, table, waiting

if TYPE_CHECKING:
    from darwin_assets.acquire.manifest import Kind
    from darwin_assets.project import Project
    from darwin_assets.runs import RunReport

GATE_CLOSED, QUARANTINED = 3, 4


def land(
    path: Annotated[Path, typer.Argument(exists=True, help="A file or folder of documents, or of evaluation outputs.")],
    source: Annotated[str | None, typer.Option(help="Name of the source: a-z, 0-9 and -.")] = None,
    licence: Annotated[str | None, typer.Option(help="SPDX expression, e.g. CC-BY-4.0.")] = None,
    origin: Annotated[str | None, typer.Option(help="Where it was collected from (URL).")] = None,
    kind: Annotated[
        str | None, typer.Option(help="documents, unless a manifest says otherwise, or evaluation.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Land a folder as one batch and print its key.

    A folder with a manifest.yaml needs no options; those that are given stand in for its fields.
    """
    from darwin_assets.landing_desk import land_path
    from darwin_assets.project import dagster_instance, open_project

    if kind not in (None, "documents", "evaluation"):
        raise typer.BadParameter("--kind is documents or evaluation")
    project = open_project()
    with dagster_instance(project) as instance:
        intake = land_path(project, instance, path, source, licence, origin, cast("Kind | None", kind))
    if intake.refused:
        out(as_json, {"drop": intake.drop, "refused": intake.refused}, f"{intake.fate}: {intake.refused}")
        raise typer.Exit(QUARANTINED)
    told = f"as {intake.batch}. Next: darwin run {intake.batch}" if intake.batch else "and taken by the landing sensor"
    out(as_json, {"drop": intake.drop, "batch": intake.batch}, f"landed {told}")


def run(
    batch: Annotated[str, typer.Argument(help="Batch key, as `darwin land` printed it.")],
    to: Annotated[
        str | None,
        typer.Option(
            help="Of a batch: L0 to L5 (the default), Q1 to Q5, affordances; of an evaluation: closed_loop (default), mix."
        ),
    ] = None,
    approver: Annotated[str | None, typer.Option(help="Who waives a closed gate; needs --reason.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why the gate is waived.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a batch up the ladder, or an evaluation to its diagnosis. What the same recipe published is not done again."""
    from darwin_assets.project import dagster_instance, open_project
    from darwin_assets.runs import run_batch

    project = open_project()
    with dagster_instance(project) as instance, waiting(as_json, f"{batch} is on its way"):
        report = run_batch(project, instance, batch, to, (approver, reason))
    rows = [[one.level, one.n_in, one.n_kept, one.n_rejected, one.said, f"{one.seconds:.1f}"] for one in report.levels]
    verdicts, lines = _verdicts(project, report)
    if as_json or rows:
        out(as_json, report.as_dict() | verdicts, table(["level", "in", "kept", "rejected", "gate", "seconds"], rows))
    elif not report.error:
        say("done; no gate stands here")
    if not as_json:
        for line in (*_rejections(report), *lines):
            say(line)
    if report.error:
        complain(report.error)
        raise typer.Exit(GATE_CLOSED if report.gate_closed else 1)


def _rejections(report: "RunReport") -> list[str]:
    """A line for each level that rejected something: by which rules, the commonest first."""
    return [
        f"{one.level} rejected " + ", ".join(f"{rows} by {rule}" for rule, rows in one.rejected_by.items())
        for one in report.levels
        if one.rejected_by
    ]


def _verdicts(project: "Project", report: "RunReport") -> tuple[dict[str, Any], list[str]]:
    """What a run that diagnosed an evaluation came to, as JSON and in words; nothing of another one."""
    from darwin_assets.closed_loop.tables import DIAGNOSES_TABLE, SAMPLES_TABLE

    if report.error or SAMPLES_TABLE.suite not in [one.level for one in report.levels]:
        return {}, []
    from darwin_assets.closed_loop.diagnosed import by_benchmark, headlines

    verdicts = by_benchmark(DIAGNOSES_TABLE.expect(project.lake, report.batch))
    where = f"The report stands at the asset diagnosis in the UI; darwin diagnose {report.batch} writes it to a folder"
    return {"verdicts": verdicts.to_dicts()}, [*headlines(verdicts), where]


def status(as_json: AsJson = False) -> None:
    """Batches and levels, and evaluations: what is published, how many rows, what the gate said, how old."""
    from darwin_assets.closed_loop.status import loop_overview
    from darwin_assets.project import open_project
    from darwin_assets.status import overview

    project = open_project()
    cells = overview(project.lake, project.ledger) + loop_overview(project.lake, project.ledger)
    if as_json or not cells:
        out(as_json, cells, "nothing has run yet: `darwin land` makes a batch, `darwin run` takes it up the ladder")
        return
    shown = ("level", "published_version", "n_kept", "n_rejected", "verdict", "age")
    for batch, levels in groupby(cells, lambda cell: cell["batch"]):
        # a key of its own line is whole in a narrow terminal, and can be copied
        say(str(batch))
        rows = [[cell[name] for name in shown] for cell in levels]
        console.print(table(["level", "version", "rows", "rejected", "gate", "age"], rows))
