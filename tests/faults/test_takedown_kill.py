"""`kill -9` of a take-down at any moment, then again: the lake is that of a take-down that nobody disturbed."""

import os
import random
import shutil
import signal
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from darwin_assets.levels import BUILT
from darwin_assets.project import Project, dagster_instance
from darwin_assets.runs import run_batch
from darwin_assets.takedown import run
from darwin_assets.takedown.request import Request
from darwin_assets.takedown.state import all_requests, salt_of, unfinished
from resources.lake import ZONES, Lake
from tests.drops import make_drop
from tests.faults.processes import call, land, project_at, start

pytestmark = pytest.mark.slow

N_KILLS = 20
KEPT, TWIN = "benford.md", "first-digits.md"
DOCUMENTS = (
    "preprints/markdown/benford.md",
    "preprints/markdown/first-digits.md",  # an exact duplicate of the former, which is elected when the former goes
    "preprints/markdown/radiocarbon.md",
    "preprints/latex/minhash.tex",
)
IGNORED = ("verdict", "tier_evidence", "candidate_key")
"""Name files, whose names differ from run to run."""


@dataclass(frozen=True)
class Climbed:
    """A project with one batch at L5, and the id of the row of L3 whose document is taken down."""

    home: Path
    row: str

    def copy_to(self, home: Path) -> Path:
        shutil.rmtree(home, ignore_errors=True)
        return Path(shutil.copytree(self.home, home))


@dataclass(frozen=True)
class Undisturbed:
    tables: dict[str, pl.DataFrame]
    seconds: float


def project_in(home: Path) -> Project:
    """With a model whose answers are stored."""
    return project_at(home, DARWIN_LLM_ENGINE="scripted")


def climb(home: Path, batch: str) -> str:
    """To L5; the id of the row of L3 that the duplicate's survivor has become."""
    project = project_in(home)
    with dagster_instance(project) as instance:
        report = run_batch(project, instance, batch)
    assert report.error is None
    salt_of(project.lake)  # or every copy of the project would have numbers of its own for the same request
    rows = table(project.lake, "published", "L3")
    return str(rows.filter(pl.col("uri").str.ends_with(KEPT))["id"].item())


def take_down(home: Path, row: str) -> bool:
    """What `darwin takedown --row` does; whether the search found nothing."""
    project = project_in(home)
    with dagster_instance(project) as instance:
        return run.take_down(project, instance, Request.make("row", row), "a person", "a reason").clean


def take_down_uri(home: Path, uri: str) -> bool:
    """The document of an address, wherever it has got to by now."""
    project = project_in(home)
    with dagster_instance(project) as instance:
        return run.take_down(project, instance, Request.make("uri", uri), "a person", "a reason").clean


def take_down_and_die(home: Path, row: str, deaths: Path) -> None:
    """Dies right after the first step after which no process before has died."""

    def deadly(name: str, step: run.Step) -> run.Step:
        def step_and_die(job: run.Job) -> dict[str, object]:
            facts = step(job)
            if name not in deaths.read_text().splitlines():
                with deaths.open("a") as file:
                    file.write(name + "\n")
                os.kill(os.getpid(), signal.SIGKILL)
            return facts

        return step_and_die

    run.STEPS.update({name: deadly(name, step) for name, step in run.STEPS.items()})
    take_down(home, row)


@pytest.fixture(scope="module")
def climbed(tmp_path_factory: pytest.TempPathFactory) -> Climbed:
    folder = tmp_path_factory.mktemp("takedown")
    (batch,) = call(land, folder / "home", make_drop(folder / "drop", "kills", DOCUMENTS))
    return Climbed(folder / "home", call(climb, folder / "home", batch))


