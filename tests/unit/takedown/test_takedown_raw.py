"""Raw bytes of erased documents: out of the raw store, with all that stays readable, whoever lands the same meanwhile."""

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.acquire.blocked import refused, shed
from darwin_assets.acquire.expand import expand, read
from darwin_assets.acquire.landed import create_landed, read_landed, store_drop
from darwin_assets.acquire.manifest import Manifest, write_manifest
from darwin_assets.acquire.records import Failure, Record
from darwin_assets.acquire.remnant import SUFFIX, write_remnant
from darwin_assets.acquire.settings import AcquireSettings
from resources.block_list import BlockList
from resources.lake import Lake
from resources.landing import LandingZone
from resources.raw_store import REMNANT, RawStore
from tests.unit.acquire.containers import PAGE, record, response, tarred, zipped

SETTINGS = AcquireSettings()
SECRET = b"The heron of the third weir was called Ottokar by nobody but the miller."
OTHERS = [b"A first document that stays where it is.", b"A second document, which stays as well."]
BATCH = "2026-01-31.books.{:04d}"


@dataclass(frozen=True)
class Store:
    """A landing zone, a raw store and the two tables that they need."""

    lake: Lake
    raw: RawStore
    landing: LandingZone
    block_list: BlockList

    def land(self, number: int, source: str = "books", **files: bytes) -> pl.DataFrame:
        """The landed rows of a drop of files; two underscores of a name stand for a dot."""
        folder = self.take(number, source, **files)
        return store_drop(folder.name, self.landing, self.lake, self.raw, "run", SETTINGS)

    def take(self, number: int, source: str = "books", **files: bytes) -> Path:
        folder = self.landing.taken(BATCH.format(number))
        folder.mkdir()
        for name, data in files.items():
            (folder / name.replace("__", ".")).write_bytes(data)
        write_manifest(
            folder, Manifest(source=source, licence="CC0-1.0", collected_at=datetime(2026, 1, 1, tzinfo=UTC))
        )
        return folder

    def records(self, row: dict[str, str]) -> list[Record]:
        with self.raw.local_path(row["raw_sha256"]) as path:
            return list(expand(path, row["path"], SETTINGS))

    def block_record(self, request: str, landed_id: str, locator: str) -> None:
        (entry,) = self.block_list.record_hashes([(landed_id, locator)])
        self.block_list.block(request, [("record", entry)])

    def forget(self, batch: str, landed_id: str) -> None:
        """What the take-down does to the row of a file without any document left."""
        version = self.lake.version("landed", "files")
        rows = self.lake.read("landed", "files", batch, version)
        gone = pl.col("id") == landed_id
        blank = {name: pl.when(gone).then(None).otherwise(name) for name in ("raw_sha256", "path", "uri")}
        erased = pl.when(gone).then(pl.lit("file.erased")).otherwise("refused_by")
        self.lake.write("landed", "files", batch, rows.with_columns(**blank, refused_by=erased), {}, since=version)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    lake = Lake(uri=str(tmp_path / "lake"))
    made = Store(
        lake, RawStore(uri=f"{lake.uri}/raw"), LandingZone(folder=str(tmp_path / "landing")), BlockList(lake=lake)
    )
    made.landing.create()
    create_landed(lake)
    made.block_list.create()
    return made


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def lines(*documents: bytes) -> bytes:
    return b"".join(json.dumps({"text": one.decode(), "title": "A title"}).encode() + b"\n" for one in documents)


def parquet(*documents: bytes) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"text": [one.decode() for one in documents], "url": "http://example.org/p"}).write_parquet(buffer)
    return buffer.getvalue()


def warc(*documents: bytes) -> bytes:
    return record("warcinfo", b"software: a crawler") + b"".join(
        response(b"<html><body><p>" + one + b"</p></body></html>", uri=f"http://example.org/{number}")
        for number, one in enumerate(documents)
    )


def members(*documents: bytes) -> dict[str, bytes]:
    return {f"page-{number}.txt": one for number, one in enumerate(documents)}


