"""Every way around the gate that was found when Dagster's own checks were measured (spec/dagster.md §4), as a test."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

import darwin_assets.tier
from checks.suites import Suite, load_suite, parse_suite
from darwin_assets.definitions import define
from darwin_assets.levels import path_to
from darwin_assets.project import Project
from darwin_assets.promotion import find_publication, published, read_published, read_rejected
from darwin_assets.runs import RunReport, run_batch
from resources.errors import DarwinError, LakeError, Unpublished
from tests.drops import GOOD, accept_small_documents, land

IMPOSSIBLE = b"""
level: L2
rows: [{expect: ExpectTableRowCountToBeBetween, min_value: 1000000}]
batch: [{expect: ExpectColumnValuesToBeBetween, column: n_unaccounted, min_value: 0, max_value: 0}]
"""
UNHAPPY = IMPOSSIBLE.replace(b"min_value: 1000000}", b"min_value: 1000000, severity: warning}")
BROKEN = b"""
level: L2
rows: [{expect: ExpectColumnValuesToNotBeNull, column: no_such_column}]
batch: []
"""
EMPTY = b"{level: L2, rows: [], batch: []}"

Run = Callable[..., RunReport]


@pytest.fixture
def batch(project: Project, instance: dg.DagsterInstance, tmp_path: Path) -> str:
    accept_small_documents(project)
    return land(project, instance, tmp_path, "bypass")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replaces the suite of a level, or puts the real one back."""

    def replace(source: bytes | None, gated: str = "L2") -> None:
        def load(level: str) -> Suite:
            return parse_suite(source) if source is not None and level == gated else load_suite(level)

        monkeypatch.setattr(darwin_assets.tier, "load_suite", load)

    return replace


def run_only(project: Project, instance: dg.DagsterInstance, batch: str, *assets: str) -> dg.ExecuteInProcessResult:
    """A run that selects just these assets, as a person can in the UI."""
    return (
        define(project)
        .resolve_job_def("ladder")
        .execute_in_process(
            instance=instance,
            partition_key=batch,
            asset_selection=[dg.AssetKey(name) for name in assets],
            raise_on_error=False,
        )
    )


def is_published(project: Project, level: str, batch: str) -> bool:
    return find_publication(project.lake, project.ledger, level, batch) is not None


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    return "".join(str(event.step_failure_data.error_display_string) for event in result.get_step_failure_events())


def test_a_passing_gate_lets_the_next_level_run(project, instance, batch):
    report = run_batch(project, instance, batch, "L3")
    assert report.error is None
    assert is_published(project, "L3", batch)


def test_a_failing_gate_stops_the_same_run(project, instance, batch, gate):
    gate(IMPOSSIBLE)
    report = run_batch(project, instance, batch, "L3")
    assert report.gate_closed
    assert "ExpectTableRowCountToBeBetween" in report.error
    assert not is_published(project, "L2", batch)
    assert not is_published(project, "L3", batch)


def test_a_warning_never_blocks_and_never_counts_as_a_pass(project, instance, batch, gate):
    gate(UNHAPPY)
    result = run_only(
        project, instance, batch, "landed_files", "l0_raw", "l1_normalized", "l2_filtered", "l3_annotated"
    )
    assert result.success
    check = next(one for one in result.get_asset_check_evaluations() if one.asset_key == dg.AssetKey("l2_filtered"))
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert is_published(project, "L3", batch)


@pytest.mark.parametrize(
    "suite", [BROKEN, EMPTY], ids=["an expectation that cannot run", "a suite without expectations"]
)
def test_a_gate_that_says_nothing_is_closed(project, instance, batch, gate, suite):
    gate(suite)
    assert run_batch(project, instance, batch, "L2").gate_closed
    assert not is_published(project, "L2", batch)


def test_a_gate_that_raises_is_closed(project, instance, batch, monkeypatch):
    def explode(*_: object) -> None:
        raise RuntimeError("the gate itself is broken")

    monkeypatch.setattr("darwin_assets.verdicts.run_suite", explode)
    report = run_batch(project, instance, batch, "L2")
    assert report.error
    assert not is_published(project, "L0", batch)


