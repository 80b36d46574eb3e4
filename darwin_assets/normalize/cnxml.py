"""CNXML, the module format of OpenStax books, as Markdown (papers.md §1.2 L1)."""

from __future__ import annotations

from lxml import etree

from darwin_assets.normalize.cnxml_elements import CNXML, FORMULA, LABELLED, Module
from darwin_assets.normalize.declared_encoding import in_xml, without_xml_declaration
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.encoding import decoded, repair
from darwin_assets.normalize.markdown_writer import blocks_of, join_blocks, section_titles
from darwin_assets.normalize.mathml import is_display, to_latex
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.unit_ends import needed_ends
from darwin_assets.normalize.xml_tree import fold, local_name, parse_xml, token_text

PARSER = "cnxml/3"
_METADATA = ("content-id", "uuid", "revised", "version", "created")


def parse_cnxml(data: bytes, settings: NormalizeSettings) -> Document:
    """One module as Markdown: title, abstract, sections, exercises, tables, figures, glossary.

    An exercise opens with `**Exercise**` and its answer with `**Solution**`; where text follows that is not its own, a
    rule ends it (`unit_ends`). A link without text shows its target as `[target-id]`, and the figure, table, equation,
    example, exercise or note there bears the same label.
    Raises Unreadable: encoding.unknown, xml.malformed, xml.entities, xml.too_deep, cnxml.not_a_module.
    """
    source = decoded(data, in_xml(data))
    xml, repaired = repair(source.text)
    root = parse_xml(without_xml_declaration(xml).encode())
    if local_name(root) != "document" or etree.QName(root).namespace not in {CNXML, None}:
        raise Unreadable("cnxml.not_a_module", "the root element is not a CNXML document")
    module = Module(
        settings=settings,
        title=_title(root),
        referenced_ids=_referenced_ids(root),
        has_formulas=next(root.iter(FORMULA), None) is not None,
    )
    _convert_formulas(root)
    parts = fold(root, module.render)
    text = join_blocks(needed_ends(blocks_of(parts)))
    return Document(
        text=text,
        title=module.title,
        language=_metadata(root, "language") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        sections=section_titles(text),
        n_formulas_in=module.counts["formulas_in"],
        n_formulas_out=module.counts["formulas_out"],
        n_tables=module.counts["tables"],
        n_code_blocks=module.counts["code_blocks"],
        parser=PARSER,
        notes=tuple(note for note in (source.note, repaired, *_notes(module)) if note),
        extra=_extra(root),
    )


def _convert_formulas(root: etree._Element) -> None:
    """Each `m:math` to an empty element that holds its LaTeX, in place, so that the tree is walked once."""
    for math in list(root.iter(FORMULA)):
        latex, display, tail = to_latex(math), is_display(math), math.tail
        math.clear()
        math.tail = tail
        if latex is not None:
            math.set("latex", latex)
        if display:
            math.set("display", "block")


def _notes(module: Module) -> list[str]:
    n_empty = module.counts["formulas_in"] - module.counts["formulas_out"]
    n_blank = module.counts["blank_tables"]
    return [
        f"{n_empty} formulas show nothing" if n_empty else "",
        f"{n_blank} tables have no text in any cell" if n_blank else "",
    ]


# Metadata


def _title(root: etree._Element) -> str | None:
    for child in root.iterchildren("*"):
        if local_name(child) == "title" and token_text(child).strip():
            return " ".join(token_text(child).split())
    return _metadata(root, "title")


def _metadata(root: etree._Element, name: str) -> str | None:
    for block in root.iterchildren("*"):
        if local_name(block) == "metadata":
            for child in block.iterchildren("*"):
                if local_name(child) == name:
                    return " ".join(token_text(child).split()) or None
    return None


def _extra(root: etree._Element) -> dict[str, str]:
    stated = {name.replace("-", "_"): _metadata(root, name) for name in _METADATA}
    stated["module_id"] = stated.pop("content_id") or root.get("module-id")
    stated["document_class"] = root.get("class")
    return {name: value for name, value in stated.items() if value}


def _referenced_ids(root: etree._Element) -> frozenset[str]:
    """Ids that links without a text of their own point to inside this module."""
    own = {element.get("id") for element in root.iter("*") if local_name(element) in LABELLED}
    links = (element for element in root.iter(f"{{{CNXML}}}link") if not element.get("document"))
    return frozenset(link.get("target-id", "") for link in links if not token_text(link).strip()) & own