@pytest.fixture(scope="module")
def undisturbed(climbed: Climbed, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    home = climbed.copy_to(tmp_path_factory.mktemp("undisturbed") / "home")
    before = tables_of(home)
    begun = time.monotonic()
    assert call(take_down, home, climbed.row)
    seconds = time.monotonic() - begun
    tables = tables_of(home)
    asked = [rows["answers chat"]["request_key"].str.starts_with(climbed.row) for rows in (before, tables)]
    assert [one.any() for one in asked] == [True, False]
    for level in BUILT[2:]:
        titles = tables[f"published {level}"]["uri"].str.split("/").list.last()
        assert TWIN in titles, f"the twin is not at {level}"
        assert KEPT not in titles
    assert tables["rejected L0"]["rejected_by"].to_list() == ["erased"]
    return Undisturbed(tables, seconds)


@pytest.mark.parametrize(
    "number",
    [number if number % 10 == 6 else pytest.param(number, marks=pytest.mark.exhaustive) for number in range(N_KILLS)],
)
def test_a_killed_take_down_is_finished_by_the_same_command(number, climbed, undisturbed, tmp_path, record_property):
    share = (number + random.Random(number).random()) / N_KILLS
    seconds = undisturbed.seconds
    while not killed_after(share * seconds, home := climbed.copy_to(tmp_path / "home"), climbed.row):
        seconds *= 0.8  # this machine has become faster since it was measured
    record_property("killed_at", f"{share:.0%} of {seconds:.1f} s")
    lake = Lake(uri=str(home / "lake"))
    begun = all_requests(lake)
    print(f"kill {number}: {share:.0%} of {seconds:.1f} s, {'begun' if begun else 'not begun'}")
    if not begun or unfinished(lake):
        assert call(take_down, home, climbed.row)
    assert_as_undisturbed(home, undisturbed)


def test_a_take_down_that_dies_after_each_step_arrives(climbed, undisturbed, tmp_path):
    home = climbed.copy_to(tmp_path / "home")
    deaths = tmp_path / "deaths"
    deaths.touch()
    while (exit_code := ended(start(take_down_and_die, home, climbed.row, deaths))) == -signal.SIGKILL:
        assert len(unfinished(Lake(uri=str(home / "lake")))) == 1
    assert exit_code == 0
    assert deaths.read_text().splitlines() == [*run.STEPS]
    assert_as_undisturbed(home, undisturbed)


def killed_after(seconds: float, home: Path, row: str) -> bool:
    """False when the take-down had ended by then."""
    process = start(take_down, home, row)
    process.join(seconds)
    process.kill()
    return ended(process) == -signal.SIGKILL


def ended(process: BaseProcess) -> int | None:
    process.join()
    return process.exitcode


def table(lake: Lake, zone: str, name: str) -> pl.DataFrame:
    return lake.scan(zone, name, lake.version(zone, name)).collect()


def tables_of(home: Path) -> dict[str, pl.DataFrame]:
    """All that a take-down may have changed, without what differs from run to run."""
    lake = Lake(uri=str(home / "lake"))
    names = [*((zone, level) for zone in ZONES for level in BUILT), ("landed", "files"), ("answers", "chat")]
    tables = {f"{zone} {name}": table(lake, zone, name) for zone, name in names}
    tables["blocked"] = table(lake, "ledger", "blocked").drop("at")
    tables["taken down"] = pl.DataFrame({"request": [f"{one.request} {one.is_done}" for one in all_requests(lake)]})
    tables["raw"] = pl.DataFrame(
        {"name": sorted(path.name for path in (home / "lake" / "raw").rglob("*") if path.is_file())}
    )
    tables["answers chat"] = tables["answers chat"].select("key", "prompt_id", "request_key", "text")
    return {name: settled(rows.drop(*IGNORED, strict=False)) for name, rows in tables.items()}


def settled(rows: pl.DataFrame) -> pl.DataFrame:
    by = [name for name in ("id", "key", "kind", "value", "request", "name") if name in rows.columns]
    return rows.sort(by)


def assert_as_undisturbed(home: Path, undisturbed: Undisturbed) -> None:
    tables = tables_of(home)
    assert sorted(tables) == sorted(undisturbed.tables)
    for name, expected in undisturbed.tables.items():
        assert_frame_equal(tables[name], expected)
