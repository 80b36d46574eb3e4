"""Where an output first states its answer: in a box, behind words that announce it, or as its whole first line."""

from __future__ import annotations

import re
from typing import NamedTuple

from darwin_assets.closed_loop.channel.words import n_words
from darwin_assets.evaluation.scoring.braces import group_end

BOX = re.compile(r"\\f?boxed\s*(?=\{)")
ANNOUNCED = re.compile(
    r"(?:\bthe\s+(?:(?:final|correct|right|best)\s+)?answer\s+is\b:?|^[ \t*#]*(?:final\s+)?answer\s*:|答案(?:是|为)?[:：]?)"
    r"[ \t*]*+(?=\S)"
    r"|^(?:A:|####)[ \t]*(?=[-$]?\.?\d[\d,./]*%?\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""BIG-Bench Hard's "So the answer is", "ANSWER: C", GSM8K's "#### 18" and "A: 18"."""
SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？\n]")
THOUGHTS, THOUGHTS_END = "<think>", "</think>"
OPENING = re.compile(r"^(?:[#*`~]|-\s|\d+[.)]\s)|[:,;：，]$")
"""A first line that opens an explanation, a list or a program."""


class Stated(NamedTuple):
    """A statement of an answer: where it begins, where what it says does, and where its sentence or line has ended."""

    start: int
    said: int
    end: int


def n_thought(output: str) -> int:
    """Characters of thoughts, which give no answer yet: all of an output whose thoughts have no end."""
    if THOUGHTS_END not in output:
        return len(output) if output.lstrip().startswith(THOUGHTS) else 0
    return output.rfind(THOUGHTS_END) + len(THOUGHTS_END)


def first_answer(said: str, most_words: int | None) -> Stated | None:
    """The first statement of an answer, if any: a box before announcing words, which often stand above one.

    Without both the first line is the answer where it has at most `most_words` words (null: right answers fit no line).
    """
    return _boxed(said) or _announced(said) or (None if most_words is None else _first_line(said, most_words))


def _boxed(text: str) -> Stated | None:
    box = BOX.search(text)
    closed = box and group_end(text, box.end())
    return Stated(box.start(), box.end() + 1, _sentence_end(text, closed + 1)) if box and closed else None


def _announced(text: str) -> Stated | None:
    words = ANNOUNCED.search(text)
    return Stated(words.start(), words.end(), _sentence_end(text, words.end())) if words else None


def _sentence_end(text: str, position: int) -> int:
    found = SENTENCE_END.search(text, position)
    return len(text) if found is None else found.end()


def _first_line(text: str, most_words: int) -> Stated | None:
    start = len(text) - len(text.lstrip())
    line = text[start:].split("\n", 1)[0].rstrip()
    is_answer = 0 < n_words(line) <= most_words and not OPENING.search(line)
    return Stated(start, start, start + len(line)) if is_answer else None
