"""All rules of Gopher quality and repetition, C4 and FineWeb, every value written, against datatrove's four filters.

    python -m benchmarks.rules_against_datatrove CORPUS.parquet --peer PYTHON [--peer-documents 10000] [--rounds 5]

CORPUS comes from benchmarks/corpus.py, PYTHON from `benchmarks/peers/install.sh datatrove`. Ours: read the Parquet
file, measure every signal of the whole text, judge by the presets gopher, c4 and fineweb, write all values and
verdicts. Peer: the four filters of datatrove as one pipeline over the same file, with its English tokenizer and with a
white-space tokenizer; a document goes on to the next filter only if it passed, and C4 edits what it passes on. With
--every the peer's filters each see every document, as ours do; --words english leaves the white-space tokenizer out.
Whole processes, start-up included; CPU seconds, user and system. Of the peer, `--peer-documents` or some more are run,
taken evenly from the whole corpus (its head is real documents only, the rest is not), beside none at all, and the
difference is scaled to the whole corpus. Requirement: a ratio of 150 with the English tokenizer at 100,000 documents,
of 20 with the other.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.paired import median, take_turns

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
) -> dict[str, dict[str, float]]:
    """CPU seconds of both sides and their ratio, by kind of words; the peer's are scaled to the whole corpus."""
    n_documents = pl.scan_parquet(corpus).select(pl.len()).collect().item()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.parquet"
        sample = pl.scan_parquet(corpus).gather_every(max(1, n_documents // peer_documents))
        sample.sink_parquet(part)
        peer_documents = sample.select(pl.len()).collect().item()
        pl.scan_parquet(corpus).head(0).sink_parquet(nothing := Path(folder) / "nothing.parquet")
        for words in kinds:
            (out := Path(folder) / words).mkdir()
            commands = {
                "ours": [
                    sys.executable,
                    "-m",
                    "benchmarks.rules_against_datatrove",
                    str(corpus),
                    "--ours",
                    str(out),
                    words,
                ],
                "start": [peer, str(PEER), str(nothing), words, chain],
                "peer": [peer, str(PEER), str(part), words, chain],
            }
            take_turns({"ours": commands["ours"]}, 1)  # compiles the kernels, once an installation
            costs = take_turns(commands, rounds)
            own, start, some = (median(costs[name]) for name in commands)
            whole = start + (some - start) * n_documents / peer_documents
            found[words] = {
                "documents": n_documents, "ours_cpu_s": own, "ours_peak_mb": median(costs["ours"], "peak_mb"),
                "peer_documents": peer_documents, "peer_cpu_s": some, "peer_start_cpu_s": start,
                "peer_scaled_cpu_s": whole, "ratio": whole / own, "required": REQUIRED[words],
            }  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--peer", help="Python of the peer's environment")
    parser.add_argument("--peer-documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--words", nargs="+", choices=list(REQUIRED), default=list(REQUIRED))
    parser.add_argument("--every", dest="chain", action="store_const", const="every", default="chain")
    parser.add_argument("--ours", nargs=2, metavar=("FOLDER", "WORDS"), help="run our side alone")
    asked = parser.parse_args()
    if asked.ours:
        ours(asked.corpus, Path(asked.ours[0]), asked.ours[1])
        return
    found = compare(asked.corpus, asked.peer, asked.peer_documents, asked.rounds, asked.chain, asked.words)
    print(
        "| words | documents | ours, CPU s (peak MB) | datatrove, CPU s | ratio | required |\n|---|---|---|---|---|---|"
    )
    for words, one in found.items():
        print(
            f"| {words} | {one['documents']:,.0f} | {one['ours_cpu_s']:.2f} ({one['ours_peak_mb']:.0f}) "
            f"| {one['peer_scaled_cpu_s']:.0f} | {one['ratio']:.0f} | {one['required']:.0f} |"
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
