"""Real documents through the ladder: books as CNXML, papers, web pages, PDFs and web archives, and nothing is lost."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from lxml import etree
from pylatexenc.latexwalker import LatexWalker, LatexWalkerParseError

from darwin_assets.acquire.drop import drop_files
from darwin_assets.filter.rules import RULE_IDS
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.landing_desk import land_path
from darwin_assets.levels import BUILT
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.promotion import find_publication, published, read_published, read_rejected
from darwin_assets.runs import RunReport, run_batch
from darwin_assets.status import latest_verdicts
from tests.shingle_reference import jaccard, shingle_set

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

DROPS = {
    "textbooks/openstax-university-physics-vol1": "CC-BY-4.0",
    "textbooks/openstax-chemistry": "CC-BY-4.0",
    "textbooks/openstax-introductory-statistics": "CC-BY-4.0",
    "textbooks/openstax-chemistry-nc-sa-sample": "CC-BY-NC-SA-4.0",
    "textbooks/openlogic": "CC-BY-4.0",
    "papers": "GPL-2.0-only",
    "html": "BSD-3-Clause",
    "pdf": "CC-BY-SA-4.0",
    "warc": "Apache-2.0",
}
MODULES = {"openstax-university-physics-vol1": 124, "openstax-chemistry": 176, "openstax-introductory-statistics": 179}
SCANNED = {"linn", "skew", "ccitt", "c03-29", "2400dpi", "francais", "masks", "kcs", "grayscale-image"}
MUST_FAIL = {
    **{f"{name}.pdf": "pdf.scanned" for name in SCANNED},
    "invalid.pdf": "pdf.malformed",
    "libreoffice-writer-password.pdf": "pdf.encrypted",
    "no_contents.pdf": "pdf.empty",
    "graph_ocred.pdf": "pdf.bad_text_layer",
    "truetype_font_nomapping.pdf": "pdf.bad_text_layer",
}
FORMULA = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$|(?<!\\)\$(.+?)(?<!\\)\$", re.DOTALL)


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, dict[str, RunReport]]]:
    """A lake with every folder of real documents taken as far as its gates let it, under the papers' own thresholds."""
    with _project(tmp_path_factory.mktemp("real"), "") as (project, instance):
        reports = {}
        for folder, licence in DROPS.items():
            source = folder.rsplit("/", maxsplit=1)[-1]
            batch = land_path(project, instance, shared_data / folder, source, licence, None).batch or ""
            reports[source] = run_batch(project, instance, batch)
        yield project, reports


