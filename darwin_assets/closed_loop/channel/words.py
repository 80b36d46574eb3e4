"""Words of any language: those between white space, and each character of scripts that write none."""

from __future__ import annotations

import re

WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
LETTER_OR_DIGIT = re.compile(r"\w")
DRESS = re.compile(r"""[\s.,;:!?。，、；：！？"'“”‘’「」()\[\]{}*_`$]+""")
"""What stands around and between words without a part in an answer; signs of mathematics are none of it."""


def n_words(text: str) -> int:
    return len(WORDS.findall(text))


def says_something(text: str) -> bool:
    """Whether there is more than marks and white space."""
    return LETTER_OR_DIGIT.search(text) is not None


def undressed(text: str) -> str:
    """Words without what stands around them, in lower case."""
    return DRESS.sub(" ", text).casefold().strip()
