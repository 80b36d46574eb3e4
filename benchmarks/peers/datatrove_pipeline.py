"""datatrove's pipeline of L2's steps, run by datatrove's own Python: quality rules, then near-duplicates in four stages.

    PYTHON benchmarks/peers/datatrove_pipeline.py IN.parquet OUT_FOLDER [--whitespace]

Its language filter downloads a model and is left out, which is in datatrove's favour. `--whitespace` replaces its tokenizer
by splitting at white space.
"""

import json
import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader, ParquetReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils import word_tokenizers


class WhitespaceTokenizer(word_tokenizers.WordTokenizer):
    """Words are what white space divides."""

    def word_tokenize(self, text: str) -> list[str]:
        return text.split()

    def sent_tokenize(self, text: str) -> list[str]:
        return [text]

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


def run(source: Path, out: Path, name: str, steps: list[object], tasks: int = 1) -> None:
    LocalPipelineExecutor(pipeline=steps, tasks=tasks, workers=1, logging_dir=str(out / "logs" / name)).run()


def main(source: Path, out: Path) -> int:
    """Documents that all stages keep."""
    kept, config = str(out / "kept"), MinhashConfig()
    folders = {stage: str(out / stage) for stage in ("signatures", "buckets", "clusters", "final")}
    rules = [
        ParquetReader(str(source.parent), glob_pattern=source.name, text_key="text", id_key="id"),
        GopherRepetitionFilter(), GopherQualityFilter(), JsonlWriter(kept, compression=None),
    ]  # fmt: skip
    run(source, out, "rules", rules)
    run(source, out, "signatures", [JsonlReader(kept), MinhashDedupSignature(folders["signatures"], config)])
    buckets = MinhashDedupBuckets(folders["signatures"], folders["buckets"], config=config)
    run(source, out, "buckets", [buckets], tasks=config.num_buckets)
    run(source, out, "cluster", [MinhashDedupCluster(folders["buckets"], folders["clusters"], config)])
    last = [JsonlReader(kept), MinhashDedupFilter(folders["clusters"]), JsonlWriter(folders["final"], compression=None)]
    run(source, out, "filter", last)
    return sum(1 for path in Path(folders["final"]).glob("*.jsonl") for _ in path.open(encoding="utf-8"))


if __name__ == "__main__":
    if "--whitespace" in sys.argv:
        for module in list(sys.modules.values()):
            if hasattr(module, "load_word_tokenizer"):
                module.load_word_tokenizer = lambda _language: WhitespaceTokenizer()
    from pyarrow import parquet

    documents = parquet.ParquetFile(sys.argv[1]).metadata.num_rows
    print(json.dumps({"documents": documents, "kept": main(Path(sys.argv[1]), Path(sys.argv[2]))}))
