"""L0: the files of a drop, and the documents in them."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg
import polars as pl

from darwin_assets.acquire.blocked import failure_of_record, refused, shed, uri_of
from darwin_assets.acquire.landed import LANDED, read_landed, store_drop
from darwin_assets.acquire.records import ATTRIBUTION, Failure, Record, failed
from darwin_assets.acquire.signals import merged
from darwin_assets.acquire.signals.page import record_signals
from darwin_assets.acquire.signals.site import Sites
from darwin_assets.batches import BATCHES
from darwin_assets.levels import LEVELS
from darwin_assets.recipe import load_recipe
from darwin_assets.tier import OWNERS, LevelSpec, Step, level_asset
from resources.block_list import BlockList
from resources.errors import redacted
from resources.lake import Lake
from resources.landing import LandingZone
from resources.raw_store import RawStore
from resources.workplace import Workplace

L0_COLUMNS: dict[str, pl.DataType] = {
    "path": pl.String(),
    "locator": pl.String(),
    "media_type": pl.String(),
    "title": pl.String(),
    "n_bytes": pl.Int64(),
    "raw_sha256": pl.String(),
    "content_sha256": pl.String(),
    "collected_at": pl.String(),
    "origin": pl.String(),
    "document_kind": pl.String(),
    "attribution": pl.String(),
    "rights_basis": pl.String(),
    "opt_outs": pl.List(pl.String()),
}


@dg.asset(
    partitions_def=BATCHES,
    group_name="ladder",
    kinds={"deltalake"},
    owners=OWNERS,
    description="The files of one landing drop: bytes in the raw store under their hash, one row a file with its provenance.",
)
def landed_files(
    context: dg.AssetExecutionContext, landing: LandingZone, lake: Lake, raw: RawStore, work: Workplace
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    batch = context.partition_key
    with redacted(f"store the drop of {batch}"):
        settings = load_recipe(work.recipe_path()).acquire
        rows = store_drop(batch, landing, lake, raw, context.run.run_id, settings)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.height,
            "bytes": int(rows["n_bytes"].sum()),
            "licences": dg.MetadataValue.json(sorted(rows["licence"].unique())),
            **_refused_files(rows),
        }
    )


def _refused_files(rows: pl.DataFrame) -> dict[str, dg.JsonMetadataValue]:
    """How many files were refused, by rule and detail, such as the take-down that forbids them."""
    refused = rows.filter(pl.col("refused_by").is_not_null()).select(
        pl.concat_str("refused_by", "refused_detail", separator=": ", ignore_nulls=True).alias("reason")
    )
    counts = dict(refused["reason"].value_counts().sort("reason").iter_rows())
    return {"refused": dg.MetadataValue.json(counts)} if counts else {}


def build_l0(step: Step, landed: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """One row a document: a file, an archive member, a WARC record, a line or table row; or a failure with its name."""
    return records_of(step, landed, {})


def records_of(step: Step, landed: pl.DataFrame, locators: Mapping[str, Collection[str]]) -> pl.DataFrame:
    """The rows of landed files, of those that `locators` names by their id only the records with these locators."""
    from darwin_assets.acquire.expand import expand, read

    blocked, settings = BlockList(lake=step.lake).read(), step.recipe.acquire
    holding_blocked: list[str] = []
    rows: list[dict[str, Any]] = []
    sites = Sites()
    for file in landed.iter_rows(named=True):
        if file["refused_by"]:
            rows.append(_row(file, failed("", "", Failure(file["refused_by"], file["refused_detail"]))))
            continue
        with step.raw.local_path(file["raw_sha256"]) as path:
            wanted = locators.get(file["id"])
            records = (
                expand(path, file["path"], settings) if wanted is None else read(path, file["path"], wanted, settings)
            )
            for record in records:
                sites.hear(record.uri, record.data)
                failure = failure_of_record(file, record, blocked)
                holding_blocked += [file["raw_sha256"]] if failure else []
                rows.append(_row(file, refused(record, failure)))
    # landed before they were blocked, or the landing would have refused them
    shed(step.lake, step.raw, holding_blocked, settings)
    for row in rows:
        row["opt_outs"] = merged(row["opt_outs"], sites.signals(row["uri"]))
    return pl.DataFrame(rows, schema=_BUILT, infer_schema_length=None)


_BUILT: dict[str, pl.DataType] = {
    "id": pl.String(), "position": pl.String(), "locator": pl.String(), "media_type": pl.String(), "title": pl.String(),
    "uri": pl.String(), "licence": pl.String(), "n_bytes": pl.Int64(), "content_sha256": pl.String(),
    "collected_at": pl.String(), "attribution": pl.String(), "opt_outs": pl.List(pl.String()),
    "rejected_by": pl.String(), "rejected_kind": pl.String(),
    "rejected_value": pl.Float64(), "rejected_threshold": pl.String(), "rejected_detail": pl.String(),
}  # fmt: skip


TAKEN_DOWN = ("record.erased", "record.blocked")
"""Rules under which a row says no more of a document than where it stood."""


def _row(file: dict[str, Any], record: Record) -> dict[str, Any]:
    failure = record.failure
    return {
        "id": file["id"],
        "position": record.locator,
        "locator": record.locator,
        "media_type": record.media_type,
        "title": record.title,
        # an address can name a person
        "uri": None if failure and failure.rule in TAKEN_DOWN else uri_of(file, record),
        "licence": record.licence or file["licence"],
        "n_bytes": len(record.data),
        "content_sha256": hashlib.sha256(record.data).hexdigest(),
        "collected_at": record.extra.get("collected_at", file["collected_at"]),
        "attribution": record.extra.get(ATTRIBUTION, file["attribution"]),
        "opt_outs": merged(file["opt_outs"], record_signals(record)),
        "rejected_by": failure.rule if failure else None,
        "rejected_kind": "failure" if failure else None,
        "rejected_value": failure.value if failure else None,
        "rejected_threshold": failure.threshold if failure else None,
        "rejected_detail": failure.detail if failure else None,
    }


SPEC = LevelSpec(
    level="L0",
    asset="l0_raw",
    stage="acquire",
    version=5,
    columns=L0_COLUMNS,
    build=build_l0,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L0'].title}: every document of the drop with hash, licence and provenance; nothing is filtered.",
    below="landed_files",
    below_columns=LANDED,
    parents=lambda step, _ledger: read_landed(step.lake, step.batch),
    own=frozenset({"n_bytes"}),
)
l0_raw = level_asset(SPEC)
