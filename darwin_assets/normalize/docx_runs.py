"""What stands within a paragraph of a Word document: runs of text, formulas, links, marks of footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from lxml import etree

from darwin_assets.normalize.docx_styles import Styles
from darwin_assets.normalize.docx_symbols import in_font, symbol
from darwin_assets.normalize.docx_tree import RELATIONSHIP, switch, value, w
from darwin_assets.normalize.html_formulas import FORMULA
from darwin_assets.normalize.markdown_writer import (
    Part,
    display_formula,
    emphasized,
    inline_code,
    lowered,
    raised,
    running_text,
)

_LINK_FIELD = re.compile(r'\s*HYPERLINK\s+"([^"]+)"')
_MAX_FIELDS = 32
"""Fields inside each other, beyond which their ends must be missing; Word itself allows 20."""
_FIXED = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "\u2011"}
_PICTURES = (
    ("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr", "descr"),
    (
        "{urn:schemas-microsoft-com:vml}shape",
        "alt",
    ),
)
"""Elements that describe a picture in words, and the attribute where they do."""


@dataclass(frozen=True)
class Look:
    """How a run of text looks, as far as Markdown has it."""

    bold: bool = False
    italic: bool = False
    code: bool = False
    shift: str = ""
    url: str = ""


_PLAIN = Look()


@dataclass
class _Field:
    """A field of Word: an instruction, and the text that it last resulted in."""

    instruction: str = ""
    has_result: bool = False


@dataclass
class Runs:
    """What rendering a run needs to know of its story; fields may span paragraphs, so they are kept here."""

    styles: Styles
    links: Mapping[str, str]
    keep_link_urls: bool
    escape_dollars: bool
    note_mark: Callable[[str, str], str]
    """Kind (`footnote`, `endnote`) and id of a note to the mark in the text."""
    _fields: list[_Field] = field(default_factory=list)

    def parts(self, paragraph: etree._Element) -> list[Part]:
        """A paragraph's text with emphasis and links; a formula on its own line is a block."""
        parts: list[Part] = []
        for is_piece, group in groupby(self._pieces(paragraph), lambda piece: isinstance(piece, tuple)):
            if is_piece:
                parts.extend(self._written([piece for piece in group if isinstance(piece, tuple)]))
            else:
                parts.extend(
                    part for formula in group if not isinstance(formula, tuple) for part in _formula(formula, self)
                )
        self._forget_open_instructions()
        return parts

    def raw_text(self, paragraph: etree._Element) -> str:
        """A paragraph of code as it stands."""
        text = "".join(text for run in paragraph.iter(w("r")) for text in self._texts(run, is_code=True))
        self._forget_open_instructions()
        return text

    def _pieces(self, paragraph: etree._Element) -> Iterator[tuple[Look, str] | etree._Element]:
        for node in paragraph.iter(w("r"), FORMULA):
            if node.tag == FORMULA:
                yield node
                continue
            look = self._look(node)
            for text in self._texts(node):
                if look is not None and text:
                    link = self._link(node, paragraph) if self.keep_link_urls else ""
                    yield (replace(look, url=link) if link else look), text

    def _look(self, run: etree._Element) -> Look | None:
        """None for hidden text."""
        if run.find(w("rPr")) is None:
            return _PLAIN
        style = value(run, "rPr/rStyle") or ""
        hidden, bold, italic = (switch(run, f"rPr/{name}") for name in ("vanish", "b", "i"))
        if hidden or (hidden is None and self.styles.hidden(style)):
            return None
        return Look(
            bold=self.styles.bold(style) if bold is None else bold,
            italic=self.styles.italic(style) if italic is None else italic,
            code=self.styles.is_code(style),
            shift=value(run, "rPr/vertAlign") or "",
        )

    def _texts(self, run: etree._Element, *, is_code: bool = False) -> Iterator[str]:
        """The texts of a run outside of fields' instructions."""
        fonts = run.find(f"{w('rPr')}/{w('rFonts')}")
        font = "" if fonts is None else fonts.get(w("ascii"), "")
        for node in run:
            name = str(node.tag).rpartition("}")[2]
            if name == "fldChar":
                self._field_mark(node.get(w("fldCharType")))
            elif name == "instrText" and self._fields:
                self._fields[-1].instruction += node.text or ""
            elif all(one.has_result for one in self._fields):
                yield self._text(node, name, font, is_code)

    def _text(self, node: etree._Element, name: str, font: str, is_code: bool) -> str:
        if name == "t":
            text = in_font(node.text or "", font)
            return text if is_code else running_text(text, escape_dollars=self.escape_dollars)
        if name == "sym":
            return symbol(node.get(w("font"), ""), node.get(w("char"), ""))
        if name == "br":
            return "\n" if node.get(w("type"), "textWrapping") == "textWrapping" else " "
        if name in {"footnoteReference", "endnoteReference"}:
            return self.note_mark(name.removesuffix("Reference"), node.get(w("id"), ""))
        if name in {"drawing", "pict", "object"}:
            return self._picture(node)
        return "\t" if is_code and name == "tab" else _FIXED.get(name, "")

    def _picture(self, node: etree._Element) -> str:
        for tag, attribute in _PICTURES:
            for described in node.iter(tag):
                words = running_text(described.get(attribute), escape_dollars=self.escape_dollars).strip()
                if words:
                    return f"![{words}]()"
        return ""

    # Fields and links

    def _field_mark(self, kind: str | None) -> None:
        if kind == "begin":
            if len(self._fields) == _MAX_FIELDS:
                self._fields.clear()
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].has_result = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _forget_open_instructions(self) -> None:
        """Only results go on over the end of a paragraph; a field that lost its end must not hide what follows."""
        self._fields = [one for one in self._fields if one.has_result]

    def _link(self, run: etree._Element, paragraph: etree._Element) -> str:
        """The address that a run leads to, by a field or by an element around it."""
        for one in self._fields:
            if match := _LINK_FIELD.match(one.instruction):
                return _url(match[1])
        for ancestor in run.iterancestors():
            if ancestor is paragraph:
                break
            if ancestor.tag == w("hyperlink"):
                return _url(self.links.get(ancestor.get(f"{{{RELATIONSHIP}}}id", ""), ""))
            if ancestor.tag == w("fldSimple") and (match := _LINK_FIELD.match(ancestor.get(w("instr"), ""))):
                return _url(match[1])
        return ""

    def _written(self, pieces: list[tuple[Look, str]]) -> list[Part]:
        written = ""
        for url, linked in groupby(_without_empty_looks(pieces), lambda piece: piece[0].url):
            text = ""
            for look, group in groupby(linked, lambda piece: piece[0]):
                text += _looking("".join(words for _, words in group), look)
            label = text.strip()
            written += f"[{label}]({url})" if url and label and "![" not in label else text
        return [written]


def _without_empty_looks(pieces: list[tuple[Look, str]]) -> Iterator[tuple[Look, str]]:
    """Spaces look like what stands before them, so that they do not cut emphasis in two."""
    before = Look()
    for look, text in pieces:
        is_blank = not text.strip() and look.url == before.url and not before.shift
        before = before if is_blank else look
        yield before, text


def _looking(text: str, look: Look) -> str:
    if look.code:
        return inline_code(text)
    if look.shift in {"superscript", "subscript"} and text.strip() and not text.startswith(("[^", "![")):
        shifted = raised(text.strip()) if look.shift == "superscript" else lowered(text.strip())
        return shifted + " " * text.endswith(" ")
    if "[^" in text or not (look.bold or look.italic):
        return text
    return "".join(map(str, emphasized([text], "**" * look.bold + "*" * look.italic)))


def _formula(formula: etree._Element, runs: Runs) -> list[Part]:
    latex = formula.get("latex")
    if not latex:
        return [running_text(formula.text, escape_dollars=runs.escape_dollars)]
    return display_formula(latex) if formula.get("display") == "block" else [f"${latex}$"]


def _url(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else ""
