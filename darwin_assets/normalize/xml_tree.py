"""Parsing and walking of element trees without recursion, so that no document can exhaust the stack."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

from lxml import etree

from darwin_assets.normalize.document import Unreadable

Result = TypeVar("Result")


def local_name(element: etree._Element) -> str:
    """Tag in lower case without namespace or prefix: `{http://...}math` and `m:math` are both `math`."""
    return _without_prefix(str(element.tag))


@lru_cache(maxsize=4096)
def _without_prefix(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def token_text(element: etree._Element) -> str:
    """All text inside an element, comments left out."""
    return "".join(map(str, element.itertext()))


def find_elements(path: str) -> Callable[[etree._Element], list[etree._Element]]:
    """A compiled XPath that yields elements."""
    return cast("Callable[[etree._Element], list[etree._Element]]", etree.XPath(path))


def find_strings(path: str) -> Callable[[etree._Element], list[str]]:
    """A compiled XPath that yields values of attributes."""
    return cast("Callable[[etree._Element], list[str]]", etree.XPath(path, smart_strings=False))


def find_texts(path: str) -> Callable[[etree._Element], list[etree._ElementUnicodeResult]]:
    """A compiled XPath that yields texts which know their element."""
    return cast("Callable[[etree._Element], list[etree._ElementUnicodeResult]]", etree.XPath(path))


def find_text(path: str) -> Callable[[etree._Element], str]:
    """A compiled XPath that yields one string."""
    return cast("Callable[[etree._Element], str]", etree.XPath(path, smart_strings=False))


def natural_number(value: str | None, default: int) -> int:
    """A whole number that an attribute states; the default when it is none or has more than nine digits."""
    digits = (value or "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 9 else default


def fold(root: etree._Element, render: Callable[[etree._Element, list[Result]], Result]) -> Result:
    """Render a tree from its leaves up: `render(element, results of its child elements)`.

    Document order backwards puts every child before its parent, so one loop does what recursion would.
    """
    done: dict[etree._Element, Result] = {}
    for element in reversed(list(root.iter("*"))):
        done[element] = render(
            element, [done.pop(child) for child in element.iterchildren("*")] if len(element) else []
        )
    return done[root]


def remove(element: etree._Element) -> None:
    """Take an element out of its parent and leave the text after it where it was."""
    parent, previous = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)


def parse_xml(data: bytes) -> etree._Element:
    """Root of an XML document: no comments or processing instructions, nothing fetched, no entity expanded.

    Raises Unreadable `xml.entities` (declares entities of its own), `xml.too_deep` or `xml.malformed`.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _unreadable(parser, data) from error
    internal: Any = root.getroottree().docinfo.internalDTD
    if internal is not None and any(True for _ in internal.iterentities()):
        raise Unreadable("xml.entities", "the document type declares entities; remove them or expand them beforehand")
    return root


def _unreadable(parser: etree.XMLParser, data: bytes) -> Unreadable:
    """Name the parser's first error by its code and place; its message may quote the document."""
    errors = [entry for entry in parser.error_log if entry.level_name != "WARNING"]
    if not errors:
        return Unreadable("xml.malformed", "no XML element found")
    place = f"line {errors[0].line}, column {errors[0].column}"
    if any("LIMIT" in entry.type_name for entry in errors):
        if b"<!ENTITY" in data:
            return Unreadable("xml.entities", f"entities that grow beyond the limit of libxml2, {place}")
        return Unreadable("xml.too_deep", f"nesting or size beyond the limit of libxml2, {place}", threshold="256")
    return Unreadable("xml.malformed", f"{errors[0].type_name}, {place}")
