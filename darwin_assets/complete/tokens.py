"""Who counts tokens: each counter bears a name, so that a count can be read for what it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MAX_SLICE_CHARS = 100_000


@dataclass(frozen=True)
class Counter:
    """A name and a function from text to its number of tokens."""

    name: str
    count: Callable[[str], int]


@cache
def counter(tokenizer: str) -> Counter:
    """The counter that `CompleteSettings.tokenizer` names. ValueError when it is neither a name nor a file.

    A text above 100,000 characters is counted in slices, which can count a token too many per slice.
    """
    if tokenizer == "words":
        return Counter("words", lambda text: len(text.split()))
    if tokenizer == "bpe-openai/cl100k_base":
        return Counter(tokenizer, sliced(bpe_openai_count()))
    if Path(tokenizer).is_file():
        digest = hashlib.sha256(Path(tokenizer).read_bytes()).hexdigest()[:12]
        return Counter(f"{Path(tokenizer).name}#{digest}", sliced(file_count(tokenizer)))
    raise ValueError(
        f'{tokenizer!r} is no tokenizer: use "bpe-openai/cl100k_base", "words" or the path of a tokenizer.json'
    )


def bpe_openai_count() -> Callable[[str], int]:
    """The vocabulary that ships inside bpe-openai; special tokens in a text are read as plain text."""
    import bpe_openai

    encoding = bpe_openai.get_encoding("cl100k_base")
    return lambda text: len(encoding.encode_ordinary(text))


def file_count(path: str) -> Callable[[str], int]:
    """A local tokenizer.json, without the tokens that a model adds around a text."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(path)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def sliced(count: Callable[[str], int]) -> Callable[[str], int]:
    """A counter that is never given more than MAX_SLICE_CHARS at once."""

    def total(text: str) -> int:
        return sum(count(text[at : at + MAX_SLICE_CHARS]) for at in range(0, len(text), MAX_SLICE_CHARS))

    return total
