"""The landing zone: settling, taking, setting aside; on a real folder."""

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from darwin_assets.acquire.intake import take
from darwin_assets.acquire.landed import _keeper
from darwin_assets.acquire.manifest import read_manifest
from darwin_assets.acquire.records import Failure
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.landing_desk import land_path
from darwin_assets.project import Project, open_project
from resources.block_list import BlockList
from resources.chain import Chain
from resources.errors import DarwinError
from resources.lake import Lake
from resources.landing import DONE_MARKER, REASON_FILE, Drop, LandingZone
from resources.raw_store import RawStore

TODAY = date(2026, 1, 31)
MANIFEST = "source: books\nlicence: CC-BY-4.0\n"


@pytest.fixture
def zone(tmp_path: Path) -> LandingZone:
    made = LandingZone(folder=str(tmp_path / "landing"))
    made.create()
    return made


@pytest.fixture
def put(zone):
    def put(name: str, manifest: str | None = MANIFEST, **files: str) -> Path:
        folder = Path(zone.folder) / "incoming" / name
        folder.mkdir()
        for file, text in (files or {"page": "Some words."}).items():
            (folder / f"{file}.txt").write_text(text, encoding="utf-8")
        if manifest is not None:
            (folder / "manifest.yaml").write_text(manifest, encoding="utf-8")
        return folder

    return put


def only(zone: LandingZone) -> Drop:
    (drop,) = zone.drops()
    return drop


def quarantined(zone: LandingZone) -> Path:
    (folder,) = (Path(zone.folder) / "quarantined").iterdir()
    return folder


def test_a_drop_that_grows_looks_different(zone, put):
    folder = put("books")
    first = only(zone)
    (folder / "page.txt").write_text("Some words more.", encoding="utf-8")
    second = only(zone)
    (folder / "another.txt").touch()
    assert len({first.signature, second.signature, only(zone).signature}) == 3


def test_a_drop_that_holds_still_looks_the_same(zone, put):
    put("books")
    assert only(zone).signature == only(zone).signature


def test_a_marker_says_that_a_drop_is_complete(zone, put):
    folder = put("books")
    assert not only(zone).done
    (folder / DONE_MARKER).touch()
    assert only(zone).done


def test_hidden_folders_are_being_written(zone, put):
    put(".books.123")
    assert zone.drops() == []


def test_drops_come_in_order_of_age(zone, put):
    for age, name in ((30, "third"), (10, "first"), (20, "second")):
        for path in put(name).iterdir():
            os.utime(path, (age, age))
    assert [drop.path.name for drop in zone.drops()] == ["first", "second", "third"]


def test_a_taken_drop_stands_under_its_key(zone, put):
    put("books")
    intake = take(zone, only(zone), TODAY)
    assert intake.batch == "2026-01-31.books.0001"
    assert (zone.taken(intake.batch) / "page.txt").is_file()
    assert zone.drops() == []


def test_keys_of_a_day_and_source_are_counted(zone, put):
    batches = []
    for name in ("a", "b", "c"):
        put(name)
        batches.append(take(zone, only(zone), TODAY).batch)
    put("d", "source: papers\nlicence: CC0-1.0\n")
    batches += [take(zone, only(zone), TODAY).batch]
    put("e")
    batches += [take(zone, only(zone), date(2026, 2, 1)).batch]
    assert batches == [
        "2026-01-31.books.0001",
        "2026-01-31.books.0002",
        "2026-01-31.books.0003",
        "2026-01-31.papers.0001",
        "2026-02-01.books.0001",
    ]


def test_a_key_is_never_used_twice(zone, put):
    put("books")
    first = take(zone, only(zone), TODAY).batch
    zone.release(first)
    put("more")
    assert take(zone, only(zone), TODAY).batch == "2026-01-31.books.0002"


