"""The audit of the closed loop: what was written is sealed, and what an evaluation came to can be made again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.closed_loop import sealed
from darwin_assets.closed_loop.columns import AFFORDANCES
from darwin_assets.closed_loop.diagnosed import diagnose_evaluation, store_diagnosis
from darwin_assets.closed_loop.evaluation_samples import publish_samples
from darwin_assets.closed_loop.gated import GATE_VERDICT, read_gated
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import (
    AFFORDANCES_TABLE,
    DIAGNOSES_TABLE,
    LABELS_TABLE,
    MANIFESTS_TABLE,
    SAMPLES_TABLE,
    PlainTable,
)
from darwin_assets.lineage import compare
from darwin_assets.lineage.evaluations import replay_evaluations
from darwin_assets.lineage.integrity import Audit, audit, inspect
from darwin_assets.project import Project, initialize, open_project
from darwin_assets.seals import seal
from darwin_assets.takedown import loop_rows
from darwin_assets.takedown.loop_rows import erase_loop_rows
from darwin_assets.takedown.plan import IDS, ROWS, Plan
from resources.block_list import BlockList
from resources.errors import Unpublished
from resources.lake import Lake
from resources.workplace import Workplace
from tests.evaluations import LARGE, evaluation_drop, solutions

KEY = "2026-01-31.nightly.0001"
WRITTEN = (SAMPLES_TABLE, MANIFESTS_TABLE, LABELS_TABLE, DIAGNOSES_TABLE)
RECIPE = "[closed_loop.statistics]\npermutations = 999\nresamples = 100\n"
SETTINGS = ClosedLoopSettings.model_validate({"statistics": {"permutations": 999, "resamples": 100}})


def samples(project: Project, run: str) -> None:
    publish_samples(KEY, project.lake, project.ledger, project.raw, project.landing, AcquireSettings(), run)


def labels(project: Project, run: str) -> None:
    LABELS_TABLE.write(project.lake, KEY, label(read_gated(project.lake, project.ledger, SAMPLES_TABLE, KEY)[1]), run)


def diagnosis(project: Project, run: str) -> None:
    found = diagnose_evaluation(project.lake, project.ledger, KEY, SETTINGS)
    store_diagnosis(project.lake, KEY, found.diagnosis, run)


def run(project: Project, name: str) -> None:
    for step in (samples, labels, diagnosis):
        step(project, name)


def take(project: Project, folder: Path) -> None:
    """A drop that is taken, and of which nothing is stored yet."""
    drop = evaluation_drop(folder / "drop", "nightly", {"solutions.jsonl": solutions(60, 30)}, reference=LARGE)
    project.landing.take(project.landing.arrive(project.landing.stage(drop, "d"), "d"), [KEY])


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a lake that holds an evaluation and its diagnosis."""
    folder = tmp_path_factory.mktemp("past")
    project = open_project(Workplace(home=str(folder / "home")))
    initialize(project)
    project.work.recipe_path().write_text(RECIPE, encoding="utf-8")
    take(project, folder)
    run(project, "first")
    return folder / "home"


@pytest.fixture
def evaluated(past: Path, tmp_path: Path) -> Project:
    """A copy of it, to be spoilt."""
    shutil.copytree(past, tmp_path / "home")
    return open_project(Workplace(home=str(tmp_path / "home")))


def named(found: Audit) -> list[tuple[str, str]]:
    """Check and table of each finding."""
    return [(one.check, "/".join(one.place.split("/")[:2])) for one in found.findings]


