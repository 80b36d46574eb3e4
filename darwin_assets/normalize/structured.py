"""Data formats (JSON, BibTeX, CSV, XML of no known vocabulary): kept word for word in a fenced block."""

from __future__ import annotations

import json
import re
from typing import Any

from darwin_assets.normalize.declared_encoding import without_xml_declaration
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.latex_source import fence
from darwin_assets.normalize.xml_tree import parse_xml

PARSER = "structured/1"
_BIBTEX_ENTRY = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)


def parse_json(text: str) -> Document:
    """JSON as a code block. Raises Unreadable "json.malformed" or "json.too_deep"."""
    read_json(text)
    return _block(text, "json")


def read_json(text: str) -> Any:
    """What a JSON text holds. Raises Unreadable as `parse_json`."""
    try:
        # Line separators inside of strings, which JSON allows, have become line ends before.
        return json.loads(text, strict=False)
    except RecursionError as error:
        raise Unreadable("json.too_deep", "nested deeper than the JSON reader can follow") from error
    except ValueError as error:
        # Its own message may hold a piece of the document.
        place = f"line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable("json.malformed", place) from error


def parse_bibtex(text: str) -> Document:
    """A bibliography as a code block. Raises Unreadable "bibtex.malformed" when no entry stands in it."""
    if not _BIBTEX_ENTRY.search(text):
        raise Unreadable("bibtex.malformed", "no entry found")
    return _block(text, "bibtex")


def parse_other_xml(text: str) -> Document:
    """Well-formed XML without a parser of its own here, as a code block. Raises Unreadable as `parse_xml`."""
    parse_xml(without_xml_declaration(text).encode())
    return _block(text, "xml")


def parse_delimited(text: str, language: str) -> Document:
    """A table as text (CSV, TSV), as a code block."""
    return _block(text, language)


def _block(text: str, language: str) -> Document:
    return Document(
        text=fence(text, language),
        title=None,
        language=None,
        sections=(),
        n_formulas_in=0,
        n_formulas_out=0,
        n_tables=0,
        n_code_blocks=1,
        parser=PARSER,
        extra={"data_format": language},
    )
