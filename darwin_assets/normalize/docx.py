"""Word documents (Office Open XML, ECMA-376) as Markdown with LaTeX formulas.

Tracked changes are taken as accepted. Comments, headers, footers, hidden text and a generated table of contents are
left out, and so are the numbers that Word puts before headings: they stand nowhere in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.docx_blocks import Blocks
from darwin_assets.normalize.docx_numbering import Numbering
from darwin_assets.normalize.docx_runs import Runs
from darwin_assets.normalize.docx_styles import Styles
from darwin_assets.normalize.docx_tree import prepare, value, w
from darwin_assets.normalize.html_formulas import FORMULA
from darwin_assets.normalize.latex_blocks import indent
from darwin_assets.normalize.markdown_writer import Block, join_blocks, section_titles
from darwin_assets.normalize.package import Package, resolved
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import local_name, token_text

PARSER = "docx/1"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_NOTE_INDENT = "    "


def parse_docx(data: bytes, settings: NormalizeSettings) -> Document:
    """One document. Raises Unreadable: docx.encrypted, docx.malformed, docx.old_format, package.*, xml.*."""
    if data.startswith(_OLE):
        if _ENCRYPTED_STREAM in data:
            raise Unreadable("docx.encrypted", "the file is locked with a password; save it without one")
        raise Unreadable("docx.old_format", "a binary Word file under another name; save it as .docx")
    source = _Source(Package(data, settings), settings)
    text = join_blocks([*source.body(), *source.notes()])
    return Document(
        text=text,
        title=source.blocks.title or source.stated("title"),
        language=source.stated("language") or source.default_language(),
        sections=section_titles(text),
        n_formulas_in=source.counts["formulas_in"],
        n_formulas_out=source.counts["formulas_out"],
        n_tables=source.counts["tables"],
        n_code_blocks=source.counts["code_blocks"],
        parser=PARSER,
        notes=tuple(source.said()),
    )


class _Source:
    """The parts of one document, and the state of reading it."""

    def __init__(self, package: Package, settings: NormalizeSettings):
        self._package = package
        self._settings = settings
        self._related: dict[str, list[etree._Element]] = {}
        self.counts: Counter[str] = Counter()
        main = self._targets("").get("officeDocument")
        if main is None:
            raise Unreadable("docx.malformed", "the package names no main document")
        self._main = main
        self._parts = self._targets(main)
        self._body = self._prepared(main)
        self._note_parts = {
            kind: self._prepared(self._parts[f"{kind}s"])
            for kind in ("footnote", "endnote")
            if self._parts.get(f"{kind}s", "") in package
        }
        self._notes = {
            (kind, note.get(w("id"), "")): note
            for kind, root in self._note_parts.items()
            for note in root.iterfind(w(kind))
            if note.get(w("type"), "normal") == "normal"
        }
        self._marked: list[tuple[str, str]] = []
        self._numbers: dict[tuple[str, str], int] = {}
        trees = [self._body, *self._note_parts.values()]
        formulas = [formula for root in trees for formula in root.iter(FORMULA)]
        self.counts["formulas_in"] = len(formulas)
        self.counts["formulas_out"] = sum(formula.get("latex") is not None for formula in formulas)
        core = self._targets("").get("core-properties", "")
        self._properties = list(package.xml(core)) if core in package else []
        self._styles_root = self._optional("styles")
        styles = Styles(self._styles_root)
        numbering = Numbering(self._optional("numbering"), _style_numbers(self._styles_root))
        runs = Runs(styles, {}, settings.keep_link_urls, bool(formulas), self._mark)
        self.blocks = Blocks(styles, numbering, runs, self.counts)

    def body(self) -> list[Block]:
        body = self._body.find(w("body"))
        if local_name(self._body) != "document" or body is None:
            raise Unreadable("docx.malformed", "the main part is not a Word document")
        self.blocks.runs.links = self._links(self._main)
        return self.blocks.render(body)

    def notes(self) -> Iterator[Block]:
        """Footnotes and endnotes in the order of their marks; a note may hold the mark of another."""
        links = {kind: self._links(self._parts[f"{kind}s"]) for kind in self._note_parts}
        for number, (kind, note_id) in enumerate(self._marked, 1):
            self.blocks.runs.links = links[kind]
            text = join_blocks(self.blocks.render(self._notes[kind, note_id]))
            yield Block(f"[^{number}]: {indent(text, _NOTE_INDENT)}".rstrip())

    def _mark(self, kind: str, note_id: str) -> str:
        if (kind, note_id) not in self._notes:
            return ""
        if (kind, note_id) not in self._numbers:
            self._marked.append((kind, note_id))
            self._numbers[kind, note_id] = len(self._marked)
        return f"[^{self._numbers[kind, note_id]}]"

    def stated(self, name: str) -> str | None:
        """A property of the document as a whole."""
        found = (element for element in self._properties if local_name(element) == name)
        return next((" ".join(token_text(element).split()) or None for element in found), None)

    def default_language(self) -> str | None:
        if self._styles_root is None:
            return None
        return value(self._styles_root, "docDefaults/rPrDefault/rPr/lang") or None

    def said(self) -> Iterator[str]:
        """Notes on what was not taken over as it stands."""
        if self.counts["changes"]:
            yield "accepted tracked changes"
        if self.counts["contents"]:
            yield "left out the table of contents"
        if self.counts["objects"]:
            yield f"{self.counts['objects']} equations are embedded objects"

    # Parts

    def _prepared(self, part: str) -> etree._Element:
        root = self._package.xml(part)
        self.counts.update(prepare(root))
        return root

    def _optional(self, kind: str) -> etree._Element | None:
        part = self._parts.get(kind, "")
        return self._package.xml(part) if part in self._package else None

    def _targets(self, part: str) -> dict[str, str]:
        """Part by kind of relationship, of a part or (for "") of the package."""
        found = self._relationships(part)
        inside = (element for element in found if element.get("TargetMode") != "External")
        return {
            element.get("Type", "").rpartition("/")[2]: resolved(part, element.get("Target", ""))
            for element in reversed(list(inside))
        }

    def _links(self, part: str) -> dict[str, str]:
        """Address by relationship id."""
        return {
            element.get("Id", ""): element.get("Target", "")
            for element in self._relationships(part)
            if element.get("TargetMode") == "External"
        }

    def _relationships(self, part: str) -> list[etree._Element]:
        if part not in self._related:
            folder, _, name = part.rpartition("/")
            relationships = f"{folder}/_rels/{name}.rels".lstrip("/")
            found = list(self._package.xml(relationships)) if relationships in self._package else []
            self._related[part] = found
        return self._related[part]


def _style_numbers(styles: etree._Element | None) -> dict[str, str]:
    if styles is None:
        return {}
    return {style.get(w("styleId"), ""): value(style, "pPr/numPr/numId") or "" for style in styles.iterfind(w("style"))}
