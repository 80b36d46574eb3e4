"""Paragraphs, lists and tables of a Word document as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from lxml import etree

from darwin_assets.normalize.docx_numbering import MAX_LEVEL, Numbering
from darwin_assets.normalize.docx_runs import Runs
from darwin_assets.normalize.docx_styles import Styles
from darwin_assets.normalize.docx_tree import content, switch, value, w
from darwin_assets.normalize.markdown_writer import (
    Block,
    Part,
    blocks_of,
    code_block,
    heading,
    list_block,
    one_line,
    paragraphs,
    quote_block,
)
from darwin_assets.normalize.tables import Cell, pipe_table, span
from darwin_assets.normalize.xml_tree import natural_number

_FIRST_ROW = 0x0020
"""Bit of a table's look: its first row is a header."""
_MAX_SKIPPED_COLUMNS = 63
"""Columns of a table in Word, beyond which a row cannot begin."""


@dataclass(frozen=True)
class _Paragraph:
    """A paragraph that belongs together with its neighbours of the same kind: `list`, `code`, `quote` or alone."""

    kind: str
    parts: tuple[Part, ...]
    level: int = 0
    mark: str = ""
    text: str = ""


@dataclass
class Blocks:
    """What rendering paragraphs and tables needs to know of the document, and what it counts."""

    styles: Styles
    numbering: Numbering
    runs: Runs
    counts: Counter[str]
    title: str = ""

    def render(self, container: etree._Element) -> list[Block]:
        """The blocks of a body, cell or note."""
        found: list[_Paragraph] = []
        for child in content(container):
            if child.tag == w("p"):
                found.append(self._paragraph(child))
            elif child.tag == w("tbl"):
                found.append(_Paragraph("", tuple(self._table(child))))
        grouped = groupby(found, lambda paragraph: paragraph.kind)
        return blocks_of(part for kind, group in grouped for part in self._together(kind, list(group)))

    def _together(self, kind: str, group: Sequence[_Paragraph]) -> list[Part]:
        if kind == "list":
            return _nested(group)
        if kind == "code":
            parts = [part for code in _code_blocks(group) for part in code_block(code)]
            self.counts["code_blocks"] += len(parts)
            return parts
        parts = [part for paragraph in group for part in blocks_of(paragraph.parts)]
        return quote_block(parts) if kind == "quote" else parts

    def _paragraph(self, paragraph: etree._Element) -> _Paragraph:
        style = value(paragraph, "pPr/pStyle") or self.styles.default_paragraph
        if self.styles.is_contents(style):
            self.counts["contents"] += 1
            return _Paragraph("", ())
        if self.styles.is_code(style):
            return _Paragraph("code", (), text=self.runs.raw_text(paragraph))
        parts = self.runs.parts(paragraph)
        level = self._heading_level(paragraph, style)
        if level is not None:
            text = _in_line(blocks_of(parts))
            self.title = self.title or (text if self.styles.is_title(style) else "")
            return _Paragraph("", tuple(heading(level, text)))
        number_id, list_level = self._number(paragraph, style)
        if number_id not in {None, "", "0"} and (text := one_line(parts)):
            mark = self.numbering.mark(number_id or "", list_level)
            return _Paragraph("list", tuple(parts), list_level or self.styles.list_level(style), mark, text)
        return _Paragraph("quote" if self.styles.is_quote(style) else "", tuple(paragraphs(parts)))

    def _heading_level(self, paragraph: etree._Element, style: str) -> int | None:
        outline = value(paragraph, "pPr/outlineLvl")
        if outline is None:
            return self.styles.heading_level(style)
        level = natural_number(outline, MAX_LEVEL + 1)
        return level + 1 if level <= MAX_LEVEL else None

    def _number(self, paragraph: etree._Element, style: str) -> tuple[str | None, int]:
        of_style = self.styles.numbering(style)
        number_id = value(paragraph, "pPr/numPr/numId")
        level = value(paragraph, "pPr/numPr/ilvl")
        number_id = of_style[0] if number_id is None else number_id
        level = of_style[1] if level is None else level
        return number_id, min(natural_number(level, 0), MAX_LEVEL)

    # Tables

    def _table(self, table: etree._Element) -> list[Part]:
        rows = [row for row in content(table) if row.tag == w("tr")]
        cells = [[cell for cell in content(row) if cell.tag == w("tc")] for row in rows]
        rendered = [[self.render(cell) for cell in row] for row in cells]
        if max(map(len, cells), default=0) < 2 or next(table.iterdescendants(w("tbl")), None) is not None:
            return [block for row in rendered for cell in row for block in cell]
        grid = [
            [_cell(cell, _in_line(blocks), _skipped(row) if not position else None) for position, (cell, blocks) in
             enumerate(zip(row_cells, row_blocks, strict=True))]
            for row, row_cells, row_blocks in zip(rows, cells, rendered, strict=True)
        ]  # fmt: skip
        parts = pipe_table(grid, has_header=_has_header(table, rows[0]))
        self.counts["tables"] += len(parts)
        return parts


def _code_blocks(lines: Sequence[_Paragraph]) -> list[str]:
    """Paragraphs of one line each are one block; one with line breaks in it is a block of its own."""
    blocks: list[str] = []
    for has_breaks, group in groupby(lines, lambda line: "\n" in line.text):
        texts = [line.text for line in group]
        blocks += texts if has_breaks else ["\n".join(texts)]
    return blocks


def _nested(items: Sequence[_Paragraph]) -> list[Part]:
    """List items by their levels; one that is deeper than the item before it belongs to that, and bullets and
    numbers side by side are two lists.
    """
    base = items[0].level
    lists: list[list[tuple[str, list[Part]]]] = []
    for is_deeper, group in groupby(items, lambda item: item.level > base):
        if is_deeper:
            lists[-1][-1][1].extend(_nested(list(group)))
            continue
        for item in group:
            if not lists or (lists[-1][-1][0] == "-") != (item.mark == "-"):
                lists.append([])
            lists[-1].append((item.mark, list(item.parts)))
    return [part for entries in lists for part in list_block(entries)]


def _in_line(blocks: Sequence[Block]) -> str:
    """Blocks on one line, where no formula stands on its own."""
    return one_line(Block(block.text[1:-1]) if block.text.startswith("$$") else block for block in blocks)


def _cell(cell: etree._Element, text: str, column: int | None) -> Cell:
    """A cell that goes on with the one above or before it is empty: its text stands in that."""
    continues = any(value(cell, f"tcPr/{merge}") in {"", "continue"} for merge in ("vMerge", "hMerge"))
    return Cell("" if continues else text, span(value(cell, "tcPr/gridSpan")), column=column)


def _skipped(row: etree._Element) -> int | None:
    return min(natural_number(value(row, "trPr/gridBefore"), 0), _MAX_SKIPPED_COLUMNS) or None


def _has_header(table: etree._Element, first: etree._Element) -> bool:
    if switch(first, "trPr/tblHeader"):
        return True
    look = table.find(f"{w('tblPr')}/{w('tblLook')}")
    if look is None:
        return False
    if (stated := look.get(w("firstRow"))) is not None:
        return stated not in {"0", "false", "off"}
    mask = look.get(w("val"), "0")
    return (
        bool(int(mask, 16) & _FIRST_ROW) if mask.isalnum() and set(mask.lower()) <= set("0123456789abcdef") else False
    )
