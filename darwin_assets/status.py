"""Where every batch stands, from the gate ledger alone."""

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl

from darwin_assets.levels import TABLES
from darwin_assets.promotion import find_publication
from resources.gate_ledger import GateLedger
from resources.lake import Lake


def latest_verdicts(ledger: GateLedger) -> pl.DataFrame:
    """The newest verdict of every batch and level, ordered by batch and level; other tables have gates of their own."""
    of_levels = ledger.all().filter(pl.col("level").is_in(TABLES))
    return of_levels.unique(["batch", "level"], keep="last", maintain_order=True).sort("batch", "level")


def ladder_of(ledger: GateLedger, batch: str) -> list[tuple[str, int, int]]:
    """(level, rows in, rows kept) of the levels that have let the batch through, from the top down."""
    verdicts = latest_verdicts(ledger).filter((pl.col("batch") == batch) & (pl.col("passed") | pl.col("waived")))
    return [(row["level"], row["n_in"], row["n_kept"]) for row in verdicts.iter_rows(named=True)]


def funnel(ledger: GateLedger, batches: list[str] | None = None) -> pl.DataFrame:
    """One row a level over the newest verdicts of the batches (all of them by default).

    Columns: level, batches, closed (gates that did not open), n_in, n_kept, n_rejected, rejected_by (list of structs rule,
    rows), seconds, docs_per_second.
    """
    verdicts = latest_verdicts(ledger)
    if batches is not None:
        verdicts = verdicts.filter(pl.col("batch").is_in(batches))
    levels = [level for level in TABLES if level in verdicts["level"].to_list()]
    return pl.DataFrame([_level_row(level, verdicts.filter(pl.col("level") == level)) for level in levels])


def overview(lake: Lake, ledger: GateLedger) -> list[dict[str, object]]:
    """One entry a batch and level that a gate has judged, ordered by batch and level.

    `published_version` is the Delta version at which the batch can be read, None when no gate has let it through; `age` the
    time since the newest verdict.
    """
    now = datetime.now(UTC)
    cells = []
    for row in latest_verdicts(ledger).iter_rows(named=True):
        found = find_publication(lake, ledger, row["level"], row["batch"])
        cells.append(cell(row, found.version if found else None, now))
    return cells


def cell(row: dict[str, Any], version: int | None, now: datetime) -> dict[str, object]:
    """What is told of one verdict of the ledger."""
    return {
        "batch": row["batch"],
        "level": row["level"],
        "published_version": version,
        "n_in": row["n_in"],
        "n_kept": row["n_kept"],
        "n_rejected": row["n_rejected"],
        "verdict": "waived" if row["waived"] else "passed" if row["passed"] else "closed",
        "age": str(now - datetime.fromisoformat(row["at"])).split(".", maxsplit=1)[0],
        "recipe": row["recipe"],
    }


def _level_row(level: str, verdicts: pl.DataFrame) -> dict[str, object]:
    counts: dict[str, int] = {}
    for facts in verdicts["facts"]:
        for rule, rows in json.loads(facts)["rejected_by"].items():
            counts[rule] = counts.get(rule, 0) + rows
    seconds = float(verdicts["seconds"].sum())
    n_in = int(verdicts["n_in"].sum())
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "level": level,
        "batches": verdicts.height,
        "closed": verdicts.filter(~(pl.col("passed") | pl.col("waived"))).height,
        "n_in": n_in,
        "n_kept": int(verdicts["n_kept"].sum()),
        "n_rejected": int(verdicts["n_rejected"].sum()),
        "rejected_by": [{"rule": rule, "rows": rows} for rule, rows in ordered],
        "seconds": seconds,
        "docs_per_second": n_in / seconds if seconds else 0.0,
    }
