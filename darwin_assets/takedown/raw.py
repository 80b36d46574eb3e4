"""The bytes that documents were landed as: out of the raw store, and out of drops that stand in quarantine."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from darwin_assets.acquire.blocked import FILES, failure_of_file, shed
from darwin_assets.acquire.drop import drop_files, refusal
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.file_names import name_in_drop
from darwin_assets.project import Project
from darwin_assets.recipe import load_recipe
from resources.block_list import Blocked, BlockList
from resources.landing import REASON_FILE
from resources.raw_store import hash_file

UNLISTED_AFTER = timedelta(hours=1)
"""Bytes that no landed file names for so long are removed, whatever they are."""
REMOVED = "take-down {request}: removed a file of {n_bytes} bytes"
"""The line that a quarantined drop bears for each file that it lost."""


@dataclass(frozen=True)
class RawErased:
    """Objects of the raw store by what became of them, and files of drops that were not landed.

    `kept`: objects that stay whole because a landed file that stays has the same bytes. `waiting`: files of drops that
    nobody has landed yet; landing refuses and removes them.
    """

    deleted: int
    remnants: int
    kept: int
    quarantined: int
    waiting: int


def erase_raw(project: Project, erased_l0: pl.DataFrame, request: str) -> RawErased:
    """Remove the bytes of erased documents (id, parents, raw_sha256, locator, content_sha256, batch).

    Expects the landed rows of files without any document left to name no bytes any more, and the block list to have the
    request's entries; adds those that say which records are gone. Counts are of what there is afterwards, so that they are
    the same when it is called again.
    """
    block_list = BlockList(lake=project.lake)
    erased = erased_l0.select(landed=pl.col("parents").list.first(), locator="locator").drop_nulls()
    block_list.block(request, (("record", one) for one in block_list.record_hashes(erased.iter_rows())))
    blocked, settings = block_list.read(), load_recipe(project.work.recipe_path()).acquire
    hashes = erased_l0["raw_sha256"].drop_nulls().unique().sort().to_list()
    alone = [one for one in erased_l0["content_sha256"].drop_nulls().unique().sort() if project.raw.holds(one)]
    shed(project.lake, project.raw, [*hashes, *alone, *_unlisted(project)], settings)
    stands = [(project.raw.holds(one), project.raw.has_remnant(one)) for one in hashes]
    return RawErased(
        deleted=stands.count((False, False)),
        remnants=stands.count((False, True)),
        kept=sum(whole for whole, _ in stands),
        quarantined=_erase_quarantined(project, blocked, settings, request),
        waiting=_count_waiting(project, blocked, settings),
    )


def _unlisted(project: Project) -> list[str]:
    """Hashes of bytes that no landed file names: a landing was killed. One that goes on stores them anew when it ends."""
    landed = project.lake.scan(*FILES, project.lake.version(*FILES)).select("raw_sha256")
    listed = set(project.lake.collect(landed, "read the landed files")["raw_sha256"].drop_nulls())
    before = datetime.now(UTC) - UNLISTED_AFTER
    return [one for one, at in project.raw.last_written().items() if one not in listed and at < before]


def _erase_quarantined(project: Project, blocked: Blocked, settings: AcquireSettings, request: str) -> int:
    """Files that this request has removed from quarantined drops, now or when it was called before.

    A drop there was never landed: of an archive that holds a blocked document nothing is kept.
    """
    note = REMOVED.partition("{n_bytes}")[0].format(request=request)
    n_removed = 0
    for drop in _folders(Path(project.landing.folder) / "quarantined"):
        reason = drop / REASON_FILE
        for path in drop_files(drop):
            if path.name != REASON_FILE and _is_blocked(drop / path, name_in_drop(path), blocked, settings):
                line = REMOVED.format(request=request, n_bytes=(drop / path).stat().st_size)
                with reason.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
                (drop / path).unlink()
        said = reason.read_text(encoding="utf-8").splitlines() if reason.is_file() else []
        n_removed += sum(line.startswith(note) for line in said)
    return n_removed


def _count_waiting(project: Project, blocked: Blocked, settings: AcquireSettings) -> int:
    zone = Path(project.landing.folder)
    drops = [*_folders(zone / "incoming"), *_folders(zone / "taken")]
    return sum(
        _is_blocked(drop / path, name_in_drop(path), blocked, settings) for drop in drops for path in drop_files(drop)
    )


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _is_blocked(path: Path, name: str, blocked: Blocked, settings: AcquireSettings) -> bool:
    """Whether the bytes of a file, or of a document in it, may not be landed."""
    from darwin_assets.acquire.expand import is_container, unpack

    if refusal(path):
        return False
    if failure_of_file(hash_file(path), None, blocked):
        return True
    if not blocked.values("bytes") or not is_container(path, name):
        return False
    records = unpack(path, name, settings)
    return any(blocked.request_of("bytes", hashlib.sha256(one.data).hexdigest()) for one in records if not one.failure)
