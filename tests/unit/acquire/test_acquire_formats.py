"""Documents that are containers by their bytes alone, and text that a web archive has made of pages."""

from collections import Counter
from pathlib import Path

import pytest

from darwin_assets.acquire.expand import expand
from darwin_assets.acquire.records import Record
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from tests.unit.acquire.containers import record, response, zipped

DATA = Path(__file__).parents[4] / "shared" / "data"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})
BOOK = zipped({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<container/>"})


def types(records: list[Record]) -> list[tuple[str, str]]:
    return [(one.locator, one.failure.rule if one.failure else one.media_type) for one in records]


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [("a.docx", WORD, DOCX), ("a.epub", BOOK, "application/epub+zip"), ("no-suffix", WORD, DOCX)],
)
def test_a_zipped_document_is_one_document(land, name, content, media_type):
    records = land(name, content)
    assert types(records) == [("", media_type)]
    assert records[0].data == content


def test_zipped_documents_in_an_archive_and_in_a_web_archive(land):
    packed = zipped({"one.docx": WORD, "inner.zip": zipped({"two.epub": BOOK, "code/a.py": b"x = 1\n"})})
    assert types(land("x.zip", packed)) == [
        ("member:one.docx", DOCX),
        ("member:inner.zip!member:two.epub", "application/epub+zip"),
        ("member:inner.zip!member:code/a.py", "text/x-python"),
    ]
    crawled = response(BOOK, uri="http://example.org/get?id=1", Content_Type="application/epub+zip")
    assert types(land("x.warc", crawled)) == [("record:1", "application/epub+zip")]


def test_a_conversion_is_the_text_that_the_archive_says(land):
    text = b"Words of a page, a < b > c."
    content = b"".join(
        [
            record("conversion", text, "http://example.org/page.html", "text/plain"),
            record("conversion", text, "http://example.org/run.py", "text/plain"),
            record("conversion", b"\\documentclass is a word", "http://example.org/", "text/plain; charset=utf-8"),
            record("metadata", b"{}", "http://example.org/", "application/json"),
            record("warcinfo", b"software: x\r\n", "http://example.org/", "application/warc-fields"),
        ]
    )
    records = land("x.warc.wet", content)
    assert Counter(rule for _, rule in types(records)) == {"text/plain": 3, "warc.not_a_document": 2}
    assert parse(records[0].data, records[0].media_type, NormalizeSettings()).text == text.decode()


@pytest.mark.parametrize(
    ("name", "documents", "others"),
    [
        ("whirlwind.warc", {"text/html": "html"}, 3),
        ("whirlwind.warc.gz", {"text/html": "html"}, 3),
        ("whirlwind.warc.wet", {"text/plain": "plain"}, 1),
        ("whirlwind.warc.wet.gz", {"text/plain": "plain"}, 1),
        ("whirlwind.warc.wat", {}, 2),
        ("whirlwind.warc.wat.gz", {}, 2),
        ("example.arc", {"text/html": "html"}, 1),
        ("example.arc.gz", {"text/html": "html"}, 1),
    ],
)
@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
def test_web_archives_from_file_to_text(name, documents, others):
    (path,) = (DATA / "warc").rglob(name)
    records = list(expand(path, name, AcquireSettings()))
    read = {
        one.media_type: parse(one.data, one.media_type, NormalizeSettings()) for one in records if one.failure is None
    }
    assert {media_type: document.parser.partition("/")[0] for media_type, document in read.items()} == documents
    assert all(len(document.text) > 100 for document in read.values())
    assert [one.failure.rule for one in records if one.failure] == ["warc.not_a_document"] * others
