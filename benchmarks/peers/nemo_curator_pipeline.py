"""NeMo Curator's heuristic filters on the CPU, run by its own Python: what it has of L2 without a GPU.

    PYTHON benchmarks/peers/nemo_curator_pipeline.py IN.parquet OUT.parquet

Its stages are called one after the other in this process, without Ray, which is in its favour. Its near-duplicate
removal needs a GPU and is left out.
"""

import json
import sys

import pandas as pd
from loguru import logger
from nemo_curator.stages.text.filters import ScoreFilter
from nemo_curator.stages.text.filters.heuristic import repetition, string
from nemo_curator.tasks import DocumentBatch

FILTERS = (
    "NonAlphaNumericFilter", "SymbolsToWordsFilter", "NumbersFilter", "UrlsFilter", "BulletsFilter", "WhiteSpaceFilter",
    "ParenthesesFilter", "LongWordFilter", "WordCountFilter", "BoilerPlateStringFilter", "MeanWordLengthFilter",
    "RepeatedLinesFilter", "RepeatedParagraphsFilter", "RepeatedLinesByCharFilter", "RepeatedParagraphsByCharFilter",
    "PunctuationFilter", "EllipsisFilter", "CommonEnglishWordsFilter", "WordsWithoutAlphabetsFilter",
)  # fmt: skip
NGRAMS = (
    *(("RepeatingTopNGramsFilter", n, ratio) for n, ratio in ((2, 0.2), (3, 0.18), (4, 0.16))),
    *(
        ("RepeatingDuplicateNGramsFilter", n, ratio)
        for n, ratio in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))
    ),
)


def _filter(name: str) -> type:
    return getattr(string, name, None) or getattr(repetition, name)


def main(source: str, target: str) -> dict[str, int]:
    """Documents in, and kept by all filters; every score is written."""
    logger.remove()
    frame = pd.read_parquet(source, columns=["id", "text"])
    chosen = [(name, _filter(name)()) for name in FILTERS]
    chosen += [(f"{name}_{n}", _filter(name)(n, ratio)) for name, n, ratio in NGRAMS]
    batch = DocumentBatch(dataset_name="corpus", data=frame)
    for name, one in chosen:
        batch = ScoreFilter(one, text_field="text", score_field=name).process(batch)
    batch.to_pandas().to_parquet(target)
    return {"documents": len(frame), "kept": batch.num_items}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2])))
