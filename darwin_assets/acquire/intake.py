"""Takes a drop out of the landing zone: a batch key for a sound one, quarantine with the reason for any other."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from darwin_assets.acquire.drop import drop_files, refusal
from darwin_assets.acquire.manifest import Manifest, ManifestError, read_manifest
from darwin_assets.batches import KEY, batch_key
from darwin_assets.file_names import name_in_drop
from resources.errors import DarwinError
from resources.landing import Drop, LandingZone, allow, open_folders

MAX_DROPS_A_DAY = 9999
TRIES = 100


@dataclass(frozen=True)
class Intake:
    """What became of one drop: exactly one of `batch` and `refused` is set, or neither when somebody else took it.

    One that is refused `stays` in `incoming/` when this process may not even move it.
    """

    drop: str
    batch: str | None = None
    refused: str | None = None
    stays: bool = False

    @property
    def fate(self) -> str:
        """Where one that is refused stands now, in words."""
        return "left in incoming/" if self.stays else "quarantined"


def take(zone: LandingZone, drop: Drop, today: date) -> Intake:
    """Move one drop to `taken/` under the next free key of its source and day, or to `quarantined/`."""
    try:
        batch = zone.take(drop, _next_keys(zone, today, _checked(drop.path).source))
    except (ManifestError, DarwinError) as error:
        return _set_aside(zone, drop, str(error))
    except FileNotFoundError:
        return Intake(drop.path.name)
    except OSError as error:
        return _set_aside(zone, drop, f"{error.strerror}: {error.filename}")
    return Intake(drop.path.name, batch=batch)


def _checked(folder: Path) -> Manifest:
    """The manifest of a drop all of which may be read, and may be removed once it is stored; the reason in an error else."""
    if folder.is_symlink() or not folder.is_dir():
        raise ManifestError("a drop is a folder with a manifest.yaml, not a file or a link; use `darwin land`")
    open_folders(folder)
    for path in folder.rglob("*"):
        if not path.is_dir() and not refusal(path):
            allow(path, os.R_OK)
    manifest = read_manifest(folder)
    files = drop_files(folder)
    if not files:
        raise ManifestError("the drop holds no documents")
    manifest.check_overrides(map(name_in_drop, files))
    return manifest


def _set_aside(zone: LandingZone, drop: Drop, reason: str) -> Intake:
    """A drop that vanishes while it is looked at seems to lack its manifest: then somebody else has taken it."""
    try:
        drop.path.lstat()
        zone.quarantine(drop, reason)
    except FileNotFoundError:
        return Intake(drop.path.name)
    except OSError as error:
        return Intake(drop.path.name, refused=f"{reason}; it cannot be moved either: {error.strerror}", stays=True)
    return Intake(drop.path.name, refused=reason)


def _next_keys(zone: LandingZone, today: date, source: str) -> list[str]:
    used = [
        int(match["number"])
        for match in map(KEY.fullmatch, zone.taken_keys())
        if match and match["source"] == source and match["day"] == today.isoformat()
    ]
    first = max(used, default=0) + 1
    if first > MAX_DROPS_A_DAY:
        raise DarwinError(f"source {source} has {MAX_DROPS_A_DAY} batches today; use another source name")
    return [batch_key(today, source, number) for number in range(first, min(first + TRIES, MAX_DROPS_A_DAY + 1))]
