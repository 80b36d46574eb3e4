"""Landing from the command line: stage a copy, write the manifest, take it at once."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from pydantic import ValidationError

from darwin_assets.acquire.drop import MANIFEST_NAMES
from darwin_assets.acquire.intake import Intake, take
from darwin_assets.acquire.manifest import Kind, Manifest, ManifestError, read_manifest, write_manifest
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
    kind: Kind | None = None,
) -> Intake:
    """Copy `path` into the landing zone and take it as one batch.

    What is said here stands in for what a manifest in the folder says, field by field. DarwinError where the two do not make
    a manifest.
    """
    said = {"source": source, "licence": licence, "origin": origin, "kind": kind}
    stated = {name: value for name, value in said.items() if value}
    manifest = _manifest(path, stated)
    if project.work.landing().resolve().is_relative_to(path.resolve()):
        raise DarwinError(f"{path} holds the landing zone itself: land a folder inside of it, or set DARWIN_LANDING")
    named = source or path.stem
    staging = project.landing.stage(path, named)
    if manifest:
        for name in MANIFEST_NAMES:
            (staging / name).unlink(missing_ok=True)
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


def _manifest(path: Path, stated: dict[str, str]) -> Manifest | None:
    """What is to be written into the drop; None where its own manifest stays as it is."""
    if any((path / name).is_file() for name in MANIFEST_NAMES):
        try:
            return read_manifest(path, instead=stated) if stated else None
        except ManifestError as error:
            raise DarwinError(str(error)) from None
    if not {"source", "licence"} <= stated.keys():
        raise DarwinError("--source and --licence are needed: the folder has no manifest.yaml that names them")
    try:
        return Manifest.model_validate({**stated, "collected_at": datetime.now(UTC)})
    except ValidationError as error:
        problems = "; ".join(f"--{one['loc'][0]}: {one['msg']}" for one in error.errors(include_input=False))
        raise DarwinError(problems) from None
