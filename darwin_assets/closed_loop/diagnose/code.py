"""The hash of the code that decides: two verdicts with the same hash were reached in the same way (C22)."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

CLOSED_LOOP = Path(__file__).parents[1]
DECIDING = ("channel", "diagnose", "label", "statistics", "taxonomy.py", "taxonomy.yaml")
"""What stands between evaluation samples and verdicts."""


@cache
def code_sha256() -> str:
    """Of names and bytes of all files that decide."""
    found = hashlib.sha256()
    for path in sorted(file for part in DECIDING for file in _files(CLOSED_LOOP / part)):
        found.update(path.relative_to(CLOSED_LOOP).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.suffix in {".py", ".yaml", ".md"}]
