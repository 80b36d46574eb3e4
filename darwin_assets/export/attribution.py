"""Who is to be named: the attribution file of an export, from what every row carries of its documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import polars as pl

from darwin_assets.markdown import words

CREDIT = pl.Struct({"title": pl.String(), "attribution": pl.String(), "uri": pl.String(), "licence": pl.String()})

ADDRESS = re.compile(r"https?://[^\s<>]+")
_CHANGES = {
    "L1": "converted to Markdown",
    "L2": "converted to Markdown",
    "L3": "converted to Markdown",
    "L4": "converted to Markdown and edited",
    "L5": "converted to Markdown, edited and extended",
}


def credit_line(credit: Mapping[str, str | None], shown: Callable[[str], str] = str) -> str:
    """A document as its licence wants it named: title, authors, address, licence; on one line."""
    named = [credit["title"], credit["attribution"], credit["uri"], credit["licence"]]
    return " — ".join(shown(" ".join(part.split())) for part in named if part)


def _in_markdown(part: str) -> str:
    """What a document says of itself, without any mark-up of its own; an address stays one that can be followed."""
    return f"<{part}>" if ADDRESS.fullmatch(part) else words(part)


def attribution_md(rows: pl.DataFrame) -> str:
    """The attribution file: every document of the rows once, by licence, with what was changed.

    `rows`: level, credits (list of `CREDIT`).
    """
    works = (
        rows.select("level", "credits")
        .explode("credits", keep_nulls=False, empty_as_null=False)
        .unnest("credits")
        .unique()
        .sort("licence", "uri", "title", "attribution", "level", nulls_last=True)
    )
    lines = [
        "# Attribution",
        "",
        "This collection was made from the works below. Each stands under its own licence, which goes with every part of it.",
    ]
    for licence, of_licence in works.group_by("licence", maintain_order=True):
        lines += ["", f"## {licence[0]}", ""]
        lines += dict.fromkeys(
            f"- {credit_line(one, _in_markdown)} ({_changes(one['level'])})" for one in of_licence.iter_rows(named=True)
        )
    return "\n".join(lines) + "\n"


def _changes(level: str) -> str:
    return _CHANGES.get(level, "unchanged")


def credits_of(rows: Iterable[Iterable[Mapping[str, str | None]]]) -> list[str]:
    """One string a row: the credits of its documents, apart by a semicolon."""
    return ["; ".join(dict.fromkeys(credit_line(one) for one in works)) for works in rows]
