"""One chapter of an EPUB as an element tree that the writer of HTML understands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from darwin_assets.normalize.declared_encoding import in_html, without_xml_declaration
from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.encoding import decoded, repair
from darwin_assets.normalize.html_code import flatten_code
from darwin_assets.normalize.html_formulas import mark_formulas
from darwin_assets.normalize.html_main import drop_invisible
from darwin_assets.normalize.html_source import parse_tree
from darwin_assets.normalize.package import resolved
from darwin_assets.normalize.xml_tree import local_name, parse_xml, remove, token_text

NOTE, NOTE_MARK = "footnote", "footnotemark"
"""Elements that stand for a note and for the mark that points to it; both bear the note's `name`."""

_TYPE = "{http://www.idpf.org/2007/ops}type"
_NOTES = frozenset({"footnote", "endnote", "rearnote", "doc-footnote", "doc-endnote"})
_NOTE_MARKS = frozenset({"noteref", "doc-noteref"})
_LEFT_OUT = frozenset(
    {"pagebreak", "doc-pagebreak", "toc", "doc-toc", "landmarks", "page-list", "doc-pagelist", "loi", "lot"}
)
"""Numbers of printed pages, generated lists of what the book holds."""
_BACK_LINKS = frozenset({"backlink", "doc-backlink"})

_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_XML_ENTITIES = frozenset({"lt;", "gt;", "amp;", "quot;", "apos;"})


@dataclass(frozen=True)
class Chapter:
    """A chapter's body, the names (part and id) of the notes in it, and whether it was no well-formed XML."""

    body: etree._Element
    notes: frozenset[str]
    is_repaired: bool


def read_chapter(data: bytes, name: str) -> Chapter:
    """The chapter in the part `name`. Raises Unreadable: encoding.unknown, xml.entities, xml.too_deep,
    html.empty, html.too_deep.
    """
    text, _ = repair(decoded(data, in_html(data)).text)
    root, is_repaired = _tree(text)
    _mark_notes(root, name)
    mark_formulas(root)
    body = next(root.iter("body"), root)
    drop_invisible(body)
    flatten_code(body)
    return Chapter(body, frozenset(note.get("name", "") for note in body.iter(NOTE)), is_repaired)


def _tree(text: str) -> tuple[etree._Element, bool]:
    """By the rules of XML, and by those of HTML where a chapter breaks them."""
    try:
        root = parse_xml(_NAMED_ENTITY.sub(_character, without_xml_declaration(text)).encode())
    except Unreadable as unreadable:
        if unreadable.rule != "xml.malformed":
            raise
    else:
        if next(root.iter(etree.Entity), None) is None:
            for element in root.iter("*"):
                element.tag = local_name(element)
            return root, False
    return parse_tree(text), True


def _character(match: re.Match[str]) -> str:
    """The names of characters that HTML knows; books use them without the document type that would define them."""
    return match[0] if match[1] in _XML_ENTITIES else html5.get(match[1], match[0])


def _mark_notes(root: etree._Element, part: str) -> None:
    for element in list(root.iter("*")):
        types = _types(element)
        if types & _LEFT_OUT or (types & _BACK_LINKS and _is_way_back(element)):
            remove(element)
        elif types & _NOTE_MARKS and element.get("href"):
            reference = element.get("href", "")
            target = resolved(part, reference) if not reference.startswith("#") else part
            _rename(element, NOTE_MARK, f"{target}#{reference.partition('#')[2]}")
        elif types & _NOTES and element.get("id"):
            _rename(element, NOTE, f"{part}#{element.get('id')}")
            _without_list(element)


def _is_way_back(link: etree._Element) -> bool:
    """Not a heading that leads back to the table of contents."""
    return next(link.iterancestors(NOTE), None) is not None or not any(map(str.isalnum, token_text(link)))


def _types(element: etree._Element) -> frozenset[str]:
    """What an element is said to be, by EPUB's own attribute or by its role."""
    stated = (element.get(_TYPE, ""), element.get("epub:type", ""), element.get("role", ""))
    return frozenset(word for words in stated if words for word in words.split())


def _rename(element: etree._Element, tag: str, name: str) -> None:
    element.tag = tag
    element.attrib.clear()
    element.set("name", name)


def _without_list(note: etree._Element) -> None:
    """Notes in a list bear their own numbers."""
    parent = note.getparent()
    if parent is not None and parent.tag in {"ol", "ul"}:
        parent.tag = "div"
