"""A small lake for reports: real drops up to L1, and above it rows that stand-ins of the levels made."""

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from checks.suites import load_suite
from darwin_assets.acquire.manifest import Collection, Manifest, Override, write_manifest
from darwin_assets.contract import complete_rows
from darwin_assets.ladder import LADDER
from darwin_assets.landing_desk import land_path
from darwin_assets.levels import LEVELS
from darwin_assets.project import Project
from darwin_assets.promotion import Operation, promote, published, read_published
from darwin_assets.runs import run_batch
from darwin_assets.verdicts import Waiver

MODEL = "openai:example/writer-7b:0123456789abcdef"
PROMPT = "completion.v1:abc"
SECRET = "the sentence that no report may hold"
WORDS = "Water boils at a lower temperature on a mountain, because the pressure of the air is lower there. "
TEXTS = {
    "boiling.md": f"# Boiling\n\n{WORDS * 3}\n\n{SECRET.capitalize()}.\n",
    "freezing.md": "# Freezing\n\n" + "Ice floats because it is less dense than the water that it is made of. " * 4,
}
PUBLIC = Collection(
    source_class="public-dataset", name="Example modules", version="r1", link="https://example.org/modules",
    selection="all of it",
)  # fmt: skip
CRAWL = Collection(
    source_class="web-crawl", name="Example crawl", crawler="ExampleBot/1", operator="Example Ltd",
    purpose="training data", behaviour="keeps to robots.txt", begun=date(2026, 1, 1), ended=date(2026, 2, 1),
)  # fmt: skip
MANIFESTS: dict[str, dict[str, Any]] = {
    "modules-by": {"licence": "CC-BY-4.0", "rights_basis": "open-licence", "collection": PUBLIC, "attribution": "A | <b>B"},
    "modules-nc": {"licence": "CC-BY-NC-SA-4.0", "rights_basis": "open-licence", "collection": PUBLIC},
    "crawl": {
        "licence": "NOASSERTION", "rights_basis": "tdm-exception", "collection": CRAWL,
        "origin": "https://en.wikipedia.org/wiki", "overrides": (Override(path="boiling.md", opt_out="letter of May 2026"),),
    },
    "bare": {"licence": "MIT"},
}  # fmt: skip
LABELS: dict[str, dict[str, Any]] = {
    "L2": {"language": "en"},
    "L3": {"document_type": "reference_educational", "discipline": "physics", "education_score": 3.5},
    "L4": {"engine": "rules/1", "n_cleaned": 1},
    "L5": {"engine": MODEL, "prompt": PROMPT, "n_completed": 1, "operated": True},
}
"""What the stand-in of each level says of every row."""
ADDED = " It is so at every height."


def land(
    project: Project, instance: dg.DagsterInstance, folder: Path, source: str, texts: Mapping[str, str] = TEXTS
) -> str:
    """The batch of a new drop, published at L0 and L1."""
    drop = folder / source
    shutil.rmtree(drop, ignore_errors=True)
    drop.mkdir(parents=True)
    for name, text in texts.items():
        (drop / name).write_text(text, encoding="utf-8")
    manifest = Manifest(source=source, collected_at=datetime(2026, 3, 1, tzinfo=UTC), **MANIFESTS[source])
    write_manifest(drop, manifest)
    batch = land_path(project, instance, drop, None, None, None).batch or ""
    report = run_batch(project, instance, batch, "L1")
    assert report.error is None, report.error
    return batch


def carry_up(project: Project, batch: str, to: str = "L5") -> None:
    """Publish every row of L1 at the levels above, with LABELS; L5 adds a sentence. Gates are waived."""
    specs = [spec for spec in LADDER if "L1" < spec.level <= to]
    for spec in specs:
        above = published(project.lake, project.ledger, f"L{int(spec.level[1]) - 1}", batch)
        parents = read_published(project.lake, above).drop("verdict")
        rows = parents.select("id").with_columns(
            pl.lit(value).alias(name) for name, value in LABELS[spec.level].items()
        )
        if spec.level == "L5":
            rows = rows.with_columns(text=parents["text"] + ADDED)
        recipe = f"{spec.stage}/1:test"
        made = complete_rows(rows, parents, LEVELS[spec.level], recipe, spec.columns)
        operation = Operation(LEVELS[spec.level], spec.columns, recipe, lambda _parents, _seen, made=made: made)  # type: ignore[misc]
        promoted = promote(
            project.lake, project.ledger, load_suite(spec.level), operation, batch, above.verdict.verdict, parents,
            run_id=f"run-{spec.level}", waiver=Waiver("Test Person", "rows of a test"),
        )  # fmt: skip
        assert promoted.verdict.opens
