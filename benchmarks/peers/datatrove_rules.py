"""datatrove's four quality filters over a Parquet file: `PYTHON datatrove_rules.py FILE english|white_space chain|every`."""

import sys
import tempfile
from collections.abc import Iterable, Iterator

from datatrove.data import Document
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.readers import ParquetReader
from datatrove.utils import word_tokenizers


class WhiteSpace(word_tokenizers.WhitespaceTokenizer):
    """Words are what stands between white space; sentences by datatrove's own pattern for languages without tokenizer."""

    def word_tokenize(self, text: str) -> list[str]:
        return text.split()


class Every(PipelineStep):
    """All filters on every document, each on the text as it came."""

    def __init__(self, filters: list[BaseFilter]):
        super().__init__()
        self.filters = filters

    def run(self, data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        for document in data:
            for one in self.filters:
                one.filter(Document(text=document.text, id=document.id))
            yield document


def main(path: str, words: str, chain: str) -> None:
    if words == "white_space":
        tokenizer = WhiteSpace()
        word_tokenizers.load_word_tokenizer = lambda _language: tokenizer
    folder, _, name = path.rpartition("/")
    filters = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(), FineWebQualityFilter()]
    steps = [Every(filters)] if chain == "every" else filters
    pipeline = [ParquetReader(folder, glob_pattern=name, text_key="text", id_key="id"), *steps]
    with tempfile.TemporaryDirectory() as logs:
        LocalPipelineExecutor(pipeline, tasks=1, logging_dir=logs).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
