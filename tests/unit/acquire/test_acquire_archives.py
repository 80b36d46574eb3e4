"""Zip, tar and compressed files: every member comes out once, as itself or as a named failure."""

import bz2
import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from darwin_assets.acquire.expand import expand, read
from darwin_assets.acquire.records import Record
from darwin_assets.acquire.settings import AcquireSettings
from tests.unit.acquire.containers import tarred, zipped

KIB = 1024


def outcome(records: list[Record]) -> list[tuple[str, str]]:
    return [(record.locator, record.failure.rule if record.failure else "kept") for record in records]


def noise(n_bytes: int) -> bytes:
    return random.Random(7).randbytes(n_bytes)


MEMBERS = {"a.md": b"# A", "dir/b.html": b"<html><p>b</p></html>", "dir/empty.txt": b""}
EXPECTED = [("member:a.md", "kept"), ("member:dir/b.html", "kept"), ("member:dir/empty.txt", "file.empty")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.zip", zipped({"dir/": b"", **MEMBERS})),
        ("x.tar", tarred(MEMBERS)),
        ("x.tar.gz", gzip.compress(tarred(MEMBERS))),
        ("x.tar.bz2", bz2.compress(tarred(MEMBERS))),
        ("x.txz", lzma.compress(tarred(MEMBERS))),
    ],
)
def test_members_are_records_in_order(land, name, content):
    records = land(name, content)
    assert sorted(outcome(records)) == sorted(EXPECTED)
    assert [record.data for record in records] == list(MEMBERS.values())
    assert records[1].media_type == "text/html"


def test_a_compressed_document_is_its_one_member(land):
    (record,) = land("notes.md.gz", gzip.compress(b"# Notes"))
    assert (record.locator, record.media_type, record.data) == (
        "member:notes.md",
        "text/markdown",
        b"# Notes",
    )


def test_nested_archives_and_their_locators(land):
    inner = zipped({"deep.txt": b"deep"})
    records = land("x.zip", zipped({"in.zip": inner, "rows.jsonl": b'{"text": "row"}\n'}))
    assert outcome(records) == [
        ("member:in.zip!member:deep.txt", "kept"),
        ("member:rows.jsonl!line:1", "kept"),
    ]


@pytest.mark.parametrize("wrap", [lambda data: zipped({"n.zip": data}), gzip.compress])
def test_archives_beyond_the_depth_are_a_failure(land, wrap):
    content = zipped({"deep.txt": b"deep"})
    assert outcome(land("n.zip", wrap(content)))[0][1] == "kept"
    records = land("n.zip", wrap(wrap(content)))
    assert [record.failure.rule for record in records] == ["container.too_deep"]


def test_repeated_and_odd_names_keep_locators_apart(land):
    names = ["a.txt", "b.txt", "b!member:c.txt", "b%21member:c.txt", "line\nbreak.txt"]
    content = zipped(dict.fromkeys(names, b"x")).replace(b"b.txt", b"a.txt")
    locators = [record.locator for record in land("x.zip", content)]
    assert len(set(locators)) == 5
    assert locators[1] == "member:a.txt!duplicate:2"
    assert all(locator.isprintable() for locator in locators)


