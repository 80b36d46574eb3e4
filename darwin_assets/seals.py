"""Seals: the hashes of a partition's files, put into the chain when they have been written.

A seal is about the published and the rejected rows of one batch at one level, or about one partition of a table of the closed
loop, whose name then stands as the level. The newest one tells what must stand there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from resources.chain import Chain, Link
from resources.errors import LakeError
from resources.lake import Lake

SEALED_ZONES = ("published", "rejected")
"""Of a level."""
KIND = "sealed"


@dataclass(frozen=True)
class SealedFile:
    """A data file as it was sealed; `path` is relative to its table."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Seal:
    """What one link of kind `sealed` says; `files` by zone. `run`: the one that wrote a table of the closed loop."""

    level: str
    batch: str
    cause: str
    verdict: str | None
    run: str | None
    versions: dict[str, int]
    files: dict[str, list[SealedFile]]


def subject_of(level: str, batch: str) -> str:
    return f"{level}/{batch}"


def seal(
    lake: Lake, level: str, batch: str, cause: str, zones: Sequence[str] = SEALED_ZONES, **payload: str | None
) -> Link:
    """Hash the files that the partition's tables now have, and say so in the chain.

    `payload` adds to what the link says, such as `verdict`. LakeError when a file is missing.
    """
    told: dict[str, Any] = {}
    for zone in zones:
        version, files = lake.newest_files(zone, level)
        told[zone] = {"version": version, "files": _hashed(lake, zone, level, files.filter(pl.col("batch") == batch))}
    return Chain(lake=lake).append(KIND, subject_of(level, batch), {"cause": cause, **payload, **told})


def _hashed(lake: Lake, zone: str, level: str, files: pl.DataFrame) -> list[list[Any]]:
    """Path, size and SHA-256 of each file."""
    found = []
    for path, size in files.select("path", "size_bytes").iter_rows():
        sha256 = lake.file_sha256(zone, level, path)
        if sha256 is None:
            raise LakeError(f"{zone}/{level}: {path} is missing, so it cannot be sealed; run `darwin audit`")
        found.append([path, size, sha256])
    return found


def seal_of(link: dict[str, Any]) -> Seal:
    """A row of the chain, of kind `sealed`, as the seal it is."""
    level, _, batch = link["subject"].partition("/")
    payload = json.loads(link["payload"])
    zones = {name: one for name, one in payload.items() if isinstance(one, dict)}
    return Seal(
        level, batch, payload["cause"], payload.get("verdict"), payload.get("run"),
        {zone: one["version"] for zone, one in zones.items()},
        {zone: [SealedFile(*file) for file in one["files"]] for zone, one in zones.items()},
    )  # fmt: skip


def is_sealed(lake: Lake, level: str, batch: str, verdict: str | None = None) -> bool:
    """Whether a seal was put on what this verdict has published, or on anything where none is named."""
    links = Chain(lake=lake).read(KIND, subject_of(level, batch))
    return any(verdict in (None, seal_of(one).verdict) for one in links.iter_rows(named=True))
