"""A landed evaluation: stored once, whoever else stores it at the same time, and read from any raw store."""

from pathlib import Path
from types import ModuleType

import dagster as dg
import polars as pl
import pytest

from darwin_assets.acquire import landed
from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.closed_loop import drop, dropped_shards
from darwin_assets.closed_loop.asset_parts import ENDS_LEARNT
from darwin_assets.closed_loop.drop import laid_out, read_facts, store_evaluation
from darwin_assets.closed_loop.tables import MANIFESTS_TABLE
from darwin_assets.project import Project
from darwin_assets.runs import _is_evaluation as is_evaluation
from resources.errors import Conflict, DarwinError
from resources.raw_store import RawStore
from tests.evaluations import LARGE, evaluation_drop, solutions

KEY = "2026-01-31.nightly.0001"
FILES = {f"run{number}.jsonl": solutions(3, number) for number in range(4)}


@pytest.fixture
def taken(project: Project, tmp_path: Path) -> Project:
    """A drop that was taken and of which nothing is stored yet."""
    project.landing.take(
        project.landing.arrive(
            project.landing.stage(evaluation_drop(tmp_path / "drop", "nightly", FILES, reference=LARGE), "d"), "d"
        ),
        [KEY],
    )
    return project


def stored(project: Project, run: str) -> pl.DataFrame:
    return store_evaluation(KEY, project.landing, project.lake, project.raw, run, AcquireSettings())


def n_open() -> int:
    """Files that this process has open."""
    return len([*Path("/proc/self/fd").iterdir()])


@pytest.mark.parametrize("stage", [drop, landed], ids=["manifest", "files"])
def test_two_first_runs_at_once_store_the_same(
    taken: Project, monkeypatch: pytest.MonkeyPatch, stage: ModuleType
) -> None:
    """The other run does all of its work after this one has seen that nothing is stored."""
    own, first = stage.read_manifest, list[pl.DataFrame]()

    def overtaken(*arguments: object) -> object:
        monkeypatch.setattr(stage, "read_manifest", own)
        first.append(stored(taken, "other"))
        return own(*arguments)

    monkeypatch.setattr(stage, "read_manifest", overtaken)
    second = stored(taken, "own")
    assert second.equals(first[0])
    assert second["path"].to_list() == sorted(FILES)
    assert read_facts(taken.lake, KEY).reference == LARGE


def test_of_two_that_store_the_manifest_one_reads_it_again(taken: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    write, refused = type(MANIFESTS_TABLE).write, []

    def first(self: object, lake: object, key: str, rows: pl.DataFrame, run_id: str) -> int:
        version = write(MANIFESTS_TABLE, taken.lake, key, rows, "other")
        refused.append(run_id)
        raise Conflict(f"version {version} was written meanwhile")

    monkeypatch.setattr(type(MANIFESTS_TABLE), "write", first)
    assert stored(taken, "own").height == len(FILES)
    assert refused == ["own"]


def test_a_drop_that_cannot_be_stored_is_not_tried_again(taken: Project) -> None:
    (taken.landing.taken(KEY) / "manifest.yaml").write_text("source: nightly\n")
    with pytest.raises(ValueError, match="licence"):
        stored(taken, "own")


def test_a_key_that_dagster_knows_is_not_looked_up_in_the_landing_zone(
    taken: Project, instance: dg.DagsterInstance
) -> None:
    """What stands there may be half taken away, or damaged."""
    assert is_evaluation(taken, instance, KEY)
    assert instance.get_dynamic_partitions("evaluation") == [KEY], "a landing that was cut off is made known"
    (taken.landing.taken(KEY) / "manifest.yaml").write_text("source: nightly\n")
    assert is_evaluation(taken, instance, KEY)
    with pytest.raises(DarwinError, match="not known"):
        is_evaluation(taken, instance, KEY.replace("0001", "0002"))


def test_files_of_an_object_store_are_laid_out_without_keeping_them_open(taken: Project) -> None:
    """A `file://` raw store is spoken to as an object store is."""
    rows = stored(taken, "own")
    remote = RawStore(uri=Path(taken.raw.uri).resolve().as_uri())
    open_before = n_open()
    for raw in (taken.raw, remote):
        with laid_out(raw, rows) as folder:
            assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == FILES
            assert n_open() <= open_before + 1
        assert not folder.exists()


def test_a_shard_that_is_none_is_told_by_its_name(taken: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(taken, "own")
    training = {"files": ["run2*"], "end_token": 2}
    facts = EvaluationFacts.model_validate({"checkpoints": {"small": {"training": training}}})
    monkeypatch.setattr(dropped_shards, "read_facts", lambda *_: facts)
    check = dropped_shards.check_dropped(taken.lake, taken.raw, KEY)
    assert (check.passed, check.check_name) == (False, ENDS_LEARNT)
    assert "training of small: run2.jsonl" in (check.description or "")
