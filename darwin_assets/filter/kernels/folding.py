"""The code-point table by which texts are folded to words: built once a process, from the Unicode data of Python.

A code point is decomposed (NFKD), its diacritics are dropped, the rest is case folded; what then is neither a letter nor a
digit ends a word. Everything is a matter of the code point alone, so that a table is the whole definition:

* dropped: marks with a combining class (accents, vowel points, viramas), enclosing marks, and what joins or hides
  without being seen (soft hyphen, joiners, variation selectors);
* other marks (vowel signs of the Indic scripts) belong to the word;
* some code points stand for several (ß: ss, ﬁ: fi, ½: 1 and 2, Hangul syllables: their letters).

Two versions of Python may know different letters; code points above `N_CODE_POINTS` end a word.
"""

from __future__ import annotations

import operator
import unicodedata
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

N_CODE_POINTS = 0x323B0
SEPARATOR, DROPPED = 0, -1

_HANGUL = range(0xAC00, 0xD7A4)
_SURROGATES = range(0xD800, 0xE000)
_INVISIBLE = frozenset(
    map(chr, chain((0xAD, 0x34F, 0x200C, 0x200D, 0x2060, 0xFEFF), range(0x180B, 0x180E), range(0xFE00, 0xFE10)))
)


class Folding(NamedTuple):
    """`single[c]`: what code point c becomes; `SEPARATOR`, `DROPPED`, or below: `-2 - place` in `several`, where the
    number of its code points stands before them."""

    single: NDArray[np.int32]
    several: NDArray[np.int32]


@cache
def folding() -> Folding:
    codes = np.arange(N_CODE_POINTS, dtype="<u4")
    codes[_SURROGATES.start : _SURROGATES.stop] = 0
    characters = codes.tobytes().decode("utf-32-le")
    letters = np.fromiter(map(str.isalnum, characters), dtype=bool, count=N_CODE_POINTS)
    others = [
        code
        for code in np.flatnonzero(~letters).tolist()
        if characters[code] in _INVISIBLE or _is_mark(characters[code])
    ]
    folds = map(operator.ne, map(str.casefold, characters), characters)
    decomposes = map(unicodedata.decomposition, characters)
    special = (code for code, found in enumerate(map(operator.or_, map(bool, decomposes), folds)) if found)
    single = np.where(letters, np.arange(N_CODE_POINTS), SEPARATOR).astype(np.int32)
    several: list[int] = []
    for code in chain(others, special):
        folded = fold_character(characters[code])
        if len(folded) == 1:
            single[code] = folded[0]
        elif not folded:
            single[code] = DROPPED
        else:
            single[code] = -2 - len(several)
            several += (len(folded), *folded)
    single[_HANGUL.start : _HANGUL.stop] = -2 - len(several) - 4 * np.arange(len(_HANGUL))
    several += _syllables().ravel().tolist()
    return Folding(single, np.array(several, dtype=np.int32))


def _syllables() -> NDArray[np.int64]:
    """For each Hangul syllable the number of its letters and the letters (Unicode §3.12), the third 0 where it has two."""
    place = np.arange(len(_HANGUL))
    last = place % 28
    letters = (0x1100 + place // 588, 0x1161 + place % 588 // 28, np.where(last, 0x11A7 + last, 0))
    return np.stack((np.where(last, 3, 2), *letters), axis=1)


def fold_character(character: str) -> tuple[int, ...]:
    """The code points that a character becomes, `SEPARATOR` for each that ends a word."""
    kept = (one for one in unicodedata.normalize("NFKD", character) if not _is_dropped(one))
    return tuple(ord(one) if _belongs_to_word(one) else SEPARATOR for part in kept for one in part.casefold())


def _is_dropped(character: str) -> bool:
    return unicodedata.combining(character) != 0 or character in _INVISIBLE or unicodedata.category(character) == "Me"


def _belongs_to_word(character: str) -> bool:
    return character.isalnum() or _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"
