"""The landing zone: three folders that a person can look into.

`incoming/` holds drops, one folder each. A drop is taken by one atomic rename to `taken/<batch key>/`, so exactly one of a
sensor and a command line wins; a drop that cannot be taken is renamed to `quarantined/` with a `REASON.txt` beside its files,
and never blocks the next.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from resources.errors import DarwinError

DONE_MARKER = ".done"
REASON_FILE = "REASON.txt"
PARTIAL_PREFIX = "."


@dataclass(frozen=True)
class Drop:
    """A folder in `incoming/` as it looks now."""

    path: Path
    n_files: int
    n_bytes: int
    newest_ns: int
    done: bool

    @property
    def signature(self) -> str:
        """Changes when a file is added, grows or is written to."""
        return f"{self.n_files}:{self.n_bytes}:{self.newest_ns}"


class LandingZone(dg.ConfigurableResource[Any]):
    """`folder` is a local or mounted folder; drops are renamed inside it."""

    folder: str

    def create(self) -> None:
        for name in ("incoming", "taken", "quarantined"):
            self._at(name).mkdir(parents=True, exist_ok=True)

    def drops(self) -> list[Drop]:
        """What stands in `incoming/`, oldest first; a loose file counts as a drop that cannot be read."""
        if not self._at("incoming").is_dir():
            raise DarwinError(f"{self.folder} is no landing zone yet: run `darwin init` first")
        entries = [path for path in self._at("incoming").iterdir() if not path.name.startswith(PARTIAL_PREFIX)]
        return sorted((_look(path) for path in entries), key=lambda drop: (drop.newest_ns, drop.path.name))

    def take(self, drop: Drop, keys: "list[str] | tuple[str, ...]") -> str | None:
        """Move a drop to `taken/` under the first free key; None when somebody else took it first."""
        for key in keys:
            target = self.taken(key)
            if target.exists():
                continue
            try:
                # a rename onto an existing folder that holds files fails, so two drops never share a key
                drop.path.rename(target)
            except FileNotFoundError:
                return None
            except OSError:
                continue
            return key
        raise DarwinError(f"no free batch key for drop {drop.path.name}: tried {len(keys)}")

    def taken(self, batch: str) -> Path:
        return self._at("taken") / batch

    def taken_keys(self) -> list[str]:
        return sorted(path.name for path in self._at("taken").iterdir())

    def release(self, batch: str) -> None:
        """Remove the files of a taken drop once their bytes stand in the raw store; the empty folder keeps the key."""
        folder = self.taken(batch)
        if folder.is_dir():
            for entry in folder.iterdir():
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            (folder / DONE_MARKER).touch()

    def quarantine(self, drop: Drop, reason: str) -> Path:
        """Set a drop aside with the reason in words."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        target = self._at("quarantined") / f"{stamp}-{drop.path.name}"
        if drop.path.is_dir() and not drop.path.is_symlink():
            drop.path.rename(target)
        else:
            target.mkdir()
            drop.path.rename(target / drop.path.name)
        (target / REASON_FILE).write_text(reason + "\n", encoding="utf-8")
        return target

    def stage(self, source: Path, name: str) -> Path:
        """Copy a file or folder into a hidden staging folder, to be renamed into `incoming/` when it is complete."""
        staging = self._at("incoming") / f"{PARTIAL_PREFIX}{name}.{os.getpid()}"
        if staging.exists():
            shutil.rmtree(staging)
        if source.is_dir():
            shutil.copytree(source, staging, symlinks=True)
        else:
            staging.mkdir(parents=True)
            shutil.copy2(source, staging / source.name)
        return staging

    def arrive(self, staging: Path, name: str) -> Drop:
        """Make a staged drop visible, complete from the first moment."""
        (staging / DONE_MARKER).touch()
        target = self._at("incoming") / f"{name}-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%f')}"
        staging.rename(target)
        return _look(target)

    def _at(self, name: str) -> Path:
        return Path(self.folder) / name


def _look(path: Path) -> Drop:
    files = [entry for entry in path.rglob("*") if entry.is_file()] if path.is_dir() else [path]
    stats = [entry.stat() for entry in files]
    return Drop(
        path,
        len(files),
        sum(stat.st_size for stat in stats),
        max([stat.st_mtime_ns for stat in stats], default=path.stat().st_mtime_ns),
        (path / DONE_MARKER).exists(),
    )
