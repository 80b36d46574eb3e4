"""How good a classifier becomes that is distilled from labels, on documents of the shared data that it has not seen.

    python benchmarks/annotate_distil.py [SHARED_DATA]

The label of a document is where it comes from (physics book, chemistry books, statistics books, open logic, abstracts, code).
Documents with equal texts count once; the figures are those of the card: 70 % to train, 10 % to calibrate, 20 % to test.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import polars as pl
from annotate_samples import samples

from darwin_assets.annotate.distil.card import card
from darwin_assets.annotate.distil.distil import distil
from darwin_assets.annotate.distil.labels import labelled_texts
from darwin_assets.annotate.documents import read_documents
from darwin_assets.annotate.settings import AnnotateSettings

GROUPS = ("physics book", "chemistry books", "statistics books", "open logic", "pubmed abstracts", "python modules")
N_RUNS = 5


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shared_data", nargs="?", type=Path)
    data = arguments.parse_args().shared_data or Path(os.environ.get("DARWIN_SHARED_DATA", "../shared/data"))
    if not data.is_dir():
        arguments.error(f"{data} is not a folder: name the folder of shared data, or set DARWIN_SHARED_DATA")
    found = [sample for sample in samples(data) if sample.group in GROUPS]
    frame = pl.DataFrame({"text": [one.text for one in found], "label": [one.group for one in found]})
    texts = labelled_texts(frame, "text", "label", None)
    started = time.process_time()
    distilled = distil(texts, "sources", AnnotateSettings())
    seconds = time.process_time() - started
    print(
        card(distilled.model, distilled.report, distilled.counts, "their sources", distilled.error_without_temperature)
    )
    print(f"{texts.rows.height} documents, {texts.dropped} repeated; training and figures: {seconds:.1f} CPU seconds")
    documents = read_documents(texts.rows.select("text"), AnnotateSettings())
    runs = []
    for _ in range(N_RUNS):
        started = time.process_time()
        distilled.model.probabilities(documents)
        runs.append(time.process_time() - started)
    print(
        f"scoring documents once read: {texts.rows.height / sorted(runs)[N_RUNS // 2]:.0f} a CPU second, median of {N_RUNS}"
    )


if __name__ == "__main__":
    main()
