"""An OpenStax collection (CollXML): the outline of a book, its chapters and the modules in their order."""

from __future__ import annotations

from lxml import etree

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.markdown_writer import (
    Block,
    Part,
    heading,
    join_blocks,
    list_block,
    section_titles,
)
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import local_name, parse_xml, token_text

PARSER = "collection/1"
MEDIA_TYPE = "application/x-collxml+xml"


def parse_collection(data: bytes, settings: NormalizeSettings) -> Document:
    """The outline as Markdown: book title, licence, subcollections as headings, module ids as lists.

    `extra` has `licence_url`, `uuid`, `slug` and `module_ids` (separated by spaces, in reading order), which
    is all that ties a module to its book. Raises Unreadable: xml.malformed, xml.entities, xml.too_deep,
    collection.not_a_collection.
    """
    root = parse_xml(data)
    if local_name(root) != "collection":
        raise Unreadable("collection.not_a_collection", "the root element is not a CollXML collection")
    metadata = {
        local_name(child): child
        for block in root.iterchildren("*")
        if local_name(block) == "metadata"
        for child in block
    }
    title, licence = _text(metadata.get("title")), metadata.get("license")
    licence_url = licence.get("url", "") if licence is not None else ""
    licence_line = " ".join(part for part in (_text(licence), f"<{licence_url}>" if licence_url else "") if part)
    text = join_blocks(
        [*heading(1, title), *([Block(f"Licence: {licence_line}")] if licence_line else []), *_outline(root)]
    )
    extra = {
        "licence_url": licence_url,
        "uuid": _text(metadata.get("uuid")),
        "slug": _text(metadata.get("slug")),
        "module_ids": " ".join(
            element.get("document", "") for element in root.iter("*") if local_name(element) == "module"
        ),
    }
    return Document(
        text=text,
        title=title or None,
        language=_text(metadata.get("language")) or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        sections=section_titles(text),
        n_formulas_in=0,
        n_formulas_out=0,
        n_tables=0,
        n_code_blocks=0,
        parser=PARSER,
        extra={name: value for name, value in extra.items() if value},
    )


def _outline(root: etree._Element) -> list[Part]:
    """Headings and runs of modules in document order."""
    parts: list[Part] = []
    modules: list[tuple[str, list[Part]]] = []
    for element in root.iter("*"):
        if local_name(element) == "module":
            modules.append(("-", [element.get("document", "")]))
        elif local_name(element) == "subcollection":
            parts += [*list_block(modules), *_subcollection_heading(element)]
            modules = []
    return [*parts, *list_block(modules)]


def _subcollection_heading(element: etree._Element) -> list[Part]:
    level = 2 + sum(1 for ancestor in element.iterancestors() if local_name(ancestor) == "subcollection")
    return heading(
        level, next((_text(child) for child in element.iterchildren("*") if local_name(child) == "title"), "")
    )


def _text(element: etree._Element | None) -> str:
    return "" if element is None else " ".join(token_text(element).split())
