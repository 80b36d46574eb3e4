"""Types told by bytes, name and declaration."""

import pytest

from darwin_assets.acquire.media_types import detect, named_type
from tests.unit.acquire.containers import zipped

CNXML = b'<document xmlns="http://cnx.rice.edu/cnxml" xmlns:m="http://www.w3.org/1998/Math/MathML">'
COLLXML = b'<col:collection xmlns="http://cnx.rice.edu/collxml" xmlns:col="http://cnx.rice.edu/collxml">'
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TAR = b"a.txt".ljust(257, b"\0") + b"ustar\x0000"


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.bin", b"junk\n%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        ("a.bin", b"\x00%PDF-1.7", "application/pdf"),
        ("a.txt", b"A header such as %PDF-1.7 \xc3\xa4\xc3", "text/plain"),
        ("a.py", b'HEADER = b"%PDF-1.7"', "text/x-python"),
        ("a.html", b"<!DOCTYPE html><html><p>Gr\xfc\xdfe, %PDF-1.7", "text/html"),
        ("a.txt", b"PARENTS AND CHILDREN", "text/plain"),
        ("a", b"PARE\x1c\x00\x00\x00", "application/vnd.apache.parquet"),
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
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DOCX),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        ("a.docx", b"not a zip", DOCX),
        ("a.epub", b"PK\x03\x04", "application/epub+zip"),
        ("download", zipped({"[Content_Types].xml": b"", "_rels/.rels": b"", "word/document.xml": b""}), DOCX),
        ("download", zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), XLSX),
        (
            "download",
            zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": b""}),
            "application/epub+zip",
        ),
        ("a", zipped({"notes.txt": b"word/document.xml"}), "application/zip"),
        ("a.zip", zipped({"word.txt": b"", "word/document.xml": b""}), "application/zip"),
        ("a.ipynb", b"{", "application/x-ipynb+json"),
        ("a.py", b"import this", "text/x-python"),
        ("A.CPP", b"int x;", "text/x-cpp"),
        ("src/Makefile", b"all:", "text/x-make"),
        ("CMakeLists.txt", b"project(x)", "text/x-cmake"),
        ("run", b"#!/usr/bin/env -S python3 -u\n", "text/x-python"),
        ("run", b"#!/bin/bash\n", "text/x-bash"),
        ("run", b"#!/bin/unheard-of\n", "text/plain"),
        ("a.m", b"function y = f(x)", "text/x-matlab"),
        ("a.m", b"#import <Foundation/Foundation.h>", "text/x-objective-c"),
        ("a.h", b"int f(void);", "text/x-c"),
        ("a.h", b"namespace a {", "text/x-cpp"),
        ("a.ts", b"G\x00\x11\x10", "application/octet-stream"),
        ("index.php", b"<!DOCTYPE html><html><p>hello", "text/html"),
        ("index.php", b"<!DOCTYPE html><html><?php echo 1 ?>", "text/x-php"),
        ("a", TAR, "application/x-tar"),
        ("a.txt", b"{\\rtf1\\ansi Caf\\'e9}", "application/rtf"),
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
        ("download", b"PK\x03\x04", "application/epub+zip", "application/epub+zip"),
        ("a.py", b"import this", "text/plain", "text/x-python"),
    ],
)
def test_declared_types_come_between_bytes_and_name(name, head, declared, expected):
    assert detect(name, head, declared) == expected


def test_named_type():
    assert named_type(" Markdown ") == "text/markdown"
    assert named_type("text/xml") == "application/xml"
    assert named_type("python") == "text/x-python"
    assert named_type("something") is None
