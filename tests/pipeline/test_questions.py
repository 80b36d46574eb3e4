"""The ladder of questions on a real lake: textbooks in, pairs out, each of which is traced, made again and taken back."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from darwin_assets.decontamination.leaks import KINDS
from darwin_assets.definitions import define
from darwin_assets.landing_desk import land_path
from darwin_assets.levels import QUESTIONS
from darwin_assets.lineage import compare
from darwin_assets.lineage.find import find_row
from darwin_assets.lineage.integrity import audit
from darwin_assets.lineage.replay import replay
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.runs import run_batch
from darwin_assets.takedown import run as takedown
from darwin_assets.takedown.request import Request
from darwin_assets.textbook_reasoning.leak_check import CHECK, COPIED, holds
from darwin_assets.textbook_reasoning.pair import pair_of
from resources.lake import ZONES
from tests.drops import DROPS, make_drop
from tests.faults.prose import prose

pytestmark = pytest.mark.slow

BOOK, OTHER = "textbook-matter-and-chance", "second-course"
RECIPE = """
[filter.thresholds]
"size.bytes" = "600.."
[question_extraction]
min_university_share = 0.0
keep_other_subjects = true
"""
"""The documents of the samples are short, and the light models are in doubt about them."""
ASKED = "How many different hands of five cards can be dealt from a pack of 52 cards when the order does not count?"


@pytest.fixture(scope="module")
def lake_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two batches at Q5; the second asks a question of the first again, and one of a benchmark."""
    folder = tmp_path_factory.mktemp("questions")
    with pytest.MonkeyPatch.context() as patch:
        project = _project(patch, folder / "home")
        initialize(project)
        project.work.recipe_path().write_text(RECIPE, encoding="utf-8")
        _register(project)
        with dagster_instance(project) as instance:
            first = land_path(project, instance, DROPS / BOOK, None, None, None).batch or ""
            assert run_batch(project, instance, first, "Q5").error is None
            drop = make_drop(folder / OTHER, OTHER, (), {"lesson.md": _lesson(questions(project)[0])})
            second = land_path(project, instance, drop, None, None, None).batch or ""
            assert run_batch(project, instance, second, "Q5").error is None
    return folder / "home"


def _project(patch: pytest.MonkeyPatch, home: Path) -> Project:
    for name in [name for name in os.environ if name.startswith("DARWIN_") or name == "DAGSTER_HOME"]:
        patch.delenv(name)
    patch.setenv("DARWIN_HOME", str(home))
    patch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    return open_project()


def _register(project: Project) -> None:
    """One benchmark of one item."""
    manifest = project.work.benchmarks_path()
    manifest.parent.mkdir(parents=True)
    item = json.dumps({"question": ASKED, "answer": "2598960"}) + "\n"
    (manifest.parent / "cards.jsonl").write_text(item, encoding="utf-8")
    digest = hashlib.sha256(item.encode()).hexdigest()
    manifest.write_text(
        '[[benchmark]]\nname = "cards"\nformat = "jsonl"\nquestion = "question"\nanswer = "answer"\n'
        f'[benchmark.files]\n"cards.jsonl" = "{digest}"\n',
        encoding="utf-8",
    )


def _lesson(question: str) -> str:
    """A lesson that asks a question again, one of the benchmark, one without an answer, and one about a missing figure."""
    exercises = [
        (question, "As in the other book."),
        (ASKED, "There are 2,598,960 of them, since 52 choose 5 is so large."),
        ("How many ways are there to seat six guests at a round table?", None),
        ("What is the area of the shaded part in Figure 7.3?", "It is 12 square centimetres."),
        ("In how many ways can a committee of three be chosen out of ten persons?", "There are 120 ways, 10 choose 3."),
    ]
    told = [
        f"**Exercise {number}.** {asked}" + (f"\n\n**Solution.** {answer}" if answer else "")
        for number, (asked, answer) in enumerate(exercises, 1)
    ]
    return "# Counting\n\n" + prose(7) + "\n\n## Exercises\n\n" + "\n\n".join(told) + "\n"


