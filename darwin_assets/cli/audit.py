"""`darwin audit`: is everything in the lake there, unchanged, and by whom it should be?"""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from darwin_assets.cli.output import AsJson, console, print_json, say, table
from resources.errors import DarwinError

if TYPE_CHECKING:
    from darwin_assets.lineage.integrity import Audit

Sample = Annotated[
    int, typer.Option("--sample", metavar="N", min=0, help="Make N rows of each level again, chosen by chance.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Choose the same rows as the audit that told this number.")]
Head = Annotated[
    str | None,
    typer.Option("--head", metavar="N:HASH", help="Newest link as an earlier audit told it: is it still in the chain?"),
]
SEED = "seed"
HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def audit(sample: Sample = 0, seed: Seed = None, head: Head = None, as_json: AsJson = False) -> None:
    """Check chain, ledger, files, rows, raw bytes and take-downs. Exit code 1 when something is wrong; it is named."""
    from darwin_assets.lineage.integrity import audit as look_over
    from darwin_assets.project import open_project

    found = look_over(open_project(), sample=sample, seed=seed, head=None if head is None else _kept(head))
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)
    if not found.sound:
        raise typer.Exit(1)


def _kept(head: str) -> tuple[int, str]:
    told = HEAD.fullmatch(head)
    if not told:
        raise DarwinError("a head is what an audit told: the number of a link, a colon and 64 digits of its hash")
    return int(told[1]), told[2]


def _print(found: "Audit") -> None:
    from darwin_assets.lineage.findings import some

    for title, listed in (("Wrong", found.findings), ("Worth knowing", found.remarks)):
        if listed:
            console.print(f"[bold]{title}[/bold]")
            rows = [[one.check, one.place, one.said, some(one.ids)] for one in listed]
            console.print(table(["check", "place", "what", "rows"], rows))
    if found.sample is not None:
        counts = found.sample["status"].value_counts(sort=True).iter_rows()
        say("Made again: " + ", ".join(f"{n} {status}" for status, n in counts))
    say("Looked at: " + ", ".join(f"{n} {what}" for what, n in found.looked_at.items() if what != SEED))
    if SEED in found.looked_at:
        say(f"`--seed {found.looked_at[SEED]}` chooses the same rows again")
    head = f"{found.head[0]}:{found.head[1]}"
    say(f"The chain's newest link is {head}; kept elsewhere, `darwin audit --head` with it shows a chain written anew")
    say("Nothing is wrong" if found.sound else f"{len(found.findings)} things are wrong")
