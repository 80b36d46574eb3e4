"""Outputs that go in circles: where the second time round begins, and whether nothing else stands at their end."""

from __future__ import annotations

import re

from darwin_assets.closed_loop.channel.words import says_something

TOKEN = re.compile(r"\S+")


def second_round(text: str, n_times: int) -> int | None:
    """Where words begin for the second time that fill the end of a text's last line, `n_times` or more. The last word may be
    cut off."""
    found = list(TOKEN.finditer(text, text.rstrip().rfind("\n") + 1))
    words = [one.group() for one in found]
    for said in (words, words[:-1]):
        for n_words in range(_n_marks_at_end(said) + 1, len(said) // n_times + 1):
            first = _periodic_from(said, n_words)
            if len(said) - first >= n_times * n_words:
                return found[first + n_words - 1].end()
    return None


def _n_marks_at_end(words: list[str]) -> int:
    """Words behind the last one that says something: a circle of fewer says nothing."""
    return next((place for place, word in enumerate(reversed(words)) if says_something(word)), len(words))


def _periodic_from(words: list[str], n_words: int) -> int:
    """The place from which on every word stands again `n_words` further on."""
    place = len(words) - n_words
    while place > 0 and words[place - 1] == words[place - 1 + n_words]:
        place -= 1
    return place


def ends_in_circles(text: str, n_chars: int, n_times: int) -> bool:
    """Whether the last `n_chars` are one stretch, `n_times` or more."""
    end = text.rstrip()[-n_chars:]
    if len(end) < n_chars or not says_something(end):
        return False
    return any(end[length:] == end[:-length] for length in range(1, n_chars // n_times + 1))
