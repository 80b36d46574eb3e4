"""Where every evaluation stands, from the gate ledger: cells like those of the ladder."""

from datetime import UTC, datetime

import polars as pl

from darwin_assets.closed_loop.gated import find_verdict
from darwin_assets.closed_loop.tables import GATED_TABLES
from darwin_assets.status import cell
from resources.gate_ledger import GateLedger
from resources.lake import Lake


def loop_overview(lake: Lake, ledger: GateLedger) -> list[dict[str, object]]:
    """One entry an evaluation and gated table that a gate has judged, ordered by evaluation; as of `status.overview`."""
    now, tables = datetime.now(UTC), {table.suite: table for table in GATED_TABLES}
    judged = ledger.all().filter(pl.col("level").is_in(list(tables)))
    cells = []
    for row in judged.unique(["batch", "level"], keep="last").sort("batch", "at").iter_rows(named=True):
        table = tables[row["level"]]
        version = lake.version(table.zone, table.name)
        found = find_verdict(lake, ledger, table, row["batch"], version)
        cells.append(cell(row, version if found else None, now))
    return cells
