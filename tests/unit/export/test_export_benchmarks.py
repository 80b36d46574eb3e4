"""The gate of exports against benchmarks: what repeats one does not go out, and what was not compared says so."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.benchmark_gate import BenchmarkGate, open_gate
from darwin_assets.decontamination.leaks import KINDS, planted
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.export.erase import erase_rows
from darwin_assets.export.parts import whole
from darwin_assets.export.request import ExportRefused
from darwin_assets.project import Project
from resources.embedder import Embedder, minilm
from resources.errors import DarwinError
from tests.drops import DROPS, GOOD, accept_small_documents
from tests.unit.core.test_cli import Darwin
from tests.unit.export.climbed import climb, exported
from tests.unit.export.test_export_erase import roots
from tests.unit.export.test_export_files import contents, folder_of

needs_model = pytest.mark.skipif(find_spec(minilm.MODULE) is None, reason=f"{minilm.PACKAGE} is not installed")
ITEM = (
    "A gardener plants seven rows of nineteen tulips, loses twelve of them to frost, and sells the others in bunches of five "
    "each; how many whole bunches does she sell?"
)
REWORDED = (
    "Seven rows with nineteen tulips each are planted by a gardener. Frost takes twelve tulips. The rest is sold in bunches "
    "of five. What is the number of whole bunches that are sold?"
)
CLEAN = "A thin lens bends light towards its axis, and the more so the more it is curved.\n"


@pytest.fixture
def benchmarks(tmp_path: Path) -> Path:
    """A folder with one benchmark and its manifest."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    content = json.dumps({"q": ITEM, "a": "24"}) + "\n"
    (folder / "tulips.jsonl").write_text(content)
    digest = hashlib.sha256(content.encode()).hexdigest()
    entry = '[[benchmark]]\nname = "tulips"\nformat = "jsonl"\nquestion = "q"\nanswer = "a"\n'
    (folder / "manifest.toml").write_text(f'{entry}[benchmark.files]\n"tulips.jsonl" = "{digest}"\n')
    return folder


def gate(project: Project, folder: Path, engine: str = "none") -> BenchmarkGate | None:
    return open_gate(project.lake, folder / "manifest.toml", DecontaminationSettings(), Embedder(engine=engine))


def test_a_row_that_repeats_a_benchmark_closes_the_gate_and_can_be_left_out(project: Project, benchmarks):
    climb(project, "notes", {"a.md": f"# A\n\nExercise: {ITEM}\n", "b.md": f"# B\n\n{CLEAN}"})
    with pytest.raises(ExportRefused, match=r"1 of 2 rows may not be exported .*decontamination\.ngram 1"):
        exported(project, gate=gate(project, benchmarks))
    done = exported(project, gate=gate(project, benchmarks), allow_partial=True)
    assert done.manifest["rows"] == 1
    assert done.manifest["left_out"] == {"rows": 1, "reasons": {"decontamination.ngram": 1}}
    told = done.manifest["decontamination"]
    assert (told["items"], told["found"]) == ({"tulips": 1}, 1)
    assert told["said"].startswith("compared by words alone with 1 items of 1 benchmarks (tulips); 1 rows")
    evidence = pl.read_parquet(folder_of(project) / "decontamination.parquet")
    assert set(evidence.select("benchmark", "number", "found_by").rows()) == {("tulips", 0, "ngram")}
    assert set(evidence["id"]) == set(done.left_out["id"])
    assert b"tulips each" not in b"".join(contents(project).values())
    assert exported(project, gate=gate(project, benchmarks), allow_partial=True).reused


def test_without_benchmarks_the_manifest_says_so(project: Project):
    climb(project, "notes", {"b.md": f"# B\n\n{CLEAN}"})
    told = exported(project).manifest["decontamination"]
    assert told["said"].startswith("not done, since no benchmarks are registered")
    assert not (folder_of(project) / "decontamination.parquet").exists()


def test_another_registry_makes_another_export(project: Project, benchmarks):
    climb(project, "notes", {"b.md": f"# B\n\n{CLEAN}"})
    exported(project)
    with pytest.raises(DarwinError, match="--replace"):
        exported(project, gate=gate(project, benchmarks))


