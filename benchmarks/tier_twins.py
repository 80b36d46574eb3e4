"""Links between twins by meaning: what reading, comparing and writing cost when the embeddings are stored already.

    python -m benchmarks.tier_twins --documents 100000 --batch 1000 --dimensions 384

Makes a lake of its own in a temporary folder: random unit vectors, of which one document in fifty is a planted twin. Each
round links the batch in a process of its own. Prints a Markdown table and, as the last line, JSON.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.paired import median, take_turns
from darwin_assets.contract import conform
from darwin_assets.ladder import LADDER
from darwin_assets.project import create_tables, open_project
from darwin_assets.promotion import schema_of
from darwin_assets.recipe import Recipe
from darwin_assets.tier_twins.assets import TABLE, ZONE, create_links
from darwin_assets.tier_twins.links import find_links
from darwin_assets.tier_twins.published import pinned_versions, read_documents
from darwin_assets.tier_twins.vectors import TABLE as VECTORS_TABLE
from darwin_assets.tier_twins.vectors import VECTORS, create_vectors, read_vectors
from darwin_assets.tier_twins.vectors import ZONE as VECTORS_ZONE
from resources.gate_ledger import GateLedger, Verdict
from resources.lake import Lake
from resources.workplace import Workplace

EMBEDDER = "random"
BATCH, OTHERS = "2026-01-02.batch.0001", "2026-01-01.others.0001"
TWIN_EVERY = 50
TWIN_COSINE = 0.95
PART_ROWS = 20_000


def fill(lake: Lake, n_documents: int, n_batch: int, dimensions: int) -> None:
    """Published rows of L2 without text, and a stored vector for each; the batch is the last of them."""
    ledger = GateLedger(lake=lake)
    create_tables(lake, ledger, {spec.level: spec.columns for spec in LADDER})
    create_vectors(lake)
    create_links(lake)
    columns = next(spec.columns for spec in LADDER if spec.level == "L2")
    for batch, first, last in ((OTHERS, 0, n_documents - n_batch), (BATCH, n_documents - n_batch, n_documents)):
        ledger.record(
            Verdict(batch, "L2", batch, True, False, None, None, "", 0, "", "", "", 0, 0, 0, 0.0, "{}", "[]", "", batch)
        )
        names = pl.Series([f"{number:032x}" for number in range(first, last)])
        rows = pl.DataFrame({"id": names, "root_id": names, "text_sha256": names}).with_columns(
            batch=pl.lit(batch),
            ultradata_tier=pl.lit("L1"),
            verdict=pl.lit(batch),
            n_chars=pl.lit(0),
            n_words=pl.lit(0),
        )
        lake.write("published", "L2", batch, rows.select(conform(rows.columns, schema_of("published", columns))), {})
    generator = np.random.default_rng(0)
    for first in range(0, n_documents, PART_ROWS):
        part = generator.standard_normal((min(PART_ROWS, n_documents - first), dimensions), dtype=np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
        twins = part[TWIN_EVERY - 1 :: TWIN_EVERY]
        originals = part[: len(twins) * TWIN_EVERY : TWIN_EVERY]
        across = twins - (twins * originals).sum(axis=1, keepdims=True) * originals
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        twins[:] = TWIN_COSINE * originals + np.sqrt(1 - TWIN_COSINE**2) * across
        names = [f"{number:032x}" for number in range(first, first + len(part))]
        rows = pl.DataFrame({"text_sha256": names, "embedder": EMBEDDER, "n_windows": 1, "vector": part}).cast(VECTORS)  # type: ignore[arg-type]
        lake.append(VECTORS_ZONE, VECTORS_TABLE, rows)


def link(lake: Lake) -> dict[str, float]:
    """One run as the asset does it, without an embedder to ask; CPU seconds of its parts."""
    started = time.process_time()
    documents = read_documents(lake, GateLedger(lake=lake), pinned_versions(lake))
    vectors = read_vectors(lake, EMBEDDER, documents)
    read = time.process_time()
    links = find_links(documents, vectors, BATCH, Recipe().tier_twins, EMBEDDER, "benchmark")
    compared = time.process_time()
    lake.write(ZONE, TABLE, BATCH, links, {})
    return {"read_s": read - started, "compare_s": compared - read, "links": links.height}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lake", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.lake:
        print(json.dumps(link(Lake(uri=given.lake))))
        return
    with tempfile.TemporaryDirectory() as folder:
        lake = open_project(Workplace(home=folder)).lake.model_copy(update={"uri": str(Path(folder) / "lake")})
        fill(lake, given.documents, given.batch, given.dimensions)
        command = [sys.executable, "-m", "benchmarks.tier_twins", "--lake", lake.uri]
        costs = take_turns({"link": command}, given.rounds)["link"]
    compare = sorted(cost.said["compare_s"] for cost in costs)[len(costs) // 2]
    found = {
        "documents": given.documents,
        "batch": given.batch,
        "dimensions": given.dimensions,
        "links": costs[0].said["links"],
        "cpu_s": round(median(costs), 2),
        "wall_s": round(median(costs, "wall_s"), 2),
        "compare_cpu_s": round(compare, 2),
        "pairs_per_cpu_s": round(given.documents * given.batch / compare),
        "peak_mb": round(median(costs, "peak_mb")),
    }
    print(f"| {' | '.join(found)} |\n|{' --- |' * len(found)}\n| {' | '.join(map(str, found.values()))} |")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
