"""The first tokens of a text: what an arm uses of its last row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

NEIGHBOURHOOD = 64
"""Characters around the place found within which a cut of exactly so many tokens is looked for: counts of a prefix may fall
by a token or two from one character to the next, where a longer word becomes one token."""


def first_tokens(text: str, n_tokens: int, count: Callable[[str], int]) -> str:
    """The longest beginning of the text that `count` finds to be `n_tokens` long; one token less or more is never given
    where a beginning of exactly so many exists nearby, else the longest of fewer."""
    if count(text) <= n_tokens:
        return text
    found = bisect_right(range(len(text)), n_tokens, key=lambda end: count(text[:end])) - 1
    nearby = range(min(found + NEIGHBOURHOOD, len(text)), max(found - NEIGHBOURHOOD, 0), -1)
    counted = [(count(text[:end]), end) for end in nearby]
    return text[: max(((n, end) for n, end in counted if n <= n_tokens), default=(0, 0))[1]]
