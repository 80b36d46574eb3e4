"""The files of a drop: bytes in the raw store, one row a file in the `landed` table, then the drop folder is emptied."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.acquire.blocked import failure_of_file, shed
from darwin_assets.acquire.drop import drop_files, refusal
from darwin_assets.acquire.manifest import Manifest, Terms, read_manifest
from darwin_assets.acquire.records import Failure
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.acquire.signals import merged, signal
from darwin_assets.acquire.signals.site import drop_signals, site_files
from darwin_assets.contract import row_id
from darwin_assets.file_names import name_in_drop
from resources.block_list import Blocked, BlockList
from resources.errors import DarwinError
from resources.lake import Lake
from resources.landing import LandingZone
from resources.raw_store import RawStore, hash_file

Keep = Callable[[Path, str], str | Failure]
"""Stores a file that has an address; the hash of its bytes, or why it was not stored."""

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
    "attribution": pl.String(),
    "rights_basis": pl.String(),
    "collection": pl.String(),
    "opt_outs": pl.List(pl.String()),
    "refused_by": pl.String(),
    "refused_detail": pl.String(),
}


def create_landed(lake: Lake) -> bool:
    return lake.create_table(ZONE, TABLE, LANDED, "batch", ["id", "raw_sha256"])


def store_drop(
    batch: str, landing: LandingZone, lake: Lake, raw: RawStore, run_id: str, settings: AcquireSettings
) -> pl.DataFrame:
    """Store every file of a taken drop and say so in one commit; the rows. A second call finds the work done.

    A file that the block list names is refused before its bytes are stored; `settings` are those by which containers are
    looked into. Safe to cut off anywhere: files are removed only after the commit that lists them. Conflict when another run
    stored the same drop meanwhile: it removes files while this one still lists them.
    """
    seen = lake.version(ZONE, TABLE)
    rows = lake.read(ZONE, TABLE, batch, seen)
    folder = landing.taken(batch)
    if rows.height == 0:
        if not folder.is_dir():
            raise DarwinError(f"{batch} has no landed files and no folder {folder.name} in the landing zone")
        rows = _rows(batch, folder, _keeper(lake, raw, settings))
        seen = lake.write(ZONE, TABLE, batch, rows, {"run": run_id, "batch": batch}, since=seen)
    if folder.is_dir() and drop_files(folder):
        blocked = BlockList(lake=lake).read()
        stored, rows = rows, _refuse_blocked(rows, blocked)
        if not rows.equals(stored):
            lake.write(ZONE, TABLE, batch, rows, {"run": run_id, "batch": batch}, since=seen)
        _settle_bytes(folder, lake, raw, settings, blocked, stored)
    landing.release(batch)
    return rows


def _refuse_blocked(rows: pl.DataFrame, blocked: Blocked) -> pl.DataFrame:
    """The landed files, those refused that were blocked since they were stored."""
    return pl.DataFrame([_unless_blocked(row, blocked) for row in rows.iter_rows(named=True)], schema=LANDED)


def _unless_blocked(row: dict[str, Any], blocked: Blocked) -> dict[str, Any]:
    failure = failure_of_file(row["raw_sha256"], row["uri"], blocked) if row["raw_sha256"] else None
    return {**row, **_refusal(failure)} if failure else row


def _settle_bytes(
    folder: Path, lake: Lake, raw: RawStore, settings: AcquireSettings, blocked: Blocked, rows: pl.DataFrame
) -> None:
    """Make the raw store hold of files that were just listed what it should.

    A take-down that ran meanwhile may have removed bytes because nobody had listed them yet; a container may hold documents
    that are blocked.
    """
    from darwin_assets.acquire.expand import is_container

    doubtful = []
    paths = {name_in_drop(path): folder / path for path in drop_files(folder)}
    for name, sha256, uri in rows.filter(pl.col("raw_sha256").is_not_null()).select("path", "raw_sha256", "uri").rows():
        path = paths.get(name, folder / name)
        if failure_of_file(sha256, uri, blocked):
            doubtful.append(sha256)
        elif path.is_file() and not raw.holds(sha256):
            doubtful.append(raw.put(path, sha256))
        elif path.is_file() and blocked.touches_contents() and is_container(path, name):
            doubtful.append(sha256)
    if blocked:
        shed(lake, raw, doubtful, settings)


def read_landed(lake: Lake, batch: str) -> tuple[str, pl.DataFrame]:
    """What landed in a batch, in path order, and a hash that names it. DarwinError when nothing did."""
    rows = lake.read(ZONE, TABLE, batch, lake.version(ZONE, TABLE)).sort("path")
    if rows.height == 0:
        raise DarwinError(f"nothing has landed in {batch}: materialize landed_files for this batch first")
    return landed_name(rows["id"]), rows


def landed_name(ids: pl.Series) -> str:
    """Names the files of a batch, by their ids: what L0 of this batch is made from."""
    return hashlib.sha256("".join(ids.sort()).encode()).hexdigest()


def _keeper(lake: Lake, raw: RawStore, settings: AcquireSettings) -> Keep:
    """Stores a file, unless it may not be stored. What a landing that was cut off has stored of such a file goes."""
    blocked = BlockList(lake=lake).read()

    def keep(path: Path, uri: str) -> str | Failure:
        if found := refusal(path):
            return found
        try:
            sha256 = hash_file(path)
        except PermissionError:
            return Failure("file.unreadable")
        found = failure_of_file(sha256, uri, blocked)
        if found is None:
            return raw.put(path, sha256)
        if raw.holds(sha256):
            shed(lake, raw, [sha256], settings)
        return found

    return keep


def _rows(batch: str, folder: Path, keep: Keep) -> pl.DataFrame:
    manifest = read_manifest(folder, datetime.fromtimestamp(folder.stat().st_mtime, UTC))
    said = site_files(folder)
    return pl.DataFrame([_row(batch, folder, path, manifest, said, keep) for path in drop_files(folder)], schema=LANDED)


def _row(
    batch: str, folder: Path, path: Path, manifest: Manifest, said: dict[str, bytes], keep: Keep
) -> dict[str, object]:
    name = name_in_drop(path)
    terms = manifest.terms(name)
    base = manifest.origin.rstrip("/") if manifest.origin else f"drop:{manifest.source}"
    uri = terms.uri or f"{base}/{name}"
    kept = keep(folder / path, uri)
    sha256 = kept if isinstance(kept, str) else None
    return {
        "id": row_id("landed", "", [batch, name, sha256 or ""]),
        "batch": batch,
        "path": name,
        "raw_sha256": sha256,
        "n_bytes": (folder / path).stat().st_size if sha256 else 0,
        "source": manifest.source,
        "uri": uri,
        "licence": terms.licence,
        "origin": manifest.origin,
        "collected_at": manifest.collected_at.isoformat() if manifest.collected_at else None,
        "document_kind": "evaluation" if manifest.kind == "evaluation" else terms.document_kind,
        "attribution": terms.attribution,
        "rights_basis": terms.rights_basis,
        "collection": manifest.collection.model_dump_json(exclude_none=True) if manifest.collection else None,
        "opt_outs": _opt_outs(name, terms, manifest, said),
        **(_refusal(kept) if isinstance(kept, Failure) else {}),
    }


def _refusal(failure: Failure) -> dict[str, Any]:
    """What the row of a refused file says; not even the address of one that may not come back."""
    nothing = {"raw_sha256": None, "n_bytes": 0, "refused_by": failure.rule, "refused_detail": failure.detail}
    return nothing | ({"uri": None} if failure.rule == "file.blocked" else {})


def _opt_outs(name: str, terms: Terms, manifest: Manifest, said: dict[str, bytes]) -> list[str]:
    """What the manifest and the site files of the drop say against the use of one file."""
    uri = terms.uri or (f"{manifest.origin.rstrip('/')}/{name}" if manifest.origin else None)
    stated = [signal("manifest", terms.opt_out)] if terms.opt_out else []
    return merged(stated, drop_signals(said, name, uri))
