"""What reports stand on: pinned tables, named queries, counted tokens, registered domains, Markdown, and who asks."""

import dagster as dg
import polars as pl
import pytest
from typer.testing import CliRunner

from darwin_assets.cli import app
from darwin_assets.complete.tokens import counter
from darwin_assets.markdown import cell, table, to_html, words
from darwin_assets.project import dagster_instance
from darwin_assets.reports.assets import NAME, compliance_report
from darwin_assets.reports.domains import domains_of
from darwin_assets.reports.evidence import Evidence, answer_csv, answer_sha256
from darwin_assets.reports.kinds import KINDS
from darwin_assets.reports.make import Wanted, write_reports
from darwin_assets.reports.queries import queries
from darwin_assets.reports.snapshot import take_snapshot
from darwin_assets.reports.tokens import TOKENIZER, count_tokens
from darwin_assets.runs import run_batch
from resources.chain import Chain
from resources.errors import DarwinError
from tests.unit.reports.lakes import land


def test_a_snapshot_stays_when_the_lake_goes_on(project, instance, tmp_path):
    land(project, instance, tmp_path, "modules-by")
    snapshot = take_snapshot(project.lake)
    assert (snapshot.level, snapshot.levels) == ("L1", ("L0", "L1"))
    before = {name: answer_sha256(Evidence(snapshot).ask(name)) for name in queries(snapshot.levels)}
    land(project, instance, tmp_path, "crawl")
    assert {name: answer_sha256(Evidence(snapshot).ask(name)) for name in queries(snapshot.levels)} == before
    assert answer_sha256(Evidence(take_snapshot(project.lake)).ask("sources")) != before["sources"]


def test_a_spreadsheet_finds_no_formula_in_an_answer():
    said = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "A = B", "", None]
    read = pl.read_csv(answer_csv(pl.DataFrame({"said": said, "n": [-1] * len(said)})).encode())
    assert read["said"].to_list() == [f"'{one}" for one in said[:6]] + ["A = B", "", None]
    assert read["n"].unique().to_list() == [-1]


def test_rows_whose_l0_was_made_anew_are_not_reported_on_without_their_sources(project, instance, tmp_path):
    batch = land(project, instance, tmp_path, "modules-by")
    project.work.recipe_path().write_text("[acquire]\nmax_members = 500000\n", encoding="utf-8")
    assert run_batch(project, instance, batch, "L0").error is None
    with pytest.raises(DarwinError, match=f"L1 of {batch} was made from rows of L0 that have been made anew since"):
        take_snapshot(project.lake)
    assert run_batch(project, instance, batch, "L1").error is None
    assert Evidence(take_snapshot(project.lake)).ask("sources")["documents"].to_list() == [2]


def test_a_take_down_counts_once_and_when_its_search_found_nothing(project, instance, tmp_path):
    land(project, instance, tmp_path, "modules-by")
    chain = Chain(lake=project.lake)
    for request, clean in (("aa-1", False), ("aa-1", True), ("aa-1", True), ("bb-1", False)):
        chain.append("takedown", request, {"certificate": "0", "clean": clean})
    assert Evidence(take_snapshot(project.lake)).ask("takedowns")["subject"].to_list() == ["aa-1"]


def test_a_lake_without_rows_cannot_be_reported_on(project):
    with pytest.raises(DarwinError, match="nothing is published yet"):
        take_snapshot(project.lake)


def test_a_level_or_batch_without_rows_is_refused(lake_of_reports):
    project, _ = lake_of_reports
    known, unknown = project.lake.batches("published", "L0")[0], "2026-01-01.nobody.0001"
    with pytest.raises(DarwinError, match=f"nothing is published of {unknown}:"):
        take_snapshot(project.lake, batches=(known, unknown))
    with pytest.raises(DarwinError, match="nothing is published at L9"):
        take_snapshot(project.lake, "L9")


@pytest.mark.slow
def test_every_query_answers_at_every_level(evidence_of):
    for level in ("L0", "L1", "L2", "L3", "L4", "L5"):
        evidence = evidence_of(level=level)
        asked = {name: evidence.ask(name) for name in queries(evidence.snapshot.levels)}
        assert all(evidence.can(name) for name in asked)
        assert asked["sources"]["documents"].sum() == 8
        assert asked["levels"]["level"].to_list()[-1] == level


def test_an_unknown_query_names_the_known_ones(evidence_of):
    with pytest.raises(DarwinError, match=r"the queries are .*sources"):
        evidence_of().query("nothing")


