"""The landing zone: three folders that a person can look into.

`incoming/` holds drops, one folder each. A drop is taken by one atomic rename to `taken/<batch key>/`, so exactly one of a
sensor and a command line wins; a drop that cannot be taken is renamed to `quarantined/` with a `REASON.txt` beside its files,
and never blocks the next.
"""

import errno
import os
import shutil
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from resources.errors import DarwinError

DONE_MARKER = ".done"
REASON_FILE = "REASON.txt"
PARTIAL_PREFIX = "."
IN_USE = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR})
"""What a rename says where something stands under the new name already."""


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
        drops = [drop for drop in map(_look, entries) if drop]
        return sorted(drops, key=lambda drop: (drop.newest_ns, drop.path.name))

    def take(self, drop: Drop, keys: "list[str] | tuple[str, ...]") -> str | None:
        """Move a drop to `taken/` under the first free key; None when somebody else took it first.

        DarwinError when no key is free, OSError when it may not be moved.
        """
        for key in keys:
            target = self.taken(key)
            if target.exists():
                continue
            try:
                # a rename onto an existing folder that holds files fails, so two drops never share a key
                drop.path.rename(target)
            except FileNotFoundError:
                return None
            except OSError as error:
                if error.errno not in IN_USE:
                    raise
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
            open_folders(folder)
            for entry in folder.iterdir():
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            (folder / DONE_MARKER).touch()

    def quarantine(self, drop: Drop, reason: str) -> Path:
        """Set a drop aside with the reason in words. OSError when it may not be moved; then it stands where it stood."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        target = self._at("quarantined") / f"{stamp}-{drop.path.name}"
        if drop.path.is_dir() and not drop.path.is_symlink():
            drop.path.rename(target)
        else:
            target.mkdir()
            try:
                drop.path.rename(target / drop.path.name)
            except OSError:
                target.rmdir()
                raise
        (target / REASON_FILE).write_text(reason + "\n", encoding="utf-8")
        return target

    def stage(self, source: Path, name: str) -> Path:
        """Copy a file or folder into a hidden staging folder, to be renamed into `incoming/` when it is complete.

        DarwinError names the first file that could not be copied; then nothing of the copy stays.
        """
        staging = self._at("incoming") / f"{PARTIAL_PREFIX}{name}.{os.getpid()}"
        _clear(staging)
        try:
            if source.is_dir():
                shutil.copytree(source, staging, symlinks=True)
                open_folders(staging)
            else:
                staging.mkdir(parents=True)
                shutil.copy2(source, staging / source.name)
        except OSError as error:
            _clear(staging)
            # copytree goes on after a failure and raises a list of (path, copy, reason) in the end
            found = error.args[0] if isinstance(error, shutil.Error) else [(source, staging, error)]
            raise DarwinError(f"{found[0][0]} cannot be copied into the landing zone: {found[0][2]}") from None
        return staging

    def arrive(self, staging: Path, name: str) -> Drop:
        """Make a staged drop visible, complete from the first moment."""
        (staging / DONE_MARKER).touch()
        target = self._at("incoming") / f"{name}-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%f')}"
        staging.rename(target)
        return _measured(target)

    def _at(self, name: str) -> Path:
        return Path(self.folder) / name


def open_folders(folder: Path) -> None:
    """Let this process read, move and empty a folder and all folders in it, as copies of read-only ones do not."""
    allow(folder, os.R_OK | os.W_OK | os.X_OK)
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            open_folders(entry)


def allow(path: Path, needed: int) -> None:
    """Add the permissions `needed` (`os.R_OK`, ...) for the owner where this process lacks them.

    DarwinError when the path is somebody else's.
    """
    if not os.access(path, needed, effective_ids=True):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) | needed << 6)
        except PermissionError:
            raise DarwinError(
                f"{path} is somebody else's: let the user of this service read all files and read and write all folders "
                "(chown, or chmod)"
            ) from None


def _clear(staging: Path) -> None:
    if staging.exists():
        open_folders(staging)
        shutil.rmtree(staging)


def _look(path: Path) -> Drop | None:
    """An entry of `incoming/`; None when it, or a file of it, goes away meanwhile: the next look shows what it is."""
    try:
        return _measured(path)
    except FileNotFoundError:
        return None
    except OSError:
        # whoever takes it meets the same error, and can say so
        return Drop(path, 0, 0, 0, done=False)


def _measured(path: Path) -> Drop:
    is_folder = path.is_dir() and not path.is_symlink()
    found = [entry.lstat() for entry in path.rglob("*")] if is_folder else [path.lstat()]
    stats = [one for one in found if not stat.S_ISDIR(one.st_mode)]
    return Drop(
        path,
        len(stats),
        sum(one.st_size for one in stats),
        max([one.st_mtime_ns for one in stats], default=path.lstat().st_mtime_ns),
        is_folder and (path / DONE_MARKER).exists(),
    )
