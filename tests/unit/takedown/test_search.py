"""A copy of an erased text, planted in each kind of place, is found and named there; a clean project gives none."""

import bz2
import gzip
import io
import json
import lzma
import os
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from darwin_assets.project import Project
from darwin_assets.takedown.findings import Findings
from darwin_assets.takedown.places import places_of
from darwin_assets.takedown.search import search
from darwin_assets.takedown.search_settings import SearchSettings
from darwin_assets.takedown.windows import fingerprints, shared
from tests.published import publish

TEXT = (
    'The tide at the mole stood four metres high when the lamp of the "harbour master" went out for good.\n'
    "Nobody in the town had seen such water since the winter in which the bridge was lost to the ice.\n"
) * 2
OTHER = (
    "Glass is drawn into fibres at a thousand degrees, and cooled so fast that no crystal has the time to grow. " * 3
)
KEYS = fingerprints([TEXT.encode()])


def found(project: Project, instance: dg.DagsterInstance | None = None) -> Findings:
    return search(places_of(project, instance), KEYS)


def lake(project: Project) -> Path:
    return Path(project.lake.uri)


def in_zip(data: bytes, name: str = "a.html") -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("first.txt", OTHER)
        archive.writestr(name, data)
    return whole.getvalue()


def in_tar(data: bytes) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return whole.getvalue()


def in_warc(data: bytes) -> bytes:
    body = gzip.compress(data)
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + body
    header = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"WARC-Target-URI: https://example.org/\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return header.encode() + http + b"\r\n\r\n"


def in_parquet(data: bytes) -> bytes:
    whole = io.BytesIO()
    rows = pl.DataFrame({"url": ["u", "v"], "body": [OTHER, data.decode()]})
    rows.write_parquet(whole, compression="zstd", statistics=False)
    return whole.getvalue()


