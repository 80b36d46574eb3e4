"""Lint of the suites: none can pass by looking at nothing, none looks at text."""

import polars as pl
import pytest

from checks.gate import closes, run_suite
from checks.suites import Suite, load_suite, parse_suite
from darwin_assets.answer_facts import drift_facts
from darwin_assets.audit import as_frame, batch_facts, metrics
from darwin_assets.closed_loop.tables import GATED_TABLES
from darwin_assets.contract import COMMON
from darwin_assets.filter.screen import screen
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.ladder import SPECS
from darwin_assets.promotion import schema_of
from resources.gate_ledger import SCHEMA as VERDICTS

SUITES = [load_suite(level) for level in SPECS]
by_level = pytest.mark.parametrize("suite", SUITES, ids=[suite.level for suite in SUITES])


def metric_frame(suite: Suite, rows: int) -> pl.DataFrame:
    """A frame with the columns that the gate of a level sees, all null."""
    schema = schema_of("candidate", SPECS[suite.level].columns)
    empty = pl.DataFrame({name: [None] * rows for name in schema}, schema=schema)
    parents = pl.DataFrame(schema={"id": pl.String(), **COMMON})
    return metrics(empty, parents)


def facts(suite: Suite, **changes: object) -> pl.DataFrame:
    parents = pl.DataFrame(schema={"id": pl.String(), **COMMON})
    built = batch_facts(pl.DataFrame(schema=schema_of("candidate", SPECS[suite.level].columns)), parents)
    drift = drift_facts(built, pl.DataFrame(schema=VERDICTS), suite.level, "") if "n_pieces" in built else {}
    return as_frame({**built, **drift, **changes})


@by_level
def test_no_suite_passes_on_an_empty_frame(suite):
    assert closes(run_suite(suite, metric_frame(suite, 0), facts(suite)))


@by_level
def test_no_suite_passes_on_an_all_null_frame(suite):
    results = run_suite(suite, metric_frame(suite, 3), facts(suite, n_kept=3))
    assert closes(results)
    failed = {one.column for one in results if not one.success}
    assert {"id", "licence", "level"} <= failed


@by_level
def test_every_suite_holds_what_all_levels_promise(suite):
    rows = {(one.type, one.kwargs.get("column")) for one in suite.rows}
    assert ("ExpectTableRowCountToBeBetween", None) in rows
    for column in ("id", "batch", "source", "licence"):
        assert ("ExpectColumnValuesToNotBeNull", column) in rows
    accounted = [one for one in suite.batch if one.kwargs.get("column") == "n_unaccounted"]
    assert any(one.kwargs.get("max_value") == 0 and one.severity == "critical" for one in accounted)


@by_level
def test_a_value_check_never_stands_without_its_not_null(suite):
    """Map expectations pass on nulls, so every column they name must be checked for nulls as well."""
    mapped = {one.kwargs["column"] for one in suite.rows if one.type.startswith("ExpectColumnValuesTo")}
    not_null = {one.kwargs["column"] for one in suite.rows if one.type == "ExpectColumnValuesToNotBeNull"}
    assert mapped - not_null == set()


@by_level
def test_no_suite_names_the_text(suite):
    named = {value for one in (*suite.rows, *suite.batch) for value in one.kwargs.values() if isinstance(value, str)}
    assert "text" not in named


@by_level
def test_every_column_that_a_suite_names_exists(suite):
    known = set(metric_frame(suite, 0).columns)
    named = {v for one in suite.rows for k, v in one.kwargs.items() if k.startswith("column")}
    assert named - known == set()
    assert {one.kwargs["column"] for one in suite.batch if "column" in one.kwargs} <= set(facts(suite).columns)


@pytest.mark.parametrize("level", ["L2", "L3"])
def test_levels_that_may_not_edit_compare_hashes(level):
    pairs = [one.kwargs for one in load_suite(level).rows if one.type == "ExpectColumnPairValuesToBeEqual"]
    assert {"column_A": "text_sha256", "column_B": "parent_text_sha256"} in pairs


def test_a_document_without_prose_has_every_value_that_the_gate_of_l2_asks_for():
    """A file of source code is one fenced block: presets without a rule on prose keep it."""
    code = "\n".join(["```python", *(f"value_{n} = compute({n}).total" for n in range(100)), "```", ""])
    row = screen(pl.DataFrame({"id": ["a"], "text": [code]}), FilterSettings(presets=("ultradata-l1",)))
    asked = {one.kwargs["column"] for one in load_suite("L2").rows if one.type == "ExpectColumnValuesToNotBeNull"}
    assert row["rejected_by"].to_list() == [None]
    assert [name for name in asked & set(row.columns) if row[name].null_count()] == []


def test_a_suite_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="level, rows and batch"):
        parse_suite(b"{level: L1, rows: []}")
    with pytest.raises(ValueError, match="severity"):
        parse_suite(b"{level: L1, rows: [{expect: X, severity: fatal}], batch: []}")


@by_level
def test_a_gate_never_sees_the_text(suite):
    with pytest.raises(ValueError, match="text"):
        run_suite(suite, pl.DataFrame({"text": ["x"]}), facts(suite))


OF_LOOP = pytest.mark.parametrize("table", GATED_TABLES, ids=[table.suite for table in GATED_TABLES])


@OF_LOOP
def test_a_suite_of_the_closed_loop_looks_at_what_there_is_and_never_at_words(table):
    suite = load_suite(table.suite)
    seen = {"batch", *(name for name, dtype in table.columns.items() if not dtype.is_nested())} - {*table.words}
    named = {value for one in suite.rows for key, value in one.kwargs.items() if key.startswith("column")}
    assert suite.level == table.suite
    assert named - seen == set()


@OF_LOOP
def test_a_suite_of_the_closed_loop_never_passes_by_looking_at_nothing(table):
    suite = load_suite(table.suite)
    rows = pl.DataFrame(schema={"batch": pl.String(), **table.columns}).drop(table.words)
    rows = rows.drop(name for name, dtype in rows.schema.items() if dtype.is_nested())
    facts = {one.kwargs["column"] for one in suite.batch if "column" in one.kwargs}
    assert closes(run_suite(suite, rows, as_frame(dict.fromkeys(facts, 0))))
    assert closes(run_suite(suite, rows.clear(3), as_frame(dict.fromkeys(facts))))
    for part in (suite.rows, suite.batch):
        judged = {one.kwargs["column"] for one in part if one.type.startswith("ExpectColumnValuesTo")}
        not_null = {one.kwargs["column"] for one in part if one.type == "ExpectColumnValuesToNotBeNull"}
        assert judged - not_null == set()