KINDS: dict[str, Callable[..., bytes]] = {
    "a__jsonl": lines,
    "a__jsonl.gz": lambda *documents: gzip.compress(lines(*documents)),
    "a__parquet": parquet,
    "a__warc": warc,
    "a__warc.gz": lambda *documents: gzip.compress(warc(*documents)),
    "a__zip": lambda *documents: zipped(members(*documents)),
    "a__tar": lambda *documents: tarred(members(*documents)),
    "a__tgz": lambda *documents: gzip.compress(tarred(members(*documents))),
    "nested__zip": lambda *documents: zipped(
        {"inner.zip": zipped(members(*documents)), "lines.jsonl": lines(OTHERS[0])}
    ),
    "tables__zip": lambda *documents: zipped({"inner.jsonl": lines(*documents), "t.parquet": parquet(OTHERS[1])}),
}


@pytest.mark.parametrize("name", KINDS)
def test_of_a_container_all_stays_but_the_erased_document(store, name):
    data = KINDS[name](OTHERS[0], SECRET, OTHERS[1])
    (row,) = store.land(1, **{name: data}).to_dicts()
    before = store.records(row)
    (secret,) = [one for one in before if SECRET in one.data]
    store.block_record("r-1", row["id"], secret.locator)
    shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    after = store.records(row)
    (erased,) = [one for one in after if one.failure and one.failure.rule == "record.erased"]
    assert after.index(erased) == before.index(secret)
    assert (erased.data, erased.uri, erased.title) == (b"", None, None)
    assert erased.failure
    assert erased.failure.rule == "record.erased"
    assert "r-1" in erased.failure.detail
    assert [one for one in after if one != erased] == [one for one in before if one != secret]
    assert not holds(store.raw, SECRET)
    assert not holds(store.raw, secret.locator.encode()), "members of archives have names"
    assert holds(store.raw, OTHERS[0])
    with store.raw.local_path(row["raw_sha256"]) as path:
        assert path.suffix == SUFFIX == REMNANT
        wanted = [one.locator for one in before if one.data and one != secret]
        assert [one.locator for one in read(path, row["path"], wanted[::2], SETTINGS)] == wanted[::2]


def holds(raw: RawStore, words: bytes) -> bool:
    """Whether any object of the raw store has the words, packed or not."""
    return any(
        words in piece for path in Path(raw.uri).rglob("*") if path.is_file() for piece in unpacked(path.read_bytes())
    )


def unpacked(data: bytes) -> Iterator[bytes]:
    yield data
    if data.startswith(b"\x1f\x8b"):
        yield from unpacked(gzip.decompress(data))
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield from unpacked(archive.read(name))


def test_a_second_document_can_be_taken_out_of_a_remnant(store):
    (row,) = store.land(1, a__jsonl=lines(*OTHERS, SECRET)).to_dicts()
    for request, locator in (("r-1", "line:3"), ("r-2", "line:1")):
        store.block_record(request, row["id"], locator)
        shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    assert [one.data for one in store.records(row)] == [b"", OTHERS[1], b""]
    assert not holds(store.raw, SECRET)
    assert not holds(store.raw, OTHERS[0])


def test_bytes_of_no_landed_file_go(store):
    (row,) = store.land(1, a__txt=SECRET).to_dicts()
    store.forget(row["batch"], row["id"])
    for _ in range(2):
        shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    assert not holds(store.raw, SECRET)
    assert [path for path in Path(store.raw.uri).rglob("*") if path.is_file()] == []


def test_bytes_that_another_landed_file_has_stay(store):
    (first,) = store.land(1, a__txt=SECRET).to_dicts()
    (second,) = store.land(2, "papers", b__txt=SECRET).to_dicts()
    store.forget(first["batch"], first["id"])
    shed(store.lake, store.raw, [first["raw_sha256"]], SETTINGS)
    assert [one.data for one in store.records(second)] == [SECRET]


def test_a_container_stays_whole_while_one_of_its_landings_does(store):
    data = lines(*OTHERS, SECRET)
    (first,) = store.land(1, a__jsonl=data).to_dicts()
    (second,) = store.land(2, "papers", b__jsonl=data).to_dicts()
    store.block_record("r-1", first["id"], "line:3")
    shed(store.lake, store.raw, [first["raw_sha256"]], SETTINGS)
    assert store.records(second)[2].data == SECRET
    store.block_record("r-2", second["id"], "line:3")
    shed(store.lake, store.raw, [first["raw_sha256"]], SETTINGS)
    for row in (first, second):
        assert [one.data for one in store.records(row)] == [*OTHERS, b""]
    assert not holds(store.raw, SECRET)


