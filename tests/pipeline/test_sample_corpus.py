"""The sample corpus through the whole ladder: every document ends where `examples/expected.tsv` says, for that reason."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from darwin_assets.landing_desk import land_path
from darwin_assets.levels import BUILT
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.promotion import published, read_published, read_rejected
from darwin_assets.runs import RunReport, run_batch

EXAMPLES = Path(__file__).parents[2] / "examples"
KEYS = ["drop", "path", "locator"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[RunReport], list[RunReport]]:
    """A lake with all sample drops taken to L5, and the reports of a first and a second run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARWIN_HOME", str(tmp_path_factory.mktemp("corpus")))
        for name in ("DARWIN_LAKE", "DARWIN_LANDING", "DARWIN_RECIPE", "DAGSTER_HOME", "DARWIN_LLM_URL"):
            patch.delenv(name, raising=False)
        project = open_project()
        initialize(project)
        project.work.recipe_path().write_bytes((EXAMPLES / "recipe.toml").read_bytes())
        with dagster_instance(project) as instance:
            batches = [_land(project, instance, drop) for drop in sorted((EXAMPLES / "drops").iterdir())]
            first = [run_batch(project, instance, batch) for batch in batches]
            second = [run_batch(project, instance, batch) for batch in batches]
        yield project, first, second


def _land(project: Project, instance: dg.DagsterInstance, drop: Path) -> str:
    return land_path(project, instance, drop, None, None, None).batch or ""


@pytest.fixture(scope="module")
def ends(corpus) -> pl.DataFrame:
    """Where each document of L0 ended: drop, path, locator, level, rule."""
    project, reports, _ = corpus
    batches = [report.batch for report in reports]
    origin, found = [], []
    for batch in batches:
        for level in BUILT:
            publication = published(project.lake, project.ledger, level, batch)
            kept = read_published(project.lake, publication)
            rejected = read_rejected(project.lake, publication)
            if level == "L0":
                origin += [frame.select("root_id", "source", "path", "locator") for frame in (kept, rejected)]
            found.append(rejected.select("root_id", level=pl.lit(level), rule="rejected_by"))
            if level == "L5":
                found.append(kept.select("root_id", level=pl.lit("L5"), rule=pl.lit("")))
    return pl.concat(origin).join(pl.concat(found), on="root_id", how="full", coalesce=True)


def test_every_document_ends_where_the_table_says(ends):
    expected = pl.read_csv(EXAMPLES / "expected.tsv", separator="\t", infer_schema=False).fill_null("")
    found = ends.select(pl.col("source").alias("drop"), "path", "locator", "level", "rule")
    wrong = expected.join(found, on=KEYS, how="full", coalesce=True, suffix="_found").filter(
        pl.col("level").ne_missing(pl.col("level_found")) | pl.col("rule").ne_missing(pl.col("rule_found"))
    )
    assert wrong.to_dicts() == []


def test_every_gate_of_the_corpus_opens(corpus):
    _, first, _ = corpus
    assert [report.error for report in first] == [None] * len(first)
    assert {len(report.levels) for report in first} == {len(BUILT)}


def test_a_second_run_does_no_work_twice(corpus):
    _, _, second = corpus
    assert {level.said for report in second for level in report.levels} == {"passed, as before"}


def test_rows_add_up_at_every_level(corpus):
    _, first, _ = corpus
    for report in first:
        for above, below in zip(report.levels, report.levels[1:], strict=False):
            assert below.n_in == above.n_kept
            assert below.n_kept + below.n_rejected == below.n_in


def test_survivors_of_l2_and_l3_are_byte_identical(corpus):
    project, first, _ = corpus
    for report in first:
        texts = [
            dict(
                read_published(project.lake, published(project.lake, project.ledger, level, report.batch))
                .select("root_id", "text")
                .iter_rows()
            )
            for level in ("L1", "L2", "L3")
        ]
        assert all(texts[0][root] == text for below in texts[1:] for root, text in below.items())


def test_l5_adds_and_never_takes_away(corpus):
    project, first, _ = corpus
    grown = 0
    for report in first:
        upper, lower = (
            read_published(project.lake, published(project.lake, project.ledger, level, report.batch))
            for level in ("L4", "L5")
        )
        both = lower.join(upper.select("root_id", below="text"), on="root_id")
        for text, below, level in both.select("text", "below", "level").iter_rows():
            assert level == ("L5" if text != below else "L4")
            remaining = iter(text)
            assert all(character in remaining for character in below), "L5 removed something"
            grown += len(text) > len(below)
    assert grown >= 10


def test_no_text_of_a_stricter_licence_flows_into_another_document(corpus):
    project, first, _ = corpus
    for report in first:
        rows = read_published(project.lake, published(project.lake, project.ledger, "L5", report.batch))
        licences = dict(
            read_published(project.lake, published(project.lake, project.ledger, "L4", report.batch))
            .select("id", "licence")
            .iter_rows()
        )
        for parents, licence in rows.select("parents", "licence").iter_rows():
            assert {licences[parent] for parent in parents} <= {licence, "CC-BY-4.0"}
