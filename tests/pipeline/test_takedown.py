"""Take-downs of every kind on a lake that climbed the ladder: what was asked for is gone everywhere, the rest stays."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from typer.testing import CliRunner

from darwin_assets.cli import app
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE, MIX_TABLE
from darwin_assets.definitions import define
from darwin_assets.landing_desk import land_path
from darwin_assets.levels import BUILT
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.runs import run_batch
from darwin_assets.takedown import run
from darwin_assets.takedown.request import Request
from darwin_assets.takedown.state import all_requests
from darwin_assets.tier_twins.columns import LINKS
from darwin_assets.tier_twins.vectors import VECTORS
from resources.errors import DarwinError
from resources.lake import ZONES, Lake
from tests.drops import SMALL_DOCUMENTS, make_drop
from tests.faults.prose import prose, reworded

pytestmark = pytest.mark.slow

PERSON = "Zephyrine Quillfeather"
EVALUATION = "2026-02-01.nightly.0001"
CLOSING = "\\input{chapter}\n\\end{document}\n"
ALPHA = {
    "lamps.md": "# Lamps\n\n" + prose(1),
    "kettles.md": f"# Kettles\n\nBy {PERSON.upper()}.\n\n" + prose(2),
    "clocks.md": "# Clocks\n\n" + prose(3),
}
BETA = {
    "lamps-again.md": "# Lamps\n\n" + reworded(prose(1), 5),
    "bridges.md": "# Bridges\n\n" + prose(4),
    "thesis.tex": "\\documentclass{article}\\begin{document}\n\\section{Mills}\n"
    + prose(5)
    + "\\input{chapter}\n\\end{document}\n",
    "chapter.tex": "\\section{Rivers}\n" + prose(6),
}
DROPS = {
    "alpha": (ALPHA, "CC-BY-4.0", "https://alpha.example/shelf"),
    "beta": (BETA, "CC-BY-SA-4.0", "https://beta.example"),
}
AT = {name: f"{origin}/{name}" for texts, _, origin in DROPS.values() for name in texts}
EVERYTHING = {*AT} - {"chapter.tex", "lamps-again.md"}
"""What is published at L5: one is a part of another, and one a twin."""


@pytest.fixture(scope="module")
def climbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a project with two batches at L5, with answers of a model, embeddings and links."""
    folder = tmp_path_factory.mktemp("climbed")
    with pytest.MonkeyPatch.context() as patch:
        project = _project(patch, folder / "home")
        initialize(project)
        project.work.recipe_path().write_text(SMALL_DOCUMENTS, encoding="utf-8")
        with dagster_instance(project) as instance:
            for source, (texts, licence, origin) in DROPS.items():
                drop = make_drop(folder / source, source, (), texts)
                batch = land_path(project, instance, drop, source, licence, origin).batch or ""
                assert run_batch(project, instance, batch).error is None
        _link_everything(project.lake)
        _label_and_sample_everything(project.lake)
    assert published(project.lake, "L5") == {AT[name] for name in EVERYTHING}
    return folder / "home"


def _project(patch: pytest.MonkeyPatch, home: Path) -> Project:
    for name in [name for name in os.environ if name.startswith("DARWIN_") or name == "DAGSTER_HOME"]:
        patch.delenv(name)
    patch.setenv("DARWIN_HOME", str(home))
    patch.setenv("DARWIN_LLM_ENGINE", "scripted")
    patch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    return open_project()


def _link_everything(lake: Lake) -> None:
    """An embedding of each published text, and a link between every two documents."""
    rows = table(lake, "published", "L5").sort("uri")
    vectors = rows.select("text_sha256", embedder=pl.lit("test:1"), n_windows=1, vector=pl.lit([0.5, 0.5]))
    lake.append("embeddings", "vectors", vectors.select(pl.col(name).cast(dtype) for name, dtype in VECTORS.items()))
    side = rows.select("id", "root_id", "level", pl.col("ultradata_tier").alias("tier"), "verdict", "batch")
    pairs = side.select(pl.all().name.prefix("loser_")).join(
        side.select(pl.all().name.prefix("survivor_")), how="cross"
    )
    pairs = pairs.with_columns(
        batch="loser_batch", cosine=1.0, embedder=pl.lit("test:1"), recipe=pl.lit("tier_twins/1:0")
    )
    for (batch,), links in pairs.select(list(LINKS)).group_by("batch"):
        lake.write("links", "tier_twins", str(batch), links, {})


def _label_and_sample_everything(lake: Lake) -> None:
    """Labels of each published row, and a sample that holds every one."""
    rows = table(lake, "published", "L3")
    for (batch,), part in rows.group_by("batch"):
        AFFORDANCES_TABLE.write(lake, str(batch), _filled(part, AFFORDANCES_TABLE.columns), "run")
    sample = _filled(rows, MIX_TABLE.columns).with_columns(batch=pl.lit(EVALUATION), gate_verdict=pl.lit("verdict"))
    lake.write(MIX_TABLE.zone, MIX_TABLE.name, EVALUATION, sample, {})


