"""Rows behind a gate: nothing stands in the table that its suite has not let through."""

import hashlib

import polars as pl
import pytest

from darwin_assets.closed_loop.digest import digest
from darwin_assets.closed_loop.evaluation_samples import judged
from darwin_assets.closed_loop.gated import GATE_VERDICT, Judged, publish, read_gated
from darwin_assets.closed_loop.tables import SAMPLES_TABLE
from darwin_assets.project import Project
from darwin_assets.promotion import Promotion
from darwin_assets.verdicts import Waiver
from resources.errors import Conflict, LakeError, Unpublished
from tests.unit.closed_loop.test_samples import normalized

KEY = "2026-01-31.nightly.0001"
GOOD = [{"model": model, "item_id": item} for model in "ab" for item in "012"]


def published(
    project: Project, *rows: dict[str, object], upstream: str = "one", waiver: Waiver | None = None
) -> Promotion:
    return publish(
        project.lake, project.ledger, SAMPLES_TABLE, KEY, lambda: judged(normalized(*rows)),
        upstream=upstream, recipe="evaluation_samples/1", run_id="run", waiver=waiver,
    )  # fmt: skip


def standing(project: Project) -> pl.DataFrame:
    return project.lake.newest(SAMPLES_TABLE.zone, SAMPLES_TABLE.name).collect()


def test_what_the_suite_accepts_is_written_under_its_verdict(project):
    outcome = published(project, *GOOD)
    verdict, rows = read_gated(project.lake, project.ledger, SAMPLES_TABLE, KEY)
    assert outcome.verdict.passed
    assert (verdict.n_in, verdict.n_kept, verdict.n_rejected) == (6, 6, 0)
    assert rows.equals(normalized(*GOOD))
    assert standing(project)[GATE_VERDICT].unique().to_list() == [outcome.verdict.verdict]


def test_what_it_refuses_leaves_the_table_as_it_was(project):
    published(project, *GOOD)
    before = standing(project)
    broken = [{"error": "json.malformed"}] * 6
    outcome = published(project, *GOOD, *broken, upstream="two")
    assert not outcome.verdict.opens
    assert [one.column for one in outcome.results if not one.success and one.severity == "critical"] == ["error_share"]
    assert standing(project).equals(before)


def test_a_person_may_let_it_through_and_is_named(project):
    waiver = Waiver("Ada", "half of the log was lost, the rest is wanted")
    outcome = published(project, *GOOD, *[{"error": "json.malformed"}] * 6, waiver=waiver)
    assert (outcome.verdict.passed, outcome.verdict.waived, outcome.verdict.approver) == (False, True, "Ada")
    assert standing(project).height == 12


def test_the_same_made_of_the_same_is_not_made_again(project):
    first = published(project, *GOOD)

    def never() -> Judged:
        raise AssertionError

    again = publish(
        project.lake, project.ledger, SAMPLES_TABLE, KEY, never, upstream="one", recipe="evaluation_samples/1", run_id="later"
    )  # fmt: skip
    assert again.reused
    assert again.verdict == first.verdict
    assert again.results == first.results


def test_rows_that_no_gate_let_through_are_not_read(project):
    with pytest.raises(Unpublished, match="materialize evaluation_samples"):
        read_gated(project.lake, project.ledger, SAMPLES_TABLE, KEY)
    rows = normalized(*GOOD).with_columns(pl.lit("invented").alias(GATE_VERDICT), batch=pl.lit(KEY))
    project.lake.write(SAMPLES_TABLE.zone, SAMPLES_TABLE.name, KEY, rows, {})
    with pytest.raises(LakeError, match="not in the gate ledger"):
        read_gated(project.lake, project.ledger, SAMPLES_TABLE, KEY)


def test_a_verdict_on_another_evaluation_opens_nothing(project):
    published(project, *GOOD)
    other = "2026-01-31.nightly.0002"
    rows = standing(project).with_columns(batch=pl.lit(other))
    project.lake.write(SAMPLES_TABLE.zone, SAMPLES_TABLE.name, other, rows, {})
    with pytest.raises(Unpublished, match="did not let them through"):
        read_gated(project.lake, project.ledger, SAMPLES_TABLE, other)


def test_of_two_writers_one_is_told(project):
    def overtaken() -> Judged:
        published(project, *GOOD, upstream="two")
        return judged(normalized(*GOOD))

    with pytest.raises(Conflict):
        publish(
            project.lake, project.ledger, SAMPLES_TABLE, KEY, overtaken, upstream="one", recipe="r/1", run_id="run"
        )  # fmt: skip


def test_of_two_writers_of_the_same_both_have_published_it(project):
    def overtaken() -> Judged:
        published(project, *GOOD)
        return judged(normalized(*GOOD))

    late = publish(
        project.lake, project.ledger, SAMPLES_TABLE, KEY, overtaken, upstream="one", recipe="evaluation_samples/1", run_id="b"
    )  # fmt: skip
    assert late.reused
    assert standing(project)[GATE_VERDICT].unique().to_list() == [late.verdict.verdict]


def test_the_fingerprint_is_of_the_values_and_made_in_parts(monkeypatch):
    rows = pl.DataFrame({"a": range(10), "b": [["x"], None] * 5, "c": [0.1, None] * 5})
    whole = hashlib.sha256(rows.write_ndjson().encode()).hexdigest()
    monkeypatch.setattr("darwin_assets.closed_loop.digest.ROWS_AT_ONCE", 4)
    at_once, write = [], pl.DataFrame.write_ndjson
    monkeypatch.setattr(pl.DataFrame, "write_ndjson", lambda part: at_once.append(part.height) or write(part))
    assert digest(rows) == digest(pl.concat([rows[:3], rows[3:]], rechunk=False)) == whole
    assert at_once == [4, 4, 2] * 2
    assert digest(rows[1:]) != whole


def test_a_suite_sees_no_words(project):
    facts = judged(normalized(*GOOD)).facts
    assert all(isinstance(value, int | float) for value in facts.values())
    assert {"prompt", "output", "question", "system"} <= set(SAMPLES_TABLE.words)
