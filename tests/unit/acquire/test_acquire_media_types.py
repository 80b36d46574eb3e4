"""Types told by bytes, name and declaration."""

import pytest

from darwin_assets.acquire.media_types import detect, named_type

CNXML = b'<document xmlns="http://cnx.rice.edu/cnxml" xmlns:m="http://www.w3.org/1998/Math/MathML">'
COLLXML = b'<col:collection xmlns="http://cnx.rice.edu/collxml" xmlns:col="http://cnx.rice.edu/collxml">'
TAR = b"a.txt".ljust(257, b"\0") + b"ustar\x0000"


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.bin", b"junk\n%PDF-1.7", "application/pdf"),
        ("a.pdf", b"not a pdf", "application/pdf"),
        ("a.html", b"<p>hello", "text/html"),
        ("a", b"\xef\xbb\xbf<!-- c --><!DOCTYPE html><html>", "text/html"),
        ("a.xml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "text/html"),
        ("index.cnxml", CNXML, "application/x-cnxml+xml"),
        ("a.xml", b'<?xml version="1.0"?>\n<!-- c -->\n' + CNXML, "application/x-cnxml+xml"),
        ("a.xml", COLLXML, "application/x-collxml+xml"),
        ("a.xml", b"<article>", "application/xml"),
        ("a.tex", b"Just words", "application/x-tex"),
        ("a", b"% c\n\\documentclass{article}", "application/x-tex"),
        ("v.Rnw", b"\\documentclass{article}", "text/x-rnw"),
        ("a.md", b"<div>still Markdown</div>", "text/markdown"),
        ("a.txt", b"words", "text/plain"),
        ("LICENSE", b"words", "text/plain"),
        ("a", "Grüße".encode("utf-16"), "text/plain"),
        ("a", b"\x00\x01\x02", "application/octet-stream"),
        ("a.jsonl", b"{}", "application/x-ndjson"),
        ("a.json", b"{}", "application/json"),
        ("a.bib", b"@article{}", "application/x-bibtex"),
        ("a.parquet", b"PAR1", "application/vnd.apache.parquet"),
        ("a.warc.wet", b"WARC/1.0\r\n", "application/warc"),
        ("a", b"filedesc://x", "application/x-arc"),
        ("a", b"PK\x03\x04", "application/zip"),
        ("a.docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a", b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip", "application/epub+zip"),
        ("a", TAR, "application/x-tar"),
        ("a.txt", b"\x1f\x8b", "application/gzip"),
    ],
)
def test_detect(name, head, expected):
    assert detect(name, head) == expected


@pytest.mark.parametrize(
    ("name", "head", "declared", "expected"),
    [
        ("page.php", b"<p>hello", "text/html", "text/html"),
        ("page.php", b"%PDF-1.4", "text/html", "application/pdf"),
        ("notes.md", b"# hello", "text/plain", "text/markdown"),
        ("page", CNXML, "text/xml", "application/x-cnxml+xml"),
        ("page", b"<html>", "application/octet-stream", "text/html"),
        ("page", b"words", None, "text/plain"),
    ],
)
def test_declared_types_come_between_bytes_and_name(name, head, declared, expected):
    assert detect(name, head, declared) == expected


def test_named_type():
    assert named_type(" Markdown ") == "text/markdown"
    assert named_type("text/xml") == "application/xml"
    assert named_type("something") is None
