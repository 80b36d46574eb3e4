"""What the closed loop keeps of documents: labels of their rows, and their place in samples to train on.

Outputs of evaluations are no documents and stay; the search finds passages of an erased document that an output quotes.
"""

import polars as pl

from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE, MIX_TABLE
from darwin_assets.project import Project
from darwin_assets.seals import seal
from darwin_assets.takedown.plan import Plan
from resources.erasing import newest, rewrite
from resources.lake import METADATA_PREFIX, Lake

LOOP_TABLES = {
    "labels": (AFFORDANCES_TABLE.zone, AFFORDANCES_TABLE.name),
    "sampled rows": (MIX_TABLE.zone, MIX_TABLE.name),
}
"""Zone and name of the tables with the column root_id, under what their rows are called."""


def find_loop_rows(lake: Lake, plan: Plan) -> dict[str, pl.DataFrame]:
    """Rows that go, by what they are called: batch, id."""
    ours = pl.col("root_id").is_in(plan.root_ids)
    return {
        called: newest(lake, zone, name, lambda rows: rows.filter(ours).select("batch", "id"))
        for called, (zone, name) in LOOP_TABLES.items()
    }


def erase_loop_rows(project: Project, plan: Plan, request: str) -> None:
    stays = ~pl.col("root_id").is_in(plan.root_ids)
    for called, rows in find_loop_rows(project.lake, plan).items():
        zone, name = LOOP_TABLES[called]
        for batch in rows["batch"].unique().sort():
            said = {"takedown": request, "batch": batch}
            rewrite(project.lake, zone, name, batch, lambda rows: rows.filter(stays), said)
        for batch in _touched(project.lake, zone, name, request):
            seal(project.lake, name, batch, f"takedown:{request}", (zone,))


def _touched(lake: Lake, zone: str, name: str, request: str) -> list[str]:
    """Partitions that a request has written again, one that was cut off before it sealed them too."""
    commits = [one for one in lake.history(zone, name) if one.get(f"{METADATA_PREFIX}takedown") == request]
    return sorted({one[f"{METADATA_PREFIX}batch"] for one in commits})
