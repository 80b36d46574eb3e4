"""The rows that L2 has judged, as its gates published them: kept and rejected, pinned, without text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from darwin_assets.filter.rules import Rule
from resources.errors import Conflict, DarwinError, Unpublished
from resources.gate_ledger import GateLedger, Verdict
from resources.lake import Lake

LEVEL = "L2"
JUDGED = ("id", "parents", "batch", "source", "n_chars", "n_bytes", "recipe")
REASON = ("rejected_by", "rejected_kind", "survivor_id")


@dataclass(frozen=True)
class Stored:
    """`rows`: one a document, columns `JUDGED` (`parents` as `parent_id`, the row of L1), `REASON` (null where kept) and
    the signals asked for. `twins`: id, batch and survivor_id of every stored duplicate, of batches not asked for too."""

    rows: pl.DataFrame
    twins: pl.DataFrame


def read_stored(
    lake: Lake, ledger: GateLedger, rules: Iterable[Rule], batches: Sequence[str] = (), sources: Sequence[str] = ()
) -> Stored:
    """Read what L2 published, with the signals of `rules`; of all batches and sources unless some are named.

    Unpublished when a named batch has no open gate at L2 or nothing is published, DarwinError when no row is of a named
    source, Conflict when a batch was published anew during the reading.
    """
    signals = sorted({rule.signal for rule in rules} - {*JUDGED, *REASON})
    published, rejected = _pinned(lake)
    verdicts = _verdicts(published, rejected, ledger)
    names = [verdict.verdict for verdict in verdicts]
    twins = rejected.filter(pl.col("verdict").is_in(names) & pl.col("survivor_id").is_not_null())
    if missing := sorted(set(batches) - {verdict.batch for verdict in verdicts}):
        raise Unpublished(f"{', '.join(missing)}: nothing of it is published at L2; `darwin status` lists the batches")
    chosen = [verdict for verdict in verdicts if not batches or verdict.batch in batches]
    judged = (*JUDGED, *signals)
    kept = published.filter(pl.col("batch").is_in([one.batch for one in chosen])).select(*judged)
    dropped = rejected.filter(pl.col("verdict").is_in([one.verdict for one in chosen])).select(*judged, *REASON)
    rows = pl.concat([kept.collect(), dropped.collect()], how="diagonal")
    rows = rows.with_columns(parent_id=pl.col("parents").list.first()).drop("parents")
    if sources:
        known = sorted(rows["source"].unique().drop_nulls())
        rows = rows.filter(pl.col("source").is_in(sources))
        if unknown := sorted(set(sources) - set(known)):
            raise DarwinError(f"no row of source {', '.join(unknown)}; known: {', '.join(known)}")
    return Stored(rows, twins.select("id", "batch", "survivor_id").collect())


def _pinned(lake: Lake) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Published and rejected rows that belong together: a batch's rejected rows stand beside those of the publication before
    until it is published. Conflict when that happened in between."""
    seen = lake.version("published", LEVEL)
    rejected = lake.scan("rejected", LEVEL, lake.version("rejected", LEVEL))
    if lake.version("published", LEVEL) != seen:
        raise Conflict("a batch was published anew while its rows were read: ask again")
    return lake.scan("published", LEVEL, seen), rejected


def _verdicts(published: pl.LazyFrame, rejected: pl.LazyFrame, ledger: GateLedger) -> list[Verdict]:
    """The verdicts under which batches stand, by batch: those that published rows name, and those that let through a batch
    of which nothing was kept. Unpublished when there is none, or one that did not open."""
    judged = [Verdict(**row) for row in ledger.all().filter(pl.col("level") == LEVEL).iter_rows(named=True)]
    given = {verdict.verdict: verdict for verdict in judged}
    # a verdict stands in the ledger before its rows do
    stored = set(rejected.select("verdict").unique().collect().to_series())
    newest_open = {verdict.batch: verdict for verdict in judged if verdict.opens and verdict.verdict in stored}
    named = dict(published.select("batch", "verdict").unique().collect().iter_rows())
    emptied = {batch: verdict.verdict for batch, verdict in newest_open.items() if verdict.n_kept == 0}
    standing = {**emptied, **named}
    if not standing:
        raise Unpublished("nothing is published at L2: `darwin run BATCH --to L2` makes stored values")
    for batch, name in standing.items():
        verdict = given.get(name)
        if verdict is None or verdict.batch != batch or not verdict.opens:
            raise Unpublished(f"{LEVEL}/{batch} holds rows whose verdict {name} did not let them through")
    return [given[name] for _, name in sorted(standing.items())]
