"""`kill -9` of a run at any moment, then the run again: the tables are those of a run that nobody disturbed."""

import hashlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from darwin_assets.acquire.landed import TABLE, ZONE
from darwin_assets.automation import landing_sensor
from darwin_assets.levels import BUILT
from darwin_assets.lineage.findings import Finding
from darwin_assets.lineage.integrity import inspect
from darwin_assets.project import dagster_instance
from darwin_assets.promotion import find_publication, published, read_published
from resources.chain import Link
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.landing import DONE_MARKER
from resources.raw_store import RawStore
from tests.drops import make_drop
from tests.faults.processes import call, climb, land, project_at, start

pytestmark = pytest.mark.slow

N_KILLS = 20
DOCUMENTS = (
    "preprints/markdown/benford.md",
    "preprints/markdown/first-digits.md",  # an exact duplicate of the former
    "preprints/markdown/radiocarbon.md",
    "preprints/markdown/diagnostic-tests.md",
    "preprints/latex/minhash.tex",
    "preprints/translations/guangsu.md",  # not English
    "preprints/pdf/groundwater-interrupted.pdf",  # broken
    "textbook-matter-and-chance/scans/24-blank-page.txt",  # empty
)
WRITTEN_BY_A_LEVEL = ("candidate", "ledger", "verdict", "rejected", "published", "sealed")
REJECTED_AT = {"L0": 1, "L1": 1, "L2": 2, "L3": 0, "L4": 0, "L5": 0}


@dataclass(frozen=True)
class Landed:
    """A project whose landing zone holds one drop that has been taken, and nothing else."""

    home: Path
    batch: str

    def copy_to(self, home: Path) -> Path:
        """The same project elsewhere: ids depend on the batch key, so all runs must share it."""
        shutil.rmtree(home, ignore_errors=True)
        return Path(shutil.copytree(self.home, home))


@dataclass(frozen=True)
class Undisturbed:
    tables: dict[str, pl.DataFrame]
    raw: list[str]
    seconds: float


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    folder = tmp_path_factory.mktemp("kill")
    (batch,) = call(land, folder / "home", make_drop(folder / "drop", "kills", DOCUMENTS))
    return Landed(folder / "home", batch)


@pytest.fixture(scope="module")
def undisturbed(landed: Landed, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    home = landed.copy_to(tmp_path_factory.mktemp("undisturbed") / "home")
    begun = time.monotonic()
    report = call(climb, home, landed.batch)
    seconds = time.monotonic() - begun
    assert report.error is None
    tables = tables_of(home, landed.batch)
    assert {level: tables[f"rejected {level}"].height for level in BUILT} == REJECTED_AT
    return Undisturbed(tables, raw_files(home), seconds)


@pytest.mark.parametrize(
    "number",
    [number if number % 5 == 2 else pytest.param(number, marks=pytest.mark.exhaustive) for number in range(N_KILLS)],
)
def test_a_killed_run_loses_nothing_and_doubles_nothing(number, landed, undisturbed, tmp_path, record_property):
    share = (number + random.Random(number).random()) / N_KILLS
    seconds = undisturbed.seconds
    while not killed_after(share * seconds, home := landed.copy_to(tmp_path / "home"), landed.batch):
        seconds *= 0.8  # this machine has become faster since it was measured
    where = progress(home, landed.batch)
    record_property("killed_at", where)
    print(f"kill {number}: {share:.0%} of {seconds:.1f} s, {where}")
    report = call(climb, home, landed.batch)
    assert report.error is None
    assert_as_undisturbed(home, landed.batch, undisturbed)


def test_a_run_that_dies_after_each_thing_it_writes_arrives(landed, undisturbed, tmp_path):
    home = landed.copy_to(tmp_path / "home")
    deaths = tmp_path / "deaths"
    deaths.touch()
    while (exit_code := ended(start(climb_and_die, home, landed.batch, "L2", deaths))) == -signal.SIGKILL:
        pass
    assert exit_code == 0
    assert deaths.read_text().split() == [
        "raw/put", "landed/files", "taken/unlink", "ledger/recipes",
        *(f"{written}/{level}" for level in ("L0", "L1", "L2") for written in WRITTEN_BY_A_LEVEL),
    ]  # fmt: skip
    assert call(climb, home, landed.batch).error is None
    assert_as_undisturbed(home, landed.batch, undisturbed)
    assert call(named_by_an_audit, home) == []


@pytest.mark.parametrize("n_renames", [0, 1, 2], ids=["before it arrives", "before it is taken", "after it is taken"])
def test_a_landing_that_is_killed_is_whole_or_has_not_been(n_renames, tmp_path):
    """Told by the sensor, which looks at the landing zone again and again."""
    home, drop = tmp_path / "home", make_drop(tmp_path / "drop", "kills", DOCUMENTS)
    call(land, home)
    assert ended(start(land_and_die, home, drop, n_renames)) == -signal.SIGKILL
    batches = call(tick, home)
    assert len(batches) == (n_renames > 0)
    if not batches:
        batches = call(land, home, drop)
    assert call(tick, home) == []
    assert call(climb, home, batches[0], "L0").error is None
    assert len(raw_files(home)) == len(DOCUMENTS) - 1  # two are the same
    assert [path.name for path in (home / "landing" / "taken").iterdir()] == batches


def land_and_die(home: Path, drop: Path, n_renames: int) -> None:
    """A drop is copied, renamed when the copy is complete, and renamed again when it is taken."""
    n_left = n_renames
    rename = Path.rename

    def rename_or_die(path: Path, target: Path) -> Path:
        nonlocal n_left
        if n_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        n_left -= 1
        renamed = rename(path, target)
        if n_renames == 2 and n_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return renamed

    Path.rename = rename_or_die
    land(home, drop)


def tick(home: Path) -> list[str]:
    """One tick of the landing sensor; the batches that it asks to run, made known as the daemon does."""
    project = project_at(home)
    with dagster_instance(project) as instance, dg.build_sensor_context(instance) as context:
        result = landing_sensor(context, landing=project.landing, lake=project.lake)
        for request in result.dynamic_partitions_requests:
            instance.add_dynamic_partitions(request.partitions_def_name, request.partition_keys)
    return [request.partition_key for request in result.run_requests]


def test_two_runs_of_one_batch_at_once_do_not_harm_each_other(landed, undisturbed, tmp_path):
    home = landed.copy_to(tmp_path / "home")
    with ThreadPoolExecutor(2) as both:
        reports = [*both.map(lambda _: call(climb, home, landed.batch), range(2))]
    print([report.error for report in reports])
    assert any(report.error is None for report in reports)
    assert call(climb, home, landed.batch).error is None
    assert_as_undisturbed(home, landed.batch, undisturbed)
    assert call(named_by_an_audit, home) == []


def named_by_an_audit(home: Path) -> list[Finding]:
    return inspect(project_at(home)).findings


def climb_and_die(home: Path, batch: str, to: str, deaths: Path) -> None:
    """Dies right after the first thing written to a place where no process before has died."""
    import deltalake

    def deadly(owner: object, name: str, place_of: Callable[..., str | None]) -> None:
        write = getattr(owner, name)

        def write_and_die(*arguments: Any, **options: Any) -> object:
            result = write(*arguments, **options)
            place = place_of(*arguments)
            if place and place not in deaths.read_text().split():
                with deaths.open("a") as file:
                    file.write(place + "\n")
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, write_and_die)

    def table(delta: deltalake.DeltaTable, rows: pl.DataFrame) -> str:
        zone, name = Path(delta.table_uri).parts[-2:]
        if name == "gates":
            return f"{zone}/{rows['level'].item()}"
        if name == "chain":
            link = Link(**rows.row(0, named=True))
            return f"{link.kind}/{link.facts.get('level') or link.subject.partition('/')[0]}"
        return f"{zone}/{name}"

    deadly(deltalake, "write_deltalake", table)
    deadly(RawStore, "put", lambda *_: "raw/put")
    deadly(Path, "unlink", lambda path, **_: "taken/unlink" if path.parent.name == batch else None)
    climb(home, batch, to)


