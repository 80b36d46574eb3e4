"""Finds one row in any level and walks from it to the raw bytes."""

from typing import Any

import polars as pl

from darwin_assets.acquire.landed import TABLE as LANDED_TABLE
from darwin_assets.acquire.landed import ZONE as LANDED_ZONE
from darwin_assets.levels import BUILT
from darwin_assets.project import Project
from resources.errors import DarwinError

SHORTEST_PREFIX = 8


def find_row(project: Project, prefix: str, *, with_text: bool = False) -> dict[str, Any]:
    """`row`, its `ancestors` (nearest first) and the `landed` file.

    A row that was not kept is found too, with its reason. DarwinError when no row, or more than one, has such an id.
    """
    if len(prefix) < SHORTEST_PREFIX:
        raise DarwinError(f"give at least {SHORTEST_PREFIX} digits of the id")
    found = _matching(project, pl.col("id").str.starts_with(prefix), with_text)
    if not found:
        raise DarwinError(f"no published or rejected row has an id that begins with {prefix}")
    if len(found) > 1:
        raise DarwinError(f"{len(found)} rows have an id that begins with {prefix}: give more digits")
    row = found[0]
    ancestors, landed = _ancestors(project, row)
    return {"row": row, "ancestors": ancestors, "landed": landed}


def _ancestors(project: Project, row: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ancestors: list[dict[str, Any]] = []
    wanted = list(row["parents"])
    while wanted:
        above = _matching(project, pl.col("id").is_in(wanted), with_text=False)
        if not above:
            break
        ancestors += above
        wanted = sorted({parent for one in above for parent in one["parents"]})
    version = project.lake.version(LANDED_ZONE, LANDED_TABLE)
    landed = project.lake.scan(LANDED_ZONE, LANDED_TABLE, version).filter(pl.col("id").is_in(wanted)).collect()
    return ancestors, landed.to_dicts()


def _matching(project: Project, condition: pl.Expr, with_text: bool) -> list[dict[str, Any]]:
    lake = project.lake
    rows: list[dict[str, Any]] = []
    for level in reversed(BUILT):
        for zone in ("published", "rejected"):
            scan = lake.scan(zone, level, lake.version(zone, level)).filter(condition)
            if not with_text:
                scan = scan.drop("text", strict=False)
            rows += [{"zone": zone, **one} for one in scan.collect().to_dicts()]
    return rows
