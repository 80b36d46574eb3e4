"""Tables of web pages: which of them hold data, and their cells as rows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from darwin_assets.normalize.markdown_writer import Block, Part
from darwin_assets.normalize.tables import Cell, pipe_table, span

Rows = list[list[etree._Element]]

_GRID = re.compile(r"\|(?: --- \|)+")
_BAR = re.compile(r" ?(?<!\\)\| ?")
_BLOCKS = ("h1", "h2", "h3", "h4", "pre", "blockquote")


def table_rows(table: etree._Element) -> Rows:
    """Cells by row, those of tables inside its cells left out."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    return [list(row.iterchildren("td", "th")) for row in rows]


def is_layout(table: etree._Element, rows: Rows) -> bool:
    """A table that only places blocks on the page: it says so, has one column, or holds headings, code or quotes.

    Another table inside makes it one too, unless a caption or header cells say that it is data.
    """
    if table.get("role") in {"presentation", "none"} or max(map(len, rows), default=0) < 2:
        return True
    if next(table.iterdescendants(*_BLOCKS), None) is not None:
        return True
    has_inner = next(table.iterdescendants("table"), None) is not None
    return has_inner and not (
        any(cell.tag == "th" for row in rows for cell in row) or any(child.tag == "caption" for child in table)
    )


def data_table(rows: Rows, texts: Mapping[etree._Element, str]) -> list[Part]:
    """A pipe table of the rendered cells; the first row is a header when it stands in `thead` or is all `th`."""
    head = rows[0][0].getparent() if rows and rows[0] else None
    group = head.getparent() if head is not None else None
    has_header = (group is not None and group.tag == "thead") or bool(rows and all(c.tag == "th" for c in rows[0]))
    grid = [
        [Cell(texts.get(cell, ""), span(cell.get("colspan")), span(cell.get("rowspan"))) for cell in row]
        for row in rows
    ]
    return pipe_table(grid, has_header=has_header)


def without_grid(block: Block) -> Block:
    """A table that stands in a cell, as text: "a, b; c, d"."""
    lines = block.text.split("\n")
    if len(lines) < 2 or not _GRID.fullmatch(lines[1]):
        return block
    rows = [", ".join(filter(None, _BAR.split(line))) for line in (lines[0], *lines[2:])]
    return Block("; ".join(filter(None, rows)).replace(r"\|", "|"))