def in_database(data: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE notes (n INTEGER, packed BLOB)")
        database.execute("INSERT INTO notes VALUES (1, ?)", (zlib.compress(data),))
        database.commit()
        return bytes(database.serialize())


PACKINGS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "plain": (lambda data: data, ""),
    "json": (lambda data: json.dumps({"text": data.decode()}).encode(), ""),
    "gzip": (gzip.compress, "unpacked"),
    "bzip2": (bz2.compress, "unpacked"),
    "xz": (lzma.compress, "unpacked"),
    "zip": (in_zip, "member 2"),
    "office document": (lambda data: in_zip(data, "word/document.xml"), "member 2"),
    "tar": (in_tar, ""),
    "tar.gz": (lambda data: gzip.compress(in_tar(data)), "unpacked"),
    "zip in tar.xz": (lambda data: lzma.compress(in_tar(in_zip(data))), "unpacked, member 1, member 2"),
    "warc.gz": (lambda data: gzip.compress(in_warc(data)), "unpacked, record:1"),
    "parquet": (in_parquet, "column body"),
    "parquet in zip": (lambda data: in_zip(in_parquet(data)), "member 2, column body"),
    "database": (in_database, "table notes, unpacked of row 1"),
    "database in gzip": (lambda data: gzip.compress(in_database(data)), "unpacked, table notes, unpacked of row 1"),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_copy_in_the_raw_store_is_found_however_it_is_packed(project: Project, packing: str) -> None:
    pack, where = PACKINGS[packing]
    file = lake(project) / "raw/ab/abcd"
    file.parent.mkdir(parents=True)
    file.write_bytes(pack(OTHER.encode()))
    assert found(project).clean
    file.write_bytes(pack(TEXT.encode()))
    findings = found(project)
    assert {(hit.place, hit.file, hit.where) for hit in findings.hits if hit.where == where} == {
        ("lake", "raw/ab/abcd", where)
    }
    assert not findings.clean
    assert "tide" not in json.dumps(findings.as_json()) + repr(findings)


def test_a_published_row_is_found_and_named(project: Project) -> None:
    publish(project, "L1", "b", [OTHER])
    assert found(project).clean
    rows = publish(project, "L1", "c", [OTHER, TEXT])
    hits = found(project).hits
    assert {hit.row for hit in hits} == {rows["id"][1]}
    assert {hit.where for hit in hits} == {"column text"}
    assert {hit.file.split("/")[0] for hit in hits} == {"candidate", "published"}


def test_values_in_lists_and_structs_are_found(project: Project) -> None:
    nested = [{"windows": [{"kept": "no"}]}, {"windows": [{"kept": OTHER}, {"kept": TEXT}]}]
    rows = pl.DataFrame({"id": ["one", "two"], "tags": [[OTHER, TEXT], []], "work": nested})
    rows.write_parquet(lake(project) / "orphan.parquet", statistics=False)
    assert {(hit.where, hit.row) for hit in found(project).hits} == {
        ("column tags", "one"), ("column work.windows.kept", "two"),
    }  # fmt: skip


def test_rows_far_into_a_table_are_named_too(project: Project) -> None:
    rows = pl.DataFrame({"id": [str(one) for one in range(5000)], "text": [OTHER] * 4321 + [TEXT] + [OTHER] * 678})
    rows.write_parquet(lake(project) / "orphan.parquet", statistics=False)
    assert {hit.row for hit in found(project).hits} == {"4321"}


def test_the_delta_log_and_its_checkpoints_are_searched(project: Project) -> None:
    from deltalake import CommitProperties, DeltaTable, write_deltalake

    uri = str(lake(project) / "published/T")
    commit = CommitProperties(custom_metadata={"note": TEXT})
    write_deltalake(uri, pl.DataFrame({"n": [1], "text": [TEXT]}), commit_properties=commit)
    table = DeltaTable(uri)
    table.delete()
    table.vacuum(0, dry_run=False, enforce_retention_duration=False)
    table.create_checkpoint()
    names = {hit.file.rpartition("/")[2] for hit in found(project).hits}
    assert names == {"00000000000000000000.json"}, "the statistics hold too little of it, the note all"
    checkpoint = next((lake(project) / "published/T/_delta_log").glob("*.checkpoint.parquet"))
    pl.DataFrame({"add": [{"path": "x", "stats": json.dumps({"maxValues": {"text": TEXT}})}]}).write_parquet(checkpoint)
    assert any(hit.where == "column add.stats" for hit in found(project).hits)


@pytest.mark.parametrize("folder", ["incoming/x", "taken/x", "quarantined/x"])
def test_the_landing_zone_is_searched(project: Project, folder: str) -> None:
    path = project.work.landing() / folder / "a.txt"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT, encoding="utf-8")
    assert {(hit.place, hit.file) for hit in found(project).hits} == {("landing zone", f"{folder}/a.txt")}


def test_the_home_beside_them_is_searched_once(project: Project) -> None:
    (Path(project.work.home) / "notes.txt").write_text(TEXT, encoding="utf-8")
    assert {(hit.place, hit.file) for hit in found(project).hits} == {("home", "notes.txt")}


def test_what_a_killed_process_left_in_the_temporary_folder_is_searched(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    names = ("darwin-remnant-1/remnant", "darwin-raw-2", "darwin-raw-of-a-running-one", "lake-of-others/darwin-raw-3")
    for name in names:
        path = tmp_path / "temporary" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT, encoding="utf-8")
        if name != names[2]:
            os.utime(path, (0, 0))
    assert {(hit.place, hit.file) for hit in found(project).hits} == {("temporary files", name) for name in names[:2]}


def test_dagsters_rows_logs_and_snapshots_are_searched(project: Project, instance: dg.DagsterInstance) -> None:
    assert found(project, instance).clean
    instance.report_runless_asset_event(dg.AssetMaterialization("a", metadata={"preview": dg.MetadataValue.md(TEXT)}))
    wheres = {(Path(hit.file).name, hit.where) for hit in found(project, instance).hits}
    assert {("index.db", "table event_logs"), ("index.db", "table asset_keys")} <= wheres
    log = Path(instance.root_directory) / "storage/run/compute_logs/step.out"
    log.parent.mkdir(parents=True)
    log.write_text(TEXT, encoding="utf-8")
    assert "storage/run/compute_logs/step.out" in {hit.file for hit in found(project, instance).hits}


