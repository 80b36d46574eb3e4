"""Near-duplicates end to end, read, sign, match, verify, write: beside datatrove's four stages, and for 1 % more documents.

    python -m benchmarks.near_duplicates CORPUS.parquet ... [--datatrove PYTHON] [--rounds 5] [--words english]
    python -m benchmarks.near_duplicates --recall CORPUS.parquet
    python -m benchmarks.near_duplicates --added CORPUS.parquet

CORPUS: benchmarks/corpus.py. Both sides read Parquet, work with 14 bands of 8 hashes over runs of 5 words, and write what
they keep; ours compares every candidate pair exactly before it drops one. Whole processes, taken in turns, medians.

--recall: of the planted pairs, by similarity, how many share a band beside the theoretical curve, and how many of what is
reported is above the threshold, by a comparison in plain Python.

--added: the last hundredth of the corpus beside an index of the rest, as a share of the whole from scratch, and whether the
same documents are kept. Whole processes and, for a process that stands already, without its start (an empty corpus).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.paired import Cost, median, ratios, take_turns
from darwin_assets.filter.duplicates import find_twins
from darwin_assets.filter.probability import match_probability
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import SIGNATURE, sign
from tests.shingle_reference import jaccard, shingle_set

if TYPE_CHECKING:
    from darwin_assets.filter.shingle_sets import TextsOf

SETTINGS = FilterSettings()
PEERS = {"english": ("datatrove, its words", []), "white_space": ("datatrove, white space", ["--whitespace"])}
SLICE_DOCUMENTS = 10_000
ADDED_SHARE = 0.01
REQUIRED = {"datatrove, its words": {100_000: 100.0, 300_000: 130.0}, "datatrove, white space": {100_000: 20.0}}
MAX_ADDED_SHARE, MAX_OFF_CURVE, MAX_PEAK_MB = 0.03, 0.03, 1024
BIN = 0.05


def rows_of(path: Path, columns: tuple[str, ...], wanted: pl.Expr) -> Iterator[pl.DataFrame]:
    """The wanted rows, in order, a slice at a time, so that the memory of one is used again for the next."""
    rows = pl.scan_parquet(path)
    for first in range(0, rows.select(pl.len()).collect().item(), SLICE_DOCUMENTS):
        yield rows.slice(first, SLICE_DOCUMENTS).filter(wanted).select(columns or pl.all()).collect()


def texts_of(path: Path) -> TextsOf:
    return lambda wanted: rows_of(path, ("id", "text"), pl.col("id").is_in(wanted["id"].implode()))


def deduplicate(corpus: Path, out: Path, index: Path | None) -> int:
    """Write what is kept of the corpus (`kept`, a file a slice) and its signatures (`index.parquet`); how many are kept.

    `index`: such a folder, of what is published already.
    """
    slices = rows_of(corpus, ("id", "text"), pl.lit(True))
    signatures = pl.concat([pl.DataFrame(schema=SIGNATURE), *(sign(rows, SETTINGS) for rows in slices)])
    published = pl.LazyFrame(schema={"batch": pl.String, **SIGNATURE})
    if index:
        published = pl.scan_parquet(index / "index.parquet").with_columns(batch=pl.lit("published"))
    published_texts = texts_of(index / "kept") if index else lambda _: []
    twins = find_twins(signatures, texts_of(corpus), published, published_texts, SETTINGS)
    shutil.rmtree(out / "kept", ignore_errors=True)
    (out / "kept").mkdir(parents=True)
    stays = ~pl.col("id").is_in(twins["id"].implode())
    for number, rows in enumerate(rows_of(corpus, (), stays)):
        rows.write_parquet(out / f"kept/{number:05}.parquet", compression="uncompressed", statistics=False)
    kept = signatures.filter(stays)
    kept.write_parquet(out / "index.parquet", compression="uncompressed")
    return kept.height


def beside_datatrove(
    corpora: list[Path], datatrove: str | None, words: list[str], rounds: int
) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for corpus in corpora:
        n_documents = pl.scan_parquet(corpus).select(pl.len()).collect().item()
        with tempfile.TemporaryDirectory() as folder:
            commands = {"darwin": own_command(corpus, Path(folder) / "darwin")}
            if datatrove:
                script = str(Path(__file__).parent / "peers/datatrove_near_duplicates.py")
                for name, options in map(PEERS.__getitem__, words):
                    commands[name] = [datatrove, script, str(corpus), str(Path(folder) / name), *options]
            costs = take_turns(commands, rounds)
        found += [line(n_documents, name, costs) for name in costs]
    return found


def own_command(corpus: Path, out: Path, index: Path | None = None) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.near_duplicates", "--own", str(out), str(corpus)]
    return [*command, "--index", str(index)] if index else command


def line(n_documents: int, name: str, costs: dict[str, list[Cost]]) -> dict[str, object]:
    own = costs[name]
    ratio = None if name == "darwin" else sorted(ratios(costs, name, "darwin"))[len(own) // 2]
    return {
        "documents": n_documents, "what": name, "cpu_s": round(median(own), 2), "wall_s": round(median(own, "wall_s"), 1),
        "peak_mb": round(median(own, "peak_mb")), "kept": own[0].said.get("kept"),
        "times_ours": None if ratio is None else round(ratio, 1), "required": REQUIRED.get(name, {}).get(n_documents),
    }  # fmt: skip


def recall(corpus: Path) -> list[dict[str, object]]:
    """Planted pairs by their true similarity, and the precision of what is reported."""
    rows = pl.read_parquet(corpus, columns=["id", "text", "planted_of"])
    signatures = sign(rows.select("id", "text"), SETTINGS)
    text_of = dict(rows.select("id", "text").iter_rows())
    keys = {row_id: set(found) for row_id, found in signatures.select("id", "band_keys").iter_rows()}
    bins: dict[float, list[tuple[float, bool]]] = {}
    for left, right in rows.filter(pl.col("planted_of").is_not_null()).select("id", "planted_of").iter_rows():
        similarity = true_jaccard(text_of, left, right)
        if similarity < 1.0:
            bins.setdefault(similarity // BIN * BIN, []).append((similarity, not keys[left].isdisjoint(keys[right])))
    found: list[dict[str, object]] = []
    for low, pairs in sorted(bins.items()):
        share = sum(met for _, met in pairs) / len(pairs)
        curve = sum(match_probability(similarity, *SETTINGS.bands_and_rows) for similarity, _ in pairs) / len(pairs)
        found.append({
            "similarity": f"{low:.2f}..{low + BIN:.2f}", "pairs": len(pairs), "share_a_band": round(share, 3),
            "curve": round(curve, 3), "within": abs(share - curve) <= MAX_OFF_CURVE,
        })  # fmt: skip
    reader = lambda wanted: [rows.select("id", "text").join(wanted, on="id", how="semi")]  # noqa: E731
    twins = find_twins(signatures, reader, signatures.clear().with_columns(batch=pl.lit("")), reader, SETTINGS)
    near = twins.filter(rule="duplicate.near").select("id", "survivor_id", "similarity").rows()
    exact = sum(
        true_jaccard(text_of, left, right) == reported >= SETTINGS.min_jaccard for left, right, reported in near
    )
    return [*found, {"similarity": "reported as twins", "pairs": len(near), "precision": exact / len(near)}]


def true_jaccard(text_of: dict[str, str], left: str, right: str) -> float:
    return jaccard(*(shingle_set(text_of[one], SETTINGS.shingle_words) for one in (left, right)))


def added(corpus: Path, rounds: int) -> list[dict[str, object]]:
    """The cost of the last hundredth, beside an index of the rest, and of everything from scratch."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = pl.scan_parquet(corpus)
        n_documents = rows.select(pl.len()).collect().item()
        n_before = round(n_documents * (1 - ADDED_SHARE))
        for part, some in (("before", rows.head(n_before)), ("new", rows.slice(n_before)), ("nothing", rows.head(0))):
            some.sink_parquet(folder / f"{part}.parquet", row_group_size=SLICE_DOCUMENTS)
        # in a process of its own: what this one had in memory would count as the peak of those that it starts
        take_turns({"index": own_command(folder / "before.parquet", folder / "index")}, 1)
        costs = take_turns(
            {
                "from scratch": own_command(corpus, folder / "scratch"),
                "1 % more": own_command(folder / "new.parquet", folder / "more", folder / "index"),
                "start of a process": own_command(folder / "nothing.parquet", folder / "nothing"),
            },
            rounds,
        )
        kept = [pl.read_parquet(folder / part / "kept", columns=["id"]) for part in ("index", "more", "scratch")]
        same = pl.concat(kept[:2]).equals(kept[2])
    whole, more, start = (median(found) for found in costs.values())
    return [
        {"what": name, "cpu_s": round(median(found), 2), "peak_mb": round(median(found, "peak_mb"))}
        for name, found in costs.items()
    ] + [
        {
            "what": "1 % more as a share", "of_processes": round(more / whole, 3),
            "without_start": round((more - start) / (whole - start), 4), "at_most": MAX_ADDED_SHARE, "same_kept": same,
        }
    ]  # fmt: skip


def table(found: list[dict[str, object]]) -> str:
    names = list(dict.fromkeys(name for one in found for name in one))
    cells = [
        names,
        ["---"] * len(names),
        *(["" if one.get(name) is None else str(one[name]) for name in names] for one in found),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS")
    parser.add_argument("--datatrove", help="Python of datatrove's environment: benchmarks/peers/install.sh")
    parser.add_argument("--words", nargs="+", choices=PEERS, default=list(PEERS), help="what the peer cuts words by")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recall", action="store_true")
    parser.add_argument("--added", action="store_true")
    parser.add_argument("--own", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--index", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.own:
        print(json.dumps({"kept": deduplicate(options.corpora[0], options.own, options.index)}))
        return
    if options.recall:
        found = recall(options.corpora[0])
    elif options.added:
        found = added(options.corpora[0], options.rounds)
    else:
        found = beside_datatrove(options.corpora, options.datatrove, options.words, options.rounds)
    print(table(found))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
