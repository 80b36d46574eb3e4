"""Which rows of a file are not those that were published: told from the candidate that was judged, or from text hashes."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from darwin_assets.contract import UNSTORED_WHEN_REJECTED, text_sha256
from darwin_assets.lineage.evidence import Evidence, Partition
from darwin_assets.tiers import raise_tiers
from resources.errors import LakeError

Rows = dict[str, dict[str, Any]]
"""Rows by id."""


@dataclass(frozen=True)
class Altered:
    """`ids` of the rows that differ, and in words how each does."""

    ids: tuple[str, ...]
    said: str


def altered_rows(evidence: Evidence, zone: str, partition: Partition, path: str) -> Altered:
    """Compare a file with what was judged. LakeError when it can no longer be read."""
    level, _ = partition
    rows = evidence.lake.collect(evidence.lake.scan_file(zone, level, path), f"read {path}")
    expected = _judged(evidence, zone, partition)
    if not expected.keys() & set(rows["id"]):
        return _by_text(rows)
    edited, inserted = {}, []
    for row in rows.iter_rows(named=True):
        own = expected.get(row["id"])
        if own is None:
            inserted.append(row["id"])
        elif columns := [name for name, value in row.items() if name in own and own[name] != value]:
            edited[row["id"]] = ", ".join(columns)
    lost = sorted(expected.keys() - set(evidence.standing_ids(zone, partition)))
    parts = {
        "edited": [f"{one} ({columns})" for one, columns in edited.items()],
        "put in": inserted,
        "taken out": lost,
    }
    said = "; ".join(f"{how}: {', '.join(which)}" for how, which in parts.items() if which)
    return Altered((*edited, *inserted, *lost), said or "every row is as it was judged")


def _by_text(rows: pl.DataFrame) -> Altered:
    """Where the candidate is gone: texts that do not have the hash that stands beside them."""
    if "text" not in rows.columns:
        return Altered((), "which rows cannot be told: their candidate is gone")
    hashes = pl.Series([text_sha256(text) for text in rows["text"]], dtype=pl.String)
    edited = tuple(rows.filter(pl.col("text_sha256").ne_missing(hashes))["id"])
    said = f"edited: {', '.join(edited)} (text)" if edited else "no text differs from its hash"
    return Altered(edited, f"{said}; other columns cannot be compared, since the candidate is gone")


def _judged(evidence: Evidence, zone: str, partition: Partition) -> Rows:
    """The rows that publishing the candidate gave this zone; empty when it is gone."""
    verdict = evidence.verdict_of(partition)
    if verdict is None:
        return {}
    level, batch = partition
    lake = evidence.lake
    for version in (verdict["candidate_version"], evidence.versions.get(("candidate", level))):
        try:
            rows = lake.read("candidate", level, batch, version) if version is not None else pl.DataFrame()
        except LakeError:
            continue
        if rows.height:
            return {one["id"]: one for one in _as_published(rows, zone, verdict).iter_rows(named=True)}
    return {}


def _as_published(candidate: pl.DataFrame, zone: str, verdict: dict[str, Any]) -> pl.DataFrame:
    rows = candidate.drop("candidate_key").with_columns(verdict=pl.lit(verdict["verdict"]))
    if zone == "rejected":
        return rows.filter(pl.col("rejected_by").is_not_null()).drop(UNSTORED_WHEN_REJECTED, strict=False)
    kept = rows.filter(pl.col("rejected_by").is_null())
    return raise_tiers(kept, verdict["level"], verdict["verdict"]) if verdict["passed"] else kept