def replayed(project: Project) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Status and columns of what is made again, by table."""
    return {one.level: (one.status, one.columns) for one in replay_evaluations(project, 5, 1)}


EQUAL = dict.fromkeys(("samples", "labels", "diagnoses", "operations"), (compare.EQUAL, ()))


def test_what_was_written_is_sealed_and_comes_out_again(evaluated: Project) -> None:
    found = audit(evaluated, sample=1, seed=1)
    assert found.findings == found.remarks == []
    assert found.looked_at["files"] == len(WRITTEN)
    assert found.sample is not None
    assert dict(found.sample.select("level", "status").iter_rows()) == dict.fromkeys(EQUAL, compare.EQUAL)
    run(evaluated, "second")
    assert inspect(evaluated).findings == []


def test_a_value_that_was_changed_in_a_file_is_found(evaluated: Project) -> None:
    for table in WRITTEN:
        (path,) = evaluated.lake.newest_files(table.zone, table.name)[1]["path"]
        file = Path(evaluated.lake.table_uri(table.zone, table.name)) / path
        whole = file.read_bytes()
        rows = pl.read_parquet(file, hive_partitioning=False)
        name = "facts" if table is MANIFESTS_TABLE else "benchmark"
        rows.with_columns(pl.lit("forged").alias(name)).write_parquet(file)
        assert named(inspect(evaluated)) == [("file.edited", f"{table.zone}/{table.name}")]
        file.write_bytes(whole)
    assert inspect(evaluated).findings == []


def change(project: Project, table: PlainTable, edit: Callable[[pl.DataFrame], pl.DataFrame], run_id: str) -> None:
    """As one does who knows how the tables are written, but not of seals."""
    lake = project.lake
    rows = lake.read(table.zone, table.name, KEY, lake.version(table.zone, table.name))
    lake.write(table.zone, table.name, KEY, edit(rows), {"run": run_id, "batch": KEY})


@pytest.mark.parametrize(
    ("run_id", "checks"), [("first", {"file.unsealed", "file.removed"}), ("forged", {"seal.missing"})]
)
def test_rows_that_were_put_in_by_a_commit_are_found(evaluated: Project, run_id: str, checks: set[str]) -> None:
    change(evaluated, DIAGNOSES_TABLE, lambda rows: rows.with_columns(verdict=pl.lit("noise")), run_id)
    found = inspect(evaluated)
    assert {one.check for one in found.findings} == checks
    assert {one.place.split("/")[1] for one in found.findings} == {"diagnoses"}


def test_a_commit_that_no_run_made_is_found(evaluated: Project) -> None:
    evaluated.lake._open("evaluation", "labels").delete("item = 'none'")
    evaluated.lake._open("evaluation", "labels").update(updates={"form": "'forged'"})
    assert ("commit", "evaluation/labels") in named(inspect(evaluated))


@pytest.mark.parametrize("level", ["manifests", "samples", "labels", "diagnoses"])
def test_a_run_that_was_killed_before_it_sealed_is_named_and_the_next_one_seals(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    take(project, tmp_path)

    def die(lake: Lake, name: str, *rest: Any, **payload: Any) -> None:
        if name == level:
            raise KeyboardInterrupt
        seal(lake, name, *rest, **payload)

    with monkeypatch.context() as patch:
        patch.setattr(sealed, "seal", die)
        with pytest.raises(KeyboardInterrupt):
            run(project, "killed")
    assert named(inspect(project)) == [("seal.missing", f"evaluation/{level}")]
    run(project, "next")
    assert inspect(project).findings == []


def test_a_run_that_was_killed_between_operations_and_cells_leaves_no_diagnosis(
    evaluated: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reads a diagnosis asks for its cells, which never stand there without their operations."""
    cells = DIAGNOSES_TABLE.read(evaluated.lake, KEY)
    change(evaluated, DIAGNOSES_TABLE, lambda rows: rows.clear(), "first")
    write, written = PlainTable.write, list[PlainTable]()

    def die(table: PlainTable, *arguments: Any) -> int:
        if written:
            raise KeyboardInterrupt
        written.append(table)
        return write(table, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(PlainTable, "write", die)
        with pytest.raises(KeyboardInterrupt):
            diagnosis(evaluated, "killed")
    with pytest.raises(Unpublished, match="materialize"):
        DIAGNOSES_TABLE.expect(evaluated.lake, KEY)
    diagnosis(evaluated, "next")
    assert DIAGNOSES_TABLE.expect(evaluated.lake, KEY).equals(cells)


def forge(project: Project, table: PlainTable, **values: object) -> None:
    """Changed and sealed: only what comes out again tells."""
    rows = table.read(project.lake, KEY)
    first = pl.int_range(pl.len()) == 3
    table.write(
        project.lake, KEY,
        rows.with_columns(pl.when(first).then(pl.lit(value)).otherwise(name).alias(name) for name, value in values.items()),
        "forged",
    )  # fmt: skip


def test_a_forged_value_does_not_come_out_again(evaluated: Project) -> None:
    forge(evaluated, LABELS_TABLE, background="forged")
    diagnosis(evaluated, "again")
    assert replayed(evaluated) == EQUAL | {"labels": (compare.DIFFERS, ("background",))}
    (finding,) = audit(evaluated, sample=1, seed=1).findings
    assert (finding.check, finding.place, finding.ids) == ("replay", f"evaluation/labels/{KEY}", (KEY,))
    assert finding.said == "background: 1 rows, the first of them row 4"


def test_forged_samples_do_not_come_out_again(evaluated: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = evaluated.lake
    rows = lake.read("evaluation", "samples", KEY, lake.version("evaluation", "samples"))
    lake.write("evaluation", "samples", KEY, rows.with_columns(score=1.0 - pl.col("score")), {"run": "r", "batch": KEY})
    assert rows[GATE_VERDICT].n_unique() == 1
    assert replayed(evaluated)["samples"] == (compare.DIFFERS, ("score",))
    monkeypatch.setattr("darwin_assets.lineage.evaluations.RECIPE", "evaluation_samples/0")
    assert replayed(evaluated)["samples"] == (compare.OTHER_VERSION, ("score",))


def test_other_settings_and_other_code_are_no_difference_that_counts(
    evaluated: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated.work.recipe_path().write_text(f"{RECIPE}min_items = 61\n", encoding="utf-8")
    assert replayed(evaluated)["diagnoses"][0] == compare.OTHER_VERSION
    assert audit(evaluated, sample=1, seed=1).findings == []
    evaluated.work.recipe_path().write_text(RECIPE, encoding="utf-8")
    monkeypatch.setattr("darwin_assets.closed_loop.diagnose.diagnose.code_sha256", lambda: "0" * 64)
    assert replayed(evaluated)["diagnoses"] == (compare.OTHER_VERSION, ("code_sha256",))


def test_a_diagnosis_of_labels_that_were_given_anew_since_is_told_as_such(evaluated: Project) -> None:
    other = LABELS_TABLE.read(evaluated.lake, KEY).with_columns(annotator=pl.lit("a model"), task_type=pl.lit("other"))
    LABELS_TABLE.write(evaluated.lake, KEY, other, "asked")
    assert replayed(evaluated)["diagnoses"][0] == compare.GONE
    assert audit(evaluated, sample=1, seed=1).findings == []


def test_what_cannot_be_made_again_says_why(evaluated: Project) -> None:
    for path in Path(evaluated.raw.uri).rglob("*"):
        if path.is_file():
            path.unlink()
    found = {one.level: (one.status, one.detail) for one in replay_evaluations(evaluated, 5, 1)}
    assert found["samples"][0] == compare.FAILED
    assert "missing from the raw store" in found["samples"][1]
    assert found["diagnoses"][0] == compare.EQUAL


def test_labels_of_a_document_that_was_taken_down_are_named(evaluated: Project) -> None:
    row = {"id": "1" * 32, "root_id": "2" * 32, "level": "L3", "tokens": 3}
    AFFORDANCES_TABLE.write(evaluated.lake, KEY, pl.DataFrame([row], schema=AFFORDANCES), "r")
    assert inspect(evaluated).findings == []
    BlockList(lake=evaluated.lake).block("request-1", [("root", "2" * 32)])
    assert ("erased.stands", "affordances/rows") in named(inspect(evaluated))


def test_a_take_down_seals_what_it_has_written_also_after_it_was_cut_off(
    evaluated: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = ["2" * 32, "3" * 32]
    rows = [{"id": root[::-1], "root_id": root, "level": "L3", "tokens": 3} for root in roots]
    AFFORDANCES_TABLE.write(evaluated.lake, KEY, pl.DataFrame(rows, schema=AFFORDANCES), "r")
    BlockList(lake=evaluated.lake).block("td-1", [("root", roots[0])])
    plan = Plan(pl.DataFrame({"root_id": roots[:1]}), pl.DataFrame(schema=ROWS), pl.DataFrame(schema=IDS))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop_rows, "seal", die)
        with pytest.raises(KeyboardInterrupt):
            erase_loop_rows(evaluated, plan, "td-1")
    unfinished = ("blocked", ("td-1",))
    assert [(one.check, one.ids) for one in inspect(evaluated).findings] == [("seal.missing", ("td-1",)), unfinished]
    erase_loop_rows(evaluated, plan, "td-1")
    assert AFFORDANCES_TABLE.read(evaluated.lake, KEY)["root_id"].to_list() == roots[1:]
    found = inspect(evaluated)
    assert found.remarks == []
    assert [(one.check, one.ids) for one in found.findings] == [unfinished]
