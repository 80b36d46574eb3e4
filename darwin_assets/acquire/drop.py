"""Which files of a landing drop are documents."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from darwin_assets.acquire.records import Failure

MANIFEST_NAMES = ("manifest.yaml", "manifest.yml", "manifest.json")
"""The manifest stands at the top of the drop; a file of that name deeper down is a document."""


def drop_files(folder: Path) -> list[Path]:
    """The documents of a drop, relative to `folder`, sorted by their path as text.

    Left out: the manifest, and whatever has a name that begins with a dot (`.done`, `.git/`). Links are
    listed and never followed: `refusal` names what is wrong with them, so that they become rows and not
    gaps.
    """
    return sorted(_walk(folder, folder), key=lambda path: path.as_posix())


def is_control(relative: PurePosixPath) -> bool:
    """Whether a path of a drop is the drop's own: the manifest, a marker, something hidden."""
    return relative.as_posix() in MANIFEST_NAMES or any(part.startswith(".") for part in relative.parts)


def refusal(path: Path) -> Failure | None:
    """Why a file of a drop must not be opened: a link, a device, a pipe. To be asked before its bytes are
    stored.
    """
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        return None
    kind = "symbolic link" if stat.S_ISLNK(mode) else "not a regular file"
    return Failure("file.special_file", kind)


def _walk(folder: Path, top: Path) -> list[Path]:
    found: list[Path] = []
    for entry in os.scandir(folder):
        relative = Path(entry.path).relative_to(top)
        if is_control(PurePosixPath(relative)):
            continue
        if entry.is_dir(follow_symlinks=False):
            found += _walk(Path(entry.path), top)
        else:
            found.append(relative)
    return found
