"""Jupyter notebooks (nbformat 3 and 4) as Markdown: prose as it is, code and what it printed in fenced blocks.

Pictures among the outputs are left out together with the words that stand for them; pictures in the prose keep
their alternative text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.latex_source import fence
from darwin_assets.normalize.markdown import parse_markdown
from darwin_assets.normalize.notebook_outputs import Outputs, joined
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.structured import read_json

PARSER = "notebook/1"

_MAGICS = {"bash": "bash", "sh": "bash", "html": "html", "javascript": "javascript", "js": "javascript", "latex": "latex",
           "perl": "perl", "ruby": "ruby", "r": "r", "sql": "sql", "svg": "xml", "markdown": "markdown",
           "python": "python", "python3": "python", "cython": "cython"}  # fmt: skip
_MAGIC = re.compile(r"\s*%%([A-Za-z0-9]+)")
_RAW = {"text/latex": "latex", "application/x-tex": "latex", "text/html": "html", "text/restructuredtext": "rst",
        "text/x-rst": "rst", "text/asciidoc": "asciidoc", "text/x-python": "python"}  # fmt: skip
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_DATA_ADDRESS = re.compile(r"(?:data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=\s]*|(?<=[(\"'])attachment:[^)\"'\s]*)")
_LANGUAGE = re.compile(r"[A-Za-z0-9+#_.-]{1,40}")


def parse_notebook(text: str, settings: NormalizeSettings) -> Document:
    """One notebook. Raises Unreadable: json.malformed, json.too_deep, notebook.malformed."""
    notebook = read_json(text)
    cells = _cells(notebook)
    if cells is None:
        raise Unreadable("notebook.malformed", "the JSON holds no list of cells")
    reader = _Reader(_language(notebook), Outputs(settings.notebook_max_output_chars))
    markdown = "\n\n".join(
        part for cell in cells if isinstance(cell, dict) for part in reader.read(cell) if part.strip()
    )
    read = parse_markdown(markdown)
    return Document(
        text=markdown,
        title=_title(notebook) or read.title,
        language=None,
        sections=read.sections,
        n_formulas_in=read.n_formulas_in,
        n_formulas_out=read.n_formulas_out,
        n_tables=read.n_tables,
        n_code_blocks=read.n_code_blocks,
        parser=PARSER,
        notes=tuple(reader.outputs.said()),
        extra={"programming_language": reader.language} if reader.language else {},
    )


@dataclass
class _Reader:
    """Cells as Markdown."""

    language: str
    outputs: Outputs = field(repr=False)

    def read(self, cell: dict[str, Any]) -> Iterator[str]:
        kind = cell.get("cell_type")
        source = joined(cell.get("source", cell.get("input")))
        if kind == "code":
            yield _fenced(source, self._language_of(cell, source))
            yield from self.outputs.read(cell.get("outputs"))
        elif kind == "heading":
            yield f"{'#' * _heading_level(cell.get('level'))} {' '.join(source.split())}"
        elif kind == "raw":
            yield self._raw(cell, source)
        else:
            yield _closed(_DATA_ADDRESS.sub("", source)).strip("\n")

    def _language_of(self, cell: dict[str, Any], source: str) -> str:
        magic = _MAGIC.match(source)
        stated = cell.get("language")
        own = stated.lower() if isinstance(stated, str) and _LANGUAGE.fullmatch(stated) else self.language
        return _MAGICS.get(magic[1].lower(), own) if magic else own

    def _raw(self, cell: dict[str, Any], source: str) -> str:
        metadata = _mapping(cell.get("metadata"))
        stated = metadata.get("raw_mimetype") or metadata.get("format")
        if stated == "text/markdown":
            return _closed(source).strip("\n")
        return _fenced(source, _RAW.get(stated, "") if isinstance(stated, str) else "")


def _cells(notebook: Any) -> list[Any] | None:
    """Cells of version 4, or those of all worksheets of version 3."""
    if not isinstance(notebook, dict):
        return None
    sheets = notebook.get("worksheets")
    if isinstance(sheets, list):
        found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in found if isinstance(cells, list) for cell in cells]
    cells = notebook.get("cells")
    return cells if isinstance(cells, list) else None


def _language(notebook: dict[str, Any]) -> str:
    metadata = _mapping(notebook.get("metadata"))
    kernel = _mapping(metadata.get("kernelspec"))
    stated = [_mapping(metadata.get("language_info")).get("name"), kernel.get("language"), metadata.get("language")]
    name = kernel.get("name")
    if isinstance(name, str) and name.startswith("python"):
        stated.append("python")
    found = (value.lower() for value in stated if isinstance(value, str) and _LANGUAGE.fullmatch(value))
    return re.sub(r"^i?python[0-9.]*$", "python", next(found, ""))


def _title(notebook: dict[str, Any]) -> str | None:
    stated = _mapping(notebook.get("metadata")).get("title")
    return stated.strip() or None if isinstance(stated, str) else None


def _heading_level(value: Any) -> int:
    return min(max(value, 1), 6) if isinstance(value, int) else 1


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _fenced(source: str, language: str) -> str:
    return fence(source, language) if source.strip() else ""


def _closed(markdown: str) -> str:
    """A fence that a cell leaves open ends with the cell."""
    opened = ""
    for line in markdown.split("\n"):
        match = _FENCE.match(line)
        if match and not opened and "`" not in match[2]:
            opened = match[1]
        elif match and opened and match[1].startswith(opened) and not match[2].strip():
            opened = ""
    return f"{markdown}\n{opened}" if opened else markdown