@pytest.mark.parametrize("name", ["../up.txt", "/etc/passwd", "a/../../b.txt", "..\\up.txt", "C:\\x.txt"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_are_refused(land, pack, name):
    records = land("x", pack({name: b"secret", "fine.txt": b"fine"}))
    assert [rule for _, rule in outcome(records)] == ["container.path_traversal", "kept"]
    assert records[0].data == b""


def test_links_devices_and_pipes_in_a_tar_are_refused(land):
    special = []
    for number, kind in enumerate(
        (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    ):
        info = tarfile.TarInfo(f"special{number}")
        info.type, info.linkname = kind, "fine.txt"
        special.append(info)
    rules = [rule for _, rule in outcome(land("x.tar", tarred({"fine.txt": b"fine"}, *special)))]
    assert rules == ["kept"] + ["container.special_file"] * 5


def test_a_symbolic_link_in_a_zip_is_refused(land):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert outcome(land("x.zip", buffer.getvalue())) == [("member:link", "container.special_file")]


def test_an_encrypted_member_is_named_and_the_next_is_read(land):
    content = bytearray(zipped({"a.txt": b"locked", "b.txt": b"open"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag stands in both headers
        content[content.index(mark) + offset] |= 1
    assert outcome(land("x.zip", bytes(content))) == [
        ("member:a.txt", "container.encrypted"),
        ("member:b.txt", "kept"),
    ]


def test_a_zip_bomb_costs_one_member_and_little_memory(land):
    content = zipped({"bomb.txt": bytes(64 * KIB * KIB), "fine.txt": b"fine"})
    tracemalloc.start()
    records = land("x.zip", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcome(records) == [("member:bomb.txt", "container.expansion_ratio"), ("member:fine.txt", "kept")]
    assert records[0].failure.value > 100
    assert peak < 24 * KIB * KIB


def test_a_header_that_understates_the_size_is_not_believed(land):
    content = bytearray(zipped({"bomb.txt": bytes(8 * KIB * KIB)}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    (record,) = land("x.zip", bytes(content))
    assert record.failure is not None
    assert record.data == b""


def test_a_compressed_tar_bomb_stops_the_file_with_what_came_before(land):
    content = gzip.compress(tarred({"fine.txt": b"fine", "bomb.txt": bytes(32 * KIB * KIB)}))
    assert outcome(land("x.tgz", content)) == [
        ("member:fine.txt", "kept"),
        ("rest", "container.expansion_ratio"),
    ]


def test_the_expanded_total_is_shared_by_nested_archives(land):
    inner = zipped({"n.bin": noise(40 * KIB)})
    outer = zipped({f"{number}.zip": inner for number in range(4)})
    records = land("x.zip", outer, max_expanded_bytes=200 * KIB)
    rules = [rule for _, rule in outcome(records)]
    assert rules.count("kept") == 2
    assert rules[-1] == "container.too_large"
    assert records[-1].locator == "rest"


def test_size_and_number_of_members_are_limited(land):
    records = land("x.zip", zipped({"big.txt": noise(2 * KIB), "fine.txt": b"fine"}), max_member_bytes=KIB)
    assert [rule for _, rule in outcome(records)] == ["container.member_too_large", "kept"]
    for pack in (zipped, tarred):
        records = land("x", pack({f"{number}.txt": b"x" for number in range(5)}), max_members=3)
        assert records[-1].failure.rule == "container.too_many_members"


def test_a_landed_file_is_limited_too(land):
    assert outcome(land("a.txt", b"x" * 20, max_file_bytes=10)) == [("", "file.too_large")]
    assert outcome(land("a.txt", b"x" * 20, max_member_bytes=10)) == [("", "file.too_large")]
    assert outcome(land("a.txt", b"")) == [("", "file.empty")]
    assert outcome(land("a.zip", b"")) == [("", "file.empty")]


@pytest.mark.parametrize("content", [zipped({}), tarred({}), zipped({"dir/": b""})])
def test_an_empty_archive_is_a_row(land, content):
    assert outcome(land("x.tar", content)) == [("", "container.empty")]


@pytest.mark.parametrize("cut", range(520, 5000, 97))
def test_a_cut_tar_never_ends_silently(land, cut):
    members = {f"{number}.txt": noise(700) for number in range(3)}
    records = land("x.tar", tarred(members)[:cut])
    assert records[-1].failure is not None
    assert [record.data for record in records[:-1]] == list(members.values())[: len(records) - 1]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_cut_compressed_tar_yields_what_was_whole(land, pack, share):
    content = pack(tarred({f"{number}.bin": noise(200 * KIB) for number in range(5)}))
    records = land("x.tar", content[: int(len(content) * share)])
    kept = [record for record in records if record.failure is None]
    assert [len(record.data) for record in kept] == [200 * KIB] * len(kept)
    assert [record.failure.rule for record in records if record.failure] == ["container.truncated"]


def test_a_damaged_header_within_a_tar_is_not_taken_for_its_end(land):
    content = bytearray(tarred({f"{number}.txt": b"x" for number in range(3)}))
    content[1024 + 148] ^= 0xFF
    assert outcome(land("x.tar", bytes(content))) == [("member:0.txt", "kept"), ("rest", "container.corrupt")]


def test_what_follows_the_end_of_a_tar_is_reported(land):
    both = tarred({"a.txt": b"a"}) + tarred({"b.txt": b"b"})
    assert outcome(land("x.tar", both)) == [("member:a.txt", "kept"), ("rest", "container.trailing_data")]


def test_a_huge_extended_header_of_a_tar_is_not_read(land):
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 1 << 30
    assert outcome(land("x.tar", header.tobuf() + bytes(1024))) == [("", "container.corrupt")]


@pytest.mark.parametrize("magic", [b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"])
def test_containers_without_a_reader_are_named(land, magic):
    assert outcome(land("x", magic + bytes(40))) == [("", "container.unsupported")]


def test_read_fetches_what_expand_showed(tmp_path: Path):
    path = tmp_path / "x"
    path.write_bytes(zipped({"in.tgz": gzip.compress(tarred(MEMBERS)), "b.txt": b"b", "c.txt": b"c"}))
    settings = AcquireSettings()
    records = list(expand(path, "x.zip", settings))
    assert list(expand(path, "x.zip", settings)) == records
    for wanted in ([records[0]], [records[1], records[-1]], records):
        assert list(read(path, "x.zip", {record.locator for record in wanted}, settings)) == wanted


def test_links_and_pipes_in_a_drop_are_not_opened(tmp_path: Path):
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        (record,) = expand(tmp_path / name, name, AcquireSettings())
        assert record.failure is not None
        assert record.failure.rule == "file.special_file"
