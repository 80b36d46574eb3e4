"""Rows of every level made again from the lake alone: with the rules engine, and with models that are not there any more."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from darwin_assets.cli import app
from darwin_assets.lineage import compare, replayer
from darwin_assets.lineage.replay import replay
from darwin_assets.lineage.sampling import choose, replay_sample
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.runs import run_batch
from darwin_assets.tier import answer_store
from resources.language_model import LanguageModel
from resources.language_model.judge import Judge
from resources.language_model.scripted import ScriptedServer
from resources.language_model.vision import VisionModel
from tests.drops import DROPS, GOOD, land, make_drop
from tests.models import write_tiny_gguf
from tests.page_server import UNREADABLE, PageServer, bars_page, scanned_pdf
from tests.scripts import by_role, explained, prefer, report, tidy

pytestmark = pytest.mark.slow

ALL = 10_000
OTHER = ("preprints/markdown/drug-clearance.md",)
SETTINGS = (
    '[filter.thresholds]\n"size.bytes" = "600.."\n[complete]\ndocument_kinds = ["paper", "book", "other", "web"]\n'
)
JUDGED = SETTINGS + "judge_sample = 1\n[refine]\njudge_sample = 2\n"
TOLERANT = SETTINGS + "[refine]\nmin_cleaned_share = 0.0\nmax_requeues = 0\nchunk_chars = 256\n"
CONTEXT_TOKENS = 8192
ROOT = "\\documentclass{article}\\begin{document}\n\\section{Start}\\input{part}\n\\end{document}\n"
PART = "The part has a sentence, and a formula $a^2 + b^2 = c^2$.\n"


def hardy_weinberg() -> str:
    return (DROPS / GOOD[0]).read_text(encoding="utf-8")


def mixed_drop(folder: Path) -> Path:
    """Documents that stay, twins of them, one in two files, one in an archive, and some that no level can use."""
    near = hardy_weinberg().replace("population", "community", 1)
    texts = {
        "copy.md": hardy_weinberg(),
        "near.md": near,
        "paper.tex": ROOT,
        "part.tex": PART,
        "short.txt": "Too short.\n",
    }
    made = make_drop(folder, "mixed", GOOD, texts)
    (made / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (made / "cut.gz").write_bytes(gzip.compress(b"cut off half way " * 50)[:-20])
    with tarfile.open(made / "more.tar.gz", "w:gz") as archive:
        for name in ("one.txt", "two.txt"):
            content = f"{name} says little.\n".encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made


def with_home(home: Path) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARWIN_HOME", str(home))
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
        for name in ("DARWIN_LAKE", "DARWIN_LANDING", "DARWIN_RECIPE", "DAGSTER_HOME", "DARWIN_LLM_URL"):
            patch.delenv(name, raising=False)
        yield patch


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Two batches through the whole ladder by the rules engine; the second holds a twin of the first."""
    home = tmp_path_factory.mktemp("ruled")
    for _ in with_home(home):
        project = open_project()
        initialize(project)
        project.work.recipe_path().write_text(SETTINGS, encoding="utf-8")
        with dagster_instance(project) as instance:
            from darwin_assets.landing_desk import land_path

            first = land_path(project, instance, mixed_drop(home / "mixed"), None, None, None).batch
            assert first
            second = land(
                project, instance, home / "second", "second", OTHER, {"twin.md": hardy_weinberg() + "\nMore.\n"}
            )
            for batch in (first, second):
                found = run_batch(project, instance, batch, "L5", ("test", "small batches"))
                assert found.error is None, found
        # what the recipe file says later is not what made the rows
        project.work.recipe_path().write_text("[filter]\nmin_jaccard = 0.9\n[normalize]\nkeep_link_urls = true\n")
        yield project


@pytest.fixture(scope="module")
def sampled(ruled: Project) -> pl.DataFrame:
    return replay_sample(ruled, ALL, seed=1)


def test_all_rows_of_all_levels_come_out_as_they_are_stored(ruled: Project, sampled: pl.DataFrame) -> None:
    odd = sampled.filter(pl.col("status") != compare.EQUAL)
    assert odd.is_empty(), odd.select("level", "zone", "status", "columns", "detail").to_dicts()
    n_rows = sum(
        ruled.lake.scan(zone, level, ruled.lake.version(zone, level)).select(pl.len()).collect().item()
        for zone in ("published", "rejected")
        for level in ("L0", "L1", "L2", "L3", "L4", "L5")
    )
    assert sampled["id"].n_unique() == sampled.height == n_rows
    assert set(sampled["zone"]) == {"published", "rejected"}
    assert set(sampled["level"]) == {"L0", "L1", "L2", "L3", "L4", "L5"}


