"""Taking documents back, with everything made of them: `darwin takedown`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from darwin_assets.cli.output import AsJson, complain, out, print_json, say, table
from resources.errors import DarwinError
from resources.written import decoded

if TYPE_CHECKING:
    from darwin_assets.takedown.count import Counts
    from darwin_assets.takedown.request import Request
    from darwin_assets.takedown.run import Outcome

STDIN = "-"
NOT_CLEAN = 5

Row = Annotated[str | None, typer.Option("--row", help="Id of a row of any level, or its first digits.")]
Uri = Annotated[str | None, typer.Option("--uri", help="Exact address of a document.")]
Prefix = Annotated[str | None, typer.Option("--prefix", help="Beginning of addresses.")]
Source = Annotated[str | None, typer.Option("--source", help="Name of a source.")]
Licence = Annotated[str | None, typer.Option("--licence", help="SPDX expression.")]
Text = Annotated[
    str | None, typer.Option("--text", help="File of a document that goes with its near-duplicates; - reads stdin.")
]
Identifier = Annotated[
    str | None,
    typer.Option("--identifier", help="File with a name or address that stands in texts; - reads stdin."),
]


def takedown(
    row: Row = None,
    uri: Uri = None,
    prefix: Prefix = None,
    source: Source = None,
    licence: Licence = None,
    text: Text = None,
    identifier: Identifier = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it, only show what would be done.")] = False,
    by: Annotated[str | None, typer.Option(help="Who asks for it.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why. Name no person here: it stands in the certificate.")] = None,
    unfinished: Annotated[
        bool, typer.Option("--list", help="Show the take-downs there were, and those cut off.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Finish every take-down that was cut off.")] = False,
    grace_minutes: Annotated[float, typer.Option(help="Age of a stray file that may be removed unseen.", min=0)] = 15,
    as_json: AsJson = False,
) -> None:
    """Erase documents and everything made of them, in every zone, level, cache and export, and prove it.

    Shows what it would do unless --yes is given, with --by and --reason.
    """
    from darwin_assets.project import dagster_instance, open_project
    from darwin_assets.takedown import run
    from darwin_assets.takedown.old_files import Grace

    project = open_project()
    if unfinished:
        _list(as_json)
        return
    grace = Grace(unknown=timedelta(minutes=grace_minutes))
    if resume:
        with dagster_instance(project) as instance:
            outcomes = run.resume(project, instance, None, grace)
        if as_json:
            print_json([_outcome_as_dict(one) for one in outcomes])
        elif not outcomes:
            say("no take-down was cut off")
        tell(outcomes, as_json)
        return
    request = _request(
        {"row": row, "uri": uri, "prefix": prefix, "source": source, "licence": licence}, text, identifier
    )
    if not yes:
        counts = run.dry_run(project, request)
        out(as_json, _as_dict(counts), _shown(counts))
        if not as_json:
            missed = "" if counts.documents else "No document of the lake is meant by it: is it spelt as it landed? "
            say(f"{missed}Nothing was done. Add --yes, --by and --reason to do it.")
        return
    with dagster_instance(project) as instance:
        outcome = run.take_down(project, instance, request, by or "", reason or "", grace)
    if as_json:
        print_json(_outcome_as_dict(outcome))
    tell([outcome], as_json)


def _request(plain: dict[str, str | None], text: str | None, identifier: str | None) -> "Request":
    from darwin_assets.takedown.request import Kind, Request

    given = {
        kind: value for kind, value in {**plain, "text": text, "identifier": identifier}.items() if value is not None
    }
    if len(given) != 1:
        raise DarwinError(
            "say what to take down: one of --row, --uri, --prefix, --source, --licence, --text, --identifier"
        )
    ((kind, value),) = given.items()
    if kind == Kind.TEXT:
        return Request.of_document(None if value == STDIN else Path(value), _read(value))
    if kind == Kind.IDENTIFIER:
        return Request.make(kind, decoded(_read(value), "the file of the identifier"))
    return Request.make(kind, value)


def _read(path: str) -> bytes:
    return sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()


def _as_dict(counts: "Counts") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(counts)


def _shown(counts: "Counts") -> Any:
    rows: list[list[Any]] = [["documents", counts.documents], ["batches", counts.batches]]
    rows += [[f"rows of {where}", n] for where, n in counts.rows.items()]
    rows += [
        ["stored answers of models", counts.answers], ["embeddings", counts.vectors], ["links", counts.links],
        *([f"{called} of the closed loop", n] for called, n in counts.loop.items()),
        ["objects in the raw store", counts.objects], ["twins that are judged again", counts.twins],
        ["rows of other documents, made again without what they quote", counts.quoting],
    ]  # fmt: skip
    rows += [[f"lines of export {name}", n] for name, n in counts.exports.items()]
    return table(["what", "number"], rows)


def _outcome_as_dict(outcome: "Outcome") -> dict[str, Any]:
    return {
        "request": outcome.request, "clean": outcome.clean, "seconds": outcome.seconds, "facts": outcome.facts,
        "counts": _as_dict(outcome.counts),
    }  # fmt: skip


def tell(outcomes: "list[Outcome]", as_json: bool) -> None:
    """Each of them; exit NOT_CLEAN behind the last where one is not finished."""
    for outcome in outcomes:
        if not as_json:
            out(False, None, _shown(outcome.counts))
            say(f"take-down {outcome.request}: {sum(outcome.seconds.values()):.1f} s")
            for one in outcome.facts.get("quoting rows", {}).get("made_again", []):
                if one["detail"]:
                    say(f"{one['rows']} rows of {one['batch']} quoted what is gone and are left out: {one['detail']}")
        if not outcome.clean:
            complain(
                f"take-down {outcome.request} is not finished: the search found what should be gone. `darwin certificate "
                f"{outcome.request}` names the places; then `darwin takedown --resume`"
            )
    if not all(outcome.clean for outcome in outcomes):
        raise typer.Exit(NOT_CLEAN)


def _list(as_json: bool) -> None:
    from darwin_assets.project import open_project
    from darwin_assets.takedown.run import overview

    found = overview(open_project().lake)
    names = ["request", "state", "kind", "asked", "by", "at"]
    shown = table(names, [[one[name] for name in names] for one in found]) if found else "there was no take-down yet"
    out(as_json, found, shown)