def _project(home: Path, recipe: str):
    from contextlib import contextmanager

    @contextmanager
    def opened() -> Iterator[tuple[Project, dg.DagsterInstance]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DARWIN_HOME", str(home))
            for name in ("DARWIN_LAKE", "DARWIN_LANDING", "DARWIN_RECIPE", "DAGSTER_HOME", "DARWIN_LLM_URL"):
                patch.delenv(name, raising=False)
            project = open_project()
            initialize(project)
            project.work.recipe_path().write_text(recipe, encoding="utf-8")
            with dagster_instance(project) as instance:
                yield project, instance

    return opened()


def rows_of(project: Project, level: str, batch: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Kept and rejected rows of a level, none where its gate stayed closed."""
    found = find_publication(project.lake, project.ledger, level, batch)
    if found is None:
        return pl.DataFrame(), pl.DataFrame()
    return read_published(project.lake, found), read_rejected(project.lake, found)


@pytest.mark.parametrize("folder", DROPS)
def test_every_file_is_accounted_for(real, shared_data, folder):
    project, reports = real
    report = reports[folder.rsplit("/", maxsplit=1)[-1]]
    landed = project.lake.read("landed", "files", report.batch, project.lake.version("landed", "files"))
    assert sorted(landed["path"]) == sorted(path.as_posix() for path in drop_files(shared_data / folder))
    kept, rejected = rows_of(project, "L0", report.batch)
    both = pl.concat([kept.select("path", "locator"), rejected.select("path", "locator")])
    assert set(both["path"]) == set(landed["path"])
    assert both.is_unique().all()
    for level in report.levels[1:]:
        assert level.n_kept + level.n_rejected == level.n_in
    for above, below in zip(report.levels, report.levels[1:], strict=False):
        assert below.n_in == above.n_kept


def test_every_rejection_has_a_reason(real):
    project, reports = real
    for verdict in latest_verdicts(project.ledger).iter_rows(named=True):
        facts = json.loads(verdict["facts"])
        assert facts["n_rejected_without_reason"] == 0
        assert sum(facts["rejected_by"].values()) == verdict["n_rejected"]
    reasons = {
        rule
        for report in reports.values()
        for level in BUILT
        for rule in rows_of(project, level, report.batch)[1].get_column("rejected_by", default=pl.Series([]))
    }
    assert not {rule for rule in reasons if rule.endswith((".error", ".unknown"))}


@pytest.mark.parametrize(("source", "modules"), MODULES.items())
def test_the_modules_of_the_books_reach_l1(real, source, modules):
    project, reports = real
    kept, _ = rows_of(project, "L1", reports[source].batch)
    assert kept.filter(pl.col("media_type") == "application/x-cnxml+xml").height == modules


def test_broken_encrypted_and_scanned_files_are_rejected_by_name(real):
    project, reports = real
    batch = reports["pdf"].batch
    names = rows_of(project, "L0", batch)[0].select("root_id", name=pl.col("path").str.split("/").list.last())
    _, rejected = rows_of(project, "L1", batch)
    found = dict(rejected.join(names, on="root_id").select("name", "rejected_by").iter_rows())
    assert found == MUST_FAIL


def test_a_truncated_archive_yields_what_is_intact_and_one_failure(real):
    project, reports = real
    kept, rejected = rows_of(project, "L0", reports["warc"].batch)
    ours = [frame.filter(pl.col("path").str.ends_with("example-trunc.warc")) for frame in (kept, rejected)]
    reasons = ours[1]["rejected_by"].to_list()
    assert reasons.count("container.corrupt") + reasons.count("container.truncated") == 1
    assert ours[0].height + ours[1].height == 4


def test_formulas_of_the_physics_book_are_latex(real, shared_data):
    """MathML elements in, LaTeX formulas out; a sample of 50 is parsed."""
    project, reports = real
    kept, _ = rows_of(project, "L1", reports["openstax-university-physics-vol1"].batch)
    modules = kept.filter(pl.col("media_type") == "application/x-cnxml+xml")
    sources = (shared_data / "textbooks/openstax-university-physics-vol1/modules").rglob("*.cnxml")
    elements = sum(path.read_bytes().count(b"<m:math") for path in sources)
    assert modules["n_formulas_in"].sum() == elements
    assert modules["n_formulas_out"].sum() >= 0.99 * elements
    formulas = [a or b for text in modules["text"] for a, b in FORMULA.findall(text)]
    assert len(formulas) >= 0.99 * elements
    for formula in formulas[:: len(formulas) // 50][:50]:
        LatexWalker(f"${formula}$", tolerant_parsing=False).get_latex_nodes()


def test_the_sample_would_notice_a_formula_that_does_not_parse():
    with pytest.raises(LatexWalkerParseError):
        LatexWalker(r"$\frac{a}{b$", tolerant_parsing=False).get_latex_nodes()


# one drop a book: what two collections list stands in both drops


@pytest.fixture(scope="module")
def books(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, dict[str, str]]]:
    """Each OpenStax book as a batch of its own, judged by the duplicate rules alone, up to L2."""
    others = [rule for rule in RULE_IDS if not rule.startswith("duplicate.")]
    recipe = f"[filter]\ndisabled_rules = {json.dumps(others)}\n"
    with _project(tmp_path_factory.mktemp("books"), recipe) as (project, instance):
        batches = {}
        for bundle in ("openstax-chemistry", "openstax-introductory-statistics"):
            folder = shared_data / "textbooks" / bundle
            for collection in sorted((folder / "collections").glob("*.collection.xml")):
                drop = _book(folder, collection, tmp_path_factory.mktemp("drop"))
                name = collection.name.removesuffix(".collection.xml")
                batches[name] = land_path(project, instance, drop, name, "CC-BY-4.0", None).batch or ""
                assert run_batch(project, instance, batches[name], "L2").error is None
        yield project, batches


def _book(folder: Path, collection: Path, target: Path) -> Path:
    for module in etree.parse(collection).iter("{*}module"):
        shutil.copytree(folder / "modules" / module.get("document"), target / "modules" / module.get("document"))
    return target


def test_modules_that_two_collections_list_are_exact_duplicates(books):
    project, batches = books
    first, second = (batches[name] for name in sorted(name for name in batches if "chemistry" in name))
    paths = [set(rows_of(project, "L0", batch)[0]["path"]) for batch in (first, second)]
    shared = paths[0] & paths[1]
    assert len(shared) == 122
    names = rows_of(project, "L0", second)[0].select("root_id", "path")
    _, rejected = rows_of(project, "L2", second)
    exact = rejected.filter(pl.col("rejected_by") == "duplicate.exact").join(names, on="root_id")
    assert shared <= set(exact["path"])
    survivors = dict(rows_of(project, "L2", first)[0].select("id", "exact_key").iter_rows())
    assert all(survivors[survivor] == key for survivor, key in exact.select("survivor_id", "exact_key").iter_rows())


def test_near_duplicates_of_the_statistics_books_are_verified(books):
    project, batches = books
    settings = FilterSettings()
    kept = pl.concat([rows_of(project, "L2", batch)[0].select("id", "text") for batch in batches.values()])
    texts = dict(kept.iter_rows())
    n_near = 0
    for batch in batches.values():
        _, rejected = rows_of(project, "L2", batch)
        above = read_published(project.lake, published(project.lake, project.ledger, "L1", batch), ["id", "text"])
        near = rejected.filter(pl.col("rejected_by") == "duplicate.near")
        with_text = near.with_columns(parent=pl.col("parents").list.first()).join(
            above, left_on="parent", right_on="id"
        )
        for text, survivor, similarity in with_text.select("text", "survivor_id", "similarity").iter_rows():
            sets = (shingle_set(one, settings.shingle_words) for one in (text, texts[survivor]))
            assert similarity == pytest.approx(jaccard(*sets))
            assert similarity >= settings.min_jaccard
            n_near += 1
    assert n_near > 0


def test_no_two_kept_documents_of_the_books_are_twins(books):
    project, batches = books
    kept = pl.concat([rows_of(project, "L2", batch)[0].select("exact_key") for batch in batches.values()])
    assert kept["exact_key"].is_unique().all()
