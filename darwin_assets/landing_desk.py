"""Landing from the command line: stage a copy, write the manifest, take it at once."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from pydantic import ValidationError

from darwin_assets.acquire.drop import MANIFEST_NAMES
from darwin_assets.acquire.intake import Intake, take
from darwin_assets.acquire.manifest import Kind, Manifest, write_manifest
from darwin_assets.batches import BATCHES, EVALUATIONS
from darwin_assets.closed_loop.drop import is_evaluation
from darwin_assets.project import Project
from resources.errors import DarwinError


def land_path(
    project: Project,
    instance: dg.DagsterInstance,
    path: Path,
    source: str | None,
    licence: str | None,
    origin: str | None,
    kind: Kind = "documents",
) -> Intake:
    """Copy `path` into the landing zone and take it as one batch. DarwinError when it says neither source nor licence.

    A manifest in the folder says itself of what kind it is.
    """
    manifest = None
    if source or licence or not any((path / name).is_file() for name in MANIFEST_NAMES):
        if not source or not licence:
            raise DarwinError("--source and --licence are needed: the folder has no manifest.yaml that names them")
        manifest = _manifest(source, licence, origin, kind)
    elif kind != "documents":
        raise DarwinError("the folder has a manifest: say 'kind: evaluation' there, or give --source and --licence too")
    if project.work.landing().resolve().is_relative_to(path.resolve()):
        raise DarwinError(f"{path} holds the landing zone itself: land a folder inside of it, or set DARWIN_LANDING")
    named = source or path.stem
    staging = project.landing.stage(path, named)
    if manifest:
        write_manifest(staging, manifest)
    drop = project.landing.arrive(staging, named)
    intake = take(project.landing, drop, datetime.now(UTC).date())
    if intake.batch:
        make_known(project, instance, intake.batch)
    return intake


def make_known(project: Project, instance: dg.DagsterInstance, key: str) -> bool:
    """Tell Dagster of a drop that was taken: a batch of documents, or an evaluation; whether it is the latter."""
    evaluation = is_evaluation(key, project.landing, project.lake)
    instance.add_dynamic_partitions((EVALUATIONS if evaluation else BATCHES).name or "", [key])
    return evaluation


def _manifest(source: str, licence: str, origin: str | None, kind: Kind) -> Manifest:
    try:
        return Manifest(source=source, licence=licence, origin=origin, kind=kind, collected_at=datetime.now(UTC))
    except ValidationError as error:
        problems = "; ".join(f"--{one['loc'][0]}: {one['msg']}" for one in error.errors(include_input=False))
        raise DarwinError(problems) from None
