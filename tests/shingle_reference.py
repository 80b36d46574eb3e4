"""The word shingles of `filter.kernels`, from their definition, in plain Python: what the kernels must agree with.

A text is decomposed (NFKD), its diacritics are dropped, it is case folded and cut into words; a shingle is `n` words in a
row. Numbers stay as they are.
"""

import unicodedata

INVISIBLE = "\u00ad\u034f\u180b\u180c\u180d\u200c\u200d\u2060\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10)))
BASE = 0x9E3779B97F4A7C15
BITS = (1 << 64) - 1


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    kept = (one for one in unicodedata.normalize("NFKD", text) if not is_dropped(one))
    folded = "".join(kept).casefold()
    return "".join(one if belongs_to_word(one) else " " for one in folded).split(" ")


def is_dropped(one: str) -> bool:
    return unicodedata.combining(one) != 0 or unicodedata.category(one) == "Me" or one in INVISIBLE


def belongs_to_word(one: str) -> bool:
    return one.isalnum() or unicodedata.category(one).startswith("M")


def shingle_list(text: str, n: int) -> list[str]:
    """The shingles of `n` words in order; one for a text of fewer words, none for a text of none."""
    found = [word for word in folded_words(text) if word]
    if len(found) <= n:
        return [" ".join(found)] if found else []
    return [" ".join(found[start : start + n]) for start in range(len(found) - n + 1)]


def shingle_set(text: str, n: int) -> frozenset[str]:
    return frozenset(shingle_list(text, n))


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """The shared part of two sets; two empty sets are equal."""
    union = len(left | right)
    return len(left & right) / union if union else 1.0


def shingle_hash(shingle: str) -> int:
    """FNV-1a over the code points of each word, the words as a polynomial, mixed as in MurmurHash3; all modulo 2^64."""
    value = 0
    for word in shingle.split(" "):
        hashed = 0xCBF29CE484222325
        for character in word:
            hashed = (hashed ^ ord(character)) * 0x100000001B3 & BITS
        value = (value * BASE + hashed) & BITS
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * multiplier & BITS
    return value ^ value >> 33