def test_the_lake_holds_what_is_hard_to_make_again(ruled: Project) -> None:
    reasons = {
        rule
        for level in ("L0", "L1", "L2")
        for rule in ruled.lake.scan("rejected", level, ruled.lake.version("rejected", level)).collect()["rejected_by"]
    }
    assert {
        "container.truncated",
        "latex.part",
        "pdf.malformed",
        "duplicate.exact",
        "duplicate.near",
        "size.bytes",
    } <= reasons
    fifth = ruled.lake.scan("published", "L5", ruled.lake.version("published", "L5")).collect()
    assert fifth["n_windows"].sum() > 0


def test_a_sample_is_the_same_for_the_same_seed(ruled: Project) -> None:
    chosen = choose(ruled.lake, "L1", 3, seed=5)
    assert chosen.height == 3
    assert chosen.equals(choose(ruled.lake, "L1", 3, seed=5))
    assert not chosen.equals(choose(ruled.lake, "L1", 3, seed=6))


def test_the_command_says_equal(ruled: Project) -> None:
    row = first_row(ruled, "L5")
    said = CliRunner().invoke(app, ["replay", row["id"][:12]])
    assert said.exit_code == 0, said.output
    assert "Every step comes out as it is stored." in said.output
    steps = replay(ruled, row["id"]).steps
    assert [*dict.fromkeys(one.level for one in steps)] == ["L0", "L1", "L2", "L3", "L4", "L5"]


def test_a_changed_row_is_named_with_step_and_column_and_no_content(ruled: Project) -> None:
    row = first_row(ruled, "L5")
    third = ruled.lake.read("published", "L3", row["batch"], ruled.lake.version("published", "L3"))
    changed = third.with_columns(education_score=pl.col("education_score") + 0.25)
    ruled.lake.write("published", "L3", row["batch"], changed, {})
    try:
        said = CliRunner().invoke(app, ["replay", row["id"]])
        assert said.exit_code == 1
        assert "L3 in education_score" in said.output
        assert str(row["text"]).split(maxsplit=1)[0] not in said.output
    finally:
        ruled.lake.write("published", "L3", row["batch"], third, {})
    assert replay(ruled, row["id"]).is_equal


def test_changed_bytes_are_a_difference_of_l0(ruled: Project) -> None:
    row = first_row(ruled, "L5")
    steps = replay(ruled, row["id"]).steps
    landed = ruled.lake.scan("landed", "files", ruled.lake.version("landed", "files")).collect()
    root = (
        ruled.lake.scan("published", "L0", ruled.lake.version("published", "L0"))
        .filter(pl.col("id") == steps[0].id)
        .collect()
    )
    sha256 = landed.filter(pl.col("id") == root["parents"][0][0])["raw_sha256"][0]
    path = Path(ruled.raw.uri) / sha256[:2] / sha256
    bytes_before = path.read_bytes()
    path.write_bytes(bytes_before.replace(b"e", b"a", 1))
    try:
        first = replay(ruled, row["id"]).first_difference
        assert first is not None
        assert (first.level, first.columns) == ("L0", ("content_sha256",))
    finally:
        path.write_bytes(bytes_before)


