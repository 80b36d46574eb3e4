"""Rows of each level and evaluations, chosen by chance and made again: what nobody could do for all of them."""

import hashlib
from dataclasses import asdict

import polars as pl

from darwin_assets.levels import TABLES
from darwin_assets.lineage.compare import Replayed
from darwin_assets.lineage.evaluations import replay_evaluations
from darwin_assets.lineage.replay import ZONES, read_rows
from darwin_assets.lineage.replayer import Replayer
from darwin_assets.lineage.tables import Tables
from darwin_assets.project import Project
from resources.lake import Lake

SAMPLED: dict[str, pl.DataType] = {
    "level": pl.String(),
    "batch": pl.String(),
    "zone": pl.String(),
    "id": pl.String(),
    "status": pl.String(),
    "columns": pl.List(pl.String()),
    "detail": pl.String(),
}
"""One row a row that was made again, or a table of an evaluation; the status is one of `compare.STATUSES`."""


def replay_sample(project: Project, n: int, seed: int) -> pl.DataFrame:
    """SAMPLED of `n` rows of each level, kept and rejected ones alike, and of `n` evaluations; of all where there are fewer.

    The same seed chooses the same rows of the same lake. Each level is looked at by itself, from its stored parents.
    """
    replayer = Replayer.of(project, Tables(project.lake))
    found = [one for level in TABLES for one in replayed(replayer, level, choose(project.lake, level, n, seed))]
    return pl.DataFrame([asdict(one) for one in (*found, *replay_evaluations(project, n, seed))], schema=SAMPLED)


def replayed(replayer: Replayer, level: str, chosen: pl.DataFrame) -> list[Replayed]:
    """What became of the rows of one level that were chosen (`zone`, `batch`, `id`)."""
    lake, found = replayer.project.lake, list[Replayed]()
    for (zone, batch), rows in chosen.group_by("zone", "batch", maintain_order=True):
        stored = read_rows(lake, str(zone), level, str(batch), rows["id"].to_list())
        found += replayer.rows(level, str(zone), stored)
    return found


def choose(lake: Lake, level: str, n: int, seed: int) -> pl.DataFrame:
    """`zone`, `batch` and `id` of n rows of a level that readers see, by batch; chosen by the hashes of seed and id."""
    columns = ("batch", "id", "verdict")
    published, rejected = (
        lake.scan(zone, level, lake.version(zone, level)).select(pl.lit(zone).alias("zone"), *columns).collect()
        for zone in ZONES
    )
    known = published.select("batch", "verdict").unique()
    # of a publication that was cut off rejected rows of another verdict may be left
    stale = rejected.join(known, on=["batch", "verdict"], how="anti").join(known, on="batch", how="semi")
    rows = pl.concat([published, rejected.join(stale, on="id", how="anti")])
    draw = pl.Series([hashlib.sha256(f"{seed}:{one}".encode()).digest() for one in rows["id"]], dtype=pl.Binary)
    return (
        rows.with_columns(draw=draw).sort("draw", "zone").head(n).sort("batch", "zone", "draw").drop("draw", "verdict")
    )