def test_a_value_in_the_write_ahead_log_is_found(project: Project) -> None:
    path = project.work.dagster_home() / "some.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (?)", (TEXT,))
        database.commit()
        hits = found(project).hits
        assert {hit.file for hit in hits} == {"some.db", "some.db-wal"}
        assert {(hit.where, hit.row) for hit in hits if hit.file == "some.db"} == {("table t", "1")}


def test_a_deleted_value_on_a_free_page_is_found(project: Project) -> None:
    path = project.work.dagster_home() / "some.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (?)", (TEXT * 100,))
        database.commit()
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("DELETE FROM t")
        database.commit()
    assert {(hit.file, hit.where) for hit in found(project).hits} == {("some.db", "")}


def test_a_passage_shared_with_a_row_that_stays_is_no_finding(project: Project) -> None:
    half = TEXT[:150]
    publish(project, "L1", "b", [OTHER + half])
    told = shared(KEYS, [("row", (OTHER + half).encode())])
    assert not found(project).clean
    findings = search(places_of(project), KEYS, told)
    assert findings.clean
    assert findings.shared_rows == {"row": findings.n_shared}
    assert 0 < findings.n_shared < findings.n_windows


def test_what_cannot_be_opened_is_named(project: Project) -> None:
    raw = lake(project) / "raw/ab"
    raw.mkdir(parents=True)
    (raw / "zstd").write_bytes(b"\x28\xb5\x2f\xfd" + b"x" * 50)
    (raw / "cut").write_bytes(gzip.compress(TEXT.encode())[:-20])
    (raw / "broken").write_bytes(b"PAR1" + b"x" * 50)
    (raw / "damaged").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    (raw / "no.zip").write_bytes(b"PK\x03\x04" + b"x" * 50)
    deep = b"x"
    for _ in range(SearchSettings().max_depth + 2):
        deep = gzip.compress(deep)
    (raw / "deep").write_bytes(deep)
    gaps = {Path(gap.file).name: gap.reason for gap in found(project).gaps}
    assert set(gaps) == {"zstd", "cut", "broken", "damaged", "no.zip", "deep"}
    assert gaps["zstd"] == "Zstandard"
    assert gaps["deep"] == "too deep"


def test_what_came_before_a_break_is_searched(project: Project) -> None:
    packed = gzip.compress(TEXT.encode() + os.urandom(100_000))
    (lake(project) / "cut.gz").write_bytes(packed[:-50_000])
    (lake(project) / "cut.tar.gz").write_bytes(gzip.compress(in_tar(TEXT.encode() + os.urandom(100_000)))[:-50_000])
    findings = found(project)
    assert {hit.file for hit in findings.hits} == {"cut.gz", "cut.tar.gz"}
    assert {gap.file for gap in findings.gaps} == {"cut.gz", "cut.tar.gz"}


def test_a_bomb_is_stopped_and_named(project: Project) -> None:
    (lake(project) / "bomb").write_bytes(gzip.compress(b"\0" * 10_000_000))
    settings = SearchSettings(max_expanded_bytes=1_000_000)
    findings = search(places_of(project), KEYS, None, settings)
    assert [(gap.file, gap.reason) for gap in findings.gaps] == [("bomb", "too large")]


def test_a_member_larger_than_memory_goes_to_disk_and_is_searched(project: Project) -> None:
    (lake(project) / "a.gz").write_bytes(gzip.compress(OTHER.encode() * 5000 + TEXT.encode()))
    findings = search(places_of(project), KEYS, None, SearchSettings(memory_bytes=100_000))
    assert {hit.where for hit in findings.hits} == {"unpacked"}


def test_the_search_counts_files_and_bytes(project: Project) -> None:
    findings = found(project)
    files = [Path(folder, name) for folder, _, names in os.walk(project.lake.uri) for name in names]
    assert findings.searched["lake"]["files"] == len(files)
    assert findings.searched["lake"]["bytes"] == sum(path.stat().st_size for path in files)
    assert findings.n_windows == len(KEYS)
