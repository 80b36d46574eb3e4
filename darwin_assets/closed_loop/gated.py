"""Tables of the closed loop behind a gate: a suite judges the rows, the ledger keeps the verdict, one commit writes.

Unlike those of a level, rows are judged before anything is stored, so that there is no candidate. A closed gate leaves what
stood in the table as it was.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from checks.gate import load_engine
from checks.suites import Suite, load_suite
from darwin_assets.closed_loop.digest import digest
from darwin_assets.closed_loop.sealed import WRITTEN, seal_partition, write_sealed
from darwin_assets.promotion import Promotion, input_key
from darwin_assets.seals import is_sealed
from darwin_assets.verdicts import Candidate, Waiver, decide, results_of
from resources.errors import Conflict, Unpublished
from resources.gate_ledger import GateLedger, Verdict
from resources.lake import Lake

GATE_VERDICT = "gate_verdict"
"""Stands on every row that a gate let through; `verdict` is what a harness said about an output."""


@dataclass(frozen=True)
class GatedTable:
    """A table with a partition a key. `suite` names the suite, and as `level` its verdicts; `columns` are those without
    `batch` and GATE_VERDICT, `indexed` those with statistics in the log; a suite never sees nested columns, nor `words`.
    """

    zone: str
    name: str
    suite: str
    columns: Mapping[str, pl.DataType]
    indexed: tuple[str, ...]
    words: tuple[str, ...] = ()

    def create(self, lake: Lake) -> bool:
        schema = {"batch": pl.String(), **self.columns, GATE_VERDICT: pl.String()}
        return lake.create_table(self.zone, self.name, schema, "batch", self.indexed)


@dataclass(frozen=True)
class Judged:
    """What is to be judged: the rows, and counts about how they came to be.

    `n_in`: what they were chosen or made from; `rejected_by`: rule id → how many of those are not kept; `facts`: the one row
    that the suite's part `batch` sees, beside `n_in`, `n_kept` and `n_rejected`. Numbers only.
    """

    rows: pl.DataFrame
    n_in: int
    n_kept: int
    rejected_by: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int | float | None] = field(default_factory=dict)


def publish(
    lake: Lake,
    ledger: GateLedger,
    table: GatedTable,
    key: str,
    build: Callable[[], Judged],
    *,
    upstream: str,
    recipe: str,
    run_id: str,
    waiver: Waiver | None = None,
) -> Promotion:
    """Build, judge and write one partition. `upstream` and `recipe` name what the rows are made from, and by what.

    Where the same was made of the same and judged by the same suite, nothing is done. Returns with a verdict that opens or
    does not; only the former has written. Conflict when another run wrote the partition meanwhile.
    """
    suite, made_from = load_suite(table.suite), input_key(table.suite, key, upstream, recipe)
    seen = lake.version(table.zone, table.name)
    if done := _published(lake, ledger, table, key, suite, made_from):
        return done
    load_engine()
    begun = time.monotonic()
    judged = build()
    rows = judged.rows.select(pl.lit(key).alias("batch"), *table.columns)
    counts = {"n_in": judged.n_in, "n_kept": judged.n_kept, "n_rejected": sum(judged.rejected_by.values())}
    candidate = Candidate(table.suite, key, made_from, recipe, digest(rows), seen, run_id, begun)
    verdict, results = decide(
        candidate, suite, _metrics(table, rows), {**counts, **judged.facts}, judged.rejected_by, waiver
    )
    ledger.record(verdict)
    if not verdict.opens:
        return Promotion(verdict, results, False, None)
    stored = rows.with_columns(pl.lit(verdict.verdict).alias(GATE_VERDICT))
    said = {"run": run_id, "recipe": recipe, "verdict": verdict.verdict, "suite": suite.sha256}
    try:
        version = write_sealed(lake, table, key, stored, said, since=seen)
    except Conflict:
        # a run beside this one may have published the very same
        if done := _published(lake, ledger, table, key, suite, made_from):
            return done
        raise
    return Promotion(verdict, results, False, version)


def _published(
    lake: Lake, ledger: GateLedger, table: GatedTable, key: str, suite: Suite, made_from: str
) -> Promotion | None:
    """What stands, where it was made of the same and judged by the same suite; sealed, if a run was killed before it was."""
    version = lake.version(table.zone, table.name)
    verdict = find_verdict(lake, ledger, table, key, version)
    if verdict is None or (verdict.input_key, verdict.suite_sha256) != (made_from, suite.sha256):
        return None
    if not is_sealed(lake, table.name, key, verdict.verdict):
        seal_partition(lake, table, key, WRITTEN, run=verdict.run_id, verdict=verdict.verdict)
    return Promotion(verdict, results_of(verdict), True, version)


def find_verdict(lake: Lake, ledger: GateLedger, table: GatedTable, key: str, version: int) -> Verdict | None:
    """The verdict that let the rows of a key through; None where there are none.

    Unpublished for rows whose verdict is another's, or let nothing through; LakeError for one that no gate ever gave.
    """
    named = lake.read(table.zone, table.name, key, version, [GATE_VERDICT]).head(1)
    if named.is_empty():
        return None
    verdict = ledger.find(named[GATE_VERDICT][0])
    if (verdict.level, verdict.batch) != (table.suite, key) or not verdict.opens:
        raise Unpublished(
            f"{table.zone}/{table.name}/{key} holds rows whose verdict {verdict.verdict} did not let them through"
        )
    return verdict


def read_gated(lake: Lake, ledger: GateLedger, table: GatedTable, key: str) -> tuple[Verdict, pl.DataFrame]:
    """The rows of a key in the table's columns, and the verdict that let them through. Unpublished where there is none."""
    version = lake.version(table.zone, table.name)
    verdict = find_verdict(lake, ledger, table, key, version)
    if verdict is None:
        raise Unpublished(f"{key} has no {table.suite} that a gate let through: materialize {table.suite} for it first")
    return verdict, lake.read(table.zone, table.name, key, version, list(table.columns))


def _metrics(table: GatedTable, rows: pl.DataFrame) -> pl.DataFrame:
    nested = [name for name, dtype in rows.schema.items() if dtype.is_nested()]
    return rows.drop(*nested, *table.words)
