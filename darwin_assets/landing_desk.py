"""Landing from the command line: stage a copy, write the manifest, take it at once."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from pydantic import ValidationError

from darwin_assets.acquire.drop import MANIFEST_NAMES
from darwin_assets.acquire.intake import Intake, take
from darwin_assets.acquire.manifest import Manifest, write_manifest
from darwin_assets.batches import BATCHES
from darwin_assets.project import Project
from resources.errors import DarwinError


def land_path(
    project: Project,
    instance: dg.DagsterInstance,
    path: Path,
    source: str | None,
    licence: str | None,
    origin: str | None,
) -> Intake:
    """Copy `path` into the landing zone and take it as one batch. DarwinError when it says neither source nor licence."""
    manifest = None
    if source or licence or not any((path / name).is_file() for name in MANIFEST_NAMES):
        if not source or not licence:
            raise DarwinError("--source and --licence are needed: the folder has no manifest.yaml that names them")
        manifest = _manifest(source, licence, origin)
    if project.work.landing().resolve().is_relative_to(path.resolve()):
        raise DarwinError(f"{path} holds the landing zone itself: land a folder inside of it, or set DARWIN_LANDING")
    named = source or path.stem
    staging = project.landing.stage(path, named)
    if manifest:
        write_manifest(staging, manifest)
    drop = project.landing.arrive(staging, named)
    intake = take(project.landing, drop, datetime.now(UTC).date())
    if intake.batch:
        instance.add_dynamic_partitions(BATCHES.name or "", [intake.batch])
    return intake


def _manifest(source: str, licence: str, origin: str | None) -> Manifest:
    try:
        return Manifest(source=source, licence=licence, origin=origin, collected_at=datetime.now(UTC))
    except ValidationError as error:
        problems = "; ".join(f"--{one['loc'][0]}: {one['msg']}" for one in error.errors(include_input=False))
        raise DarwinError(problems) from None
