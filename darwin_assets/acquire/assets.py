"""L0: the files of a drop, and the documents in them."""

import hashlib
from typing import Any

import dagster as dg
import polars as pl

from darwin_assets.acquire.landed import LANDED, read_landed, store_drop
from darwin_assets.acquire.records import Failure, Record, failed
from darwin_assets.batches import BATCHES
from darwin_assets.levels import LEVELS
from darwin_assets.tier import OWNERS, LevelSpec, Step, level_asset
from resources.errors import redacted
from resources.lake import Lake
from resources.landing import LandingZone
from resources.raw_store import RawStore

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
}


@dg.asset(
    partitions_def=BATCHES,
    group_name="ladder",
    kinds={"deltalake"},
    owners=OWNERS,
    description="The files of one landing drop: bytes in the raw store under their hash, one row a file with its provenance.",
)
def landed_files(
    context: dg.AssetExecutionContext, landing: LandingZone, lake: Lake, raw: RawStore
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    batch = context.partition_key
    with redacted(f"store the drop of {batch}"):
        rows = store_drop(batch, landing, lake, raw, context.run.run_id)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.height,
            "bytes": int(rows["n_bytes"].sum()),
            "licences": dg.MetadataValue.json(sorted(rows["licence"].unique())),
        }
    )


def build_l0(step: Step, landed: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """One row a document: a file, an archive member, a WARC record, a line or table row; or a failure with its name."""
    from darwin_assets.acquire.expand import expand

    rows: list[dict[str, Any]] = []
    for file in landed.iter_rows(named=True):
        if file["refused_by"]:
            rows.append(_row(file, failed("", "", Failure(file["refused_by"], file["refused_detail"]))))
            continue
        with step.raw.local_path(file["raw_sha256"]) as path:
            rows += [_row(file, record) for record in expand(path, file["path"], step.recipe.acquire)]
    return pl.DataFrame(rows, schema=_BUILT, infer_schema_length=None)


_BUILT: dict[str, pl.DataType] = {
    "id": pl.String(), "position": pl.String(), "locator": pl.String(), "media_type": pl.String(), "title": pl.String(),
    "uri": pl.String(), "licence": pl.String(), "n_bytes": pl.Int64(), "content_sha256": pl.String(),
    "collected_at": pl.String(), "rejected_by": pl.String(), "rejected_kind": pl.String(),
    "rejected_value": pl.Float64(), "rejected_threshold": pl.String(), "rejected_detail": pl.String(),
}  # fmt: skip


def _row(file: dict[str, Any], record: Record) -> dict[str, Any]:
    failure = record.failure
    return {
        "id": file["id"],
        "position": record.locator,
        "locator": record.locator,
        "media_type": record.media_type,
        "title": record.title,
        "uri": record.uri or (f"{file['uri']}#{record.locator}" if record.locator else file["uri"]),
        "licence": record.licence or file["licence"],
        "n_bytes": len(record.data),
        "content_sha256": hashlib.sha256(record.data).hexdigest(),
        "collected_at": record.extra.get("collected_at", file["collected_at"]),
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
    version=2,
    columns=L0_COLUMNS,
    build=build_l0,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L0'].title}: every document of the drop with hash, licence and provenance; nothing is filtered.",
    below="landed_files",
    below_columns=LANDED,
    parents=lambda step, _ledger: read_landed(step.lake, step.batch),
)
l0_raw = level_asset(SPEC)
