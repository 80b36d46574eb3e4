"""The landing sensor, tick by tick, on a real folder and a real Dagster instance."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from darwin_assets.automation import CLOSED_LOOP, TO_L3, landing_sensor
from darwin_assets.closed_loop.tables import MANIFESTS_TABLE, create_tables
from resources.chain import Chain
from resources.lake import Lake
from resources.landing import DONE_MARKER, REASON_FILE, LandingZone

MANIFEST = "source: books\nlicence: CC-BY-4.0\n"


@pytest.fixture
def zone(tmp_path: Path) -> LandingZone:
    made = LandingZone(folder=str(tmp_path / "landing"))
    made.create()
    return made


@pytest.fixture
def put(zone):
    def put(name: str, manifest: str | None = MANIFEST, done: bool = False) -> Path:
        folder = Path(zone.folder) / "incoming" / name
        folder.mkdir()
        (folder / "page.txt").write_text(f"Some words of {name}.", encoding="utf-8")
        if manifest is not None:
            (folder / "manifest.yaml").write_text(manifest, encoding="utf-8")
        if done:
            (folder / DONE_MARKER).touch()
        return folder

    return put


class Daemon:
    """What Dagster's daemon does with a tick: it stores partitions and cursor, and remembers the runs asked for."""

    def __init__(self, instance: dg.DagsterInstance, zone: LandingZone, lake: Lake) -> None:
        self.instance, self.zone, self.lake = instance, zone, lake
        self.cursor: str | None = None
        self.runs: list[str] = []

    def tick(self) -> list[str]:
        result = self.evaluate()
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(request.partitions_def_name, request.partition_keys)
        self.cursor = result.cursor
        asked = [request.partition_key for request in result.run_requests or []]
        assert [request.run_key for request in result.run_requests or []] == asked
        self.runs += asked
        return asked

    def evaluate(self) -> dg.SensorResult:
        resources = {"landing": self.zone, "lake": self.lake}
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor, resources=resources)
        result = landing_sensor(context)
        assert isinstance(result, dg.SensorResult)
        return result

    def waiting(self) -> dict[str, str]:
        return json.loads(self.cursor or "{}")


@pytest.fixture
def daemon(tmp_path: Path, zone: LandingZone) -> Iterator[Daemon]:
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        lake = Lake(uri=str(tmp_path / "lake"))
        Chain(lake=lake).create()
        create_tables(lake)
        yield Daemon(instance, zone, lake)


def test_a_drop_with_the_marker_is_taken_at_once(daemon, put):
    put("books", done=True)
    (key,) = daemon.tick()
    assert daemon.zone.taken(key).is_dir()
    assert daemon.instance.get_dynamic_partitions("batch") == [key]


@pytest.mark.slow
def test_a_drop_that_holds_still_is_taken_at_the_second_look(daemon, put):
    put("books")
    assert daemon.tick() == []
    assert list(daemon.waiting()) == ["books"]
    assert len(daemon.tick()) == 1
    assert daemon.waiting() == {}


def test_a_drop_that_still_grows_is_left_alone(daemon, put):
    folder = put("books")
    for number in range(3):
        assert daemon.tick() == []
        (folder / f"page-{number}.txt").write_text("More words.", encoding="utf-8")
    assert daemon.tick() == []
    assert len(daemon.tick()) == 1
    assert len(list(daemon.zone.taken(daemon.runs[0]).glob("page*.txt"))) == 4


def test_a_run_is_asked_for_once(daemon, put):
    put("books", done=True)
    daemon.tick()
    assert [daemon.tick() for _ in range(3)] == [[], [], []]
    assert len(daemon.runs) == 1


@pytest.mark.slow
def test_the_cursor_does_not_grow_with_the_drops(daemon, put):
    sizes = []
    for number in range(50):
        put(f"books-{number}", done=number % 2 == 0)
        daemon.tick()
        sizes.append(len(daemon.cursor))
    daemon.tick()
    assert len(daemon.runs) == len(set(daemon.runs)) == 50
    assert daemon.waiting() == {}
    assert max(sizes) < 100


def test_a_drop_that_is_taken_away_again_leaves_the_cursor(daemon, put):
    folder = put("books")
    daemon.tick()
    folder.rename(folder.parent.parent / "elsewhere")
    daemon.tick()
    assert daemon.waiting() == {}


def test_a_tick_without_a_run_says_why(daemon, put):
    put("a-bad", manifest=None, done=True)
    put("books")
    said = daemon.evaluate().skip_reason.skip_message
    assert "a-bad is quarantined: no manifest" in said
    assert "books is still being written" in said
    put("good", done=True)
    assert daemon.evaluate().skip_reason is None


