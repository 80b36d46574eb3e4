"""The certificate of a take-down, to read and to check: `darwin certificate`."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import typer

from darwin_assets.cli.output import AsJson, print_json, say

Request = Annotated[str, typer.Argument(help="Number of the take-down, as `darwin takedown --list` shows it.")]
Verify = Annotated[bool, typer.Option("--verify", help="Compare it with the chain and with the tables of the lake.")]


def certificate(request: Request, verify: Verify = False, as_json: AsJson = False) -> None:
    """Show what a take-down has erased, searched and found. With --verify exit code 1 when something is not as it was."""
    from darwin_assets.project import open_project
    from darwin_assets.takedown.certificate import check, read

    project = open_project()
    made = read(project, request)
    wrong = check(project, request) if verify else []
    if as_json:
        print_json({**made, "wrong": wrong} if verify else made)
    else:
        search = made["search"]
        say(
            f"Take-down {request}, {made['request']['asked_at']}, by {made['request']['by']}: {made['request']['reason']}"
        )
        say("Erased: " + (", ".join(f"{number} {what}" for what, number in made["erased"].items()) or "nothing"))
        files = sum(one["files"] for one in search["searched"].values())
        say(
            f"Searched: {files} files for {search['windows'] - search['shared_windows']} passages, found {search['hits']} "
            f"times; {search['shared_windows']} more also stand in rows that stay"
        )
        for line in places(search["named_hits"]):
            say(line)
        say(f"Page: {project.lake.uri.rstrip('/')}/certificates/{request}.html")
        for one in wrong:
            say(f"Wrong: {one}")
        if verify and not wrong:
            say("Nothing was changed since it was written")
    if wrong:
        raise typer.Exit(1)


def places(hits: Iterable[Mapping[str, object]]) -> list[str]:
    """A line for each file in which the search found what should be gone."""
    return [f"Found in {place}: {file}" for place, file in dict.fromkeys((hit["place"], hit["file"]) for hit in hits)]