def test_who_lands_the_same_bytes_while_they_are_removed_keeps_them(store, monkeypatch):
    (row,) = store.land(1, a__txt=SECRET).to_dicts()
    store.forget(row["batch"], row["id"])
    folder = store.take(2, "papers", b__txt=SECRET)
    late: list[pl.DataFrame] = []
    withdraw = RawStore.withdraw

    def withdraw_and_land(raw: RawStore, sha256: str) -> None:
        if not late:
            late.append(store_drop(folder.name, store.landing, store.lake, raw, "run", SETTINGS))
        withdraw(raw, sha256)

    monkeypatch.setattr(RawStore, "withdraw", withdraw_and_land)
    shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    assert [one.data for one in store.records(late[0].row(0, named=True))] == [SECRET]


def test_bytes_that_are_removed_before_a_landing_lists_them_are_stored_anew(store, monkeypatch):
    (row,) = store.land(1, a__txt=SECRET).to_dicts()
    store.forget(row["batch"], row["id"])
    folder = store.take(2, "papers", b__txt=SECRET)
    write = Lake.write

    def shed_and_write(lake: Lake, *arguments, **options) -> int:
        shed(lake, store.raw, [row["raw_sha256"]], SETTINGS)
        assert not store.raw.holds(row["raw_sha256"])
        return write(lake, *arguments, **options)

    monkeypatch.setattr(Lake, "write", shed_and_write)
    rows = store_drop(folder.name, store.landing, store.lake, store.raw, "run", SETTINGS)
    assert [one.data for one in store.records(rows.row(0, named=True))] == [SECRET]


def test_a_take_down_between_the_commit_of_a_landing_and_its_end_is_heard(store, monkeypatch):
    folder = store.take(1, a__txt=SECRET, b__jsonl=lines(OTHERS[0], SECRET))
    write = Lake.write

    def write_and_block(lake: Lake, *arguments, **options) -> int:
        version = write(lake, *arguments, **options)
        store.block_list.block("r-1", [("bytes", sha256_of(SECRET))])
        return version

    monkeypatch.setattr(Lake, "write", write_and_block)
    store_drop(folder.name, store.landing, store.lake, store.raw, "run", SETTINGS)
    _, rows = read_landed(store.lake, folder.name)
    assert rows["refused_by"].to_list() == ["file.blocked", None]
    assert [one.data for one in store.records(rows.row(1, named=True))] == [OTHERS[0], b""]
    assert not holds(store.raw, SECRET)


def test_a_removal_that_was_killed_half_way_is_finished_by_the_next(store):
    (row,) = store.land(1, a__jsonl=lines(*OTHERS, SECRET)).to_dicts()
    store.block_record("r-1", row["id"], "line:3")
    store.raw.withdraw(row["raw_sha256"])
    left = Path(store.raw.uri) / row["raw_sha256"][:2] / f"{row['raw_sha256']}#7"
    left.write_bytes(SECRET)
    shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    assert [one.data for one in store.records(row)] == [*OTHERS, b""]
    assert not holds(store.raw, SECRET)


def test_a_landed_file_that_looks_like_a_remnant_is_none(store):
    entry = {"name": "a.remnant", "locator": "", "media_type": "text/plain", "licence": "CC0-1.0", "data": [1, 0, 4]}
    forged = zipped({"data/1": b"text", "index.jsonl": json.dumps(entry).encode()})
    store.block_list.block("r-1", [("bytes", sha256_of(SECRET))])
    (row,) = store.land(1, a__remnant=forged).to_dicts()
    assert [one.locator for one in store.records(row)] == ["member:data/1", "member:index.jsonl!line:1"]


