"""EPUB books (2 and 3) as Markdown: the chapters in reading order, each as a whole.

A book has no page furniture, so nothing is left out but what the book itself calls navigation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from darwin_assets.normalize.document import Document
from darwin_assets.normalize.epub_chapters import NOTE, NOTE_MARK, Chapter, read_chapter
from darwin_assets.normalize.epub_package import read_publication
from darwin_assets.normalize.html_elements import Page, Results
from darwin_assets.normalize.html_formulas import FORMULA
from darwin_assets.normalize.latex_blocks import indent
from darwin_assets.normalize.markdown_writer import Block, Part, blocks_of, join_blocks, paragraphs, section_titles
from darwin_assets.normalize.package import Package
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.normalize.xml_tree import fold

PARSER = "epub/1"

_NOTE_INDENT = "    "


def parse_epub(data: bytes, settings: NormalizeSettings) -> Document:
    """One book. Raises Unreadable: epub.encrypted, epub.malformed, package.*, xml.*, html.*."""
    package = Package(data, settings)
    publication = read_publication(package)
    chapters = [read_chapter(package.read(name), name) for name in publication.chapters]
    book = _Book(settings, publication.title, publication.language)
    book.has_formulas = any(next(chapter.body.iter(FORMULA), None) is not None for chapter in chapters)
    book.numbers = _note_numbers(chapters)
    rendered: list[list[Part]] = [fold(chapter.body, book.render) for chapter in chapters]
    text = join_blocks([block for parts in rendered for block in blocks_of(parts)])
    return Document(
        text=text,
        title=publication.title,
        language=publication.language,
        sections=section_titles(text),
        n_formulas_in=book.counts["formulas_in"],
        n_formulas_out=book.counts["formulas_out"],
        n_tables=book.counts["tables"],
        n_code_blocks=book.counts["code_blocks"],
        parser=PARSER,
        notes=(*publication.notes, *_repairs(chapters)),
        extra={"epub_version": publication.version},
    )


class _Book(Page):
    """A page of HTML that has notes."""

    numbers: dict[str, int]
    """Number of a note by its name."""

    def render(self, element: etree._Element, results: Results) -> list[Part]:
        if element.tag not in {NOTE, NOTE_MARK}:
            return super().render(element, results)
        parts = self.flow(element, results)
        number = self.numbers.get(element.get("name", ""))
        if element.tag == NOTE_MARK:
            return parts if number is None else [f"[^{number}]"]
        if number is None:
            return paragraphs(parts)
        return [Block(f"[^{number}]: {indent(join_blocks(parts), _NOTE_INDENT)}".rstrip())]


def _note_numbers(chapters: Sequence[Chapter]) -> dict[str, int]:
    """From 1 in the order of the marks, over the whole book; only notes that are there."""
    present = {name for chapter in chapters for name in chapter.notes}
    marked = (mark.get("name", "") for chapter in chapters for mark in chapter.body.iter(NOTE_MARK))
    return {name: number for number, name in enumerate(dict.fromkeys(name for name in marked if name in present), 1)}


def _repairs(chapters: Sequence[Chapter]) -> Iterator[str]:
    n_repaired = sum(chapter.is_repaired for chapter in chapters)
    if n_repaired:
        yield f"read {n_repaired} chapters as HTML that were no well-formed XML"
