"""The door of L1: dispatch, one form for all text, and nothing but Unreadable out of it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.normalize import parse as door
from darwin_assets.normalize.document import Document, Unreadable
from darwin_assets.normalize.parse import PARSERS, parse, tidy
from darwin_assets.normalize.settings import NormalizeSettings

PDF_BYTES = b"%PDF-1.4\n\xe2\xe3\xcf\xd3\n1 0 obj<</Pages 2 0 R>>endobj trailer<</Root 1 0 R>>"
SETTINGS = NormalizeSettings()
SEEDS = [
    rb"\documentclass{a}\begin{document}\section{S} $x$ \begin{itemize}\item a\end{itemize}\end{document}",
    b"<html><head><title>T</title></head><body><h1>H</h1><p>text <math><mi>x</mi></math></p></body></html>",
    b'<document xmlns="http://cnx.rice.edu/cnxml"><content><para id="p">text</para></content></document>',
    b"# Title\n\n| a | b |\n| - | - |\n| $x$ | `y` |\n",
    b'{"a": [1, 2, {"b": null}]}',
    b"@book{key, title = {T}}",
    b"%PDF-1.4 1 0 obj<</Pages 2 0 R>>endobj 2 0 obj<</Type/Pages>>endobj trailer<</Root 1 0 R>>",
    "Größe ist Maß, Ã¼ber".encode("cp1252"),
]


def failure(data: bytes, media_type: str, configured: NormalizeSettings = SETTINGS) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse(data, media_type, configured)
    return caught.value


@pytest.mark.parametrize(
    ("media_type", "data", "parser"),
    [
        ("text/plain; charset=utf-8", b"text", "plain/1"),
        ("TEXT/MARKDOWN", b"# T", "markdown/1"),
        ("application/x-tex", rb"\section{T}", "latex/3"),
        ("text/x-rnw", b"<<>>=\nx\n@", "latex/3"),
        ("application/json", b"{}", "structured/1"),
        ("application/x-bibtex", b"@a{b}", "structured/1"),
        ("application/xml", b"<a/>", "structured/1"),
        ("text/csv", b"a,b", "structured/1"),
        ("text/html", SEEDS[1], "html/2"),
        ("application/x-cnxml+xml", SEEDS[2], "cnxml/3"),
    ],
)
def test_the_media_type_chooses_the_parser(media_type: str, data: bytes, parser: str) -> None:
    assert parse(data, media_type, SETTINGS).parser == parser


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "text/markdown", "application/xml"])
def test_what_a_server_declares_is_believed(media_type: str) -> None:
    data = "<p>똠방각하</p>".encode("cp949")
    document = parse(data, f"{media_type}; charset=EUC-KR", SETTINGS)
    assert "똠방각하" in document.text
    assert document.notes[0] == "decoded as cp949"
    assert parse("<p>똠방각하</p>".encode(), f"{media_type}; charset=EUC-KR", SETTINGS).notes == ()


def test_a_charset_of_bytes_that_are_no_text_means_nothing() -> None:
    assert failure(PDF_BYTES, "application/pdf; charset=iso-8859-1").rule == failure(PDF_BYTES, "application/pdf").rule


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("application/x-tex", "\\usepackage[latin2]{inputenc}\n{} a"),
        ("application/x-tex", "% -*- coding: latin-2 -*-\n{} a"),
        ("application/x-bibtex", "% Encoding: ISO8859_2\n@book{{a, title = {{{}}}}}"),
        ("application/xml", "<?xml version='1.0' encoding='iso-8859-2'?>\n<a>{}</a>"),
        ("text/x-python", "# vim: set fileencoding=iso-8859-2 :\nx = '{}'"),
    ],
)
def test_what_a_document_declares_is_believed(media_type: str, text: str) -> None:
    source = text.replace("{}", "Šárka")
    assert "Šárka" in parse(source.encode("iso-8859-2"), media_type, SETTINGS).text
    assert "Šárka" in parse(source.encode(), media_type, SETTINGS).text


def test_what_cannot_be_read_is_named() -> None:
    assert failure(b"x", "image/png").rule == "format.unsupported"
    assert failure(b" \n\t\n", "text/plain").rule == "text.empty"
    assert failure(b"", "text/markdown").rule == "text.empty"
    assert failure(b"<a>", "application/xml").rule == "xml.malformed"
    assert failure(b"\x00\x01" * 50, "text/plain").rule == "encoding.binary"
    too_large = failure(b"12345", "text/plain", NormalizeSettings(max_document_bytes=4))
    assert (too_large.rule, too_large.value, too_large.threshold) == ("document.too_large", 5, "..4")


def test_an_error_of_a_parser_is_named_by_its_type_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes, _settings: NormalizeSettings) -> Document:
        raise KeyError(data.decode())

    monkeypatch.setitem(door.PARSERS, "text/plain", lambda: broken)
    error = failure(b"a secret sentence", "text/plain")
    assert (error.rule, error.detail) == ("parser.error", "KeyError")
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_a_missing_library_is_no_fault_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_library(_data: bytes, _settings: NormalizeSettings) -> Document:
        raise ImportError("no such library")

    monkeypatch.setitem(door.PARSERS, "text/plain", lambda: without_library)
    with pytest.raises(ImportError):
        parse(b"text", "text/plain", SETTINGS)


def test_text_takes_one_form() -> None:
    text = "\ufeffTitre\r\n\r\n\r\n\r\n\r\n\r\ne\u0301te\u0301 \x07x² ﬁ\u2028fin\r" + "…" * 50
    assert parse(text.encode(), "text/plain", SETTINGS).text == "Titre\n\n\nété x² ﬁ\nfin\n" + "…" * 50


def test_repairs_are_noted() -> None:
    document = parse("L’été à Besançon".encode().decode("cp1252", "ignore").encode(), "text/plain", SETTINGS)
    assert "repaired mojibake" in document.notes
    assert parse("L’été à Besançon".encode(), "text/plain", SETTINGS).notes == ()


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in once)


def mutated(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for position, length, replacement in edits:
        at = position % (len(seed) + 1)
        seed = seed[:at] + replacement + seed[at + length :]
    return seed


EDITS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 20), st.binary(max_size=8)), max_size=6)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.sampled_from(SEEDS), EDITS)
def test_mutated_documents_raise_nothing_but_unreadable(seed: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    assert_read_or_named(mutated(seed, edits))


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_unreadable(data: bytes) -> None:
    assert_read_or_named(data)


MARKUP = {"text/html", "application/xhtml+xml", "application/x-cnxml+xml", "application/x-collxml+xml"}
"""Parsers on libxml2, whose own tests say what they name; here no exception of theirs may get through."""


def assert_read_or_named(data: bytes) -> None:
    for media_type in PARSERS:
        rule = rule_or_text(data, media_type)
        assert rule != "parser.error" or media_type in MARKUP, media_type


def rule_or_text(data: bytes, media_type: str) -> str:
    try:
        text = parse(data, media_type, SETTINGS).text
    except Unreadable as error:
        return error.rule
    assert text.strip()
    return text.encode().decode()


@pytest.mark.shared_data
@pytest.mark.slow
def test_every_real_document_is_read_or_named(shared_data) -> None:
    from darwin_assets.acquire.media_types import detect

    rules: dict[str, int] = {}
    for folder in ("textbooks", "papers", "html", "pdf"):
        for path in sorted((shared_data / folder).rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                try:
                    document = parse(data, detect(path.name, data[:65536]), SETTINGS)
                except Unreadable as error:
                    rules[error.rule] = rules.get(error.rule, 0) + 1
                else:
                    assert document.text == tidy(document.text)
    assert rules == {
        "pdf.scanned": 9, "pdf.bad_text_layer": 2, "pdf.malformed": 1, "pdf.encrypted": 1, "pdf.empty": 1,
    }  # fmt: skip
