"""How much of a text repeats itself (Gopher, table A1 of its appendix)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

TOP_NGRAMS = (2, 3, 4)
DUPLICATE_NGRAMS = (5, 6, 7, 8, 9, 10)
_LABEL = re.compile(r"\*\*[^*\n]{1,60}\*\*")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")


def ngram_chars(words: Sequence[str], window_words: int) -> dict[str, int]:
    """Return `top_{n}gram_chars` for n = 2, 3, 4 and `duplicate_{n}gram_chars` for n = 5..10.

    Top: the characters of the most frequent n-gram, all its occurrences, if it occurs at least twice; of
    equally frequent ones the longest counts, then the earliest. Duplicate: the characters of every n-gram
    that also starts among the `window_words` words before (0: anywhere before), so half of a text that is
    written twice. A character that several n-grams cover counts once, as Gopher asks.
    """
    numbers: dict[str, int] = {}
    word_numbers = [numbers.setdefault(word, len(numbers)) for word in words]
    word_chars = [len(word) for word in words]
    chars: dict[str, int] = {}
    # An n-gram can only repeat where its first n - 1 words do, so each round looks at fewer places than the
    # last. An n-gram is named by the place where it first stands, and keyed by the name of its head and its
    # last word.
    places, heads = list(range(len(words))), word_numbers
    for n in range(2, DUPLICATE_NGRAMS[-1] + 1):
        if places and places[-1] + n > len(words):
            places.pop()
        keys = [(head, word_numbers[place + n - 1]) for place, head in zip(places, heads, strict=False)]
        counts = Counter(keys)
        repeated = [(place, key) for place, key in zip(places, keys, strict=True) if counts[key] > 1]
        first: dict[tuple[int, int], int] = {}
        heads = [first.setdefault(key, place) for place, key in repeated]
        places = [place for place, _ in repeated]
        if n in TOP_NGRAMS:
            rank = {place: (counts[key], sum(word_chars[place : place + n])) for key, place in first.items()}
            top = max(rank, key=rank.__getitem__, default=None)
            covered = [place for place, head in zip(places, heads, strict=True) if head == top]
            chars[f"top_{n}gram_chars"] = _covered_chars(covered, n, word_chars)
        elif n in DUPLICATE_NGRAMS:
            covered = _places_of_duplicates(places, heads, window_words or len(words))
            chars[f"duplicate_{n}gram_chars"] = _covered_chars(covered, n, word_chars)
    return chars


def _places_of_duplicates(places: Sequence[int], heads: Sequence[int], window_words: int) -> list[int]:
    duplicates = []
    last: dict[int, int] = {}
    for place, head in zip(places, heads, strict=True):
        if head in last and place - last[head] <= window_words:
            duplicates.append(place)
        last[head] = place
    return duplicates


def _covered_chars(places: Iterable[int], n: int, word_chars: Sequence[int]) -> int:
    """Return the characters of the words at `place .. place + n - 1` for ascending places, overlaps once."""
    total = end = 0
    for place in places:
        total += sum(word_chars[max(place, end) : place + n])
        end = place + n
    return total


def line_shares(prose: str) -> dict[str, float]:
    """Return the shares of lines and paragraphs that stand in the prose before, by number and characters.

    Lines are the non-empty lines, paragraphs what blank lines divide, both without outer white space. A
    label, a line or paragraph in bold type only ("**Solution**"), is part of the layout and not counted.
    """
    lines = _unlabelled(prose.splitlines())
    paragraphs = _unlabelled(_PARAGRAPH_BREAK.split(prose))
    line, line_chars = _duplicate_shares(lines)
    paragraph, paragraph_chars = _duplicate_shares(paragraphs)
    return {
        "duplicate_line_share": line,
        "duplicate_line_char_share": line_chars,
        "duplicate_paragraph_share": paragraph,
        "duplicate_paragraph_char_share": paragraph_chars,
    }


def _unlabelled(pieces: Iterable[str]) -> list[str]:
    return [stripped for piece in pieces if (stripped := piece.strip()) and not _LABEL.fullmatch(stripped)]


def _duplicate_shares(pieces: Sequence[str]) -> tuple[float, float]:
    if not pieces:
        return 0.0, 0.0
    counts = Counter(pieces)
    n_duplicate_chars = sum(len(piece) * (count - 1) for piece, count in counts.items())
    return (len(pieces) - len(counts)) / len(pieces), n_duplicate_chars / sum(map(len, pieces))
