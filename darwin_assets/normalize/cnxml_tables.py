"""Tables of CNXML (the CALS model) as rows of cells."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from darwin_assets.normalize.tables import MAX_SPAN, Cell
from darwin_assets.normalize.xml_tree import local_name, natural_number


def cals_rows(group: etree._Element, texts: Mapping[etree._Element, str]) -> list[list[Cell]]:
    """Rows of a `tgroup` in reading order (head, body, foot), from the rendered text of each entry."""
    columns = _column_numbers(group)
    parts = {"thead": 0, "tbody": 1, "tfoot": 2}
    sections = [child for child in group.iterchildren("*") if local_name(child) in parts]
    sections.sort(key=lambda section: parts[local_name(section)])
    rows = [row for section in sections for row in section.iterchildren("*") if local_name(row) == "row"]
    return [
        [_cell(entry, columns, texts.get(entry, "")) for entry in row.iterchildren("*") if local_name(entry) == "entry"]
        for row in rows
    ]


def _column_numbers(group: etree._Element) -> dict[str, int]:
    """Column name to position, counted from 0."""
    numbers: dict[str, int] = {}
    position = 0
    for child in group.iterchildren("*"):
        if local_name(child) == "colspec":
            stated = natural_number(child.get("colnum"), 0)
            position = stated - 1 if 0 < stated <= MAX_SPAN else position
            numbers[child.get("colname", "")] = position
            position += 1
    return numbers


def _cell(entry: etree._Element, columns: Mapping[str, int], text: str) -> Cell:
    start = columns.get(entry.get("namest", "") or entry.get("colname", ""))
    end = columns.get(entry.get("nameend", ""))
    n_columns = end - start + 1 if start is not None and end is not None and end >= start else 1
    n_rows = min(natural_number(entry.get("morerows"), 0), MAX_SPAN) + 1
    return Cell(text, n_columns, n_rows, start)