def killed_after(seconds: float, home: Path, batch: str) -> bool:
    """False when the run had ended by then."""
    process = start(climb, home, batch)
    process.join(seconds)
    process.kill()
    return ended(process) == -signal.SIGKILL


def ended(process: BaseProcess) -> int | None:
    process.join()
    return process.exitcode


def tables_of(home: Path, batch: str) -> dict[str, pl.DataFrame]:
    """All that readers may see of a batch, without the verdicts, which name files."""
    lake = Lake(uri=str(home / "lake"))
    ledger = GateLedger(lake=lake)
    tables = {"landed": lake.read(ZONE, TABLE, batch, lake.version(ZONE, TABLE))}
    for level in BUILT:
        found = published(lake, ledger, level, batch)
        tables[f"published {level}"] = read_published(lake, found)
        tables[f"rejected {level}"] = lake.read("rejected", level, batch, lake.version("rejected", level))
        assert tables[f"rejected {level}"]["verdict"].is_in([found.verdict.verdict]).all()
        assert sum(tables[f"{zone} {level}"].height for zone in ("published", "rejected")) == found.verdict.n_in
    return {name: rows.drop("verdict", "tier_evidence", strict=False).sort("id") for name, rows in tables.items()}


def raw_files(home: Path) -> list[str]:
    """Hashes in the raw store, each checked; a name with '#' is a file that was being written at the kill."""
    files = [path for path in (home / "lake" / "raw").rglob("*") if path.is_file() and "#" not in path.name]
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in files)
    return sorted(path.name for path in files)


def assert_as_undisturbed(home: Path, batch: str, undisturbed: Undisturbed) -> None:
    tables = tables_of(home, batch)
    assert sorted(tables) == sorted(undisturbed.tables)
    for name, expected in undisturbed.tables.items():
        assert_frame_equal(tables[name], expected)
    assert raw_files(home) == undisturbed.raw
    assert [path.name for path in (home / "landing" / "taken" / batch).iterdir()] == [DONE_MARKER]


def progress(home: Path, batch: str) -> str:
    """How far a run had come, as the lake tells."""
    lake = Lake(uri=str(home / "lake"))
    ledger = GateLedger(lake=lake)
    if not lake.read(ZONE, TABLE, batch, lake.version(ZONE, TABLE)).height:
        return f"landed_files: {len(raw_files(home))} files stored"
    if len([*(home / "landing" / "taken" / batch).iterdir()]) > 1:
        return "landed_files: drop not emptied"
    verdicts = ledger.all().filter(pl.col("batch") == batch)["level"].to_list()
    for level in BUILT:
        if find_publication(lake, ledger, level, batch):
            continue
        if level in verdicts:
            return f"{level}: judged"
        written = lake.read("candidate", level, batch, lake.version("candidate", level)).height
        return f"{level}: candidate written" if written else f"{level}: not begun or building"
    return "L5: published"