def _filled(rows: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The columns that there are, and nothing in the others."""
    return rows.select(
        pl.col(name).cast(dtype) if name in rows.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


@pytest.fixture
def project(climbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    shutil.copytree(climbed, tmp_path / "home")
    return _project(monkeypatch, tmp_path / "home")


@pytest.fixture
def instance(project: Project) -> Iterator[dg.DagsterInstance]:
    with dagster_instance(project) as opened:
        yield opened


def table(lake: Lake, zone: str, name: str) -> pl.DataFrame:
    return lake.scan(zone, name, lake.version(zone, name)).collect()


def published(lake: Lake, level: str) -> set[str]:
    return {*table(lake, "published", level)["uri"]}


def row(lake: Lake, level: str, name: str) -> dict:
    return table(lake, "published", level).row(by_predicate=pl.col("uri") == AT[name], named=True)


def roots(lake: Lake) -> dict[str, str]:
    return {name: row(lake, "L0", name)["id"] for name in AT}


REQUESTS: dict[str, tuple[Callable[[Lake], Request], set[str]]] = {
    "row": (lambda lake: Request.make("row", row(lake, "L4", "clocks.md")["id"][:16]), {"clocks.md"}),
    "row of a joined document": (
        lambda lake: Request.make("row", row(lake, "L3", "thesis.tex")["id"]),
        {"thesis.tex", "chapter.tex"},
    ),
    "uri": (lambda _: Request.make("uri", AT["bridges.md"]), {"bridges.md"}),
    "uri of a part": (lambda _: Request.make("uri", AT["chapter.tex"]), {"thesis.tex", "chapter.tex"}),
    "prefix": (lambda _: Request.make("prefix", "https://alpha.example/shelf/c"), {"clocks.md"}),
    "source": (lambda _: Request.make("source", "beta"), {*BETA}),
    "licence": (lambda _: Request.make("licence", "cc-by-sa-4.0"), {*BETA}),
    "text": (
        lambda _: Request.of_document(Path("lamps.md"), reworded(ALPHA["lamps.md"], 9).encode()),
        {"lamps.md", "lamps-again.md"},
    ),
    "identifier": (lambda _: Request.make("identifier", "zephyrine  ｑuillfeather"), {"kettles.md"}),
}
OFTEN = ("row of a joined document", "source", "text", "identifier")
"""How the documents of a request are found is tested without a lake; these differ in what they leave behind."""
"""By kind a request and the documents that it covers."""


@pytest.mark.parametrize(
    "kind", [kind if kind in OFTEN else pytest.param(kind, marks=pytest.mark.exhaustive) for kind in REQUESTS]
)
def test_what_is_asked_for_is_gone_everywhere_and_nothing_else(project, instance, kind):
    lake, all_roots = project.lake, roots(project.lake)
    make, covered = REQUESTS[kind]
    asked = make(lake)
    gone = {all_roots[name] for name in covered}
    ids = {one for zone in ZONES for level in BUILT for one in ids_of(lake, zone, level, gone)}
    texts = {*table(lake, "published", "L5").filter(pl.col("root_id").is_in(gone))["text_sha256"]}
    answered = table(lake, "answers", "chat").height
    expected = run.dry_run(project, asked)
    assert expected.documents == len(covered)
    outcome = run.take_down(project, instance, asked, "a person", "a reason")
    assert outcome.clean
    assert outcome.counts == expected
    for level in BUILT[1:]:
        for zone in ZONES:
            assert ids_of(lake, zone, level, gone) == set(), f"{zone}/{level}"
        assert published(lake, level) & {AT[name] for name in EVERYTHING - covered} == {
            AT[name] for name in EVERYTHING - covered
        }
    assert_remarks(lake, all_roots, covered, outcome.request)
    answers = table(lake, "answers", "chat")
    assert answers.height < answered
    assert not ids & {key[:32] for key in answers["request_key"]}
    assert table(lake, "answers", "calls").height > 0
    assert not texts & {*table(lake, "embeddings", "vectors")["text_sha256"]}
    links = table(lake, "links", "tier_twins")
    assert not gone & {*links["loser_root_id"], *links["survivor_root_id"]}
    stay = {all_roots[name] for name in EVERYTHING - covered}
    for one in (AFFORDANCES_TABLE, MIX_TABLE):
        standing = table(lake, one.zone, one.name)
        assert stay <= {*standing["root_id"]} <= {*all_roots.values()} - gone
    assert [one.is_done for one in all_requests(lake)] == [True]
    assert_accounted(lake)
    with pytest.raises(DarwinError):
        run.take_down(project, instance, Request.make("row", min(gone)[:8] + "0" * 24), "a person", "a reason")


def ids_of(lake: Lake, zone: str, level: str, gone: set[str]) -> set[str]:
    return {*table(lake, zone, level).filter(pl.col("root_id").is_in(gone))["id"]}


def assert_remarks(lake: Lake, all_roots: dict[str, str], covered: set[str], request_id: str) -> None:
    """Of an erased document a row of L0 remains that says so and names nobody; its file's row likewise."""
    remarks = table(lake, "rejected", "L0")
    assert {*remarks["id"]} == {all_roots[name] for name in covered}
    assert {*remarks["rejected_by"]} == {"erased"}
    assert {*remarks["rejected_detail"]} == {request_id}
    files = table(lake, "landed", "files").filter(pl.col("refused_by") == "file.erased")
    assert files.height == len(covered)
    for rows in (remarks, files):
        for name in ("uri", "path", "title", "raw_sha256", "content_sha256", "origin", "attribution"):
            assert name not in rows.columns or rows[name].null_count() == rows.height, name
    assert not {*table(lake, "candidate", "L0")["uri"].drop_nulls()} & {AT[name] for name in covered}


def assert_accounted(lake: Lake) -> None:
    """Every published row has one row above it, kept or rejected, and no row lacks its parents."""
    for below, level in pairwise(BUILT):
        parents = {*table(lake, "published", below)["id"]}
        above = pl.concat([table(lake, zone, level).select("parents") for zone in ("published", "rejected")])
        assert {*above["parents"].list.first()} == parents, level
        assert {*above["parents"].explode()} <= parents, level


def test_a_later_run_of_the_batch_finds_everything_published(project, instance):
    batch = row(project.lake, "L0", "clocks.md")["batch"]
    run.take_down(project, instance, Request.make("uri", AT["clocks.md"]), "a person", "a reason")
    before = {level: table(project.lake, "published", level).sort("id") for level in BUILT}
    report = run_batch(project, instance, batch)
    assert report.error is None
    assert {level.said for level in report.levels} == {"passed, as before"}
    assert all(table(project.lake, "published", level).sort("id").equals(rows) for level, rows in before.items())


def test_nothing_happens_without_somebody_who_answers_for_it(project, instance):
    asked = Request.make("uri", AT["clocks.md"])
    versions = {level: project.lake.version("published", level) for level in BUILT}
    run.dry_run(project, asked)
    for by, reason in (("", "a reason"), ("a person", " ")):
        with pytest.raises(DarwinError, match="who asks for it and why"):
            run.take_down(project, instance, asked, by, reason)
    assert {level: project.lake.version("published", level) for level in BUILT} == versions
    assert all_requests(project.lake) == []


def test_the_command_shows_first_and_does_it_when_told(project):
    runner = CliRunner()
    shown = runner.invoke(app, ["takedown", "--uri", AT["clocks.md"], "--json"])
    assert json.loads(shown.stdout)["rows"]["published/L5"] == 1
    assert AT["clocks.md"] in published(project.lake, "L5")
    done = runner.invoke(
        app, ["takedown", "--uri", AT["clocks.md"], "--yes", "--by", "a person", "--reason", "why", "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["clean"]
    assert AT["clocks.md"] not in published(project.lake, "L5")
    listed = json.loads(runner.invoke(app, ["takedown", "--list", "--json"]).stdout)
    assert [(one["state"], one["by"]) for one in listed] == [("finished", "a person")]


def test_an_identifier_reaches_the_lake_and_dagster_as_a_hash_only(project, instance, tmp_path):
    (tmp_path / "who").write_text(PERSON)
    job = define(project).resolve_job_def("takedown")
    config = {"kind": "identifier", "value_file": str(tmp_path / "who"), "by": "a person", "reason": "why"}
    for dry_run in (True, False):
        result = job.execute_in_process(
            instance=instance, run_config={"ops": {"erase_documents": {"config": config | {"dry_run": dry_run}}}}
        )
        assert result.success
    assert AT["kettles.md"] not in published(project.lake, "L5")
    told = [path for path in Path(project.work.home).rglob("*") if path.is_file()]
    assert [path for path in told if b"quillfeather" in path.read_bytes().lower()] == []


def test_a_name_in_an_archive_goes_with_the_document_that_bore_it(project, instance, tmp_path):
    drop = make_drop(tmp_path / "drop", "boxes", ())
    with zipfile.ZipFile(drop / "box.zip", "w") as box:
        box.writestr("lamps.md", ALPHA["lamps.md"])
        box.writestr(f"{PERSON}.md", ALPHA["clocks.md"])
    batch = land_path(project, instance, drop, None, None, None).batch
    assert run_batch(project, instance, batch, "L1").error is None
    outcome = run.take_down(project, instance, Request.make("identifier", PERSON), "a person", "a reason")
    assert (outcome.clean, outcome.counts.documents) == (True, 2)
    told = [path for path in Path(project.work.home).rglob("*") if path.is_file()]
    holding = [path for path in told if any(PERSON.encode() in data for data in unpacked(path))]
    assert holding == []
    assert "drop:boxes/box.zip#member:lamps.md" in published(project.lake, "L1")


def unpacked(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if path.suffix == ".parquet":
        rows = pl.read_parquet(path, hive_partitioning=False)
        yield from (str(rows[name].to_list()).encode() for name in rows.columns)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