def test_another_version_is_said_and_is_no_difference(ruled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    row = first_row(ruled, "L3")
    spec = replayer.SPECS["L3"]
    monkeypatch.setitem(replayer.SPECS, "L3", replace(spec, version=spec.version + 1))
    last = replay(ruled, row["id"]).steps[-1]
    assert last.status == compare.EQUAL
    assert f"annotate/{spec.version}, this is annotate/{spec.version + 1}" in last.detail
    worse = replace(spec, version=spec.version + 1, columns={**spec.columns, "education_score": pl.Float64()})
    monkeypatch.setitem(replayer.SPECS, "L3", worse)
    assert replay(ruled, row["id"]).first_difference is None


def test_a_twin_whose_survivor_is_gone_is_no_difference(ruled: Project) -> None:
    second = ruled.lake.read("rejected", "L2", *second_batch(ruled, "rejected", "L2"))
    twin = second.filter(pl.col("survivor_id").is_not_null()).row(0, named=True)
    other = ruled.lake.scan("published", "L2", ruled.lake.version("published", "L2")).filter(
        pl.col("id") == twin["survivor_id"]
    )
    batch = other.collect()["batch"][0]
    rows = ruled.lake.read("published", "L2", batch, ruled.lake.version("published", "L2"))
    ruled.lake.write("published", "L2", batch, rows.filter(pl.col("id") != twin["survivor_id"]), {})
    try:
        last = replay(ruled, twin["id"]).steps[-1]
        assert last.status == compare.GONE
        assert "twin" in last.detail
        assert CliRunner().invoke(app, ["replay", twin["id"]]).exit_code == 6
    finally:
        ruled.lake.write("published", "L2", batch, rows, {})


def test_a_recipe_that_the_book_does_not_know_is_said(ruled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resources.recipe_book.RecipeBook.find", lambda _book, _recipe: None)
    assert {one.status for one in replay(ruled, first_row(ruled, "L1")["id"]).steps} == {compare.UNRECORDED}


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A batch that a vision model, a language model and a judge have worked on; none of them answers any more."""
    home = tmp_path_factory.mktemp("answered")
    judging = by_role(refiner=str, reporter=report("Excellent"), arbiter=prefer("nothing else acts"))
    for _ in with_home(home):
        with (
            ScriptedServer(by_role(refiner=tidy, completer=explained)) as server,
            ScriptedServer(judging, model="judge", enforces_schema=False) as bench,
            PageServer() as pages,
        ):
            model = LanguageModel(engine="openai", base_urls=[server.url])
            judge = Judge(engine="openai", base_urls=[bench.url])
            vision = VisionModel(engine="openai", base_urls=[pages.url])
            project = replace(open_project(), model=model, judge=judge, vision=vision)
            initialize(project)
            project.work.recipe_path().write_text(JUDGED, encoding="utf-8")
            folder = make_drop(home / "drop", "answered", GOOD)
            (folder / "good.pdf").write_bytes(scanned_pdf([bars_page(2), bars_page(4).rotate(90, expand=True)]))
            (folder / "bad.pdf").write_bytes(scanned_pdf([bars_page(1), bars_page(UNREADABLE)]))
            from darwin_assets.landing_desk import land_path

            with dagster_instance(project) as instance:
                batch = land_path(project, instance, folder, None, None, None).batch or ""
                found = run_batch(project, instance, batch, "L5", ("test", "few documents"))
                assert found.error is None, found
        without = open_project()
        assert without.model.engine == "rules"
        yield without


def test_recorded_answers_make_every_row_again(answered: Project) -> None:
    found = replay_sample(answered, ALL, seed=1)
    odd = found.filter(pl.col("status") != compare.EQUAL)
    assert odd.is_empty(), odd.select("level", "zone", "status", "columns", "detail").to_dicts()
    rows = {
        level: answered.lake.scan("published", level, answered.lake.version("published", level)).collect()
        for level in ("L1", "L4", "L5")
    }
    assert "pages/1" in set(rows["L1"]["parser"])
    assert rows["L4"]["judged_by"].null_count() < rows["L4"].height
    assert rows["L5"]["n_completed"].sum() > 0


def test_an_answer_that_is_not_there_any_more_is_no_difference(answered: Project) -> None:
    row = first_row(answered, "L4")
    from deltalake import DeltaTable

    table = DeltaTable(answer_store(answered.lake).uri)
    version = table.version()
    table.delete(f"request_key like '{row['parents'][0]}:%'")
    try:
        last = replay(answered, row["id"]).steps[-1]
        assert (last.level, last.status) == ("L4", compare.ANSWER_MISSING)
        assert CliRunner().invoke(app, ["replay", row["id"]]).exit_code == 6
    finally:
        DeltaTable(answer_store(answered.lake).uri).restore(version)


def test_what_a_real_server_said_makes_every_row_again(home: Path, tmp_path: Path) -> None:
    """A tiny model with random weights: answers that never end, asked again with more room, and all turned away."""
    gguf = write_tiny_gguf(tmp_path / "tiny.gguf")
    model = LanguageModel(
        engine="llama_cpp", gguf=str(gguf), slots=2, context_tokens=CONTEXT_TOKENS, max_answer_tokens=600
    )
    project = replace(open_project(), model=model)
    initialize(project)
    project.work.recipe_path().write_text(TOLERANT, encoding="utf-8")
    with dagster_instance(project) as instance:
        batch = land(project, instance, tmp_path, "tiny", GOOD[:1])
        found = run_batch(project, instance, batch, "L5", ("test", "the model is a dummy"))
    model.close()
    assert found.error is None, found
    gguf.unlink()
    replayed = replay_sample(open_project(), ALL, seed=1)
    assert replayed.filter(pl.col("status") != compare.EQUAL).is_empty(), replayed.to_dicts()
    assert set(replayed["level"]) == {"L0", "L1", "L2", "L3", "L4", "L5"}
    assert pl.read_delta(answer_store(project.lake).uri)["finish_reason"].str.contains("length|stop").all()


def first_row(project: Project, level: str) -> dict[str, object]:
    rows = project.lake.scan("published", level, project.lake.version("published", level)).collect()
    return rows.sort("id").row(0, named=True)


def second_batch(project: Project, zone: str, level: str) -> tuple[str, int]:
    return next(one for one in project.lake.batches(zone, level) if "second" in one), project.lake.version(zone, level)
