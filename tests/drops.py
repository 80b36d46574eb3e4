"""Drops that suites share: documents of the sample corpus, landed in a project of the test's own."""

import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from darwin_assets.acquire.manifest import Manifest, write_manifest
from darwin_assets.landing_desk import land_path
from darwin_assets.project import Project

DROPS = Path(__file__).parent.parent / "examples" / "drops"
GOOD = (
    "preprints/markdown/hardy-weinberg.md",
    "preprints/markdown/radiocarbon.md",
    "preprints/markdown/diagnostic-tests.md",
)
SMALL_DOCUMENTS = '[filter.thresholds]\n"size.bytes" = "600.."\n'


def accept_small_documents(project: Project) -> None:
    """The sample documents are shorter than the papers' limit of 8 KB."""
    project.work.recipe_path().write_text(SMALL_DOCUMENTS, encoding="utf-8")


def make_drop(folder: Path, source: str, examples: Iterable[str] = (), texts: Mapping[str, str] | None = None) -> Path:
    """A folder with a manifest, some sample documents and some texts by file name."""
    folder.mkdir(parents=True)
    for name in examples:
        shutil.copyfile(DROPS / name, folder / Path(name).name)
    for name, text in (texts or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    write_manifest(folder, Manifest(source=source, licence="CC-BY-4.0", collected_at=datetime(2026, 1, 15, tzinfo=UTC)))
    return folder


def land(
    project: Project, instance: dg.DagsterInstance, folder: Path, source: str,
    examples: Iterable[str] = GOOD, texts: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """The batch key of a new drop that has been taken."""
    intake = land_path(project, instance, make_drop(folder / source, source, examples, texts), None, None, None)
    assert intake.batch, intake
    return intake.batch
