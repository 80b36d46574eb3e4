"""Batches of a few files that a test takes up the ladder without Dagster."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from darwin_assets.acquire.landed import store_drop
from darwin_assets.acquire.manifest import Manifest, write_manifest
from darwin_assets.benchmark_gate import BenchmarkGate
from darwin_assets.export.request import Exported, Wanted
from darwin_assets.export.run import export
from darwin_assets.ladder import SPECS
from darwin_assets.levels import path_to
from darwin_assets.policy.settings import Policy, Purpose
from darwin_assets.project import Project
from darwin_assets.recipe import load_recipe
from darwin_assets.tier import Step, run_level
from darwin_assets.verdicts import Waiver

WAIVER = Waiver("test", "small batches")


def climb(
    project: Project,
    source: str,
    files: Mapping[str, str | bytes],
    to: str = "L1",
    day: str = "2026-01-31",
    **stated: Any,
) -> str:
    """The key of a batch of these files, taken up to a level; `stated` are fields of the manifest."""
    folder = project.landing.taken(f"{day}.{source}.0001")
    folder.mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    manifest = Manifest(
        **{"source": source, "licence": "CC-BY-4.0", "collected_at": datetime(2026, 1, 1, tzinfo=UTC), **stated}
    )
    write_manifest(folder, manifest)
    recipe = load_recipe(project.work.recipe_path())
    store_drop(folder.name, project.landing, project.lake, project.raw, "run", recipe.acquire)
    for spec in (SPECS[level] for level in path_to(to)):
        step = Step(
            spec.level, folder.name, "run", recipe, project.lake, project.raw, project.model, 1,
            embedder=project.embedder, benchmarks=project.work.benchmarks_path(),
        )  # fmt: skip
        assert run_level(spec, step, project.ledger, WAIVER).verdict.opens
    return folder.name


def exported(
    project: Project,
    name: str = "a",
    level: str = "L1",
    policy: Policy | None = None,
    gate: BenchmarkGate | None = None,
    **wanted: Any,
) -> Exported:
    """An export of everything at a level for training."""
    made = Wanted(**{"name": name, "level": level, "purpose": "training", **wanted})
    return export(project.lake, project.ledger, policy or Policy(), made, gate)


def training(**stated: Any) -> Policy:
    """A policy whose purpose `training` is stated."""
    return Policy(purposes={"training": Purpose(**{"no_derivatives": "allow", **stated})})
