"""Text in UTF-16 and UTF-32, as Windows programs write it, at every place where L0 looks into bytes."""

import gzip
import json

import pytest

from darwin_assets.acquire.manifest import read_manifest
from darwin_assets.acquire.media_types import detect
from darwin_assets.acquire.signals import robots
from darwin_assets.acquire.signals.page import meta_signals
from darwin_assets.acquire.wide_text import in_utf8, wide_encoding

WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32"]
LINES = [json.dumps({"text": f"Grüße, 世界 {number}"}, ensure_ascii=False) for number in range(3)]


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize(
    "text", ["Just words,\r\nand more.", "Größe und Maß\n", "Скорость света 1", "光速是恒定的。\n一二三四五六七"]
)
def test_wide_text_is_known_and_comes_back(encoding, text):
    data = text.encode(encoding)
    assert in_utf8(data).decode() == text
    assert in_utf8(text.encode()) == text.encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xe0" + bytes(20),
        bytes(64),
        bytes(range(256)) * 4,
        b"\x01\x00\x02\x00\x03\x00\x04\x00" * 8,
        b"G\x40\x00\x10\x00\x00\xb0\x0d" * 20,
        b"plain words and more of them",
        b"plain words and\x00 more of them",
        "Größe und\0 Maß, für längere".encode(),
        "Größe und\0 Maß, für längere".encode("cp1252"),
        "光速是恒定的\0光速是恒定的".encode(),
        "Größe".encode("cp1252") * 20,
    ],
)
def test_other_bytes_are_left_alone(data):
    assert wide_encoding(data) is None
    assert in_utf8(data) == data


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("download", "<!DOCTYPE html><html><p>hello</p></html>", "text/html"),
        ("a.xml", '<?xml version="1.0"?><document xmlns="http://cnx.rice.edu/cnxml">', "application/x-cnxml+xml"),
        ("a", "\\documentclass{article}\n\\begin{document}", "application/x-tex"),
        ("a.py", "import this\nprint('hello')", "text/x-python"),
        ("notes", "words, and no more than that", "text/plain"),
    ],
)
def test_wide_text_has_the_type_of_what_it_says(encoding, name, text, expected):
    if encoding != "utf-32" or name:
        assert detect(name, text.encode(encoding)) == expected


@pytest.mark.parametrize("encoding", [*WIDE, "utf-8-sig"])
@pytest.mark.parametrize("packed", [False, True])
def test_lines_of_json_are_read_in_every_unicode(land, encoding, packed):
    data = "\n".join([*LINES, "no JSON", ""]).encode(encoding)
    records = land("a.jsonl.gz", gzip.compress(data, mtime=0)) if packed else land("a.jsonl", data)
    assert [record.data.decode() for record in records] == [*(f"Grüße, 世界 {number}" for number in range(3)), ""]
    assert [record.locator.rpartition("!")[2] for record in records] == ["line:1", "line:2", "line:3", "line:4"]
    assert records[-1].failure.rule == "container.bad_line"


@pytest.mark.parametrize("encoding", WIDE)
def test_a_page_is_heard_in_every_unicode(encoding):
    page = '<html><head><meta name="tdm-reservation" content="1"><meta name="robots" content="noai"></head><body>'
    assert len(list(meta_signals("text/html", page.encode(encoding)))) == 2
    rules = robots.parse("User-agent: GPTBot\nDisallow: /\n".encode(encoding))
    assert list(robots.signals(rules, "/a", "robots.txt"))


@pytest.mark.parametrize("encoding", [*WIDE, "utf-8-sig"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.yaml", "source: my-books\nlicence: CC-BY-4.0\n"),
        ("manifest.json", '{"source": "my-books", "licence": "MIT"}'),
    ],
)
def test_a_manifest_is_read_in_every_unicode(tmp_path, encoding, name, content):
    (tmp_path / name).write_bytes(content.encode(encoding))
    assert read_manifest(tmp_path).source == "my-books"
