"""The hash of the code that decides: two verdicts with the same hash were reached in the same way (C22)."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
DECIDING = (
    "closed_loop/channel",
    "closed_loop/diagnose",
    "closed_loop/label",
    "closed_loop/prompts/slices.v1.md",
    "closed_loop/same_questions.py",
    "closed_loop/samples.py",
    "closed_loop/statistics",
    "closed_loop/taxonomy.py",
    "closed_loop/taxonomy.yaml",
    "evaluation/scoring",
    "evaluation/short_answer.py",
)
"""What stands between evaluation outputs and verdicts, within the package."""


@cache
def code_sha256() -> str:
    """Of names and bytes of all files that decide."""
    found = hashlib.sha256()
    for path in deciding_files():
        found.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def deciding_files() -> list[Path]:
    return sorted(file for part in DECIDING for file in _files(PACKAGE / part))


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.suffix in {".py", ".yaml", ".md"}]
