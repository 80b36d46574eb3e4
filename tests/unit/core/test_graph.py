"""The asset graph as Dagster sees it: names, order, lineage, pools and resources."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from darwin_assets.acquire.landed import LANDED
from darwin_assets.contract import COMMON
from darwin_assets.definitions import define
from darwin_assets.gate_shown import GATE
from darwin_assets.ladder import ASSETS, QUESTION_ASSETS, SPECS
from darwin_assets.levels import TABLES
from darwin_assets.project import open_project
from darwin_assets.tier import MODEL_POOL, OWNERS
from resources.language_model.variables import EMBEDDER, JUDGE, LANGUAGE_MODEL, VISION

PICTURE = Path(__file__).parents[3] / "docs" / "pictures" / "graph.svg"
NAMES = ["landed_files", "l0_raw", "l1_normalized", "l2_filtered", "l3_annotated", "l4_refined", "l5_completed"]
QUESTIONS = ["qa_extracted", "qa_deduplicated", "qa_refined", "qa_decontaminated", "qa_selected"]
BESIDE = {
    "tier_twins": NAMES[3:],
    "model_costs": NAMES[4:],
    "exports": [*NAMES[2:], *QUESTIONS],
    "audit_report": NAMES[1:],
    "row_trace": NAMES[1:],
    "compliance_report": NAMES[1:],
}
"""Assets that are no level, and what they read. A batch without any question ends before what depends on questions."""
LOOP = {
    "evaluation_samples": [],
    "capability_slices": ["evaluation_samples"],
    "diagnosis": ["capability_slices"],
    "targeted_mix": ["diagnosis", "data_affordances"],
    "data_affordances": ["l3_annotated", "qa_selected"],
    "validation": ["capability_slices", "targeted_mix"],
}
"""Assets of the closed loop, and what they read."""
LEVELS_BY_ASSET = {spec.asset: spec for spec in SPECS.values()}
EVERY_ASSET = (*ASSETS, *QUESTION_ASSETS)
by_name = pytest.mark.parametrize("name", [*NAMES, *QUESTIONS])
by_level = pytest.mark.parametrize("spec", SPECS.values(), ids=TABLES)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DARWIN_HOME", str(tmp_path_factory.mktemp("graph")))
        for name in ("DARWIN_LAKE", "DARWIN_LLM_URL", "DARWIN_LLM_GGUF", "DARWIN_LLM_ENGINE"):
            patch.delenv(name, raising=False)
        patch.setenv("DARWIN_EMBEDDER_URL", "http://127.0.0.1:9/v1")
        yield define(open_project())


@pytest.fixture(scope="module")
def specs(graph) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in graph.resolve_all_asset_specs()}


def test_no_key_stands_in_what_dagster_stores_and_shows(tmp_path, monkeypatch):
    monkeypatch.setenv("DARWIN_HOME", str(tmp_path))
    monkeypatch.setenv("DARWIN_LAKE", "s3://bucket/lake")
    keys = [f"{prefix}_API_KEY" for prefix in (LANGUAGE_MODEL, JUDGE, VISION, EMBEDDER)]
    keys += ["DARWIN_STORAGE_AWS_SECRET_ACCESS_KEY", "DARWIN_STORAGE_AWS_SESSION_TOKEN"]
    for name in keys:
        monkeypatch.setenv(name, f"SEKRET of {name}")
    repository = define(open_project()).get_repository_def()
    stored = dg.serialize_value(RepositorySnap.from_def(repository))
    assert "s3://bucket/lake" in stored
    assert "SEKRET" not in stored


def columns_of(name: str) -> set[str]:
    return set(LANDED) if name == "landed_files" else {*COMMON, *LEVELS_BY_ASSET[name].columns}


def test_the_definitions_load_as_a_whole(graph):
    dg.Definitions.validate_loadable(graph)
    assert {job.name for job in graph.jobs} == {
        "ladder",
        "ladder_to_l3",
        "questions",
        "closed_loop",
        "mix",
        "affordances",
        "export",
        "audit",
        "trace",
        "compliance_reports",
        "takedown",
    }
    assert [sensor.name for sensor in graph.sensors] == [
        "landing_sensor",
        "model_levels_sensor",
        "affordances_sensor",
        "openlineage_success",
        "openlineage_failure",
    ]


def test_the_levels_form_a_line_of_documents_and_one_of_questions_that_leaves_it_at_l3(specs):
    assert set(specs) == {*NAMES, *QUESTIONS, *BESIDE, *LOOP}
    upstream = {name: [dep.asset_key.to_user_string() for dep in specs[name].deps] for name in (*NAMES, *QUESTIONS)}
    lines = (NAMES, ["l3_annotated", *QUESTIONS])
    assert upstream == {"landed_files": []} | {name: [below] for line in lines for below, name in pairwise(line)}


def test_what_needs_an_embedder_is_not_in_a_graph_without_one(monkeypatch, tmp_path):
    monkeypatch.setenv("DARWIN_HOME", str(tmp_path))
    for name in ("URL", "GGUF", "ENGINE"):
        monkeypatch.delenv(f"DARWIN_EMBEDDER_{name}", raising=False)
    found = {spec.key.to_user_string() for spec in define(open_project()).resolve_all_asset_specs()}
    assert found == {*NAMES, *QUESTIONS, *BESIDE, *LOOP} - {"tier_twins"}


@pytest.mark.parametrize(("name", "reads"), BESIDE.items())
def test_an_asset_beside_the_ladder_reads_levels_and_holds_up_none(specs, name, reads):
    assert [dep.asset_key.to_user_string() for dep in specs[name].deps] == reads
    ladder = define(open_project()).resolve_job_def("ladder")
    assert dg.AssetKey(name) not in ladder.asset_layer.executable_asset_keys
    assert len(specs[name].description) > 40


def test_links_between_tiers_are_a_table_of_batches_with_columns_that_are_explained(specs):
    assert specs["tier_twins"].partitions_def.name == "batch"
    columns = specs["tier_twins"].metadata["dagster/column_schema"].columns
    assert columns
    assert all(column.description for column in columns)


def test_costs_are_of_all_batches_together(specs):
    assert specs["model_costs"].partitions_def is None
    assert specs["model_costs"].automation_condition is None


@pytest.mark.parametrize(("name", "reads"), LOOP.items())
def test_an_asset_of_the_closed_loop_stands_in_its_group_and_partitions(specs, name, reads):
    spec = specs[name]
    assert spec.group_name == "closed_loop"
    assert spec.partitions_def.name == ("batch" if name == "data_affordances" else "evaluation")
    assert sorted(dep.asset_key.to_user_string() for dep in spec.deps) == sorted(reads)
    assert list(spec.owners) == OWNERS
    assert len(spec.description) > 40


def test_an_evaluation_goes_to_its_diagnosis_by_itself_and_no_further(graph):
    names = {key.to_user_string() for key in graph.resolve_job_def("closed_loop").asset_layer.executable_asset_keys}
    assert names == {"evaluation_samples", "capability_slices", "diagnosis", "validation"}


@by_name
def test_what_a_person_sees_of_an_asset(specs, name):
    spec = specs[name]
    assert spec.group_name == ("questions" if name in QUESTIONS else "ladder")
    assert list(spec.owners) == OWNERS
    assert len(spec.description) > 40
    assert "deltalake" in spec.kinds
    assert spec.partitions_def.name == "batch"


@by_level
def test_the_description_begins_with_the_name_of_the_level(specs, spec):
    from darwin_assets.levels import LEVELS

    assert specs[spec.asset].description.startswith(LEVELS[spec.level].title)
    assert specs[spec.asset].metadata["level"] == f"{spec.level} {LEVELS[spec.level].title}"


@by_level
def test_the_schema_names_every_column(specs, spec):
    schema = specs[spec.asset].metadata["dagster/column_schema"]
    assert {column.name for column in schema.columns} == columns_of(spec.asset)


@by_level
def test_lineage_names_only_columns_that_exist(specs, spec):
    lineage = specs[spec.asset].metadata["dagster/column_lineage"].deps_by_column
    assert set(lineage) <= columns_of(spec.asset)
    for deps in lineage.values():
        for dep in deps:
            assert dep.asset_key == dg.AssetKey(spec.below)
            assert dep.column_name in columns_of(spec.below)


@by_level
def test_lineage_covers_every_column_of_the_same_name(specs, spec):
    """Ids, hashes and labels are made anew by every level; all else of the same name comes from below."""
    own = {"id", "text_sha256", "n_chars", "n_words", "level", "ultradata_tier", "tier_evidence", "recipe", "parents"}
    if spec.below == "l0_raw":
        own.add("text")  # L0 has none: it is read from the raw bytes
    shared = (columns_of(spec.asset) & columns_of(spec.below)) - own - spec.own
    carried = set(specs[spec.asset].metadata["dagster/column_lineage"].deps_by_column)
    assert shared - carried == set()


def test_only_levels_that_ask_a_model_wait_in_its_pool():
    pools = {asset.key.to_user_string(): asset.op.pool for asset in EVERY_ASSET}
    asking = {"l4_refined", "l5_completed", *QUESTIONS} - {"qa_deduplicated"}
    assert {name for name, pool in pools.items() if pool} == asking
    assert {pool for pool in pools.values() if pool} == {MODEL_POOL}


def test_what_follows_by_itself(specs):
    """Not the first level of questions: most batches are no textbooks, and their gate would close."""
    following = {"l4_refined", "l5_completed", *QUESTIONS[1:], "data_affordances"}
    assert {name for name, spec in specs.items() if spec.automation_condition} == following


def test_every_level_has_a_blocking_gate(graph):
    checks = {check.key: check for asset in EVERY_ASSET for check in asset.check_specs}
    assert {key.asset_key.to_user_string() for key in checks} == set(LEVELS_BY_ASSET)
    assert {key.name for key in checks} == {GATE}
    assert all(check.blocking for check in checks.values())


def test_every_asset_finds_its_resources(graph):
    needed = {key for asset in EVERY_ASSET for key in asset.required_resource_keys} - {"io_manager"}
    assert needed <= set(graph.resources)
    assert set(graph.resources) == {"work", "lake", "ledger", "raw", "landing", "model", "judge", "vision", "embedder"}


def test_the_job_of_the_sensor_stops_before_the_model(graph):
    names = {key.to_user_string() for key in graph.resolve_job_def("ladder_to_l3").asset_layer.executable_asset_keys}
    assert names == set(NAMES[:5])


def test_the_job_of_questions_begins_at_the_landing_zone(graph):
    names = {key.to_user_string() for key in graph.resolve_job_def("questions").asset_layer.executable_asset_keys}
    assert names == {*NAMES[:5], *QUESTIONS}


def test_one_run_of_a_batch_can_hold_all_assets_those_of_no_batch_too(graph):
    job = graph.resolve_implicit_global_asset_job_def()
    assert {key.to_user_string() for key in job.asset_layer.executable_asset_keys} == {
        *NAMES, *QUESTIONS, *BESIDE, *LOOP
    }  # fmt: skip


def test_one_batch_is_one_process(graph):
    assert graph.resolve_job_def("ladder").executor_def.name == "in_process"


def test_the_picture_shows_every_asset():
    picture = PICTURE.read_text(encoding="utf-8")
    assert [name for name in NAMES if name not in picture] == []
    assert "<script" not in picture