def test_a_later_run_of_the_next_level_alone_is_refused(project, instance, batch, gate):
    gate(IMPOSSIBLE)
    run_batch(project, instance, batch, "L2")
    result = run_only(project, instance, batch, "l3_annotated")
    assert not result.success
    assert "is not published" in failure_of(result)


def test_the_check_cannot_be_deselected(project, instance, batch):
    run_batch(project, instance, batch, "L1")
    job = define(project).resolve_job_def("ladder")
    with pytest.raises(dg.DagsterInvalidSubsetError):
        job.get_subset(asset_selection={dg.AssetKey("l2_filtered")}, asset_check_selection=set())


def test_forged_events_in_dagster_open_nothing(project, instance, batch, gate):
    gate(IMPOSSIBLE)
    run_batch(project, instance, batch, "L2")
    instance.report_runless_asset_event(dg.AssetMaterialization("l2_filtered", partition=batch))
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(asset_key=dg.AssetKey("l2_filtered"), check_name="gate", passed=True, partition=batch)
    )
    result = run_only(project, instance, batch, "l3_annotated")
    assert not result.success
    assert not is_published(project, "L3", batch)


def test_automation_asks_only_for_the_batch_whose_gate_is_open(project, instance, batch, gate, tmp_path):
    gate(IMPOSSIBLE)
    run_batch(project, instance, batch, "L3")
    gate(None)
    good = land(
        project, instance, tmp_path, "second", ["preprints/markdown/benford.md", "preprints/markdown/first-digits.md"]
    )
    definitions = define(project)
    start = dg.evaluate_automation_conditions(defs=definitions, instance=instance)
    run_batch(project, instance, good, "L3")
    found = dg.evaluate_automation_conditions(defs=definitions, instance=instance, cursor=start.cursor)
    assert found.get_requested_partitions(dg.AssetKey("l4_refined")) == {good}


def test_a_bad_candidate_leaves_the_last_good_version_in_place(project, instance, batch, gate):
    run_batch(project, instance, batch, "L2")
    before = read_published(project.lake, published(project.lake, project.ledger, "L2", batch))
    gate(IMPOSSIBLE)
    assert run_batch(project, instance, batch, "L2").gate_closed
    after = read_published(project.lake, published(project.lake, project.ledger, "L2", batch))
    assert after.equals(before)
    assert before.height == len(GOOD)


def test_a_candidate_rewritten_after_its_verdict_is_not_published(project, instance, batch, monkeypatch):
    """Somebody overwrites the candidate between audit and publication: the fingerprint no longer fits."""
    run_batch(project, instance, batch, "L1")
    record = type(project.ledger).record

    def record_then_tamper(self: object, verdict: object) -> None:
        record(self, verdict)
        version = project.lake.version("candidate", "L2")
        rows = project.lake.read("candidate", "L2", batch, version)
        project.lake.write("candidate", "L2", batch, rows.with_columns(source=pl.lit("tampered")), {})

    monkeypatch.setattr(type(project.ledger), "record", record_then_tamper)
    run_batch(project, instance, batch, "L2")
    found = find_publication(project.lake, project.ledger, "L2", batch)
    sources = [] if found is None else read_published(project.lake, found)["source"].to_list()
    assert "tampered" not in sources


def test_rows_put_into_the_published_table_without_a_verdict_are_refused(project, instance, batch):
    run_batch(project, instance, batch, "L2")
    found = published(project.lake, project.ledger, "L2", batch)
    rows = read_published(project.lake, found)
    project.lake.write("published", "L2", batch, rows.with_columns(verdict=pl.lit("0" * 32)), {})
    with pytest.raises(LakeError, match="not in the gate ledger"):
        published(project.lake, project.ledger, "L2", batch)


def test_the_verdict_of_another_batch_opens_nothing(project, instance, batch, tmp_path):
    run_batch(project, instance, batch, "L2")
    found = published(project.lake, project.ledger, "L2", batch)
    rows = read_published(project.lake, found)
    other = land(project, instance, tmp_path, "other", ["preprints/markdown/benford.md"])
    project.lake.write("published", "L2", other, rows.with_columns(batch=pl.lit(other)), {})
    with pytest.raises(Unpublished):
        published(project.lake, project.ledger, "L2", other)


