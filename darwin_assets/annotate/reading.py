"""What the light models see of texts: a unit vector of their words, ratios of style, and the words themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from darwin_assets.annotate.characters import class_table
from darwin_assets.annotate.embedding import word_vectors
from darwin_assets.annotate.style import WORD_GROUPS, style

_FNV_SEED, _FNV_PRIME, _MASK = 14695981039346656037, 1099511628211, 2**64 - 1
_SHORTEST = 1e-12


@dataclass(frozen=True)
class Reading:
    """Of n texts: `vectors` (n, 256) of unit length, `style` (n, len(NAMES)), `n_words` (n).

    `words[first_word[i] : first_word[i + 1]]` are the 64-bit hashes of text i's words in small letters, and
    `prose[first_byte[i] : first_byte[i + 1]]` its bytes with formulas, commands and addresses set aside. A text without
    words has a zero vector.
    """

    vectors: npt.NDArray[np.float32]
    style: npt.NDArray[np.float64]
    words: npt.NDArray[np.uint64]
    first_word: npt.NDArray[np.int64]
    prose: npt.NDArray[np.uint8]
    first_byte: npt.NDArray[np.int64]

    @property
    def n_words(self) -> npt.NDArray[np.int64]:
        return np.diff(self.first_word)


def read(texts: list[str]) -> Reading:
    """Read texts. Each row depends on its own text only, so batches of any size give the same numbers."""
    from darwin_assets.annotate.kernels import reading as kernel
    from darwin_assets.annotate.kernels.vectors import number_words, sum_rows

    # without Polars, whose threads must not start in a process that others are forked from
    encoded = [text.encode() for text in texts]
    starts = np.cumsum([0, *map(len, encoded)])
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    keys, groups = _group_table()
    counts, exact, words, first_word, spans, prose, first_byte = kernel.read(
        data, starts, class_table(), keys, groups, len(WORD_GROUPS)
    )
    numbers, places = number_words(exact)
    raw = prose.tobytes()
    different = [raw[start:end].decode() for start, end in spans[places].tolist()]
    sums = sum_rows(numbers, first_word, word_vectors(different))
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _SHORTEST)
    return Reading(sums / lengths, style(counts), words, first_word, prose, first_byte)


def word_hash(word: str) -> int:
    """The 64-bit hash (FNV-1a over UTF-8) that stands for a word in a `Reading`."""
    value = _FNV_SEED
    for byte in word.encode():
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return value


@cache
def _group_table() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """The words of WORD_GROUPS as sorted hashes, and the group of each."""
    pairs = sorted(
        (word_hash(word), group) for group, words in enumerate(WORD_GROUPS.values()) for word in words.split()
    )
    return np.array([key for key, _ in pairs], dtype=np.uint64), np.array([group for _, group in pairs], dtype=np.int64)
