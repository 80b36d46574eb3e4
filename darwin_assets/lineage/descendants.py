"""Everything that was made from a row, a landed file or a document: rows in every zone, and what stands beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from darwin_assets.acquire.landed import TABLE as LANDED_TABLE
from darwin_assets.acquire.landed import ZONE as LANDED_ZONE
from darwin_assets.levels import LEVELS, TABLES
from darwin_assets.lineage.ancestors import Row
from darwin_assets.lineage.exports import lines_of
from darwin_assets.lineage.find import find_one
from darwin_assets.lineage.tables import Tables
from resources.lake import ZONES

OF_ROWS = ("id", "parents", "root_id", "batch", "text_sha256", "rejected_by", "verdict", "n_chars", "level", "licence")
OF_TWINS = ("id", "batch", "survivor_id", "similarity", "rejected_by")
OF_ANSWERS = ("key", "request_key", "prompt_id", "model_fingerprint", "created_at")
OF_CALLS = (
    "kind",
    "run_id",
    "level",
    "prompt_id",
    "model_fingerprint",
    "request_key",
    "content_key",
    "started_at",
    "error",
)
OF_VECTORS = ("text_sha256", "embedder")
OF_LINKS = ("batch", "loser_id", "survivor_id", "loser_root_id", "survivor_root_id", "cosine")
OF_AFFORDANCES = ("id", "level", "operations", "discourse", "supervision_density")
OF_MIXES = ("batch", "arm", "place", "id", "tokens_used")
ROW_OF_REQUEST = pl.col("request_key").str.split(":").list.first()
"""A request is named by the row that asks, and the chunk, window or page of it."""


@dataclass(frozen=True)
class Descent:
    """`rows`: the row that was asked about, if it is one, and all made from it, in every zone; L0 first. `twins`: rejected
    rows elsewhere that name one of them as survivor. `answers` and `calls` of language models that one of the rows asked
    for, `vectors` of their texts, `links` to twins of other tiers, `affordances`: what they can teach, `mixes`: samples that
    hold one of them, `exports`: lines that do."""

    asked: str
    rows: list[Row]
    twins: list[Row]
    answers: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    vectors: list[dict[str, Any]]
    links: list[dict[str, Any]]
    affordances: list[dict[str, Any]]
    mixes: list[dict[str, Any]]
    exports: list[dict[str, Any]]

    def counts(self) -> dict[str, int]:
        """Number of things by where they are: `published/L4`, `answers`, …"""
        found: dict[str, int] = {}
        for row in self.rows:
            place = f"{row['zone']}/{row['table']}"
            found[place] = found.get(place, 0) + 1
        beside = ("twins", "answers", "calls", "vectors", "links", "affordances", "mixes", "exports")
        return found | {name: len(getattr(self, name)) for name in beside if getattr(self, name)}


def descent(tables: Tables, asked: str) -> Descent:
    """What was made from the row or landed file with this id, of which 8 digits are enough. DarwinError as of `find_one`."""
    start = find_one(tables, asked, lambda _table: OF_ROWS)
    rows = _made_from(tables, start)
    ids = {one["id"] for one in rows}
    hashes = {one["text_sha256"] for one in rows if one["text_sha256"]}
    asks_for = ROW_OF_REQUEST.is_in(list(ids))
    loser_or_survivor = pl.col("loser_id").is_in(list(ids)) | pl.col("survivor_id").is_in(list(ids))
    return Descent(
        start["id"],
        rows,
        [one for one in _twins(tables, ids) if one["id"] not in ids],
        _read(tables, ("answers", "chat"), asks_for, OF_ANSWERS),
        _read(tables, ("answers", "calls"), asks_for, OF_CALLS),
        _read(tables, ("embeddings", "vectors"), pl.col("text_sha256").is_in(list(hashes)), OF_VECTORS, hashes),
        _read(tables, ("links", "tier_twins"), loser_or_survivor, OF_LINKS),
        _read(tables, ("affordances", "rows"), pl.col("id").is_in(list(ids)), OF_AFFORDANCES),
        _read(tables, ("mixture", "targeted"), pl.col("id").is_in(list(ids)), OF_MIXES),
        list(lines_of(tables.lake, pl.col("id").is_in(list(ids)))),
    )


def _made_from(tables: Tables, start: Row) -> list[Row]:
    """The rows below `start`, level by level: descendants are of its batch."""
    is_file = (start["zone"], start["table"]) == (LANDED_ZONE, LANDED_TABLE)
    at = None if is_file else start["table"]
    found = [] if is_file else _everywhere(tables, start["table"], start["batch"], pl.col("id") == start["id"])
    ids: dict[str | None, list[str]] = {at: [start["id"]]}
    for level in TABLES:
        if parents := ids.get(LEVELS[level].below):
            is_made = pl.col("parents").list.eval(pl.element().is_in(parents)).list.any()
            made = _everywhere(tables, level, start["batch"], is_made)
            ids[level] = list({one["id"] for one in made})
            found += made
    return found


def _everywhere(tables: Tables, level: str, batch: str, condition: pl.Expr) -> list[Row]:
    rows: list[Row] = []
    for zone in ZONES:
        table = tables.get(zone, level)
        if table is not None:
            rows += [{"zone": zone, "table": level, **one} for one in table.rows(condition, OF_ROWS, batch=batch)]
    return rows


def _twins(tables: Tables, ids: Iterable[str]) -> list[Row]:
    """Rows of L2 in any batch that were rejected for the sake of one of these."""
    table = tables.get("rejected", "L2")
    found = table.rows(pl.col("survivor_id").is_in(list(ids)), OF_TWINS) if table else []
    return [{"zone": "rejected", "table": "L2", **one} for one in found]


def _read(
    tables: Tables, name: tuple[str, str], condition: pl.Expr, columns: Sequence[str], keys: set[str] | None = None
) -> list[dict[str, Any]]:
    table = tables.get(*name)
    if table is None or keys == set():
        return []
    within = (columns[0], min(keys), max(keys)) if keys else None
    return table.rows(condition, columns, within=within)
