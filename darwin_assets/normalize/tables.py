"""Tables of CNXML and HTML as Markdown pipe tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from darwin_assets.normalize.markdown_writer import Block, Part
from darwin_assets.normalize.xml_tree import natural_number

MAX_SPAN = 1000
"""Largest column or row span that is believed (the HTML standard's own limit for columns)."""

MAX_PADDED_CELLS = 250_000
"""Cells up to which every row is written with all columns."""

_FORMULA = re.compile(r"(?<!\\)\$(?:\\.|[^$\\])+\$")


@dataclass(frozen=True)
class Cell:
    """One cell: text on one line, how many columns and rows it covers, the column where it must start."""

    text: str
    n_columns: int = 1
    n_rows: int = 1
    column: int | None = None


def pipe_table(rows: Sequence[Sequence[Cell]], *, has_header: bool) -> list[Part]:
    """A pipe table: a spanned cell stands once, at its first place; without a header it gets an empty one."""
    grid = _grid(rows)
    if grid is None:
        grid = _grid([[Cell(cell.text) for cell in row] for row in rows], max_columns=None) or []
    grid = [row for row in grid if any(row)]
    if not grid:
        return []
    header, body = (grid[0], grid[1:]) if has_header else ([""] * len(grid[0]), grid)
    lines = [_line(header), "|" + " --- |" * len(header), *map(_line, body)]
    return [Block("\n".join(lines))]


def span(value: str | None) -> int:
    """A span attribute: at least 1, at most MAX_SPAN, 1 when unreadable."""
    return min(max(natural_number(value, 1), 1), MAX_SPAN)


def _grid(rows: Sequence[Sequence[Cell]], max_columns: int | None = MAX_SPAN) -> list[list[str]] | None:
    """Text by row and column; None when spans would push cells beyond `max_columns`."""
    texts: list[dict[int, str]] = [{} for _ in rows]
    # Column -> rows that a cell above still covers.
    covered: dict[int, int] = {}
    for row_texts, cells in zip(texts, rows, strict=True):
        position = 0
        taken = {column for column, n_rows in covered.items() if n_rows > 0}
        covered = {column: n_rows - 1 for column, n_rows in covered.items() if n_rows > 1}
        for cell in cells:
            position = max(position, cell.column) if cell.column is not None else position
            while position in taken:
                position += 1
            row_texts[position] = cell.text
            for column in range(position, position + cell.n_columns):
                if cell.n_rows > 1:
                    covered[column] = cell.n_rows - 1
            position += cell.n_columns
            if max_columns is not None and position > max_columns:
                return None
    # Only what holds text counts: a span beyond the last text would make empty columns.
    n_columns = max((column + 1 for row in texts for column, text in row.items() if text), default=0)
    if n_columns * len(texts) > MAX_PADDED_CELLS:
        # Only the first row need have all columns; a short one means empty cells in every reader of Markdown.
        widths = [n_columns, *(max(row, default=-1) + 1 for row in texts[1:])]
    else:
        widths = [n_columns] * len(texts)
    return [[row.get(column, "") for column in range(width)] for row, width in zip(texts, widths, strict=True)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    """A pipe would end the cell; inside a formula `\\|` means something else, so it becomes `\\vert`."""
    text = _FORMULA.sub(lambda formula: formula[0].replace(r"\|", r"\Vert ").replace("|", r"\vert "), text)
    return re.sub(r"(?<!\\)\|", r"\\|", text)
