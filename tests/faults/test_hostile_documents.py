"""One hostile file in a batch costs one named row: bounded memory and time, and the other documents arrive."""

import os
import resource
import sys
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from darwin_assets.landing_desk import land_path
from darwin_assets.project import dagster_instance, initialize
from darwin_assets.promotion import published, read_published, read_rejected
from darwin_assets.runs import run_batch
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from tests.drops import GOOD, make_drop
from tests.faults.hostile import FILES, RECIPE, SENTENCE
from tests.faults.processes import call, project_at

MIB = 1 << 20


class Climb(NamedTuple):
    """`growth`: MiB by which the step's process was larger at its peak than before."""

    batch: str
    error: str | None
    growth: float


def climb_measured(home: Path, drop: Path, recipe: str) -> Climb:
    """Land a drop and take it to L1, in a process whose memory is looked at."""
    project = project_at(home, DARWIN_PREVIEW_CHARS="0", DARWIN_PARSERS="2")
    initialize(project)
    project.work.recipe_path().write_text(recipe, encoding="utf-8")
    with dagster_instance(project) as instance:
        batch = land_path(project, instance, drop, None, None, None).batch or ""
        before = peak()
        report = run_batch(project, instance, batch, "L1")
    return Climb(batch, report.error, peak() - before)


def peak() -> float:
    """The most memory that this process has had resident, MiB; of this process alone where the system tells."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (MIB if sys.platform == "darwin" else 1024)


def rows(home: Path, batch: str) -> pl.DataFrame:
    """`path`, `locator`, `rejected_by` and the like of every document, null where it is kept."""
    lake = Lake(uri=str(home / "lake"))
    ledger = GateLedger(lake=lake)
    found = {level: published(lake, ledger, level, batch) for level in ("L0", "L1")}
    files = read_published(lake, found["L0"]).select("path", "locator", pl.col("id").alias("root_id"))
    kept = read_published(lake, found["L1"]).join(files, on="root_id").select("path", "locator")
    refused = read_rejected(lake, found["L1"]).join(files, on="root_id")
    unopened = read_rejected(lake, found["L0"])
    reason = ["rejected_by", "rejected_kind", "rejected_value", "rejected_threshold"]
    assert kept.height + refused.height == files.height
    parts = [kept, refused.select("path", "locator", *reason), unopened.select("path", "locator", *reason)]
    return pl.concat(parts, how="diagonal").sort("path", "locator")


def test_every_hostile_file_is_named_and_the_batch_goes_on(tmp_path):
    drop = make_drop(tmp_path / "drop", "hostile", GOOD)
    for name, (_, make) in FILES.items():
        (drop / name).write_bytes(make(1))
    climb = call(climb_measured, tmp_path / "home", drop, RECIPE, output=tmp_path / "output")
    assert climb.error is None
    found = rows(tmp_path / "home", climb.batch)
    outcome = {path: group["rejected_by"].drop_nulls().unique().to_list() for (path,), group in found.group_by("path")}
    expected = {Path(name).name: None for name in GOOD} | {name: rule for name, (rule, _) in FILES.items()}
    wrong = {name: outcome.get(name) for name, rule in expected.items() if (rule is None) != (not outcome.get(name))}
    wrong |= {name: outcome[name] for name, rule in expected.items() if rule and rule not in outcome[name]}
    assert wrong == {}
    assert found["rejected_kind"].drop_nulls().unique().to_list() == ["failure"]
    assert climb.growth < 500, "memory"
    good = found.filter(pl.col("path") == "escaping.tar", pl.col("locator") == "member:good.txt")
    assert good["rejected_by"].to_list() == [None]
    assert not list(tmp_path.parent.rglob("escaped.txt"))
    assert not Path("/tmp/escaped.txt").exists()
    assert SENTENCE not in (tmp_path / "output").read_bytes()


FULL_SIZE: dict[str, tuple[str | None, bytes, int]] = {
    "200-mb.txt": ("document.too_large", SENTENCE, 200_000_000 // len(SENTENCE)),
    "60-mb.txt": (None, SENTENCE + b"\n", 60_000_000 // (len(SENTENCE) + 1)),
    "million-lines.txt": (None, SENTENCE[:40] + b"\n", 1_000_000),
    "million-paragraphs.md": (None, SENTENCE[:20] + b"\n\n", 1_000_000),
    "ten-million-characters.txt": (None, SENTENCE, 10_000_000 // len(SENTENCE)),
    "ten-million-characters.html": (None, SENTENCE, 10_000_000 // len(SENTENCE)),
    "ten-million-letters.txt": (None, b"a", 10_000_000),
}


@pytest.mark.slow
def test_documents_of_full_size(tmp_path):
    """With the limits as they are by default."""
    drop = make_drop(tmp_path / "drop", "large", GOOD)
    for name, (_, piece, times) in FULL_SIZE.items():
        (drop / name).write_bytes(piece * times)
    climb = call(climb_measured, tmp_path / "home", drop, "", output=tmp_path / "output")
    assert climb.error is None
    found = rows(tmp_path / "home", climb.batch)
    expected = {Path(name).name: None for name in GOOD} | {name: rule for name, (rule, *_) in FULL_SIZE.items()}
    assert dict(found.select("path", "rejected_by").iter_rows()) == expected
    print(f"{climb.growth:.0f} MiB at the peak; {os.cpu_count()} processors")
    assert climb.growth < 2000, "memory"
