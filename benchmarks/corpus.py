"""The corpus of the benchmarks: real text of ../shared/data, grown to any number of documents, with planted twins.

    python benchmarks/corpus.py ../shared/data OUT.parquet --documents 100000

Columns: id, url, source, text, planted_of (id of the original, null for originals), planted_jaccard (the similarity aimed
at). First come the real documents of the data as L1 makes them, cut into pieces of about 2 KB at paragraph ends; then
documents put together from runs of one to four neighbouring sentences of the real ones. One document in ten is a
near-duplicate of one before it: words are replaced at the rate that gives a Jaccard similarity of five-word shingles between
0.5 and 0.98; one in fifty is an exact copy. Same seed, same corpus.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from darwin_assets.acquire.media_types import detect
from darwin_assets.normalize.document import Unreadable
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings

FOLDERS = ("textbooks", "papers", "html", "pdf")
PIECE_CHARS = 2100
SHINGLE_WORDS = 5
NEAR_SHARE, EXACT_SHARE = 0.10, 0.02
JACCARD_RANGE = (0.5, 0.98)
SLICE_DOCUMENTS = 50_000
SCHEMA = {
    "id": pl.String(), "url": pl.String(), "source": pl.String(), "text": pl.String(), "planted_of": pl.String(),
    "planted_jaccard": pl.Float64(),
}  # fmt: skip
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]+[ ]?|[^\n]+\n?")


def real_texts(data: Path) -> Iterator[tuple[str, str]]:
    """(source, text) of every readable document, equal texts once."""
    seen: set[str] = set()
    for path in sorted(path for folder in FOLDERS for path in (data / folder).rglob("*") if path.is_file()):
        raw = path.read_bytes()
        try:
            text = parse(raw, detect(path.name, raw[:4096]), NormalizeSettings()).text
        except Unreadable:
            continue
        if text not in seen:
            seen.add(text)
            yield "-".join(path.relative_to(data).parts[:2]), text


def pieces(text: str) -> Iterator[str]:
    """A text cut at paragraph ends into pieces of about PIECE_CHARS characters."""
    piece: list[str] = []
    for paragraph in text.split("\n\n"):
        piece.append(paragraph)
        if sum(map(len, piece)) >= PIECE_CHARS:
            yield "\n\n".join(piece)
            piece = []
    if piece:
        yield "\n\n".join(piece)


class Grower:
    """Puts new documents together from the sentences of real ones."""

    def __init__(self, texts: list[str], chance: random.Random):
        self._chance = chance
        self._sentences = [sentences for text in texts if len(sentences := _SENTENCE.findall(text)) > 20]
        self._words = sorted({word for text in texts[:400] for word in text.split() if word.isalpha()})

    def document(self) -> str:
        wanted = self._chance.lognormvariate(7.55, 0.45)
        paragraphs, n_chars = [], 0
        while n_chars < wanted:
            source = self._chance.choice(self._sentences)
            start = self._chance.randrange(len(source))
            runs = "".join(source[start : start + self._chance.randint(1, 4)]).strip()
            if runs:
                paragraphs.append(runs)
                n_chars += len(runs)
        breaks = (self._chance.choice((" ", "\n", "\n\n", "\n\n")) for _ in paragraphs)
        return "".join(part for pair in zip(paragraphs, breaks, strict=True) for part in pair).strip()

    def near_duplicate(self, text: str, jaccard: float) -> str:
        """The text with words replaced so often that about `jaccard` of the shingles stay."""
        kept = 2 * jaccard / (1 + jaccard)
        rate = 1 - kept ** (1 / SHINGLE_WORDS)
        tokens = re.split(r"(\s+)", text)
        for place in range(0, len(tokens), 2):
            if self._chance.random() < rate:
                tokens[place] = self._chance.choice(self._words)
        return "".join(tokens)


def rows(texts: list[tuple[str, str]], documents: int, seed: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(seed)
    grower = Grower([text for _, text in texts], chance)
    real = [(source, piece) for source, text in texts for piece in pieces(text)]
    originals: list[tuple[str, str]] = []
    for number in range(documents):
        name = f"d{number:07d}"
        lot = chance.random()
        planted, jaccard = None, None
        if originals and lot < NEAR_SHARE + EXACT_SHARE:
            planted, text = chance.choice(originals[-5000:])
            source = "planted"
            jaccard = 1.0 if lot < EXACT_SHARE else chance.uniform(*JACCARD_RANGE)
            text = text if lot < EXACT_SHARE else grower.near_duplicate(text, jaccard)
        else:
            source, text = real.pop() if real else (f"grown-{number % 20}", grower.document())
            originals.append((name, text))
            del originals[:-5000]
        yield name, f"https://{source}.example.org/{name}", source, text, planted, jaccard


def write(data: Path, out: Path, documents: int, seed: int) -> None:
    texts = list(real_texts(data))
    frames, part = [], []
    for row in rows(texts, documents, seed):
        part.append(row)
        if len(part) == SLICE_DOCUMENTS:
            frames.append(pl.DataFrame(part, schema=SCHEMA, orient="row"))
            part = []
    frames.append(pl.DataFrame(part, schema=SCHEMA, orient="row"))
    out.parent.mkdir(parents=True, exist_ok=True)
    corpus = pl.concat(frames)
    corpus.write_parquet(out, compression="zstd", row_group_size=10_000)
    n_bytes = corpus["text"].str.len_bytes().sum()
    print(f"{out}: {corpus.height} documents, {n_bytes / corpus.height:.0f} bytes on average, {n_bytes / 1e6:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.data, options.out, options.documents, options.seed)
