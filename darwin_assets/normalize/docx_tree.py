"""The tree of a Word document made ready to be read: changes accepted, each text once, formulas as LaTeX."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from darwin_assets.normalize.html_formulas import FORMULA
from darwin_assets.normalize.omml import omml_to_latex
from darwin_assets.normalize.omml_runs import OMML, WORD
from darwin_assets.normalize.xml_tree import remove, token_text

RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_OFFICE = "urn:schemas-microsoft-com:office:office"
_OFF = frozenset({"0", "false", "off", "none"})


@lru_cache(maxsize=256)
def w(name: str) -> str:
    """A name of WordprocessingML with its namespace."""
    return f"{{{WORD}}}{name}"


def value(element: etree._Element, path: str) -> str | None:
    """`w:val` of the element that a path of names such as `pPr/pStyle` leads to."""
    found = element.find(_path(path))
    return None if found is None else found.get(w("val"), "")


@lru_cache(maxsize=256)
def _path(names: str) -> str:
    return "/".join(map(w, names.split("/")))


def switch(element: etree._Element, path: str) -> bool | None:
    """A switch such as `rPr/b`: on, off, or None where it is not set."""
    stated = value(element, path)
    return None if stated is None else stated not in _OFF


_CHOICE, _FALLBACK = f"{{{_COMPATIBILITY}}}Choice", f"{{{_COMPATIBILITY}}}Fallback"
_ALTERNATIVES = f"{{{_COMPATIBILITY}}}AlternateContent"
_UNSEEN = tuple(
    map(w, (
        "del", "moveFrom", "delText", "delInstrText", "sdtPr", "sdtEndPr", "annotationRef", "footnoteRef",
        "endnoteRef", "rt", "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "trPrChange", "tcPrChange",
        "tblPrExChange", "numberingChange",
    ))
)  # fmt: skip
"""Deleted text, former properties, properties of content controls, marks inside notes, reading aids over Asian text."""

_TRANSPARENT = frozenset(
    {*map(w, ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")), _ALTERNATIVES, _CHOICE, _FALLBACK}
)


def content(element: etree._Element) -> Iterator[etree._Element]:
    """Children in order, with those of wrappers (content controls, insertions) in the wrapper's place."""
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        if child.tag in _TRANSPARENT:
            waiting.extend(reversed(child))
        else:
            yield child


def prepare(root: etree._Element) -> Counter[str]:
    """Change the tree in place; how many `changes`, `contents` and `objects` (equations as embedded objects) there were.

    Afterwards a formula is a `formula` element with its LaTeX in `latex`, as on web pages, and the text of a text
    box follows the paragraph that it was anchored in.
    """
    counts: Counter[str] = Counter(changes=sum(1 for _ in root.iter(*map(w, ("ins", "del", "moveFrom", "moveTo")))))
    _choose_alternatives(root)
    _drop_controls(root, counts)
    _join_paragraphs(root)
    for row in [row for row in root.iter(w("tr")) if row.find(f"{w('trPr')}/{w('del')}") is not None]:
        remove(row)
    for element in list(root.iter(*_UNSEEN)):
        remove(element)
    _mark_formulas(root, counts)
    _move_text_boxes(root)
    return counts


def _choose_alternatives(root: etree._Element) -> None:
    """Of the forms in which Word writes a drawing, the first: the others hold the same text."""
    for alternatives in list(root.iter(_ALTERNATIVES)):
        for other in list(alternatives)[1:]:
            alternatives.remove(other)


def _drop_controls(root: etree._Element, counts: Counter[str]) -> None:
    """Content controls that show a prompt instead of content, or a generated table of contents."""
    for control in list(root.iter(w("sdt"))):
        is_contents = value(control, "sdtPr/docPartObj/docPartGallery") == "Table of Contents"
        if is_contents or switch(control, "sdtPr/showingPlcHdr"):
            remove(control)
            counts["contents"] += is_contents


def _join_paragraphs(root: etree._Element) -> None:
    """A paragraph whose end was deleted goes on in the next one, and takes its properties."""
    marks = root.iterfind(f".//{w('p')}/{w('pPr')}/{w('rPr')}/{w('del')}")
    # The last one first, so that no text is moved twice.
    for paragraph in [next(mark.iterancestors(w("p"))) for mark in marks][::-1]:
        following = paragraph.getnext()
        if following is None or following.tag != w("p"):
            continue
        start = 1 if following.find(w("pPr")) is not None else 0
        for child in reversed([child for child in paragraph if child.tag != w("pPr")]):
            following.insert(start, child)
        remove(paragraph)


def _mark_formulas(root: etree._Element, counts: Counter[str]) -> None:
    for display in list(root.iter(f"{{{OMML}}}oMathPara")):
        for math in list(display.iter(f"{{{OMML}}}oMath")):
            _replace(math, _formula(math, "block"))
        display.tag = "formulas"
    for math in list(root.iter(f"{{{OMML}}}oMath")):
        _replace(math, _formula(math, "inline"))
    for embedded in list(root.iter(f"{{{_OFFICE}}}OLEObject")):
        if embedded.get("ProgID", "").startswith("Equation"):
            counts["objects"] += 1
            _replace(embedded, etree.Element(FORMULA))


def _formula(math: etree._Element, display: str) -> etree._Element | None:
    """None for a formula that was never filled in."""
    latex, text = omml_to_latex(math), " ".join(token_text(math).split())
    if latex is None and not text:
        return None
    element = etree.Element(FORMULA, display=display)
    if latex:
        element.set("latex", latex)
    else:
        element.text = text
    return element


def _replace(old: etree._Element, new: etree._Element | None) -> None:
    parent = old.getparent()
    if parent is None:
        return
    if new is None:
        remove(old)
    else:
        parent.replace(old, new)


def _move_text_boxes(root: etree._Element) -> None:
    # The last one first, so that an inner box has left an outer one before that is emptied.
    for box in reversed(list(root.iter(w("txbxContent")))):
        anchor = next(box.iterancestors(w("p")), None)
        if anchor is not None:
            for child in reversed(list(box)):
                anchor.addnext(child)
