"""Words of any language: those between white space, and each character of scripts that write none."""

from __future__ import annotations

import re

WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
LETTER_OR_DIGIT = re.compile(r"\w")


def n_words(text: str) -> int:
    return len(WORDS.findall(text))


def says_something(text: str) -> bool:
    """Whether there is more than marks and white space."""
    return LETTER_OR_DIGIT.search(text) is not None
