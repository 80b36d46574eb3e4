"""PDF with a text layer as Markdown; scans, locked and broken files get a named reason (papers.md §1.2, D07).

PDFium gives characters in the order in which the file draws them, which for typeset documents is reading
order, also over columns. What it lacks (paragraphs, headings, running titles) `pdf_layout` reads from where
the lines stand.
"""

from __future__ import annotations

import ctypes
import math
import statistics
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.pdf_layout import compose
from darwin_assets.normalize.pdf_line import Line
from darwin_assets.normalize.pdf_text import clean_characters, measure
from darwin_assets.normalize.settings import NormalizeSettings

if TYPE_CHECKING:
    import pypdfium2

PARSER = "pdf/1"
_HYPHEN = 0x02
"""PDFium's mark for a hyphen at a line end; it leaves out the line break after it."""
_LINE_ENDS = frozenset({0x0A, 0x0D})
_INVISIBLE = 3
_MAX_OBJECTS = 2000
_PASSWORD_ERROR = 4

_pdfium_lock = threading.Lock()
"""PDFium holds global state: one thread at a time."""


@dataclass(frozen=True)
class Page:
    """What one page shows."""

    lines: tuple[Line, ...]
    n_chars: int
    has_image: bool
    invisible_share: float
    """Share of its text objects that are drawn invisibly, as an OCR layer over a scan is."""


def parse_pdf(data: bytes, settings: NormalizeSettings) -> Document:
    """The text layer of a PDF; `extra["page_offsets"]` are the characters at which pages begin.

    Raises Unreadable "pdf.encrypted", "pdf.malformed", "pdf.too_many_pages", "pdf.scanned", "pdf.empty" or
    "pdf.bad_text_layer".
    """
    with _pdfium_lock:
        pages, stated_title = _read(data, settings)
    _require_text(pages, settings)
    composed = compose([page.lines for page in pages], min_furniture_share=settings.pdf_min_furniture_share)
    n_dropped = sum(line.n_dropped for page in pages for line in page.lines)
    n_without = sum(page.n_chars < settings.pdf_min_page_chars and page.has_image for page in pages)
    notes = [
        f"dropped {composed.n_furniture} running titles and page numbers" if composed.n_furniture else "",
        f"joined {composed.n_hyphens} words at line ends" if composed.n_hyphens else "",
        f"dropped {n_dropped} characters without Unicode meaning" if n_dropped else "",
        f"{n_without} of {len(pages)} pages have no text layer" if n_without else "",
    ]
    return Document(
        text=composed.text,
        title=composed.title or _sensible(stated_title),
        language=None,
        sections=composed.sections,
        n_formulas_in=0,
        n_formulas_out=0,
        n_tables=0,
        n_code_blocks=0,
        parser=PARSER,
        notes=tuple(note for note in notes if note),
        extra={"n_pages": str(len(pages)), "page_offsets": " ".join(map(str, composed.page_offsets))},
    )


def _sensible(title: str) -> str | None:
    """A title from the metadata, unless it is a file name or what a program writes there by itself."""
    title = " ".join(title.split())
    if len(title) < 4 or " " not in title or title.lower().startswith(("microsoft word", "untitled")):
        return None
    return title


def _require_text(pages: list[Page], settings: NormalizeSettings) -> None:
    n_scanned = sum(page.n_chars < settings.pdf_min_page_chars and page.has_image for page in pages)
    if n_scanned and n_scanned / len(pages) > settings.pdf_max_scanned_share:
        raise Unreadable(
            "pdf.scanned",
            f"{n_scanned} of {len(pages)} pages are images without text; run OCR first",
            value=n_scanned / len(pages),
            threshold=f"..{settings.pdf_max_scanned_share}",
        )
    if not any(page.n_chars for page in pages):
        raise Unreadable("pdf.empty", f"{len(pages)} pages without text and without images")
    lines = [line for page in pages for line in page.lines]
    quality = measure([line.text for line in lines], n_dropped=sum(line.n_dropped for line in lines))
    if quality.unmapped_share > settings.pdf_max_unmapped_share:
        raise Unreadable(
            "pdf.bad_text_layer",
            "share of characters without a Unicode meaning",
            value=quality.unmapped_share,
            threshold=f"..{settings.pdf_max_unmapped_share}",
        )
    is_ocr = statistics.fmean(page.invisible_share for page in pages) > 0.5
    least = settings.pdf_min_ocr_word_share if is_ocr else settings.pdf_min_word_share
    if quality.word_share < least:
        kind = "invisible (OCR) text" if is_ocr else "text"
        raise Unreadable(
            "pdf.bad_text_layer",
            f"share of words in the {kind}",
            value=quality.word_share,
            threshold=f"{least}..",
        )


