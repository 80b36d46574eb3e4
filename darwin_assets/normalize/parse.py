"""The door of L1: bytes of a stated media type in, a Document or a named reason out (papers.md §1.2 L1)."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from functools import partial

from darwin_assets.acquire.code_types import LANGUAGES
from darwin_assets.acquire.media_types import DOCX, EPUB, PDF
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.settings import NormalizeSettings

Parser = Callable[[bytes, NormalizeSettings], Document]
TextParser = Callable[[str, NormalizeSettings], Document]

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BINARY = frozenset({DOCX, EPUB, PDF})
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){3,}")


def parse(data: bytes, media_type: str, settings: NormalizeSettings) -> Document:
    """A document as Markdown with LaTeX formulas, in NFC, without control characters.

    `media_type` may state the encoding that its server declared: "text/html; charset=euc-kr".
    Whatever the bytes, it raises nothing but Unreadable: "format.unsupported", "document.too_large",
    "text.empty", "encoding.binary", "encoding.unknown", "parser.error" and what the format's parser names.
    What is no fault of the document alone goes through: ImportError and MemoryError.
    """
    refused = refusal(media_type, len(data), settings)
    load = _loader(media_type)
    if refused is not None or load is None:
        raise refused or AssertionError("unreachable")
    parser = load()
    try:
        data, decoded = _as_declared(data, media_type)
        document = parser(data, settings)
    except (Unreadable, ImportError, MemoryError):
        raise
    # One odd document among millions must become a row with a reason and not end its batch.
    except Exception as error:  # noqa: BLE001
        # The message of a foreign exception may quote the document: only its type goes on.
        raise Unreadable("parser.error", type(error).__name__) from None
    if decoded:
        document = dataclasses.replace(document, notes=(decoded, *document.notes))
    return _cleaned(_tidied(document), settings)


def refusal(media_type: str, n_bytes: int, settings: NormalizeSettings) -> Unreadable | None:
    """Why a document need not even be read: "format.unsupported" or "document.too_large"."""
    if _loader(media_type) is None:
        return Unreadable("format.unsupported", f"no parser for {media_type[:80]}")
    limit = settings.max_document_bytes
    if n_bytes > limit:
        detail = f"{n_bytes} bytes; raise normalize.max_document_bytes to take it"
        return Unreadable("document.too_large", detail, value=n_bytes, threshold=f"..{limit}")
    return None


def _loader(media_type: str) -> Callable[[], Parser] | None:
    return PARSERS.get(media_type.partition(";")[0].strip().lower())


def _as_declared(data: bytes, media_type: str) -> tuple[bytes, str | None]:
    """What a server declared as UTF-8, which every parser of text reads, with a note; other bytes as they are."""
    plain_type, _, charset = media_type.partition("; charset=")
    if not charset or plain_type in _BINARY:
        return data, None
    from darwin_assets.normalize.encoding import as_declared, is_unicode

    found = None if is_unicode(data) else as_declared(data, (charset,))
    return (found.text.encode(), found.note) if found else (data, None)


def _tidied(document: Document) -> Document:
    if document.is_verbatim:
        return document
    text = tidy(document.text)
    if not text:
        raise Unreadable("text.empty", f"no text found by {document.parser}")
    return dataclasses.replace(
        document,
        text=text,
        title=_line(document.title) if document.title else None,
        sections=tuple(section for section in map(_line, document.sections) if section),
    )


def _cleaned(document: Document, settings: NormalizeSettings) -> Document:
    if not settings.clean:
        return document
    from darwin_assets.normalize.clean import clean_document

    return clean_document(document, settings)


def tidy(text: str) -> str:
    """One form for all text: LF, NFC, no controls or surrogates, at most two blank lines together."""
    text = _LINE_ENDS.sub("\n", text)
    text = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))
    # NFC changes no meaning. NFKC would: it makes x² into x2.
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    return _BLANK_LINES.sub("\n\n\n", text).strip("\n").rstrip()


def _line(text: str) -> str | None:
    return " ".join(tidy(text).split()) or None


def _from_text(parse_text: TextParser, declared: Callable[[bytes], tuple[str, ...]] = lambda _data: ()) -> Parser:
    """A parser of text as one of bytes: decodes, undoes mojibake, and notes what it did.

    `declared`: the encodings that a document of the format states.
    """

    def parser(data: bytes, settings: NormalizeSettings) -> Document:
        from darwin_assets.normalize.encoding import decode, repair

        text, decoded = decode(data, declared(data), max_control_share=settings.max_control_share)
        text, repaired = repair(text)
        document = parse_text(_LINE_ENDS.sub("\n", text), settings)
        notes = tuple(note for note in (decoded, repaired) if note)
        return dataclasses.replace(document, notes=notes + document.notes)

    return parser


# A parser's module is imported when its first document comes, and outside of the guard in `parse`: a broken
# installation fails loudly and is not taken for a broken document.


def _latex() -> Parser:
    from darwin_assets.normalize.declared_encoding import in_tex
    from darwin_assets.normalize.latex import parse_latex

    return _from_text(parse_latex, in_tex)


def _noweb() -> Parser:
    from darwin_assets.normalize.declared_encoding import in_tex
    from darwin_assets.normalize.latex import parse_latex

    return _from_text(lambda text, settings: parse_latex(text, settings, noweb=True), in_tex)


def _markdown() -> Parser:
    from darwin_assets.normalize.markdown import parse_markdown

    return _from_text(lambda text, _settings: parse_markdown(text))


def _plain() -> Parser:
    from darwin_assets.normalize.plain import parse_plain

    return _from_text(lambda text, _settings: parse_plain(text))


def _json() -> Parser:
    from darwin_assets.normalize.structured import parse_json

    return _from_text(lambda text, _settings: parse_json(text))


def _bibtex() -> Parser:
    from darwin_assets.normalize.declared_encoding import in_comment
    from darwin_assets.normalize.structured import parse_bibtex

    return _from_text(lambda text, _settings: parse_bibtex(text), in_comment)


def _delimited(language: str) -> Parser:
    from darwin_assets.normalize.structured import parse_delimited

    return _from_text(lambda text, _settings: parse_delimited(text, language))


def _xml() -> Parser:
    from darwin_assets.normalize.declared_encoding import in_xml
    from darwin_assets.normalize.structured import parse_other_xml

    return _from_text(lambda text, _settings: parse_other_xml(text), in_xml)


def _pdf() -> Parser:
    from darwin_assets.normalize.pdf import parse_pdf

    return parse_pdf


def _html() -> Parser:
    from darwin_assets.normalize.html import parse_html

    return parse_html


def _cnxml() -> Parser:
    from darwin_assets.normalize.cnxml import parse_cnxml

    return parse_cnxml


def _collxml() -> Parser:
    from darwin_assets.normalize.collection import parse_collection

    return parse_collection


def _docx() -> Parser:
    from darwin_assets.normalize.docx import parse_docx

    return parse_docx


def _epub() -> Parser:
    from darwin_assets.normalize.epub import parse_epub

    return parse_epub


def _notebook() -> Parser:
    from darwin_assets.normalize.notebook import parse_notebook

    return _from_text(parse_notebook)


def _code(language: str) -> Parser:
    from darwin_assets.normalize.code import parse_code

    return lambda data, settings: parse_code(data, settings, language)


PARSERS: dict[str, Callable[[], Parser]] = {
    "application/pdf": _pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _docx,
    "application/epub+zip": _epub,
    "application/x-ipynb+json": _notebook,
    "text/html": _html,
    "application/xhtml+xml": _html,
    "application/x-cnxml+xml": _cnxml,
    "application/x-collxml+xml": _collxml,
    "application/xml": _xml,
    "text/xml": _xml,
    "application/x-tex": _latex,
    "application/x-latex": _latex,
    "text/x-tex": _latex,
    "text/x-rnw": _noweb,
    "text/markdown": _markdown,
    "text/plain": _plain,
    "text/x-rst": _plain,
    "application/x-bibtex": _bibtex,
    "application/json": _json,
    "text/csv": lambda: _delimited("csv"),
    "text/tab-separated-values": lambda: _delimited("tsv"),
    **{media_type: partial(_code, language) for media_type, language in LANGUAGES.items()},
}
"""Media type → parser. A format joins the platform by a module and a line here."""
