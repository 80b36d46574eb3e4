"""Finds one row of any level by its id, or by the beginning of it."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from darwin_assets.acquire.landed import TABLE as LANDED_TABLE
from darwin_assets.acquire.landed import ZONE as LANDED_ZONE
from darwin_assets.contract import COMMON, REJECTION
from darwin_assets.levels import TABLES
from darwin_assets.lineage.ancestors import Row, ancestry
from darwin_assets.lineage.tables import ID_DIGITS, Table, Tables
from darwin_assets.project import Project
from resources.errors import DarwinError

SHORTEST_PREFIX = 8
AFTER_ALL_DIGITS = "g"
WHERE_PUBLISHED = tuple((zone, level) for zone in ("published", "rejected") for level in reversed(TABLES))
LANDED = (LANDED_ZONE, LANDED_TABLE)

Columns = Callable[[Table], Sequence[str]]


def find_one(tables: Tables, prefix: str, columns: Columns) -> Row:
    """The row whose id begins with `prefix`: published, rejected, a landed file, else a candidate that no gate let through.

    DarwinError when there is none, more than one, or the prefix is too short to search for.
    """
    if len(prefix) < SHORTEST_PREFIX:
        raise DarwinError(f"give at least {SHORTEST_PREFIX} digits of the id")
    found = _search(tables, prefix, columns, [*WHERE_PUBLISHED, LANDED])
    found = found or _search(tables, prefix, columns, [("candidate", level) for level in reversed(TABLES)])
    if not found and tables.get(*LANDED) is None:
        raise DarwinError(f"{tables.lake.uri} is no lake: run `darwin init` first")
    if not found:
        raise DarwinError(
            f"no row or landed file has an id that begins with {prefix}; it may have been built again or erased"
        )
    # a cut-off publication may have left a row in two places: the first one is what readers see
    found = list({one["id"]: one for one in reversed(found)}.values())
    if len(found) > 1:
        raise DarwinError(f"{len(found)} rows have an id that begins with {prefix}: give more digits")
    return found[0]


def _search(tables: Tables, prefix: str, columns: Columns, places: Sequence[tuple[str, str]]) -> list[Row]:
    whole = len(prefix) == ID_DIGITS
    condition = pl.col("id") == prefix if whole else pl.col("id").str.starts_with(prefix)
    found: list[Row] = []
    for zone, name in places:
        table = tables.get(zone, name)
        if table is None:
            continue
        within = ("id", prefix, prefix if whole else prefix + AFTER_ALL_DIGITS)
        only = table.files_with(prefix) if tables.remembers_ids else None
        rows = table.rows(condition, columns(table), within=within, only=only)
        found += [{"zone": zone, "table": name, **one} for one in rows]
        if whole and found:
            break
    return found


def find_row(project: Project, prefix: str, *, with_text: bool = False) -> dict[str, Any]:
    """`row` with all its columns, its `ancestors` (nearest first) and the `landed` files. DarwinError as of `find_one`."""
    tables = Tables(project.lake)
    row = find_one(tables, prefix, lambda table: [name for name in table.schema if with_text or name != "text"])
    if (row["zone"], row["table"]) == LANDED:
        return {"row": row, "ancestors": [], "landed": []}
    above = ancestry(tables, row, [name for name in (*COMMON, *REJECTION, "verdict") if name != "text"])
    return {"row": row, "ancestors": above.rows, "landed": above.landed}
