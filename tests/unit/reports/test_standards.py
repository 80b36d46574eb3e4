"""Croissant, PROV, SPDX and OpenLineage: accepted by the validators of their standards, which do refuse what is wrong."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import polars as pl
import pytest
from openlineage.client.event_v2 import RunState
from openlineage.client.generated import (
    column_lineage_dataset,
    data_quality_assertions_dataset,
    dataset_version_dataset,
)
from prov.model import ProvDocument, ProvFutureRejectionWarning
from spdx_python_model import v3_0_1 as spdx_model

from darwin_assets.ladder import LADDER
from darwin_assets.reports.emit import FOLDER, emit_run
from darwin_assets.reports.eu.provider import Provider
from darwin_assets.reports.evidence import Evidence
from darwin_assets.reports.kinds import KINDS, Order, make
from resources.errors import DarwinError
from tests.unit.reports.lakes import MODEL, SECRET
from tests.unit.reports.validators import croissant_issues, read_prov, read_spdx

Made = Callable[..., Any]


@pytest.fixture
def made(evidence_of, lake_of_reports) -> Made:
    """A report of a kind, parsed."""

    def of(kind: str, row: str | None = None) -> Any:
        order = Order(evidence_of(), Provider(), "example", lake_of_reports[0].raw, row)
        files = {name: text for name, text in make(kind, order).items() if not name.startswith("queries/")}
        assert len(files) == 1
        return json.loads(next(iter(files.values())))

    return of


def test_croissant_is_valid(made, tmp_path):
    assert croissant_issues(made("croissant"), tmp_path) == ([], [])


def test_croissant_with_a_broken_reference_would_be_refused(made, tmp_path):
    content = made("croissant")
    content["recordSet"][0]["field"][0]["source"]["fileSet"]["@id"] = "nothing"
    assert croissant_issues(content, tmp_path)[0]


def test_croissant_names_the_files_of_the_version_and_where_each_record_comes_from(made, lake_of_reports):
    project, _ = lake_of_reports
    content = made("croissant")
    files = [one for one in content["distribution"] if one["@type"] == "cr:FileObject"]
    assert len(files) == 4
    for one in files:
        path = one["contentUrl"].removeprefix("published/L5/")
        assert project.lake.file_sha256("published", "L5", path) == one["sha256"]
    properties = {one["name"]: one["equivalentProperty"] for one in content["recordSet"][0]["annotation"]}
    assert properties["parents"] == "prov:wasDerivedFrom"
    assert properties["root_id"] == "prov:hadPrimarySource"
    fields = {one["name"] for one in content["recordSet"][0]["field"]}
    assert {"id", "text", "licence", "verdict"} <= fields
    assert "http://purl.obolibrary.org/obo/DUO_0000046" in json.dumps(content["usageInfo"])


def test_prov_of_batches_is_read_by_the_prov_package(made, lake_of_reports):
    _, batches = lake_of_reports
    content = made("prov")
    read = read_prov(content)
    assert ProvDocument.deserialize(content=read.serialize(format="json"), format="json") == read
    derived = {(one["prov:generatedEntity"], one["prov:usedEntity"]) for one in content["wasDerivedFrom"].values()}
    for batch in batches.values():
        chain = [f"d:landed-{batch}", *(f"d:published-L{level}-{batch}" for level in range(6))]
        assert set(zip(chain[1:], chain, strict=False)) <= derived
    approvers = [one for name, one in content["agent"].items() if name.startswith("d:approver")]
    assert {one["prov:label"] for one in approvers} == {"Test Person"}


def test_prov_of_a_row_ends_in_its_bytes(made, lake_of_reports):
    project, batches = lake_of_reports
    rows = project.lake.read("published", "L5", batches["crawl"], project.lake.version("published", "L5"), ["id"])
    content = made("prov", rows["id"][0])
    assert len(read_prov(content).records) > 20
    kinds = [name.partition("-")[0] for name in content["entity"]]
    assert (kinds.count("d:row"), kinds.count("d:file"), kinds.count("d:bytes")) == (6, 1, 1)
    assert MODEL in json.dumps(content["agent"])


def test_a_broken_prov_document_would_be_refused(made):
    content = made("prov")
    content["wasDerivedFrom"]["_:x"] = {"prov:generatedEntity": "unknown:thing", "prov:usedEntity": "d:x"}
    with pytest.raises(ProvFutureRejectionWarning, match="unknown:thing"):
        read_prov(content)


def test_spdx_is_read_and_written_by_the_spdx_model(made):
    content = made("spdx")
    objects = read_spdx(content)
    assert not objects.missing_ids
    packages = list(objects.foreach_type(spdx_model.dataset_DatasetPackage))
    licences = {
        one.simplelicensing_licenseExpression
        for one in objects.foreach_type(spdx_model.simplelicensing_LicenseExpression)
    }
    assert len(packages) == 5
    assert {"CC-BY-4.0", "CC-BY-NC-SA-4.0", "MIT"} < licences
    modules = [one for one in packages if one.name == "Example modules"]
    assert len(modules) == 2


def test_spdx_without_a_required_value_would_be_refused(made):
    content = made("spdx")
    package = next(one for one in content["@graph"] if one["type"] == "dataset_DatasetPackage")
    del package["dataset_datasetType"]
    with pytest.raises(ValueError, match="datasetType"):
        read_spdx(content)


def test_the_provenance_record_keeps_sources_apart(made):
    content = made("provenance-standard")
    assert set(content) == {"standard", "source", "provenance", "use"}
    found = [(one["datasetTitle"], one["license"], one["method"]) for one in content["provenance"]["source"]]
    assert ("Example modules", "CC-BY-NC-SA-4.0", "dataset of another party") in found
    assert ("Example crawl", "NOASSERTION", "web scraping") in found


@pytest.fixture
def lineage_events(evidence_of, lake_of_reports) -> list[dict[str, Any]]:
    order = Order(evidence_of("crawl"), Provider(), "example", lake_of_reports[0].raw)
    return [json.loads(line) for line in make("openlineage", order)["openlineage.jsonl"].splitlines()]


def test_each_step_has_a_start_and_an_end(lineage_events):
    states = [(one["job"]["name"], one["eventType"]) for one in lineage_events]
    assert states == [(spec.asset, state) for spec in LADDER for state in ("START", "COMPLETE")]
    assert {state for _, state in states} <= {one.value for one in RunState}
    assert len({one["run"]["runId"] for one in lineage_events}) == len(LADDER)
    assert all(one["schemaURL"].endswith("#/$defs/RunEvent") for one in lineage_events)


def test_facets_fit_the_classes_of_the_client_and_hold_what_the_lake_says(lineage_events, lake_of_reports):
    project, batches = lake_of_reports
    ends = [one for one in lineage_events if one["eventType"] == "COMPLETE"]
    for event, spec in zip(ends, LADDER, strict=True):
        read, judged = event["inputs"]
        kept, rejected = event["outputs"]
        assert (kept["name"], rejected["name"]) == (f"published/{spec.level}", f"rejected/{spec.level}")
        version = _plain(kept["facets"]["version"])
        dataset_version_dataset.DatasetVersionDatasetFacet(**version)
        rows = project.lake.read("published", spec.level, batches["crawl"], int(version["datasetVersion"]), ["id"])
        assert kept["outputFacets"]["outputStatistics"]["rowCount"] == rows.height == 2
        assertions = _plain(judged["inputFacets"]["dataQualityAssertions"])["assertions"]
        assert [data_quality_assertions_dataset.Assertion(**one) for one in assertions]
        lineage = _plain(kept["facets"]["columnLineage"])["fields"]
        columns = {one["name"] for one in kept["facets"]["schema"]["fields"]}
        assert set(lineage) <= columns
        sources = [
            column_lineage_dataset.InputField(**_plain(one))
            for field in lineage.values()
            for one in field["inputFields"]
        ]
        assert {one.name for one in sources} == {read["name"]}


def _plain(facet: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facet.items() if not name.startswith("_")}


def test_a_run_is_told_once_to_a_file_and_to_a_server(lake_of_reports, monkeypatch, tmp_path):
    project, _ = lake_of_reports
    taken: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    work = project.work.model_copy(update={"home": str(tmp_path)})
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{server.server_port}")
        path = emit_run(work, project.lake, project.ledger, "run-L5")
        assert emit_run(work, project.lake, project.ledger, "run-L5") == path
        server.shutdown()
    assert path == tmp_path / FOLDER / "run-L5.jsonl"
    # the client adds its own version to the tags of what it sends
    parts = ("eventType", "eventTime", "job", "inputs", "outputs")
    written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [[one[part] for part in parts] for one in taken] == [[one[part] for part in parts] for one in written]
    assert [one["eventType"] for one in taken] == ["START", "COMPLETE"] * 4


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "marquez:5000"])
def test_a_server_that_is_not_there_leaves_the_file(lake_of_reports, monkeypatch, tmp_path, address):
    project, _ = lake_of_reports
    monkeypatch.setenv("OPENLINEAGE_URL", address)
    work = project.work.model_copy(update={"home": str(tmp_path)})
    with pytest.raises(DarwinError, match="were not taken"):
        emit_run(work, project.lake, project.ledger, "run-L4")
    assert (tmp_path / FOLDER / "run-L4.jsonl").is_file()


def test_a_run_without_a_decision_has_nothing_to_tell(lake_of_reports, tmp_path):
    project, _ = lake_of_reports
    work = project.work.model_copy(update={"home": str(tmp_path)})
    assert emit_run(work, project.lake, project.ledger, "no-such-run") is None
    assert not (tmp_path / FOLDER).exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_report_holds_text_and_all_come_out_the_same_again(kind, evidence_of, lake_of_reports):
    def once(evidence: Evidence) -> dict[str, str]:
        return make(kind, Order(evidence, Provider(), "example", lake_of_reports[0].raw))

    first = once(evidence_of())
    assert first == once(evidence_of())
    assert not [name for name, text in first.items() if SECRET in text.lower()]
    tables = ("published/L5@",) if kind != "openlineage" else ('"datasetVersion"',)
    assert any(one in "".join(first.values()) for one in tables)


def test_figures_of_levels_are_those_of_the_tables(evidence_of, lake_of_reports):
    from darwin_assets.reports.figures import level_figures

    project, _ = lake_of_reports
    found = {one.level: one for one in level_figures(evidence_of())}
    for level in ("L1", "L4", "L5"):
        rows = project.lake.scan("published", level, project.lake.version("published", level))
        counts = rows.select(pl.len(), pl.col("n_chars").sum().alias("chars")).collect()
        assert (found[level].documents, found[level].chars) == counts.row(0)
        assert found[level].retention == 1.0
    assert found["L4"].expansion == 1.0
    assert found["L5"].expansion == pytest.approx(found["L5"].chars / found["L4"].chars)
    assert found["L3"].density == 3.5
    assert (found["L0"].tokens, found["L1"].density) == (None, None)
