"""Ways to make one step of the ladder fail, each with an error whose message holds text of a document."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import deltalake
import polars as pl
import pytest

import darwin_assets.tier
import darwin_assets.verdicts
from checks.suites import Suite, load_suite, parse_suite
from darwin_assets.levels import BUILT
from resources.raw_store import RawStore, object_name
from tests.faults.aviary import CANARY

CLOSED = b"""
level: %s
rows: [{expect: ExpectTableRowCountToBeBetween, min_value: 1000000}]
batch: [{expect: ExpectColumnValuesToBeBetween, column: n_unaccounted, min_value: 0, max_value: 0}]
"""
BROKEN = b"""
level: %s
rows:
  - {expect: ExpectColumnValuesToNotBeNull, column: no_such_column}
  - {expect: ExpectColumnMaxToBeBetween, column: title, max_value: 1}
batch: [{expect: ExpectColumnValuesToBeBetween, column: n_unaccounted, min_value: 0, max_value: 0}]
"""
LANDED = "landed"
BUILDERS = {
    "L0": "darwin_assets.acquire.expand.expand",
    "L1": "darwin_assets.normalize.workers.document_of",
    "L2": "darwin_assets.filter.assets.screen",
    "L3": "darwin_assets.annotate.assets.annotate",
    "L4": "darwin_assets.refine.assets.answer",
    "L5": "darwin_assets.complete.assets.answers",
}
"""Of every level a function of the step's own process that sees the documents."""


class Saboteur:
    """Patches one thing for one step (`LANDED` or a level) and keeps the messages of the errors that came of it."""

    def __init__(self, patch: pytest.MonkeyPatch, level: str) -> None:
        self.patch = patch
        self.level = level
        self.messages: list[str] = []

    def replace(self, target: str, function: Callable[..., Any]) -> None:
        def witnessed(*arguments: Any, **options: Any) -> Any:
            try:
                return function(*arguments, **options)
            except BaseException as error:
                self.messages.append(str(error))
                raise

        self.patch.setattr(target, witnessed)

    def reading(self) -> None:
        """Raw bytes that the store cannot give out, or a column that Polars cannot cast."""
        if self.level == LANDED:
            self.replace("resources.raw_store.RawStore.put", lambda _store, path, _sha256=None: _quote(path))
            return
        if self.level == "L0":
            self.replace("resources.raw_store.RawStore.local_path", _quote_raw)
            return
        above = f"published/{BUILT[BUILT.index(self.level) - 1]}"
        column = "title" if self.level == "L1" else "text"
        scan, cast = pl.scan_delta, pl.col(column).cast(pl.Int64)
        self.patch.setattr(
            pl, "scan_delta", lambda table, **options: _cast(scan(table, **options), cast, _uri(table).endswith(above))
        )
        self.replace("polars.LazyFrame.collect", pl.LazyFrame.collect)

    def building(self) -> None:
        self.replace(BUILDERS[self.level], _quote)

    def panic_in_building(self) -> None:
        """Rust code that gives up raises what is no Exception."""
        self.replace(BUILDERS[self.level], _panic)

    def parsing(self, told: Path) -> None:
        """The parser of one format, not the step, fails; the messages are written to the file `told`, one a line."""
        self.patch.setattr("darwin_assets.normalize.workers.PROCESS", "tests.faults.quoting_parsers")
        self.patch.setenv("TOLD", str(told))

    def cast_in_building(self) -> None:
        """The value that cannot be cast stands in the message of Polars."""
        self.replace(BUILDERS[self.level], lambda rows, *_, **__: rows.select(pl.col("text").cast(pl.Int64)))

    def writing(self, zone: str) -> None:
        """Rows that do not fit the partition that is replaced: delta-rs prints one whole."""
        write = deltalake.write_deltalake

        def violate(table: deltalake.DeltaTable, rows: pl.DataFrame, **options: Any) -> None:
            if table.table_uri.rstrip("/").endswith(f"{zone}/{self.level}"):
                options["predicate"] = "batch = 'elsewhere'"
            write(table, rows, **options)

        self.replace("deltalake.write_deltalake", violate)

    def candidate(self) -> None:
        self.writing("candidate")

    def auditing(self) -> None:
        """Great Expectations itself fails."""
        self.replace("great_expectations.datasource.fluent.interfaces.Batch.validate", _great_exception)

    def closed_gate(self) -> None:
        self._suite(CLOSED)

    def broken_suite(self) -> None:
        """Expectations that raise, and that observe a value of a row."""
        self._suite(BROKEN)

    def rejected(self) -> None:
        self.writing("rejected")

    def published(self) -> None:
        self.writing("published")

    def showing(self) -> None:
        """The batch is published, but what the UI shows of it cannot be made."""
        self.replace("darwin_assets.presentation.excerpt", _quote)

    def _suite(self, source: bytes) -> None:
        def load(level: str) -> Suite:
            return parse_suite(source % level.encode()) if level == self.level else load_suite(level)

        self.patch.setattr(darwin_assets.tier, "load_suite", load)
        self.replace("darwin_assets.verdicts.run_suite", darwin_assets.verdicts.run_suite)


def _uri(table: str | deltalake.DeltaTable) -> str:
    return (table if isinstance(table, str) else table.table_uri).rstrip("/")


def _cast(rows: pl.LazyFrame, cast: pl.Expr, wanted: bool) -> pl.LazyFrame:
    return rows.with_columns(cast) if wanted else rows


def _quote(*arguments: Any, **_: Any) -> None:
    """Fails as a careless function does: with what it was given in the message."""
    raise ValueError(f"cannot handle {_text_of(arguments[0])}")


def _panic(*arguments: Any, **_: Any) -> None:
    raise pl.exceptions.PanicException(f"byte index 5 is not a char boundary of {_text_of(arguments[0])}")


def _quote_raw(store: RawStore, sha256: str) -> None:
    _quote(Path(store.uri) / object_name(sha256))


def _great_exception(*_: Any, **__: Any) -> None:
    from great_expectations.exceptions import GreatExpectationsError

    raise GreatExpectationsError(f"no metric for the value {CANARY!r}")


def _text_of(argument: Path | dict[str, str] | str | pl.DataFrame) -> str:
    match argument:
        case Path():
            return argument.read_text()
        case dict():
            return argument["text"]
        case pl.DataFrame():
            return "\n".join(argument["text"])
    return argument
