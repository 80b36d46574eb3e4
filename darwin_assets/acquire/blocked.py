"""What take-downs forbid, asked of files and records; and how the raw store is rid of it.

`failure_of_file` is asked before bytes are stored, `failure_of_record` wherever a file is opened. `shed` brings the raw
store in line with them: whatever no landed file may show any more goes. It depends on nothing but the block list and the
landed files as they stand, so it can be cut off and called again, and by several at once.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.acquire.records import Failure, Record, failed
from darwin_assets.acquire.remnant import SUFFIX, write_remnant
from darwin_assets.acquire.settings import AcquireSettings
from resources.block_list import Blocked, BlockList, record_hash
from resources.errors import Conflict, LakeError
from resources.lake import Lake
from resources.raw_store import RawStore

FILES = ("landed", "files")
MAX_ATTEMPTS = 20
ERASED = "record.erased"
Landed = Mapping[str, Any]
"""A row of the landed files: `id`, `path`, `uri` and `raw_sha256` matter here."""


def failure_of_file(sha256: str, uri: str | None, blocked: Blocked) -> Failure | None:
    """Why a file with these bytes or this address may not be stored."""
    request = blocked.request_of("raw", sha256) or blocked.request_of("bytes", sha256) or blocked.request_of_uri(uri)
    return Failure("file.blocked", _by(request)) if request else None


def failure_of_record(file: Landed, record: Record, blocked: Blocked) -> Failure | None:
    """Why a record of a landed file may not be shown any more; None for one that stays, and for one that is erased already.

    A record that is no document has an address all the same, and may be erased for it.
    """
    if not blocked or (record.failure is not None and record.failure.rule == ERASED):
        return None
    request = blocked.request_of_record(file["id"], record.locator)
    if request:
        return Failure(ERASED, _by(request))
    if record.failure is not None:
        return None
    request = blocked.request_of_uri(uri_of(file, record)) or blocked.request_of(
        "bytes", hashlib.sha256(record.data).hexdigest()
    )
    return Failure("record.blocked", _by(request)) if request else None


def refused(record: Record, failure: Failure | None) -> Record:
    """The record, or what is left of it: where it stood, and the reason."""
    return record if failure is None else failed(record.locator, record.media_type, failure)


def uri_of(file: Landed, record: Record) -> str | None:
    """The address of a record: its own, or that of its file with the place in it."""
    if record.uri or not file["uri"]:
        return record.uri
    return f"{file['uri']}#{record.locator}" if record.locator else str(file["uri"])


def shed(lake: Lake, raw: RawStore, hashes: Iterable[str], settings: AcquireSettings) -> None:
    """Of the raw bytes with these hashes, keep only what some landed file may still show.

    Bytes of no landed file go. A container of which some documents stay becomes a remnant. Whoever lands the same bytes
    meanwhile keeps them: landed files and the block list are looked up again between `withdraw` and `drop`, and where they
    have changed it is done anew. Conflict when that does not end.
    """
    left = list(dict.fromkeys(hashes))
    for _ in range(MAX_ATTEMPTS):
        if not left:
            return
        left = _shed_once(lake, raw, left, settings)
    raise Conflict("files with the same bytes were landed again and again meanwhile: run the step again")


def _shed_once(lake: Lake, raw: RawStore, hashes: list[str], settings: AcquireSettings) -> list[str]:
    """One attempt; the hashes for which it does not stand."""
    blocked = BlockList(lake=lake).read()
    files_of = landed_as(lake, hashes)
    withdrawn, taken = list[str](), list[str]()
    for sha256 in hashes:
        raw.give_back(sha256)  # one that a killed attempt has withdrawn
        files = files_of.get(sha256, [])
        is_stored = raw.holds(sha256) or raw.has_remnant(sha256)
        try:
            if files and is_stored and not _keep_remnant(raw, sha256, files, blocked, settings):
                raw.drop_remnant(sha256)
                continue
        except (FileNotFoundError, LakeError):
            taken.append(sha256)  # another attempt has withdrawn it from under this one
            continue
        raw.withdraw(sha256)
        withdrawn.append(sha256)
    if not withdrawn:
        return taken
    files_now = landed_as(lake, withdrawn)
    if BlockList(lake=lake).read() != blocked:
        return taken + withdrawn
    done = [one for one in withdrawn if files_now.get(one) == files_of.get(one)]
    for sha256 in done:
        raw.drop(sha256)
        if sha256 not in files_of:
            raw.drop_remnant(sha256)
    return taken + [one for one in withdrawn if one not in set(done)]


def landed_as(lake: Lake, hashes: Iterable[str]) -> dict[str, list[Landed]]:
    """The landed files that have these bytes, by their hash."""
    files = lake.scan(*FILES, lake.version(*FILES)).filter(pl.col("raw_sha256").is_in(list(hashes)))
    wanted = files.select("id", "path", "uri", "raw_sha256").sort("id")
    found: dict[str, list[Landed]] = {}
    for row in lake.collect(wanted, "find landed files by their bytes").iter_rows(named=True):
        found.setdefault(row["raw_sha256"], []).append(row)
    return found


def _keep_remnant(raw: RawStore, sha256: str, files: list[Landed], blocked: Blocked, settings: AcquireSettings) -> bool:
    """Write what stays of a container; false where nothing has to go, and nothing was written."""
    with raw.local_path(sha256) as path:
        # an older remnant may hold what was kept for a file that is not landed any more, and is always written anew
        if path.suffix != SUFFIX and not any(why for _, _, why in _records(path, files, blocked, settings)):
            return False
        with tempfile.TemporaryDirectory(prefix="darwin-remnant-") as folder:
            target = Path(folder) / "remnant"
            records = _records(path, files, blocked, settings)
            write_remnant(target, ((name, _left_of(name, record, why, blocked)) for name, record, why in records))
            raw.put_remnant(sha256, target)
    return True


def _left_of(name: str, record: Record, why: Failure | None, blocked: Blocked) -> Record:
    """What a remnant holds of a record: of an erased one no locator either, since members of archives have names."""
    if why is None or why.rule != ERASED:
        return refused(record, why)
    return failed(record_hash(blocked.salt, name, record.locator), record.media_type, why)


def _records(
    path: Path, files: list[Landed], blocked: Blocked, settings: AcquireSettings
) -> Iterator[tuple[str, Record, Failure | None]]:
    """Records of bytes by each name that they were landed under, and why no file of that name may show them any more."""
    from darwin_assets.acquire.expand import expand

    for name in dict.fromkeys(file["path"] for file in files):
        namesakes = [file for file in files if file["path"] == name]
        for record in expand(path, name, settings):
            reasons = [failure_of_record(file, record, blocked) for file in namesakes]
            yield name, record, reasons[0] if all(reasons) else None


def _by(request: str | None) -> str:
    return f"take-down {request}"