def test_a_missing_or_changed_benchmark_stops_the_export(project: Project, benchmarks):
    (benchmarks / "tulips.jsonl").write_text("{}\n")
    with pytest.raises(DarwinError, match="SHA-256"):
        gate(project, benchmarks)
    (benchmarks / "tulips.jsonl").unlink()
    with pytest.raises(DarwinError, match="missing"):
        gate(project, benchmarks)


@needs_model
def test_a_rewording_is_found_in_a_document_by_its_meaning(project: Project, benchmarks):
    climb(project, "notes", {"a.md": f"# A\n\n{CLEAN}\n{REWORDED}\n", "b.md": f"# B\n\n{CLEAN}"})
    assert exported(project, "words", gate=gate(project, benchmarks)).manifest["rows"] == 2
    done = exported(project, "meaning", gate=gate(project, benchmarks, "minilm"), allow_partial=True)
    assert done.manifest["left_out"]["reasons"] == {"decontamination.rewording": 1}
    assert "by words and meaning" in done.manifest["decontamination"]["said"]


@needs_model
def test_a_rewording_is_found_among_questions(project: Project, benchmarks):
    rows = pl.DataFrame({"id": ["a", "b"], "question": [REWORDED, CLEAN], "answer": ["24", "So it does."]})
    found = gate(project, benchmarks, "minilm").find(whole(rows), by_meaning=True)
    assert found.removals.rows() == [("a", ["decontamination.rewording"])]
    assert found.evidence.select("id", "benchmark", "start").rows() == [("a", "tulips", 0)]
    assert gate(project, benchmarks, "minilm").find(whole(rows), by_meaning=False).removals.is_empty()


@pytest.mark.slow
@needs_model
def test_leaks_that_are_written_at_the_last_level_do_not_go_out(project: Project, benchmarks):
    accept_small_documents(project)
    batch = climb(project, "papers", {name.rpartition("/")[2]: (DROPS / name).read_bytes() for name in GOOD}, "L5")
    opened = gate(project, benchmarks, "minilm")
    assert exported(project, "clean", "L5", gate=opened).left_out.is_empty()
    written = project.lake.read("published", "L5", batch, project.lake.version("published", "L5"))
    leaks = planted(opened.benchmarks.items, n_of_each=1)
    assert set(leaks["kind"]) == set(KINDS)
    for kind, leak in leaks.select("kind", "question").iter_rows():
        leaky = written.with_columns(pl.col("text") + f"\n\n{leak}\n")
        project.lake.write("published", "L5", batch, leaky, {})
        done = exported(project, kind, "L5", gate=opened, allow_partial=True)
        assert set(done.left_out["id"]) == set(written["id"]), kind


def test_a_take_down_forgets_the_evidence_too(project: Project, benchmarks):
    climb(project, "notes", {"a.md": f"# A\n\n{ITEM}\n", "b.md": f"# B\n\n{CLEAN}"})
    exported(project, gate=gate(project, benchmarks), allow_partial=True)
    assert pl.read_parquet(folder_of(project) / "decontamination.parquet").height
    erase_rows(project.lake, roots(project, "A"))
    assert pl.read_parquet(folder_of(project) / "decontamination.parquet").is_empty()


def test_the_command_line_knows_the_benchmarks_of_the_project(project: Project, benchmarks):
    climb(project, "notes", {"a.md": f"# A\n\n{ITEM}\n", "b.md": f"# B\n\n{CLEAN}"})
    place = project.work.benchmarks_path()
    place.parent.mkdir(parents=True)
    for path in benchmarks.iterdir():
        (place if path.name == "manifest.toml" else place.parent / path.name).write_bytes(path.read_bytes())
    darwin = Darwin()
    assert darwin("export", "--name", "a", "--level", "L1") == 3
    assert "decontamination.ngram" in darwin.out
    assert darwin("export", "--name", "a", "--level", "L1", "--allow-partial") == 0
    assert "compared by words alone with 1 items of 1 benchmarks (tulips); 1 rows" in " ".join(darwin.out.split())
