"""The files of a drop: bytes in the raw store, one row a file in the `landed` table, then the drop folder is emptied."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from darwin_assets.acquire.drop import drop_files, refusal
from darwin_assets.acquire.manifest import Manifest, read_manifest
from darwin_assets.contract import row_id
from resources.errors import DarwinError
from resources.lake import Lake
from resources.landing import LandingZone
from resources.raw_store import RawStore

ZONE, TABLE = "landed", "files"
LANDED: dict[str, pl.DataType] = {
    "id": pl.String(),
    "batch": pl.String(),
    "path": pl.String(),
    "raw_sha256": pl.String(),
    "n_bytes": pl.Int64(),
    "source": pl.String(),
    "uri": pl.String(),
    "licence": pl.String(),
    "origin": pl.String(),
    "collected_at": pl.String(),
    "document_kind": pl.String(),
    "refused_by": pl.String(),
    "refused_detail": pl.String(),
}


def create_landed(lake: Lake) -> bool:
    return lake.create_table(ZONE, TABLE, LANDED, "batch", ["id", "raw_sha256"])


def store_drop(batch: str, landing: LandingZone, lake: Lake, raw: RawStore, run_id: str) -> pl.DataFrame:
    """Store every file of a taken drop and say so in one commit; the rows. A second call finds the work done.

    Safe to cut off anywhere: files are removed only after the commit that lists them. Conflict when another run stored the
    same drop meanwhile: it removes files while this one still lists them.
    """
    seen = lake.version(ZONE, TABLE)
    rows = lake.read(ZONE, TABLE, batch, seen)
    folder = landing.taken(batch)
    if rows.height == 0:
        if not folder.is_dir():
            raise DarwinError(f"{batch} has no landed files and no folder {folder.name} in the landing zone")
        rows = _rows(batch, folder, raw)
        lake.write(ZONE, TABLE, batch, rows, {"run": run_id, "batch": batch}, since=seen)
    landing.release(batch)
    return rows


def read_landed(lake: Lake, batch: str) -> tuple[str, pl.DataFrame]:
    """What landed in a batch, in path order, and a hash that names it. DarwinError when nothing did."""
    rows = lake.read(ZONE, TABLE, batch, lake.version(ZONE, TABLE)).sort("path")
    if rows.height == 0:
        raise DarwinError(f"nothing has landed in {batch}: materialize landed_files for this batch first")
    return hashlib.sha256("".join(rows["id"]).encode()).hexdigest(), rows


def _rows(batch: str, folder: Path, raw: RawStore) -> pl.DataFrame:
    manifest = read_manifest(folder, datetime.fromtimestamp(folder.stat().st_mtime, UTC))
    return pl.DataFrame([_row(batch, folder, path, manifest, raw) for path in drop_files(folder)], schema=LANDED)


def _row(batch: str, folder: Path, path: Path, manifest: Manifest, raw: RawStore) -> dict[str, object]:
    name = path.as_posix()
    refused = refusal(folder / path)
    sha256 = None if refused else raw.put(folder / path)
    terms = manifest.terms(name)
    base = manifest.origin.rstrip("/") if manifest.origin else f"drop:{manifest.source}"
    return {
        "id": row_id("landed", "", [batch, name, sha256 or ""]),
        "batch": batch,
        "path": name,
        "raw_sha256": sha256,
        "n_bytes": 0 if refused else (folder / path).stat().st_size,
        "source": manifest.source,
        "uri": terms.uri or f"{base}/{name}",
        "licence": terms.licence,
        "origin": manifest.origin,
        "collected_at": manifest.collected_at.isoformat() if manifest.collected_at else None,
        "document_kind": terms.document_kind,
        "refused_by": refused.rule if refused else None,
        "refused_detail": refused.detail if refused else None,
    }