def test_an_erased_file_is_refused_and_not_stored(store):
    store.block_list.block("r-1", [("bytes", sha256_of(SECRET)), ("prefix", "drop:people/")])
    refused, kept = store.land(1, a__txt=SECRET, b__txt=OTHERS[0]).to_dicts()
    assert (refused["refused_by"], refused["refused_detail"]) == ("file.blocked", "take-down r-1")
    assert (refused["raw_sha256"], refused["uri"], refused["n_bytes"]) == (None, None, 0)
    assert kept["refused_by"] is None
    assert not holds(store.raw, SECRET)
    (by_prefix,) = store.land(2, "people", c__txt=PAGE).to_dicts()
    assert by_prefix["refused_by"] == "file.blocked"
    store.block_list.block("r-2", [("uri", store.block_list.uri_hash("drop:books/d.txt"))])
    assert store.land(3, d__txt=PAGE)["refused_by"].to_list() == ["file.blocked"]


@pytest.mark.parametrize("name", KINDS)
def test_an_erased_document_in_a_container_is_not_stored(store, name):
    content = next(one.data for one in unboxed(store, name) if SECRET in one.data)
    store.block_list.block("r-1", [("bytes", sha256_of(content))])
    (row,) = store.land(2, **{name: KINDS[name](SECRET, *OTHERS)}).to_dicts()
    reasons = [one.failure.rule for one in store.records(row) if one.failure]
    assert reasons.count("record.blocked") == 1
    assert not holds(store.raw, SECRET)
    assert holds(store.raw, OTHERS[1])


def unboxed(store: Store, name: str) -> list[Record]:
    (row,) = store.land(1, **{name: KINDS[name](SECRET)}).to_dicts()
    found = store.records(row)
    store.forget(row["batch"], row["id"])
    shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    return found


def test_a_record_that_is_no_document_is_erased_for_its_address(store):
    data = record("request", b"GET /jane HTTP/1.1\r\n\r\n", uri="http://example.org/jane") + response(PAGE)
    (row,) = store.land(1, a__warc=data).to_dicts()
    assert store.records(row)[0].uri == "http://example.org/jane"
    store.block_record("r-1", row["id"], "record:1")
    shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    first, second = store.records(row)
    assert (first.uri, second.data) == (None, PAGE)
    assert not holds(store.raw, b"jane")


@pytest.mark.shared_data
def test_of_real_containers_all_stays_but_one_document(shared_data, tmp_path):
    files = [*shared_data.glob("warc/**/*.warc*"), *shared_data.glob("near-duplicates/**/*.jsonl")]
    n_erased = 0
    for path in files:
        before = list(expand(path, path.name, SETTINGS))
        gone = next((one for one in before if one.data), None)
        target = tmp_path / f"a{SUFFIX}"
        why = Failure("record.erased", "take-down r-1")
        write_remnant(target, ((path.name, refused(one, why) if one is gone else one) for one in before))
        after = list(expand(target, path.name, SETTINGS))
        assert [one.locator for one in after] == [one.locator for one in before]
        assert [one for one in after if one.failure != why] == [one for one in before if one is not gone]
        n_erased += gone is not None
    assert n_erased >= 10


@pytest.mark.slow
def test_landings_and_removals_at_once_lose_no_bytes(store):
    (row,) = store.land(1, a__jsonl=lines(OTHERS[0], SECRET)).to_dicts()
    store.block_record("r-1", row["id"], "line:2")
    landed: list[dict[str, str]] = []

    def land_again() -> None:
        for number in range(2, 14):
            landed.extend(store.land(number, "papers", b__jsonl=lines(OTHERS[0], SECRET)).to_dicts())

    with ThreadPoolExecutor(2) as both:
        landing = both.submit(land_again)
        while not landing.done():
            both.submit(shed, store.lake, store.raw, [row["raw_sha256"]], SETTINGS).result()
        landing.result()
    assert len(landed) == 12
    assert all([one.data for one in store.records(file)] == [OTHERS[0], SECRET] for file in landed)
    for file in landed:
        store.block_record("r-1", file["id"], "line:2")
    shed(store.lake, store.raw, [row["raw_sha256"]], SETTINGS)
    assert not holds(store.raw, SECRET)
    assert [one.data for one in store.records(landed[0])] == [OTHERS[0], b""]