def test_a_changed_suite_judges_again(project, instance, batch, gate):
    run_batch(project, instance, batch, "L2")
    first = published(project.lake, project.ledger, "L2", batch)
    gate(UNHAPPY)
    run_batch(project, instance, batch, "L2")
    second = published(project.lake, project.ledger, "L2", batch)
    assert second.verdict.suite_sha256 != first.verdict.suite_sha256


def test_an_empty_batch_is_never_promoted(project, instance, tmp_path):
    accept_small_documents(project)
    batch = land(project, instance, tmp_path, "short", [], {"note.txt": "Too short to teach anybody anything."})
    report = run_batch(project, instance, batch, "L3")
    assert report.gate_closed
    assert not is_published(project, "L2", batch)


def test_an_unpublished_batch_cannot_be_read(project, instance, batch):
    with pytest.raises(Unpublished, match="is not published"):
        published(project.lake, project.ledger, "L1", batch)


def test_a_waiver_opens_and_stays_visible(project, instance, batch, gate):
    gate(IMPOSSIBLE)
    report = run_batch(project, instance, batch, "L2", ("data steward", "the source is known to be small"))
    assert report.error is None
    assert [level.said for level in report.levels] == ["passed", "passed", "waived"]
    verdict = published(project.lake, project.ledger, "L2", batch).verdict
    assert (verdict.waived, verdict.passed) == (True, False)
    assert (verdict.approver, verdict.reason) == ("data steward", "the source is known to be small")


def tiers_of(project: Project, batch: str, highest: str = "L3") -> dict[str, tuple[str, str | None]]:
    """Level → the tier of its rows, and the level whose verdict earned it."""
    found = {level: published(project.lake, project.ledger, level, batch) for level in path_to(highest)}
    earned_at = {one.verdict.verdict: level for level, one in found.items()}
    rows = {
        level: read_published(project.lake, one, ["ultradata_tier", "tier_evidence"]) for level, one in found.items()
    }
    assert all(frame.unique().height == 1 for frame in rows.values())
    return {level: (frame.row(0)[0], earned_at.get(frame.row(0)[1])) for level, frame in rows.items()}


def test_a_tier_is_earned_by_the_gate_that_passed(project, instance, batch):
    run_batch(project, instance, batch, "L3")
    assert tiers_of(project, batch) == {"L0": ("L0", None), "L1": ("L0", None), "L2": ("L1", "L2"), "L3": ("L2", "L3")}


def test_a_waiver_is_no_evidence_for_a_tier(project, instance, batch, gate):
    gate(IMPOSSIBLE)
    assert run_batch(project, instance, batch, "L3", ("data steward", "to be looked at")).error is None
    assert tiers_of(project, batch) == dict.fromkeys(("L0", "L1", "L2", "L3"), ("L0", None))


def test_a_gate_that_passes_earns_no_tier_for_one_that_was_waived(project, instance, batch, gate):
    gate(IMPOSSIBLE, "L4")
    assert run_batch(project, instance, batch, "L4", ("data steward", "to be looked at")).error is None
    assert run_batch(project, instance, batch, "L5").error is None
    assert published(project.lake, project.ledger, "L5", batch).verdict.passed
    tiers = tiers_of(project, batch, "L5")
    assert (tiers["L4"], tiers["L5"]) == (("L2", "L3"), ("L2", "L3"))


@pytest.mark.parametrize("waiver", [("", "because"), ("somebody", ""), (" ", "because"), (None, "because")])
def test_a_waiver_without_approver_or_reason_is_refused(project, instance, batch, gate, waiver):
    gate(IMPOSSIBLE)
    with pytest.raises(DarwinError, match="an approver and a reason"):
        run_batch(project, instance, batch, "L2", waiver)
    assert not is_published(project, "L2", batch)


def test_rejected_rows_belong_to_the_verdict_that_published(project, instance, batch, gate):
    run_batch(project, instance, batch, "L2")
    found = published(project.lake, project.ledger, "L2", batch)
    assert read_rejected(project.lake, found).height == found.verdict.n_rejected
