"""Evaluations through the landing zone: every record of every format becomes a sample or an import error."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from darwin_assets.acquire.manifest import Manifest, write_manifest
from darwin_assets.closed_loop.asset_parts import ENDS_LEARNT
from darwin_assets.closed_loop.assets import capability_slices, diagnosis, evaluation_samples
from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.status import loop_overview
from darwin_assets.closed_loop.tables import DIAGNOSES_TABLE, LABELS_TABLE, SAMPLES_TABLE
from darwin_assets.landing_desk import land_path
from darwin_assets.lineage.integrity import audit
from darwin_assets.project import Project
from darwin_assets.runs import run_batch
from darwin_assets.status import overview
from resources.errors import DarwinError
from tests.evaluations import LARGE, SMALL, evaluation_drop, solutions
from tests.unit.core.test_cli import Darwin

UP_TO_SLICES = (evaluation_samples, capability_slices)
REAL = {
    "lm-eval": (34, {"gsm8k": 3, "mmlu_pro_plus": 9, "math_perturbed_full": 0}),
    "lighteval": (4, {"anli": 0, "squad_v2": 0}),
    "helm": (40, {"mmlu": 1}),
    "inspect": (9, {"arc_easy": 6, "mmlu_0_shot": 0}),
    "evalscope-math500": (1_196, {"math_500": 1_166}),
    "opencompass-lawbench": (1_500, {"1-1": 0}),
    "gsm8k-example-solutions": (5_276, {"gsm8k": 286 + 515 + 458 + 742}),
    "tora-gsm8k": (2_638, {"gsm8k": 1_112 + 1_064}),
    "bbh-code-davinci-002": (3_874, {"bbh": 2_241}),
}
"""Rows, and right answers by benchmark, which stand in the files and reports beside the outputs (tests/unit/evaluation)."""


def drop(folder: Path, source: str) -> Path:
    write_manifest(folder, Manifest(source=source, licence="MIT", kind="evaluation"))
    return folder


def land(project: Project, instance: dg.DagsterInstance, folder: Path) -> str:
    intake = land_path(project, instance, folder, None, None, None)
    assert intake.batch, intake
    return intake.batch


def materialize(
    project: Project, instance: dg.DagsterInstance, key: str, assets: Sequence[dg.AssetsDefinition] = UP_TO_SLICES[:1]
) -> dg.ExecuteInProcessResult:
    resources = project.resources()
    return dg.materialize(assets, partition_key=key, instance=instance, resources=resources, raise_on_error=False)


def samples(project: Project, key: str) -> pl.DataFrame:
    return read_gated(project.lake, project.ledger, SAMPLES_TABLE, key)[1]


@pytest.mark.shared_data
@pytest.mark.slow
def test_all_formats_land_and_their_totals_are_those_of_the_files(project, instance, shared_data, tmp_path):
    for name, (n_rows, right) in REAL.items():
        folder = tmp_path / name
        shutil.copytree(shared_data / "eval-samples" / name, folder)
        key = land(project, instance, drop(folder, name))
        assert materialize(project, instance, key).success
        found = samples(project, key)
        assert (found.height, found["error"].count()) == (n_rows, 0)
        by_benchmark = found.filter("primary").group_by("benchmark").agg(pl.col("verdict").sum())
        assert dict(by_benchmark.iter_rows()) == right
        assert found["file_sha256"].null_count() == 0
    cells = loop_overview(project.lake, project.ledger)
    assert {cell["level"] for cell in cells} == {"evaluation_samples"}
    assert [cell["verdict"] for cell in cells] == ["passed"] * len(REAL)
    # evaluations are no documents
    assert overview(project.lake, project.ledger) == []
    assert audit(project).findings == []


def test_a_record_that_cannot_be_read_is_a_row_that_says_so(project, instance, tmp_path):
    files = {"solutions.jsonl": solutions(40, 0) + '\n{"question": "cut', "notes.txt": "written by hand"}
    folder = evaluation_drop(tmp_path / "drop", "nightly", files)
    (folder / "link.jsonl").symlink_to("/etc/hostname")
    key = land(project, instance, folder)
    assert materialize(project, instance, key).success
    found = samples(project, key)
    assert found["error"].drop_nulls().to_list() == ["json.malformed", "file.special_file"]
    assert found.filter(pl.col("error").is_null()).height == 80
    assert found.filter(error="json.malformed").select("file", "line").rows() == [("solutions.jsonl", 41)]


def test_a_gate_that_closes_ends_the_run_and_publishes_nothing(project, instance, tmp_path):
    files = {"solutions.jsonl": solutions(1, 0) + "\n{" * 5}
    key = land(project, instance, evaluation_drop(tmp_path / "drop", "nightly", files))
    result = materialize(project, instance, key)
    assert not result.success
    (check,) = result.get_asset_check_evaluations()
    assert "(ExpectColumnValuesToBeBetween(error_share) " in (check.description or "")
    assert project.lake.batches(SAMPLES_TABLE.zone, SAMPLES_TABLE.name) == []
    (cell,) = loop_overview(project.lake, project.ledger)
    assert (cell["verdict"], cell["published_version"]) == ("closed", None)


@pytest.mark.parametrize(
    ("manifest", "files", "said"),
    [
        ({}, {"report.txt": "nothing"}, "none of the 1 files"),
        (
            {"reference": "best"},
            {"solutions.jsonl": solutions(1, 0)},
            "no outputs of best; the files have those of large, small",
        ),
    ],
)
def test_what_cannot_be_compared_says_why(project, instance, tmp_path, manifest, files, said):
    folder = evaluation_drop(tmp_path / "drop", "nightly", files, **manifest)
    result = materialize(project, instance, land(project, instance, folder))
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    error = failure.step_failure_data.error
    while error.cause:
        error = error.cause
    assert said in error.message


def test_a_second_run_reads_nothing_again_and_says_the_same(project, instance, tmp_path):
    folder = evaluation_drop(tmp_path / "drop", "nightly", {"solutions.jsonl": solutions(60, 30)}, reference=LARGE)
    key = land(project, instance, folder)
    first = run_batch(project, instance, key)
    assert first.error is None
    assert [(one.level, one.n_in, one.said) for one in first.levels] == [("evaluation_samples", 120, "passed")]
    diagnosed = DIAGNOSES_TABLE.expect(project.lake, key)
    assert diagnosed["reference"].unique().to_list() == [LARGE]
    assert LABELS_TABLE.expect(project.lake, key).height == 60
    darwin = Darwin()
    assert darwin("run", key) == 0
    assert "passed, as before" in darwin.out
    assert f"{SMALL} in gsm8k: 50.0 against 100.0 of {LARGE} on 60 items, data (capability)" in darwin.out
    assert f"darwin diagnose {key}" in darwin.out
    assert DIAGNOSES_TABLE.expect(project.lake, key).equals(diagnosed)


def test_what_can_be_made_of_an_evaluation_is_not_what_can_be_made_of_documents(project, instance, tmp_path):
    key = land(project, instance, evaluation_drop(tmp_path / "drop", "nightly", {"solutions.jsonl": solutions(1, 0)}))
    with pytest.raises(DarwinError, match="closed_loop or mix"):
        run_batch(project, instance, key, "L5")
    assert "has no rows" in (run_batch(project, instance, key, "mix").error or "")


@pytest.mark.parametrize(("learnt", "passed"), [(2, True), (-100, False)])
def test_shards_beside_the_outputs_are_looked_at(project, instance, tmp_path, learnt, passed):
    training = {"files": ["shards/*.parquet"], "end_token": 2}
    files = {"solutions.jsonl": solutions(30, 10)}
    folder = evaluation_drop(tmp_path / "drop", "nightly", files, checkpoints={SMALL: {"training": training}})
    (folder / "shards").mkdir()
    shard = pl.DataFrame({"input_ids": [[5, 6, 2], [7, 2]], "labels": [[5, 6, 2], [7, learnt]]})
    shard.write_parquet(folder / "shards" / "0.parquet")
    result = materialize(project, instance, land(project, instance, folder), [*UP_TO_SLICES, diagnosis])
    assert result.success
    (check,) = [one for one in result.get_asset_check_evaluations() if one.check_name == ENDS_LEARNT]
    assert (check.passed, list(check.metadata)) == (passed, [SMALL])
