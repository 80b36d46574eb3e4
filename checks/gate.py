"""Runs a suite with Great Expectations, on metric columns only.

Great Expectations takes seconds to import and reads pandas, so both are loaded here, when a gate runs, and nowhere else.
An expectation that cannot be evaluated counts as failed: the gate closes when in doubt.
"""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import polars as pl

from checks.suites import Expectation, Suite

TEXT_COLUMN = "text"
PREFIX = "Gate"
"""Of the names under which expectations are registered with Great Expectations here."""


@dataclass(frozen=True)
class Result:
    """The outcome of one expectation: `expected` is what the suite asks for, `observed` a count or a fact of the batch."""

    part: str
    expectation: str
    column: str
    severity: str
    success: bool
    expected: str
    observed: str
    why: str

    def as_row(self) -> dict[str, str | bool]:
        return asdict(self)


def run_suite(suite: Suite, rows: pl.DataFrame, facts: pl.DataFrame) -> list[Result]:
    """`rows`: metric columns of the kept rows; `facts`: one row about the batch. ValueError if text is among them."""
    for frame in (rows, facts):
        if TEXT_COLUMN in frame.columns:
            raise ValueError("a gate never sees the text column")
    return _run("rows", suite.rows, rows) + _run("batch", suite.batch, facts)


def load_engine() -> None:
    """Import Great Expectations now: seconds, once a process, which belong to no level's own time."""
    import great_expectations.expectations  # noqa: F401


def closes(results: list[Result]) -> bool:
    """True when a critical expectation failed, or none was evaluated at all."""
    return not results or any(not one.success and one.severity == "critical" for one in results)


def _run(part: str, expectations: tuple[Expectation, ...], frame: pl.DataFrame) -> list[Result]:
    if not expectations:
        return []
    import great_expectations as gx
    import pandas as pd

    named = {column for one in expectations for column in _columns(one)}
    # a column that is named and missing stays missing, and its expectation fails
    asked = [name for name in frame.columns if name in named] or frame.columns[:1]
    metrics = pd.DataFrame({name: frame[name].to_list() for name in asked})
    batch = _batches().get_batch({"dataframe": metrics})
    checks = [_kind(one.type)(severity=one.severity, **one.kwargs) for one in expectations]
    outcome = batch.validate(gx.ExpectationSuite(name=part, expectations=checks), result_format="BASIC")
    values = {} if part == "rows" else frame.row(0, named=True)
    return [_result(part, one, outcome.results, values) for one in expectations]


@cache
def _kind(name: str) -> Any:
    """An expectation of Great Expectations that states its configuration once.

    The original makes it anew each of the hundred times that it is asked in a validation, half of a small batch's gate.
    """
    import great_expectations.expectations as gxe
    from great_expectations.compatibility.pydantic import PrivateAttr

    def configuration(self: Any) -> Any:
        if self._stated is None:
            self._stated = kind.configuration.fget(self)
        return self._stated

    kind = getattr(gxe, name)
    stated = {"_stated": PrivateAttr(None), "configuration": property(configuration), "__module__": __name__}
    return type(kind)(PREFIX + name, (kind,), stated)


@cache
def _batches() -> Any:
    """Where Great Expectations takes data frames from: made once a process, since it costs more than most suites."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("metrics").add_dataframe_asset("metrics")
    return asset.add_batch_definition_whole_dataframe("all")


def _columns(expectation: Expectation) -> list[str]:
    return [str(value) for key, value in expectation.kwargs.items() if key.startswith("column")]


def _result(part: str, expectation: Expectation, outcomes: list[Any], values: dict[str, object]) -> Result:
    found = [one for one in outcomes if _is(one.expectation_config, expectation)]
    success = bool(found) and all(bool(one.success) for one in found)
    columns = _columns(expectation)
    bounds = [f"{key} {value}" for key, value in expectation.kwargs.items() if not key.startswith("column")]
    observed = str(values[columns[0]]) if columns and columns[0] in values else _observed(found)
    return Result(
        part, expectation.type, ", ".join(columns), expectation.severity, success,
        ", ".join(bounds), observed, expectation.why,
    )  # fmt: skip


def _is(config: Any, expectation: Expectation) -> bool:
    kind = "".join(word.capitalize() for word in config.type.split("_"))
    return kind == PREFIX + expectation.type and all(config.kwargs.get(k) == v for k, v in expectation.kwargs.items())


def _observed(found: list[Any]) -> str:
    if not found:
        return "not evaluated"
    if found[0].exception_info.get("raised_exception") or not found[0].result:
        return "could not be evaluated"
    result = found[0].result
    if "unexpected_count" in result:
        return f"{result['unexpected_count']} of {result.get('element_count', 0)} unexpected"
    return str(result.get("observed_value"))
