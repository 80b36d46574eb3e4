"""The word shingles by which near-duplicates are compared (papers.md §1.3).

A text is folded (compatibility decomposition, diacritics dropped, case folded) and cut into runs of letters
and digits; a shingle is `n` words in a row. Numbers stay as they are: datatrove writes every number as 0,
which makes twins of two tables of data or of two exercises that differ only in their figures.

The hash of a shingle is fixed here to the bit, for the index of what is published outlives any
implementation: word = FNV-1a over the UTF-8 bytes, 64 bits; shingle = the words as a polynomial in `_BASE`
modulo 2^64, mixed by the finalizer of MurmurHash3, upper 32 bits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RUN = re.compile(r"[^\W_]+")
_MARK = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_BASE = 0x9E3779B97F4A7C15
_MIX_MULTIPLIERS = (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)
_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_WORD_BITS = 0xFFFFFFFFFFFFFFFF


def folded_words(text: str) -> list[str]:
    """Return the words of a text, folded, in order."""
    if not text.isascii():
        text = _MARK.sub("", unicodedata.normalize("NFKD", text))
    return _RUN.findall(text.casefold())


def shingle_set(text: str, n: int) -> frozenset[str]:
    """Return the set of shingles of `n` words; one for a text of fewer words, none for a text of none."""
    found = folded_words(text)
    if len(found) <= n:
        return frozenset([" ".join(found)] if found else [])
    return frozenset(map(" ".join, zip(*(found[offset:] for offset in range(n)), strict=False)))


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Return the shared part of two sets, exactly; two empty sets are equal."""
    shared = len(left & right)
    union = len(left) + len(right) - shared
    return shared / union if union else 1.0


def shingle_hashes(text: str, n: int) -> NDArray[np.uint32]:
    """Return the 32-bit hashes of the shingles in order of place, repeats included."""
    import numpy as np

    found = folded_words(text)
    hashes = np.fromiter(map(_word_hash, found), dtype=np.uint64, count=len(found))
    width = min(n, len(found))
    n_shingles = len(found) - width + 1 if found else 0
    mixed = mixed_polynomial(
        (hashes[offset : offset + n_shingles] for offset in range(width)),
        np.zeros(n_shingles, dtype=np.uint64),
    )
    return (mixed >> np.uint64(32)).astype(np.uint32)


def mixed_polynomial(terms: Iterable[NDArray[np.uint64]], start: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `((start * base + term) * base + term) ...` modulo 2^64, its bits mixed."""
    import numpy as np

    value = start
    for term in terms:
        value = value * np.uint64(_BASE) + term
    for multiplier in _MIX_MULTIPLIERS:
        value = (value ^ (value >> np.uint64(33))) * np.uint64(multiplier)
    return value ^ (value >> np.uint64(33))


@lru_cache(maxsize=1 << 18)
def _word_hash(word: str) -> int:
    value = _FNV_OFFSET
    for byte in word.encode():
        value = (value ^ byte) * _FNV_PRIME & _WORD_BITS
    return value