def test_few_texts_are_counted_and_many_are_estimated_from_the_same_sample():
    texts = [f"word{n} " * (5 + n % 17) for n in range(400)]
    rows = pl.LazyFrame(
        {"id": [f"{n * 7919 % 400:032x}" for n in range(400)], "n_chars": [len(one) for one in texts], "text": texts}
    )
    truth = sum(counter(TOKENIZER).count(one) for one in texts)
    exact, estimate = count_tokens(rows), count_tokens(rows, sample=100)
    assert (exact.n, exact.exact, exact.margin) == (truth, True, 0)
    assert (estimate.counted, estimate.documents, estimate.exact) == (100, 400, False)
    assert 0 < estimate.margin < truth / 5
    assert abs(estimate.n - truth) < 2 * estimate.margin
    assert count_tokens(rows, sample=100) == estimate


def test_registered_domains():
    addresses = {
        "https://en.wikipedia.org/wiki/Ice": "wikipedia.org",
        "http://www.example.co.uk:8080/x": "example.co.uk",
        "https://someone.github.io/": "someone.github.io",
        "http://192.0.2.7/x": "192.0.2.7",
        "drop:notes/a.md": None,
        "http://[broken": None,
    }
    found = domains_of(pl.Series("uri", [*addresses, None], dtype=pl.String))
    assert found.to_list() == [*addresses.values(), None]


def test_words_of_others_are_never_mark_up():
    hostile = "# <b>x</b> | `y` [z](http://a) *c* _d_ & &amp; 1. \\"
    shown = to_html(table(["a"], [[words(hostile)]]) + f"\n\n{words('1. ' + hostile)}\n", "t")
    body = shown.partition("<body>")[2]
    assert "<b>" not in body
    assert "<a " not in body
    assert body.count("<li>") == body.count("<h1") == body.count("<em>") == 0
    assert "&amp;amp;" in body
    assert (cell(None), cell(1234), cell(True), cell("a|b")) == ("–", "1,234", "True", r"a\|b")


@pytest.mark.slow
def test_the_command_writes_all_reports(lake_of_reports, monkeypatch, tmp_path):
    project, batches = lake_of_reports
    monkeypatch.setenv("DARWIN_HOME", project.work.home)
    said = CliRunner().invoke(app, ["report", "all", "--to", str(tmp_path), "--batch", batches["crawl"]])
    assert said.exit_code == 0, said.output
    names = {path.name for path in tmp_path.iterdir()}
    assert {
        "eu-summary.md",
        "eu-summary.html",
        "data-card.md",
        "levels.html",
        "volume.svg",
        "croissant.json",
        "prov.json",
    } <= names
    assert {"spdx.json", "provenance-standard.json", "openlineage.jsonl", "queries"} <= names
    assert "Example crawl" in (tmp_path / "eu-summary.md").read_text(encoding="utf-8")
    assert "Example modules" not in (tmp_path / "eu-summary.md").read_text(encoding="utf-8")


def test_the_provider_file_is_not_written_over(lake_of_reports, tmp_path):
    project, _ = lake_of_reports
    [path] = write_reports(project, Wanted("provider"), tmp_path)
    assert path.endswith("provider.toml")
    with pytest.raises(DarwinError, match="is there already"):
        write_reports(project, Wanted("provider"), tmp_path)


def test_wrong_requests_say_what_to_do(lake_of_reports, tmp_path):
    project, _ = lake_of_reports
    with pytest.raises(DarwinError, match="the kinds are eu-summary"):
        write_reports(project, Wanted("poem"), tmp_path)
    with pytest.raises(DarwinError, match="is no file"):
        write_reports(project, Wanted("eu-summary", provider=tmp_path / "nothing.toml"), tmp_path)
    with pytest.raises(DarwinError, match="give --to FOLDER"):
        write_reports(project, Wanted("prov", row="0" * 32))


@pytest.mark.slow
def test_the_asset_writes_into_the_lake_and_shows_the_pages(lake_of_reports):
    project, _ = lake_of_reports
    with dagster_instance(project) as instance:
        result = dg.materialize([compliance_report], resources=project.resources(), instance=instance, selection=[NAME])
    metadata = result.asset_materializations_for_node(NAME)[0].metadata
    assert "## 2 List of data sources" in metadata["eu_summary"].value
    assert metadata["level"].value == "L5"
    assert metadata["fields for the provider to fill"].value > 0
    assert len(metadata["volume"].value) < 1000
    for kind in KINDS:
        assert f"/reports/{kind}/" in metadata["files"].value
    assert (project.work._home() / "lake" / "reports" / "eu-summary" / "eu-summary.html").is_file()