def test_a_bad_drop_never_blocks_the_next(daemon, put):
    put("a-bad", manifest=None, done=True)
    put("b-good", done=True)
    put("c-bad", manifest="source: [", done=True)
    put("d-good", done=True)
    assert len(daemon.tick()) == 2
    aside = sorted((Path(daemon.zone.folder) / "quarantined").iterdir())
    assert sorted(path.name.split("-", 1)[1] for path in aside) == ["a-bad", "c-bad"]
    assert all((path / REASON_FILE).read_text(encoding="utf-8").strip() for path in aside)
    assert daemon.tick() == []


def test_a_link_to_nothing_never_blocks_the_next(daemon, put):
    (Path(daemon.zone.folder) / "incoming" / "a-link").symlink_to("nowhere")
    put("b-good", done=True)
    assert len(daemon.tick()) == 1
    assert daemon.tick() == []
    (aside,) = (Path(daemon.zone.folder) / "quarantined").iterdir()
    assert aside.name.endswith("-a-link")


def test_a_drop_that_cannot_even_be_moved_is_told_of_at_every_tick_and_blocks_nobody(daemon, put, monkeypatch):
    put("a-foreign", done=False)
    put("b-good", done=True)
    daemon.tick()
    rename = os.rename

    def refusing(path: Path, target: Path) -> None:
        if path.name == "a-foreign":
            raise PermissionError(13, "Permission denied", str(path))
        rename(path, target)

    # root may move everything
    monkeypatch.setattr(os, "rename", refusing)
    for name in ("c-good", "d-good"):
        put(name, done=True)
        assert len(daemon.tick()) == 1
    assert "a-foreign is left in incoming/: Permission denied: " in daemon.evaluate().skip_reason.skip_message
    monkeypatch.undo()
    assert len(daemon.tick()) == 1


@pytest.mark.slow
def test_a_tick_that_died_after_taking_loses_nothing(daemon, put):
    put("books", done=True)
    lost = daemon.evaluate()
    assert len(lost.run_requests) == 1
    found = daemon.tick()
    assert found == [lost.run_requests[0].partition_key]
    assert daemon.tick() == []


@pytest.mark.slow
def test_a_taken_drop_whose_manifest_was_spoilt_waits_and_blocks_nobody(daemon, put):
    put("books", done=True)
    spoilt = Path(daemon.zone.folder) / "taken" / "2026-01-31.spoilt.0001"
    spoilt.mkdir()
    (spoilt / "manifest.yaml").write_text("source: [", encoding="utf-8")
    (key,) = daemon.tick()
    assert key != spoilt.name
    (spoilt / "manifest.yaml").write_text(MANIFEST, encoding="utf-8")
    assert daemon.tick() == [spoilt.name]


def test_a_batch_from_the_command_line_is_not_run_twice(daemon, put):
    from datetime import date

    from darwin_assets.acquire.intake import take

    put("books", done=True)
    (drop,) = daemon.zone.drops()
    key = take(daemon.zone, drop, date(2026, 1, 31)).batch
    daemon.instance.add_dynamic_partitions("batch", [key])
    assert daemon.tick() == []


def test_an_empty_zone_asks_for_nothing(daemon):
    assert daemon.tick() == []
    assert daemon.waiting() == {}


def test_an_evaluation_is_a_partition_of_another_set_and_starts_the_closed_loop(daemon, put):
    put("nightly", manifest=f"{MANIFEST.replace('books', 'nightly')}kind: evaluation\n", done=True)
    put("books", done=True)
    jobs = {request.partition_key: request.job_name for request in daemon.evaluate().run_requests}
    assert {key.split(".")[1]: job for key, job in jobs.items()} == {"nightly": CLOSED_LOOP.name, "books": TO_L3.name}
    daemon.tick()
    assert daemon.instance.get_dynamic_partitions("evaluation") == [key for key in jobs if "nightly" in key]
    assert daemon.instance.get_dynamic_partitions("batch") == [key for key in jobs if "books" in key]


def test_an_evaluation_is_known_for_one_when_its_manifest_has_gone(daemon, put):
    put("nightly", manifest=f"{MANIFEST}kind: evaluation\n", done=True)
    (key,) = daemon.tick()
    MANIFESTS_TABLE.write(daemon.lake, key, pl.DataFrame({"facts": ["{}"]}), "run")
    daemon.zone.release(key)
    daemon.instance.delete_dynamic_partition("evaluation", key)
    (request,) = daemon.evaluate().run_requests
    assert request.job_name == CLOSED_LOOP.name


def test_the_sensor_starts_the_job_to_l3_and_is_off_until_turned_on():
    assert [job.name for job in landing_sensor.jobs] == [TO_L3.name, CLOSED_LOOP.name]
    assert landing_sensor.default_status is dg.DefaultSensorStatus.STOPPED
    assert landing_sensor.minimum_interval_seconds == 15
