"""Tables of MathML as LaTeX arrays, matrices and cases."""

from __future__ import annotations

import re

from lxml import etree

from darwin_assets.normalize.xml_tree import local_name

_COLUMN = {"left": "l", "right": "r", "center": "c"}
_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", (r"\{", r"\}"): "Bmatrix", ("|", "|"): "vmatrix",
             (r"\|", r"\|"): "Vmatrix"}  # fmt: skip
_ARRAY = re.compile(r"\\begin\{array\}\{[lcr]*\} (.*) \\end\{array\}")
_CELL_MARK = " & "


def table_cells(cells: list[str]) -> str:
    """One row of a table, without the empty cells at its end."""
    n_cells = max((position + 1 for position, cell in enumerate(cells) if cell.strip()), default=0)
    return _CELL_MARK.join(cells[:n_cells])


def array(table: etree._Element, rows: list[str]) -> str:
    """A whole table; its columns are aligned as the table, or else its first row, says."""
    # After a line end, LaTeX would take a bracket or a star as its argument.
    body = r" \\ ".join("{}" + row if row.startswith(("[", "*")) else row for row in rows)
    if not body.strip(" &\\"):
        return ""
    return rf"\begin{{array}}{{{_columns(table)}}} {body} \end{{array}}"


def matrix_with_fences(opening: str, inner: str, closing: str) -> str | None:
    """`(`, table, `)` as one matrix; None when the fences or the content are something else."""
    environment = _MATRICES.get((opening, closing))
    body = _only_array(inner)
    return rf"\begin{{{environment}}} {body} \end{{{environment}}}" if environment and body else None


def cases(inner: str) -> str | None:
    """A table of at most two columns behind an opening brace."""
    body = _only_array(inner)
    return rf"\begin{{cases}} {body} \end{{cases}}" if body and "array" not in body else None


def _only_array(latex: str) -> str | None:
    found = _ARRAY.fullmatch(latex.strip())
    return found[1] if found and r"\begin{array}" not in found[1] else None


def _columns(table: etree._Element) -> str:
    rows = [row for row in table.iterchildren("*") if local_name(row) in {"mtr", "mlabeledtr"}]
    n_columns = max((len(row) for row in rows), default=1)
    stated = table.get("columnalign", "").split()
    if not stated and rows:
        first = rows[0].get("columnalign", "").split()
        stated = first or [cell.get("columnalign", "center") for cell in rows[0].iterchildren("*")]
    stated = stated or ["center"]
    return "".join(_COLUMN.get(stated[min(column, len(stated) - 1)], "c") for column in range(n_columns))
