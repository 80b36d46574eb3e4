"""The real documents: every file and every record of every web archive is accounted for."""

import gzip
import io
import re
import zlib
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from darwin_assets.acquire.drop import drop_files
from darwin_assets.acquire.expand import expand, read
from darwin_assets.acquire.records import Record
from darwin_assets.acquire.settings import AcquireSettings

DATA = Path(__file__).parents[4] / "shared" / "data"
SETTINGS = AcquireSettings()

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here"),
]

# file: records that warcio sees when it reads the file by itself, record headers counted by hand, documents
WARCS = {
    "example.warc": (6, 6, 1),
    "example.warc.gz": (6, 6, 1),
    "example-digest.warc": (4, 4, 0),
    "example-iana.org-chunked.warc": (3, 3, 1),
    "example-resource.warc.gz": (3, 3, 1),
    "example-space-in-target-uri.warc.gz": (2, 2, 1),
    "example-wget-bad-target-uri.warc.gz": (6, 6, 3),
    "post-test.warc.gz": (6, 6, 3),
    "example-trunc.warc": (4, 4, 0),
    # compressed as a whole or in the wrong places: warcio, which wants to seek, stops after one record
    "example-bad.warc.gz.bad": (1, 6, 1),
    "example-bad-non-chunked.warc.gz": (1, 6, 1),
    "example-wrong-chunks.warc.gz": (1, 2, 1),
    "whirlwind.warc": (4, 4, 1),
    "whirlwind.warc.gz": (4, 4, 1),
    "whirlwind.warc.wat": (2, 2, 0),
    "whirlwind.warc.wat.gz": (2, 2, 0),
    "whirlwind.warc.wet": (2, 2, 1),
    "whirlwind.warc.wet.gz": (2, 2, 1),
}
ARCS = {
    "example.arc": (2, 1),
    "example.arc.gz": (2, 1),
    "example-space-in-url.arc": (2, 1),
    "bad.arc": (4, 0),
}


def records_of(name: str) -> list[Record]:
    return list(expand(path_of(name), name, SETTINGS))


def path_of(name: str) -> Path:
    (path,) = (DATA / "warc").rglob(name)
    return path


def unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def seen_by_warcio(path: Path) -> int:
    count = 0
    try:
        for _ in ArchiveIterator(io.BytesIO(path.read_bytes())):
            count += 1
    except (ArchiveLoadFailed, zlib.error):
        pass
    return count


@pytest.mark.parametrize(
    ("folder", "n_files", "types"),
    [
        (
            "textbooks",
            661,
            {"application/x-cnxml+xml": 483, "application/x-tex": 153, "application/x-collxml+xml": 6},
        ),
        (
            "papers",
            46,
            {"application/x-tex": 30, "application/pdf": 3, "text/x-rnw": 3, "application/x-bibtex": 1},
        ),
        ("html", 41, {"text/html": 29}),
        ("pdf", 31, {"application/pdf": 20}),
    ],
)
def test_every_file_is_one_document(folder, n_files, types):
    names = drop_files(DATA / folder)
    assert len(names) == n_files == sum(path.is_file() for path in (DATA / folder).rglob("*"))
    records = [record for name in names for record in expand(DATA / folder / name, name.as_posix(), SETTINGS)]
    assert [(record.locator, record.failure) for record in records] == [("", None)] * n_files
    assert sum(len(record.data) for record in records) == sum((DATA / folder / name).stat().st_size for name in names)
    counted = Counter(record.media_type for record in records)
    assert {media_type: counted[media_type] for media_type in types} == types


@pytest.mark.parametrize("name", WARCS)
def test_every_warc_record_is_a_row(name):
    by_warcio, by_header, n_documents = WARCS[name]
    records = records_of(name)
    assert seen_by_warcio(path_of(name)) == by_warcio
    assert len(re.findall(rb"^WARC/\d\.\d+\r?$", unpacked(path_of(name)), re.MULTILINE)) == by_header
    assert [record.locator for record in records] == [f"record:{number}" for number in range(1, by_header + 1)]
    assert sum(record.failure is None for record in records) == n_documents


@pytest.mark.parametrize("name", ARCS)
def test_every_arc_record_is_a_row(name):
    n_records, n_documents = ARCS[name]
    records = records_of(name)
    headers = re.findall(rb"^(?:https?|filedesc)://.* \d{14,} \S+ \S+$", unpacked(path_of(name)), re.MULTILINE)
    assert len(records) == len(headers) == n_records == seen_by_warcio(path_of(name))
    assert sum(record.failure is None for record in records) == n_documents


def test_the_truncated_file_keeps_its_good_records_and_names_one_fault():
    rules = [record.failure.rule for record in records_of("example-trunc.warc") if record.failure]
    assert rules.count("container.corrupt") + rules.count("container.truncated") == 1
    assert rules.count("warc.not_a_document") == 3


def test_records_without_a_valid_length_are_named():
    rules = [record.failure.rule for record in records_of("bad.arc") if record.failure]
    assert Counter(rules) == {"warc.not_a_document": 1, "container.corrupt": 2, "warc.http_status": 1}


def test_target_uris_are_repaired():
    assert records_of("example-space-in-target-uri.warc.gz")[1].uri == "file:///example%20with%20spaces.png"
    wget = {record.uri for record in records_of("example-wget-bad-target-uri.warc.gz") if record.uri}
    assert "http://example.com/" in wget
    assert not any(set(uri) & set("<> ") for uri in wget)
    assert "%20From%20The%20" in (records_of("example-space-in-url.arc")[1].uri or "")


def test_the_same_capture_in_both_packings_is_the_same_page():
    plain, packed = records_of("whirlwind.warc")[2], records_of("whirlwind.warc.gz")[2]
    assert plain.data == packed.data
    assert b"Escopete" in plain.data
    assert plain.extra["collected_at"].startswith("2024-")


def test_a_row_is_found_again_by_its_locator():
    record = records_of("whirlwind.warc.wet.gz")[1]
    path = path_of("whirlwind.warc.wet.gz")
    assert list(read(path, path.name, {"record:2"}, SETTINGS)) == [record]
