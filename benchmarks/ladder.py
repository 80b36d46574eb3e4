"""The ladder from landed files to L3 beside its own parts without the platform: what gates, lineage, Delta and Dagster cost.

    python benchmarks/ladder.py DROP ... [--rounds 5]

Each DROP is a folder that is landed as one batch. "platform" lands them and materializes L0 to L3 through all gates, in a
home of its own; "bare" reads the same files, and calls the readers, parsers, kernels and light models one after the other,
keeping results in memory only. Both are whole processes, start-up included. Requirement: the platform has at least half the
throughput of the parts in sum.

With --datatrove or --nemo-curator PYTHON (their own environments: benchmarks/peers/install.sh) their pipelines of L2's steps
run beside it, on the one Parquet file that the only DROP then holds. They write no lineage, pass no gate and label nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.paired import Cost, median, take_turns

REQUIRED_SHARE = 0.5
LICENCE = "CC-BY-4.0"
FILTER = {"thresholds": {"size.bytes": "600.."}}
"""The paper's 8 KB would leave the later parts little to do, on either side."""


def platform(drops: list[Path]) -> dict[str, int]:
    """Land the drops and run them to L3 in a new home; counts of documents, kept rows and bytes."""
    from darwin_assets.landing_desk import land_path
    from darwin_assets.project import dagster_instance, initialize, open_project
    from darwin_assets.runs import run_batch
    from resources.workplace import Workplace

    home = Path(tempfile.mkdtemp(prefix="darwin-ladder-"))
    project = open_project(Workplace(home=str(home)))
    initialize(project)
    project.work.recipe_path().write_text('[filter.thresholds]\n"size.bytes" = "600.."\n', encoding="utf-8")
    documents = kept = 0
    with dagster_instance(project) as instance:
        for number, drop in enumerate(drops):
            intake = land_path(project, instance, drop, f"drop-{number}", LICENCE, None)
            report = run_batch(project, instance, intake.batch or "", "L3")
            documents += report.levels[0].n_kept if report.levels else 0
            kept += report.levels[-1].n_kept if report.error is None else 0
    shutil.rmtree(home)
    return {"documents": documents, "kept": kept}


def documents_of(drops: list[Path]) -> Iterator[tuple[str, str, bytes]]:
    """(id, media type, bytes) of every document, as L0 finds them."""
    from darwin_assets.acquire.expand import expand
    from darwin_assets.acquire.settings import AcquireSettings

    settings = AcquireSettings()
    for drop in drops:
        for path in sorted(path for path in drop.rglob("*") if path.is_file()):
            for record in expand(path, str(path.relative_to(drop)), settings):
                if record.failure is None:
                    yield f"{drop.name}/{path.relative_to(drop)}#{record.locator}", record.media_type, record.data


def bare(drops: list[Path]) -> dict[str, int]:
    """The parts alone: read, parse, measure, judge, find twins, annotate; nothing is stored, checked or traced."""
    from darwin_assets.annotate.annotate import annotate
    from darwin_assets.annotate.settings import AnnotateSettings
    from darwin_assets.filter.deduplicate import deduplicate
    from darwin_assets.filter.screen import screen
    from darwin_assets.filter.settings import FilterSettings
    from darwin_assets.filter.signatures import SIGNATURE
    from darwin_assets.normalize.document import Unreadable
    from darwin_assets.normalize.parse import parse
    from darwin_assets.normalize.settings import NormalizeSettings

    documents = 0
    parsed: list[tuple[str, str, str, str | None]] = []
    for name, media_type, data in documents_of(drops):
        documents += 1
        try:
            found = parse(data, media_type, NormalizeSettings())
        except Unreadable:
            continue
        parsed.append((name, media_type, found.text, found.title))
    rows = pl.DataFrame(parsed, schema=dict.fromkeys(("id", "media_type", "text", "title"), pl.String()), orient="row")
    settings = FilterSettings.model_validate(FILTER)
    rows = rows.filter(screen(rows.select("id", "text"), settings)["rejected_by"].is_null())
    nothing = pl.LazyFrame(schema={"batch": pl.String(), **SIGNATURE})
    judged = deduplicate(rows.select("id", "text", uri="id"), nothing, lambda _wanted: iter(()), settings)
    rows = rows.filter(judged["rule"].is_null()).with_columns(document_kind=pl.lit(None, pl.String))
    labelled = annotate(rows, AnnotateSettings())
    return {"documents": documents, "kept": labelled["rejected_by"].null_count()}


def report(costs: dict[str, list[Cost]], n_bytes: int) -> str:
    lines = [
        "| | documents | CPU s | clock s | documents/s (CPU) | MB/s (CPU) | peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, runs in costs.items():
        cpu, documents = median(runs), runs[0].said["documents"]
        lines.append(
            f"| {name} | {documents} | {cpu:.1f} | {median(runs, 'wall_s'):.1f} | {documents / cpu:.1f} | "
            f"{n_bytes / 1e6 / cpu:.2f} | {median(runs, 'peak_mb'):.0f} |"
        )
    share = median(costs["bare"]) / median(costs["platform"])
    by_clock = median(costs["bare"], "wall_s") / median(costs["platform"], "wall_s")
    lines.append(
        f"\nThroughput kept by the platform: {share:.2f} by CPU, {by_clock:.2f} by the clock; required {REQUIRED_SHARE}"
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drops", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--side", choices=("platform", "bare"), help="run one side once, for the other calls of this script"
    )
    parser.add_argument("--datatrove", help="Python of datatrove's environment")
    parser.add_argument("--nemo-curator", help="Python of NeMo Curator's environment")
    options = parser.parse_args()
    if options.side:
        print(json.dumps({"platform": platform, "bare": bare}[options.side](options.drops)))
        return
    command = [sys.executable, "-m", "benchmarks.ladder", *map(str, options.drops), "--side"]
    commands = {side: [*command, side] for side in ("bare", "platform")}
    with tempfile.TemporaryDirectory() as out:
        for name, python in (("datatrove", options.datatrove), ("nemo_curator", options.nemo_curator)):
            if python:
                corpus = next(options.drops[0].glob("*.parquet"))
                script = Path(__file__).parent / "peers" / f"{name}_pipeline.py"
                commands[name] = [python, str(script), str(corpus), f"{out}/{name}"]
        take_turns({"bare": commands["bare"]}, 1)  # compiles the kernels, once an installation
        costs = take_turns(commands, options.rounds)
    n_bytes = sum(path.stat().st_size for drop in options.drops for path in drop.rglob("*") if path.is_file())
    print(report(costs, n_bytes))


if __name__ == "__main__":
    main()