def test_of_many_that_take_one_drop_exactly_one_wins(zone, put):
    for attempt in range(20):
        put(f"books-{attempt}")
        drop = only(zone)
        barrier = threading.Barrier(8)
        found = []

        def grab(drop=drop, barrier=barrier, found=found) -> None:
            barrier.wait()
            found.append(take(zone, drop, TODAY))

        threads = [threading.Thread(target=grab) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8, "a loser raised instead of standing back"
        assert sum(intake.batch is not None for intake in found) == 1
        assert [intake.refused for intake in found if intake.refused] == []
    assert len(zone.taken_keys()) == 20
    assert list((Path(zone.folder) / "quarantined").iterdir()) == []


def test_many_drops_taken_at_once_never_share_a_key(zone, put):
    drops = []
    for number in range(12):
        put(f"books-{number}", page=f"Text {number}.")
    drops = zone.drops()
    barrier = threading.Barrier(len(drops))
    found = []

    def grab(drop: Drop) -> None:
        barrier.wait()
        found.append(take(zone, drop, TODAY))

    threads = [threading.Thread(target=grab, args=(drop,)) for drop in drops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [intake.batch for intake in found]
    assert None not in keys
    assert len(set(keys)) == 12
    texts = {(zone.taken(key) / "page.txt").read_text(encoding="utf-8") for key in keys}
    assert len(texts) == 12


def test_release_empties_and_keeps_the_key(zone, put):
    folder = put("books")
    (folder / "deep").mkdir()
    (folder / "deep" / "page.txt").write_text("Words.", encoding="utf-8")
    batch = take(zone, only(zone), TODAY).batch
    zone.release(batch)
    assert [path.name for path in zone.taken(batch).iterdir()] == [DONE_MARKER]
    assert zone.taken_keys() == [batch]
    zone.release(batch)


def test_releasing_what_is_not_there_is_no_error(zone):
    zone.release("2026-01-31.books.0001")
    assert zone.taken_keys() == []


def test_release_removes_a_link_and_not_what_it_points_to(zone, put, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.txt").write_text("Keep me.", encoding="utf-8")
    folder = put("books")
    (folder / "file-link.txt").symlink_to(elsewhere / "precious.txt")
    (folder / "folder-link").symlink_to(elsewhere)
    zone.release(take(zone, only(zone), TODAY).batch)
    assert (elsewhere / "precious.txt").read_text(encoding="utf-8") == "Keep me."


def test_a_loose_file_is_set_aside(zone):
    (Path(zone.folder) / "incoming" / "book.pdf").write_bytes(b"%PDF")
    intake = take(zone, only(zone), TODAY)
    assert "not a file or a link" in intake.refused
    assert {path.name for path in quarantined(zone).iterdir()} == {"book.pdf", REASON_FILE}
    assert zone.drops() == []


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (None, "put a manifest.yaml with 'source' and 'licence'"),
        ("source: My Books\nlicence: CC0-1.0\n", "source: use up to 40 of a-z, 0-9"),
        ("source: books\nlicence: free for all\n", "licence: "),
        ("source: books\n", "licence: Field required"),
        ("source: books\nlicence: CC0-1.0\nlicense: MIT\n", "license: there is no such field: is licence meant"),
        ("source: [books\n", "not YAML: line 2"),
        ("just words\n", "must hold fields such as 'source: my-books'"),
        (
            "source: books\nlicence: CC0-1.0\noverrides: [{path: b/*.txt, licence: MIT}]\n",
            "matches no file of the drop",
        ),
    ],
)
def test_the_reason_stands_beside_the_files_in_words(zone, put, manifest, said):
    put("books", manifest)
    intake = take(zone, only(zone), TODAY)
    reason = (quarantined(zone) / REASON_FILE).read_text(encoding="utf-8")
    assert intake.batch is None
    assert said in reason
    assert reason == intake.refused + "\n"
    assert (quarantined(zone) / "page.txt").is_file()
    assert quarantined(zone).name.endswith("-books")


def test_a_drop_without_documents_is_set_aside(zone, put):
    folder = put("books")
    (folder / "page.txt").unlink()
    assert take(zone, only(zone), TODAY).refused == "the drop holds no documents"


def test_two_manifests_are_one_too_many(zone, put):
    folder = put("books")
    (folder / "manifest.json").write_text(json.dumps({"source": "books", "licence": "MIT"}), encoding="utf-8")
    assert "keep one" in take(zone, only(zone), TODAY).refused


def test_a_day_has_an_end(zone, put):
    (Path(zone.folder) / "taken" / "2026-01-31.books.9999").mkdir()
    put("books")
    assert "use another source name" in take(zone, only(zone), TODAY).refused


NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")


@contextmanager
def nobody() -> Iterator[None]:
    """The service runs as another user than the one who has put files there."""
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder of nobody's that all may enter; those of pytest are root's alone."""
    folder = Path(tempfile.mkdtemp(prefix="darwin-landing-"))
    folder.chmod(0o755)
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def zone_of_nobody(shared: Path) -> LandingZone:
    made = LandingZone(folder=str(shared / "landing"))
    with nobody():
        made.create()
    return made


def drop_of_root(zone: LandingZone, folder_mode: int, **modes: int) -> Path:
    """A folder that root has put into `incoming/`, with the modes of what stands in it."""
    folder = Path(zone.folder) / "incoming" / "books"
    (folder / "chapters").mkdir(parents=True)
    for name, text in (("manifest.yaml", MANIFEST), ("page.txt", "Words."), ("chapters/one.txt", "Words.")):
        (folder / name).write_text(text, encoding="utf-8")
    for name, mode in {"chapters": 0o777, **modes}.items():
        next(folder.glob(f"{name}*")).chmod(mode)
    folder.chmod(folder_mode)
    return folder


@as_root
@pytest.mark.parametrize(
    ("folder_mode", "modes", "fate", "said"),
    [
        (0o755, {}, "left in incoming/", "books is somebody else's"),
        (0o700, {}, "left in incoming/", "books is somebody else's"),
        (0o777, {"manifest": 0o600}, "quarantined", "books/manifest.yaml is somebody else's"),
        (0o777, {"page": 0o600}, "quarantined", "books/page.txt is somebody else's"),
        (0o777, {"chapters": 0o700}, "quarantined", "books/chapters is somebody else's"),
        (0o777, {"chapters": 0o755}, "quarantined", "books/chapters is somebody else's"),
    ],
)
def test_a_drop_that_may_not_be_touched_is_refused_and_told(zone_of_nobody, folder_mode, modes, fate, said):
    drop_of_root(zone_of_nobody, folder_mode, **modes)
    with nobody():
        intake = take(zone_of_nobody, only(zone_of_nobody), TODAY)
    assert (intake.batch, intake.fate) == (None, fate)
    assert said in intake.refused
    assert len(zone_of_nobody.drops()) == intake.stays


@as_root
def test_a_drop_that_all_may_touch_is_taken(zone_of_nobody):
    drop_of_root(zone_of_nobody, 0o777)
    with nobody():
        key = take(zone_of_nobody, only(zone_of_nobody), TODAY).batch
        zone_of_nobody.release(key)
    assert [path.name for path in zone_of_nobody.taken(key).iterdir()] == [DONE_MARKER]


@as_root
def test_a_read_only_folder_is_landed_and_emptied(zone_of_nobody, shared):
    source = shared / "source"
    (source / "chapters").mkdir(parents=True)
    (source / "chapters" / "one.txt").write_text("Words.", encoding="utf-8")
    for folder in (source / "chapters", source):
        folder.chmod(0o555)
    with nobody():
        staging = zone_of_nobody.stage(source, "books")
        (staging / "manifest.yaml").write_text(MANIFEST, encoding="utf-8")
        key = take(zone_of_nobody, zone_of_nobody.arrive(staging, "books"), TODAY).batch
        # as a drop that was taken as it was
        (zone_of_nobody.taken(key) / "chapters").chmod(0o555)
        zone_of_nobody.release(key)
    assert [path.name for path in zone_of_nobody.taken(key).iterdir()] == [DONE_MARKER]


@as_root
def test_a_file_that_may_not_be_read_is_a_row_with_the_reason(tmp_path, shared):
    locked = shared / "page.txt"
    locked.touch(mode=0o600)
    lake = Lake(uri=str(tmp_path / "lake"))
    Chain(lake=lake).create()
    BlockList(lake=lake).create()
    keep = _keeper(lake, RawStore(uri=str(tmp_path / "raw")), AcquireSettings())
    with nobody():
        assert keep(locked, "drop:books/page.txt") == Failure("file.unreadable")


def test_a_link_to_nothing_is_set_aside(zone):
    (Path(zone.folder) / "incoming" / "a-link").symlink_to("nowhere")
    intake = take(zone, only(zone), TODAY)
    assert "not a file or a link" in intake.refused
    assert (quarantined(zone) / "a-link").is_symlink()


def test_a_key_is_looked_for_no_further_when_the_drop_cannot_be_moved(zone, put, monkeypatch):
    put("books")
    drop = only(zone)
    tried = []

    def rename(path: Path, target: Path) -> None:
        tried.append(target)
        raise PermissionError(13, "Permission denied", str(path))

    # a folder of somebody else's, as a user who may change permissions but not move it has it
    monkeypatch.setattr(os, "rename", rename)
    intake = take(zone, drop, TODAY)
    assert intake.stays
    assert "Permission denied: " in intake.refused
    assert [path.parent.name for path in tried] == ["taken", "quarantined"]


@pytest.mark.parametrize("below", ["", "deep"])
def test_what_cannot_be_copied_is_named_and_nothing_of_it_stays(zone, tmp_path, below):
    folder = tmp_path / "books" / below
    folder.mkdir(parents=True)
    (folder / "page.txt").write_text("Words.", encoding="utf-8")
    os.mkfifo(folder / "pipe")
    with pytest.raises(DarwinError, match=rf"^{folder / 'pipe'} cannot be copied into the landing zone: .*named pipe"):
        zone.stage(tmp_path / "books", "books")
    with pytest.raises(DarwinError, match=rf"^{folder / 'pipe'} cannot be copied"):
        zone.stage(folder / "pipe", "pipe")
    assert list((Path(zone.folder) / "incoming").iterdir()) == []


@pytest.fixture
def project(home: Path) -> Project:
    """A project with a landing zone; landing needs no tables."""
    opened = open_project()
    opened.landing.create()
    return opened


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "essay.md"
    path.write_text("# Words\n\nSome words.\n", encoding="utf-8")
    return path


def incoming(project) -> list[Path]:
    return list((project.work.landing() / "incoming").iterdir())


def test_landing_a_file_makes_a_batch(project, instance, document):
    batch = land_path(project, instance, document, "essays", "cc-by-4.0", "https://example.org/essays").batch
    assert batch == f"{datetime.now(UTC).date()}.essays.0001"
    assert instance.get_dynamic_partitions("batch") == [batch]
    manifest = (project.landing.taken(batch) / "manifest.yaml").read_text(encoding="utf-8")
    assert "licence: CC-BY-4.0" in manifest
    assert "origin: https://example.org/essays" in manifest
    assert document.is_file()
    assert incoming(project) == []


@pytest.mark.parametrize(
    ("source", "licence", "said"),
    [
        (None, None, "--source and --licence are needed"),
        ("essays", None, "--source and --licence are needed"),
        ("Essays!", "CC0-1.0", "--source: .*a-z, 0-9"),
        ("essays", "whatever", "--licence: "),
    ],
)
def test_a_refused_landing_leaves_nothing_behind(project, instance, document, source, licence, said):
    with pytest.raises(DarwinError, match=said):
        land_path(project, instance, document, source, licence, None)
    assert incoming(project) == []
    assert instance.get_dynamic_partitions("batch") == []


def test_the_landing_zone_cannot_be_landed(project, instance):
    with pytest.raises(DarwinError, match="holds the landing zone itself"):
        land_path(project, instance, project.work.landing().parent, "essays", "CC0-1.0", None)
    assert incoming(project) == []


def test_a_folder_with_a_bad_manifest_is_set_aside(project, instance, tmp_path):
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "manifest.yaml").write_text("source: books\n", encoding="utf-8")
    (folder / "page.txt").write_text("Words.", encoding="utf-8")
    intake = land_path(project, instance, folder, None, None, None)
    assert "licence: Field required" in intake.refused
    assert quarantined(project.landing).joinpath("page.txt").is_file()
    assert (folder / "page.txt").is_file()


def test_what_is_said_stands_in_for_fields_of_the_manifest_and_keeps_the_others(project, instance, tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    (folder / "manifest.json").write_text(
        '{"kind": "evaluation", "source": "step", "licence": "MIT", "reference": "base"}', encoding="utf-8"
    )
    (folder / "samples.jsonl").write_text("{}\n", encoding="utf-8")
    key = land_path(project, instance, folder, "step-9000", None, None).batch
    assert instance.get_dynamic_partitions("evaluation") == [key]
    assert instance.get_dynamic_partitions("batch") == []
    kept = read_manifest(project.landing.taken(key))
    assert (kept.source, kept.kind, kept.reference) == ("step-9000", "evaluation", "base")


def test_a_manifest_of_an_evaluation_is_not_landed_as_documents(project, instance, tmp_path):
    folder = tmp_path / "outputs"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(
        "kind: evaluation\nsource: step\nlicence: MIT\nreference: base\n", encoding="utf-8"
    )
    (folder / "samples.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(DarwinError, match="reference: not for kind: documents"):
        land_path(project, instance, folder, None, None, None, "documents")
    assert incoming(project) == []


def test_what_is_said_stands_in_for_fields_of_the_manifest_and_the_others_stay(project, instance, tmp_path):
    stated = '{"kind": "evaluation", "source": "step", "licence": "MIT", "reference": "base"}'
    folder = outputs_with(tmp_path, "manifest.json", stated)
    key = land_path(project, instance, folder, "step-9000", None, None).batch
    assert instance.get_dynamic_partitions("evaluation") == [key]
    assert instance.get_dynamic_partitions("batch") == []
    kept = read_manifest(project.landing.taken(key))
    assert (kept.source, kept.kind, kept.reference) == ("step-9000", "evaluation", "base")


def test_outputs_of_an_evaluation_are_not_landed_as_documents(project, instance, tmp_path):
    folder = outputs_with(tmp_path, "manifest.yaml", "kind: evaluation\nsource: step\nlicence: MIT\nreference: base\n")
    with pytest.raises(DarwinError, match="reference: not for kind: documents"):
        land_path(project, instance, folder, None, None, None, "documents")
    assert incoming(project) == []


def outputs_with(folder: Path, name: str, manifest: str) -> Path:
    outputs = folder / "outputs"
    outputs.mkdir()
    (outputs / "samples.jsonl").write_text("{}\n", encoding="utf-8")
    (outputs / name).write_text(manifest, encoding="utf-8")
    return outputs
