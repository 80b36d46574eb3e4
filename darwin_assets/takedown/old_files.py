"""Removes files that hold erased rows although no table names them: earlier versions, and what killed writers left."""

import time
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from darwin_assets.acquire.landed import TABLE as LANDED_TABLE
from darwin_assets.acquire.landed import ZONE as LANDED_ZONE
from darwin_assets.levels import TABLES
from darwin_assets.takedown.loop_rows import LOOP_TABLES
from darwin_assets.takedown.plan import Plan
from darwin_assets.tier_twins.assets import TABLE as LINKS_TABLE
from darwin_assets.tier_twins.assets import ZONE as LINKS_ZONE
from darwin_assets.tier_twins.vectors import TABLE as VECTORS_TABLE
from darwin_assets.tier_twins.vectors import ZONE as VECTORS_ZONE
from resources.erasing import ANSWERS, ROW_ID_DIGITS, holds, remove_old_files, remove_partial_objects
from resources.lake import ZONES, Lake

POLL_S = 0.5
OBJECTS = ("raw", "takedowns", "exports")


@dataclass(frozen=True)
class Grace:
    """How old a file that no commit names must be before it counts as left by a killed writer.

    `unknown`: one of which nothing else is known; no commit takes nearly as long. `proven`: one that holds erased rows. It is
    waited for: until it is this old, and all that its writer may have written beside it.
    """

    unknown: timedelta = timedelta(minutes=15)
    proven: timedelta = timedelta(seconds=60)


def remove(lake: Lake, plan: Plan, grace: Grace) -> int:
    """Remove them, in the partitions of the plan's batches; of tables without batches, everywhere. How many files went."""
    batches = {f"batch={one}" for one in plan.batches}
    of_rows = pl.col("root_id").is_in(plan.root_ids) | pl.col("id").is_in(plan.rows["id"].implode())
    tables: list[tuple[str, str, set[str] | None, pl.Expr]] = [
        *((zone, level, batches, of_rows) for level in TABLES for zone in ZONES),
        (LANDED_ZONE, LANDED_TABLE, batches, pl.col("id").is_in(plan.roots["landed_id"].implode())),
        (LINKS_ZONE, LINKS_TABLE, None, pl.col("loser_root_id").is_in(plan.root_ids)),
        *((zone, name, None, pl.col("root_id").is_in(plan.root_ids)) for zone, name in LOOP_TABLES.values()),
        (VECTORS_ZONE, VECTORS_TABLE, None, pl.col("text_sha256").is_in(plan.rows["text_sha256"].implode())),
        (*ANSWERS, None, pl.col("request_key").str.slice(0, ROW_ID_DIGITS).is_in(plan.ids["id"].implode())),
    ]
    removed = sum(_remove_from(lake, *one, grace) for one in tables)
    return removed + sum(remove_partial_objects(lake, folder, grace.unknown) for folder in OBJECTS)


def _remove_from(lake: Lake, zone: str, table: str, within: set[str] | None, ours: pl.Expr, grace: Grace) -> int:
    found = remove_old_files(lake, zone, table, within, grace.unknown)
    removed = found.removed
    while young := {name for name in found.young if holds(lake, zone, table, name, ours)}:
        beside = {name.rpartition("/")[0] for name in young}
        ages = [age for name, age in found.young.items() if name.rpartition("/")[0] in beside]
        settled = min(ages) > grace.proven
        if not settled:
            time.sleep(POLL_S)
        found = remove_old_files(lake, zone, table, within, grace.unknown, young if settled else ())
        removed += found.removed
    return removed
