"""Takes a drop out of the landing zone: a batch key for a sound one, quarantine with the reason for any other."""

from dataclasses import dataclass
from datetime import date

from darwin_assets.acquire.drop import drop_files
from darwin_assets.acquire.manifest import ManifestError, read_manifest
from darwin_assets.batches import KEY, batch_key
from darwin_assets.file_names import name_in_drop
from resources.errors import DarwinError
from resources.landing import Drop, LandingZone

MAX_DROPS_A_DAY = 9999
TRIES = 100


@dataclass(frozen=True)
class Intake:
    """What became of one drop: exactly one of `batch` and `refused` is set, or neither when somebody else took it."""

    drop: str
    batch: str | None = None
    refused: str | None = None


def take(zone: LandingZone, drop: Drop, today: date) -> Intake:
    """Move one drop to `taken/` under the next free key of its source and day, or to `quarantined/`."""
    try:
        if drop.path.is_symlink() or not drop.path.is_dir():
            raise ManifestError("a drop is a folder with a manifest.yaml, not a file or a link; use `darwin land`")
        manifest = read_manifest(drop.path)
        files = drop_files(drop.path)
        if not files:
            raise ManifestError("the drop holds no documents")
        manifest.check_overrides(map(name_in_drop, files))
        batch = zone.take(drop, _next_keys(zone, today, manifest.source))
    except (ManifestError, DarwinError) as error:
        return _set_aside(zone, drop, str(error))
    except FileNotFoundError:
        return Intake(drop.path.name)
    return Intake(drop.path.name, batch=batch)


def _set_aside(zone: LandingZone, drop: Drop, reason: str) -> Intake:
    """A drop that vanishes while it is looked at seems to lack its manifest: then somebody else has taken it."""
    try:
        drop.path.lstat()
        zone.quarantine(drop, reason)
    except FileNotFoundError:
        return Intake(drop.path.name)
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
