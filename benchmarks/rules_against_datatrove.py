"""All rules of Gopher quality and repetition, C4 and FineWeb, every value written, against datatrove's four filters.

    python -m benchmarks.rules_against_datatrove CORPUS.parquet --peer PYTHON [--peer-documents 10000] [--rounds 10]

CORPUS comes from benchmarks/corpus.py, PYTHON from `benchmarks/peers/install.sh datatrove`. Ours: read the Parquet
file, measure every signal of the whole text, judge by the presets gopher, c4 and fineweb, write all values and
verdicts. Peer: the four filters of datatrove as one pipeline over the same file, with its English tokenizer and with a
white-space tokenizer; a document goes on to the next filter only if it passed, and C4 edits what it passes on. With
--every the peer's filters each see every document, as ours do; --words english leaves the white-space tokenizer out.
Whole processes, start-up included; CPU seconds, user and system. The peer takes half an hour for 100,000 documents, in
which a machine's speed changes; so each round runs it on another part of the corpus, evenly spread, between two runs of
ours on the whole corpus. By default ten rounds of 10,000 documents: the peer reads each of 100,000 once. A round's
ratio is the peer's seconds, beyond those for no document scaled to the whole corpus, over the mean of our two runs
around it. Requirement: a ratio of 150 with the English tokenizer at 100,000 documents, of 20 with the other.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.paired import measure, median, take_turns

PEER = Path(__file__).parent / "peers" / "datatrove_rules.py"
PRESETS = ("gopher", "c4", "fineweb")
REQUIRED = {"english": 150.0, "white_space": 20.0}
SLICE_DOCUMENTS = 20_000


def ours(corpus: Path, out: Path, words: str) -> None:
    """Write id, signals of the whole text and judgement of every document."""
    from darwin_assets.filter.kernels.text_column import slices
    from darwin_assets.filter.rules import judge
    from darwin_assets.filter.settings import FilterSettings
    from darwin_assets.filter.signals import measure_text_view

    settings = FilterSettings.model_validate({"presets": PRESETS, "words": words})
    n_documents = pl.scan_parquet(corpus).select(pl.len()).collect().item()
    for first in range(0, n_documents, SLICE_DOCUMENTS):
        rows = pl.scan_parquet(corpus).select("id", "text").slice(first, SLICE_DOCUMENTS).collect()
        signals = pl.concat([measure_text_view(column, settings) for column in slices(rows["text"])])
        judged = rows.select("id").hstack(signals).hstack(judge(signals, settings))
        judged.write_parquet(out / f"{first:09}.parquet", compression="lz4", statistics=False)
    print(json.dumps({"documents": n_documents}))


def compare(
    corpus: Path, peer: str, peer_documents: int, rounds: int, chain: str, kinds: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """CPU seconds of both sides for the whole corpus and their ratio, by kind of words."""
    with tempfile.TemporaryDirectory() as folder:
        parts = split(corpus, Path(folder) / "parts", peer_documents)
        pl.scan_parquet(corpus).head(0).sink_parquet(nothing := Path(folder) / "nothing.parquet")
        found = {}
        for words in kinds:
            (out := Path(folder) / words).mkdir()
            own_command = [
                *(sys.executable, "-m", "benchmarks.rules_against_datatrove", str(corpus)),
                *("--ours", str(out), words),
            ]
            measure(own_command)  # compiles the kernels, once an installation
            own, wholes = take_turns({"ours": own_command}, 1)["ours"], []
            for part in islice(cycle(parts), rounds):
                costs = take_turns(
                    {
                        "start": [peer, str(PEER), str(nothing), words, chain],
                        f"peer on {part.name}": [peer, str(PEER), str(part), words, chain],
                        "ours": own_command,
                    },
                    1,
                )
                (start,), (some,), last = costs.values()
                own += last
                wholes.append(start.cpu_s + (some.cpu_s - start.cpu_s) * rows(corpus) / rows(part))
            found[words] = {
                "documents": rows(corpus), "peer_documents": rows(parts[0]), "rounds": rounds,
                "ours_cpu_s": median(own), "ours_peak_mb": median(own, "peak_mb"), "peer_cpu_s": statistics.median(wholes),
                "ratios": (by_round := between(wholes, [one.cpu_s for one in own])),
                "ratio": statistics.median(by_round), "required": REQUIRED[words],
            }  # fmt: skip
    return found


def split(corpus: Path, folder: Path, about: int) -> list[Path]:
    """The corpus in parts of about so many documents or some more, each taken evenly from all of it, since its head is
    real documents only and the rest is not."""
    folder.mkdir()
    n_parts = max(1, rows(corpus) // about)
    parts = [folder / f"{number:03}.parquet" for number in range(n_parts)]
    for first, part in enumerate(parts):
        pl.scan_parquet(corpus).gather_every(n_parts, first).sink_parquet(part)
    return parts


def rows(file: Path) -> int:
    return int(pl.scan_parquet(file).select(pl.len()).collect().item())


def between(theirs: Sequence[float], own: Sequence[float]) -> list[float]:
    """The peer's seconds over the mean of ours before and after, round by round; ours has one run more."""
    return [peer / ((before + after) / 2) for peer, (before, after) in zip(theirs, pairwise(own), strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--peer", help="Python of the peer's environment")
    parser.add_argument("--peer-documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--words", nargs="+", choices=list(REQUIRED), default=list(REQUIRED))
    parser.add_argument("--every", dest="chain", action="store_const", const="every", default="chain")
    parser.add_argument("--ours", nargs=2, metavar=("FOLDER", "WORDS"), help="run our side alone")
    asked = parser.parse_args()
    if asked.ours:
        ours(asked.corpus, Path(asked.ours[0]), asked.ours[1])
        return
    found = compare(asked.corpus, asked.peer, asked.peer_documents, asked.rounds, asked.chain, asked.words)
    print(
        "| words | documents | ours, CPU s (peak MB) | datatrove, CPU s | ratio (rounds) | required |\n"
        "|---|---|---|---|---|---|"
    )
    for words, one in found.items():
        lowest, highest = min(one["ratios"]), max(one["ratios"])
        print(
            f"| {words} | {one['documents']:,} | {one['ours_cpu_s']:.2f} ({one['ours_peak_mb']:.0f}) "
            f"| {one['peer_cpu_s']:.0f} | {one['ratio']:.0f} ({lowest:.0f} to {highest:.0f}) | {one['required']:.0f} |"
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
