"""Blocks of Markdown, and the same as one HTML page that fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

CSS = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;margin:1rem 0;font-size:.9rem;display:block;overflow-x:auto}"
    "th,td{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}th{background:#f3f3f3}"
    "pre{background:#f6f6f6;padding:.8rem;overflow-x:auto;font-size:.85rem}code{font-size:.9em;overflow-wrap:anywhere}"
    "h2{border-bottom:1px solid #ccc;padding-top:1.2rem}h3{padding-top:.6rem}img{max-width:100%}a{color:#0b57a4}"
    "@media print{body{max-width:none}pre{white-space:pre-wrap}}"
)


def heading(depth: int, title: str) -> str:
    return f"{'#' * depth} {title}"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A pipe table. Cells are Markdown: put values of documents through `words` first."""
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(cell, row))} |" for row in rows)])


def cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return re.sub(r"(?<!\\)\|", r"\\|", str(value).replace("\n", " ")) or "–"


def words(value: object) -> str:
    """What somebody stated, shown as it is: no mark-up in it counts, and it stays on one line."""
    flat = "" if value is None else " ".join(str(value).split())
    plain = re.sub(r"([\\`*_\[\]<>|!&~])", r"\\\1", flat)
    return re.sub(r"^(\d*)([#+=.)-])", r"\1\\\2", plain) or "–"


def code_block(text: str, language: str = "") -> str:
    return f"```{language}\n{text}\n```"


def document(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def slug(title: str) -> str:
    """The fragment by which a heading is linked to, as common renderers make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def to_html(markdown: str, title: str) -> str:
    """One page with its style inside. Raw HTML in the Markdown is shown, never obeyed."""
    body = _renderer().render(markdown)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    class Renderer(MarkdownIt):
        def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
            # the default refuses every data: address but those of bitmaps; ours are drawn by this package
            return url.startswith(("https://", "http://", "#", "data:image/svg+xml;base64,"))

    renderer = Renderer("commonmark", {"html": False}).enable("table")
    renderer.core.ruler.push("heading_ids", _name_headings)
    return renderer


def _name_headings(state: Any) -> None:
    for opening, content in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open":
            opening.attrSet("id", slug(content.content))