@pytest.fixture
def project(lake_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    shutil.copytree(lake_home, tmp_path / "home")
    return _project(monkeypatch, tmp_path / "home")


@pytest.fixture
def instance(project: Project) -> Iterator[dg.DagsterInstance]:
    with dagster_instance(project) as opened:
        yield opened


def table(project: Project, zone: str, level: str) -> pl.DataFrame:
    return project.lake.scan(zone, level, project.lake.version(zone, level)).collect()


def questions(project: Project, level: str = "Q5") -> list[str]:
    rows = table(project, "published", level).sort("batch", "document_id", "start_char")
    return [pair_of(text, chars).question for text, chars in rows.select("text", "question_chars").iter_rows()]


def rejected(project: Project, level: str) -> dict[str, int]:
    return dict(sorted(table(project, "rejected", level)["rejected_by"].value_counts().iter_rows()))


def test_every_question_is_a_pair_or_says_why_not(project):
    found = questions(project)
    assert "Arrange sodium, magnesium and potassium by rising ionization energy." in found
    assert [one for one in found if "committee of three" in one]
    assert not [one for one in found if one == ASKED or "shaded part" in one or "round table" in one]
    assert rejected(project, "Q1")["answer.missing"] == 3
    assert rejected(project, "Q2") == {"question.duplicate": 1}
    assert rejected(project, "Q3") == {"question.dangling_reference": 1}
    assert rejected(project, "Q4") == {"decontamination.ngram": 1}
    counts = {
        level: (table(project, "published", level).height, table(project, "rejected", level).height)
        for level in QUESTIONS
    }
    for below, level in pairwise(QUESTIONS):
        assert counts[below][0] == sum(counts[level]), level


def test_a_rejected_pair_holds_no_words_and_names_what_it_repeats(project):
    for level in QUESTIONS:
        assert not {"text", "reference_answer"} & {*table(project, "rejected", level).columns}
    (twin,) = table(project, "rejected", "Q2").to_dicts()
    assert twin["survivor_id"] in {*table(project, "published", "Q2")["id"]}
    (leak,) = table(project, "rejected", "Q4").to_dicts()
    assert {(one["benchmark"], one["file"], one["number"]) for one in leak["evidence"]} == {("cards", "cards.jsonl", 0)}


def test_a_pair_is_traced_to_its_file_and_stands_there(project):
    rows = table(project, "published", "Q5").filter(pl.col("text").str.contains("committee of three"))
    found = find_row(project, rows["id"][0])
    assert [one["table"] for one in found["ancestors"]] == ["Q4", "Q3", "Q2", "Q1", "L3", "L2", "L1", "L0"]
    assert [one["path"] for one in found["landed"]] == ["lesson.md"]
    document = table(project, "published", "L3").filter(pl.col("id") == rows["document_id"][0])["text"][0]
    passage = document[rows["start_char"][0] : rows["end_char"][0]]
    pair = pair_of(rows["text"][0], rows["question_chars"][0])
    assert pair.question in passage
    assert pair.answer in passage


@pytest.mark.parametrize("n_rows", [2, pytest.param(None, marks=pytest.mark.exhaustive)], ids=["some", "all"])
def test_every_row_comes_out_again(project, n_rows):
    for zone in ("published", "rejected"):
        for level in QUESTIONS:
            for row_id in table(project, zone, level)["id"].sort()[:n_rows]:
                steps = [one for one in replay(project, row_id).steps if one.level == level]
                assert {one.status for one in steps} == {compare.EQUAL}, (zone, level, steps)


def test_the_audit_finds_nothing_wrong(project):
    found = audit(project, sample=3, seed=1)
    assert [one for one in found.findings if one.serious] == []


def test_a_document_is_taken_back_with_its_questions(project, instance):
    before = questions(project)
    lesson = table(project, "published", "L0").filter(pl.col("batch").str.contains(OTHER))
    outcome = takedown.take_down(project, instance, Request.make("row", lesson["id"][0]), "a person", "a reason")
    assert outcome.clean, outcome
    for level in QUESTIONS:
        for zone in ZONES:
            assert lesson["root_id"][0] not in {*table(project, zone, level)["root_id"]}, f"{zone}/{level}"
    assert questions(project) == [one for one in before if "committee of three" not in one]


def test_a_batch_without_questions_goes_no_further_and_fails_nothing(project, instance, tmp_path):
    drop = make_drop(tmp_path / "essay", "essay", (), {"essay.md": "# An essay\n\n" + prose(9)})
    batch = land_path(project, instance, drop, None, None, None).batch or ""
    report = run_batch(project, instance, batch, "Q5")
    assert report.gate_closed
    assert report.levels[-1].level == "Q1"
    assert "1 in, 0 kept, 1 rejected; gate closed" in (report.error or "")
    assert instance.get_run_by_id(report.run_id).status is dg.DagsterRunStatus.SUCCESS


def test_leaks_are_planted_to_see_whether_they_are_caught(project, instance):
    result = define(project).resolve_job_def("questions").execute_in_process(
        instance=instance, partition_key=table(project, "published", "Q4")["batch"][0],
        asset_selection=[dg.AssetKey("qa_decontaminated")], raise_on_error=False,
    )  # fmt: skip
    (check,) = [one for one in result.get_asset_check_evaluations() if one.check_name == CHECK]
    assert check.passed
    assert {kind: check.metadata[kind].value for kind in KINDS} == dict.fromkeys(COPIED, "1 of 1") | {
        kind: check.metadata[kind].value for kind in KINDS if kind not in COPIED
    }


@pytest.mark.parametrize(
    ("caught", "meaning", "holding"),
    [
        ([10, 10, 0, 0, 0], False, True),
        ([10, 9, 0, 0, 0], False, False),
        ([10, 10, 0, 0, 0], True, False),
        ([10, 10, 10, 10, 10], True, True),
        ([10, 10, 9, 10, 10], True, False),
    ],
)
def test_copies_must_be_caught_all_and_rewordings_where_meaning_is_compared(caught, meaning, holding):
    found = pl.DataFrame({"kind": list(KINDS), "n": [10] * len(KINDS), "n_caught": caught})
    assert holds(found, meaning=meaning) == holding


def test_a_benchmark_file_that_is_missing_stops_the_step(project, instance):
    batch = table(project, "published", "Q3")["batch"][0]
    (project.work.benchmarks_path().parent / "cards.jsonl").unlink()
    report = run_batch(project, instance, batch, "Q5")
    assert "1 benchmark files are missing" in (report.error or "")
