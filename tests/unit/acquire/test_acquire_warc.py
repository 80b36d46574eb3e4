"""WARC and ARC: every record comes out once, payloads with their codings undone, faults named."""

import gzip
import zlib

import brotli
import pytest

from tests.unit.acquire.containers import PAGE, record, response


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("coding", "payload"),
    [
        ("identity", PAGE),
        ("gzip", gzip.compress(PAGE, mtime=0)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", raw_deflate(PAGE)),
        ("br", brotli.compress(PAGE)),
        ("gzip", PAGE),
        ("deflate, gzip", gzip.compress(zlib.compress(PAGE), mtime=0)),
    ],
)
def test_content_codings_are_undone(land, coding, payload):
    (found,) = land("x.warc", response(payload, Content_Encoding=coding))
    assert found.data == PAGE
    assert (found.locator, found.media_type, found.uri) == ("record:1", "text/html", "http://example.org/a?b")
    assert found.extra["charset"] == "iso-8859-1"
    assert found.extra["collected_at"] == "2025-11-03T10:00:00Z"


def test_chunks_are_joined(land):
    chunked = b"5\r\n<html\r\n8\r\n>hello</\r\n5\r\nhtml>\r\n0\r\n\r\n"
    (found,) = land("x.warc", response(chunked, Transfer_Encoding="chunked"))
    assert found.data == b"<html>hello</html>"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (response(PAGE, "404 Not Found"), "warc.http_status"),
        (response(PAGE, "301 Moved"), "warc.http_status"),
        (response(b""), "record.empty"),
        (response(gzip.compress(PAGE)[:-20], Content_Encoding="gzip"), "warc.content_encoding"),
        (response(PAGE, Content_Encoding="zstd"), "warc.content_encoding"),
        (response(gzip.compress(bytes(1 << 24)), Content_Encoding="gzip"), "container.expansion_ratio"),
        (response(brotli.compress(bytes(1 << 24)), Content_Encoding="br"), "container.expansion_ratio"),
    ],
)
def test_what_is_no_document_has_a_name_and_the_next_record_is_read(land, content, rule):
    records = land("x.warc", content + response(PAGE))
    assert [record.failure.rule if record.failure else "kept" for record in records] == [rule, "kept"]
    assert records[0].data == b""


def test_a_status_is_kept_as_the_measured_value(land):
    (found,) = land("x.warc", response(PAGE, "404 Not Found"))
    assert (found.failure.value, found.failure.threshold) == (404.0, "200")


def test_uris_are_repaired(land):
    (found,) = land("x.warc", response(PAGE, uri="<http://example.org/a b?>"))
    assert found.uri == "http://example.org/a%20b?"


def test_a_record_without_a_uri_does_not_stop_the_file(land):
    first = response(PAGE).replace(b"WARC-Target-URI", b"WARC-Nothing-Here")
    records = land("x.warc", first + response(PAGE))
    assert [record.locator for record in records] == ["record:1", "record:2"]
    assert records[1].data == PAGE


@pytest.mark.parametrize("compressed", [False, True])
def test_a_cut_file_yields_what_was_whole_and_one_failure(land, compressed):
    parts = [response(PAGE + b"%d" % number) for number in range(4)]
    content = b"".join(gzip.compress(part) for part in parts) if compressed else b"".join(parts)
    records = land("x.warc", content[: -30 if compressed else -300])
    assert [record.data for record in records[:3]] == [PAGE + b"%d" % number for number in range(3)]
    assert [record.failure.rule for record in records[3:]] == ["container.truncated"]


def test_a_file_compressed_as_a_whole_is_read_to_its_end(land):
    records = land("x.warc.gz", gzip.compress(response(PAGE) * 3))
    assert [record.data for record in records] == [PAGE] * 3


def test_garbage_is_reported_and_never_printed(land, capfd, caplog):
    misplaced = response(PAGE, uri="a canary sentence")
    records = land("x.warc", misplaced + response(PAGE) + b"canary sentence\r\n" * 3)
    assert records[-1].failure.rule == "container.corrupt"
    assert "canary" not in "".join(capfd.readouterr()) + caplog.text
    assert all("canary" not in record.failure.detail for record in records if record.failure)


def test_an_endless_header_line_is_not_collected(land):
    content = b"WARC/1.0\r\nWARC-Type: " + b"x" * (4 << 20)
    (found,) = land("x.warc", content)
    assert (found.locator, found.failure.rule) == ("", "container.corrupt")


def test_which_types_of_record_are_documents(land):
    kinds = ("warcinfo", "request", "metadata", "revisit", "resource", "conversion", "continuation")
    records = land("x.warc.wet", b"".join(record(kind, b"some text", content_type="text/plain") for kind in kinds))
    assert len(records) == len(kinds)
    kept = [found.extra["warc_type"] for found in records if found.failure is None]
    assert kept == ["resource", "conversion"]
    assert {found.failure.rule for found in records if found.failure} == {"warc.not_a_document"}