def _read(data: bytes, settings: NormalizeSettings) -> tuple[list[Page], str]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD_ERROR:
            raise Unreadable("pdf.encrypted", "needs a password") from None
        raise Unreadable("pdf.malformed", "PDFium cannot open it") from None
    with closing(document):
        if len(document) > settings.pdf_max_pages:
            raise Unreadable("pdf.too_many_pages", "", value=len(document), threshold=f"..{settings.pdf_max_pages}")
        if not len(document):
            raise Unreadable("pdf.empty", "no pages")
        try:
            pages = [_read_page(document, number) for number in range(len(document))]
        except pypdfium2.PdfiumError:
            raise Unreadable("pdf.malformed", "PDFium cannot read a page") from None
        return pages, _stated_title(document)


def _stated_title(document: pypdfium2.PdfDocument) -> str:
    try:
        return str(document.get_metadata_value("Title"))
    except UnicodeDecodeError:
        return ""


def _read_page(document: pypdfium2.PdfDocument, number: int) -> Page:
    with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
        lines = tuple(_lines(text_page))
        n_chars = sum(len(line.text.replace(" ", "")) for line in lines)
        has_image, invisible_share = _objects(page)
    return Page(lines, n_chars, has_image, invisible_share)


def _objects(page: pypdfium2.PdfPage) -> tuple[bool, float]:
    from pypdfium2 import raw

    has_image, n_texts, n_invisible = False, 0, 0
    for count, item in enumerate(page.get_objects(max_depth=3)):
        if count > _MAX_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            has_image = True
        elif item.type == raw.FPDF_PAGEOBJ_TEXT:
            n_texts += 1
            n_invisible += raw.FPDFTextObj_GetTextRenderMode(item.raw) == _INVISIBLE
    return has_image, n_invisible / n_texts if n_texts else 0.0


def _lines(text_page: pypdfium2.PdfTextPage) -> Iterator[Line]:
    """The lines of a page with their place; a hyphen at a line end is told apart from one inside a word."""
    from pypdfium2 import raw

    characters: list[tuple[int, str]] = []
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        is_hyphen = code == _HYPHEN and raw.FPDFText_IsHyphen(text_page, index) == 1
        if is_hyphen or code in _LINE_ENDS:
            if line := _line(text_page, characters, hyphen=is_hyphen):
                yield line
            characters = []
        else:
            characters.append((index, chr(code) if code < 0x110000 else "\ufffd"))
    if line := _line(text_page, characters, hyphen=False):
        yield line


def _line(text_page: pypdfium2.PdfTextPage, characters: list[tuple[int, str]], *, hyphen: bool) -> Line | None:
    visible = [index for index, character in characters if not character.isspace()]
    if not visible:
        return None
    text, n_dropped = clean_characters("".join(character for _, character in characters))
    if len(text) > 2 and text[-1] == "-" and text[-2].isalpha():
        text, hyphen = text[:-1], True
    first, last = (text_page.get_charbox(index, loose=True) for index in (visible[0], visible[-1]))
    sample = visible[:: max(1, len(visible) // 5)]
    return Line(
        text=text,
        left=min(first[0], last[0]),
        right=max(first[2], last[2]),
        bottom=min(first[1], last[1]),
        top=max(first[3], last[3]),
        size=round(statistics.median(_size(text_page, index) for index in sample), 1),
        bold=sum(_is_bold(text_page, index) for index in sample) * 2 > len(sample),
        hyphen=hyphen,
        n_dropped=n_dropped,
    )


def _size(text_page: pypdfium2.PdfTextPage, index: int) -> float:
    """Font size in points as drawn: what the font says, scaled by the text's own matrix."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    scale = math.hypot(matrix.c, matrix.d) if raw.FPDFText_GetMatrix(text_page, index, matrix) else 1.0
    return float(raw.FPDFText_GetFontSize(text_page, index)) * (scale or 1.0)


def _is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    """By the font's name alone: PDFium's weight is a guess that takes typewriter fonts for bold."""
    from pypdfium2 import raw

    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, index, name, 128, flags)
    font = name.value.lower()
    # TeX's bold fonts say so only by the bx (bold extended) of their names.
    return b"bold" in font or b"black" in font or b"bx" in font
