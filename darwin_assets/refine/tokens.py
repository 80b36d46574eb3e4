"""Words, numbers and formulas of a text as tokens, and what kind each of them is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
UNSPACED = re.compile(f"[{_UNSPACED}]")
"""Kana and ideographs: no spaces stand between their words, so each is a token."""
_FORMULAS = "\ue000-\uf7ff"
FORMULA_SIGN = re.compile(f"[{_FORMULAS}]")
_RUN = rf"[^\W_{_UNSPACED}]+(?:[.,]\d+)*"
TOKEN = re.compile(rf"({_RUN}|(?<![\w)\]}}.$])-(?=\d){_RUN}|[{_FORMULAS}{_UNSPACED}])")
WORD = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")
THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
MIN_CONTENT_CHARS = 4
CACHED_WORDS = 50_000


def words(text: str) -> list[str]:
    """Runs of letters and digits, case folded."""
    return WORD.findall(text.casefold())


def ngrams(tokens: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """All runs of n tokens; the whole sequence where it is shorter."""
    if len(tokens) < n:
        return [tuple(tokens)] if tokens else []
    return list(zip(*(tokens[start:] for start in range(n)), strict=False))


def in_a_row(items: Iterable[object], among: Collection[object], n: int) -> bool:
    """Whether n items one after the other are all among these."""
    return b"\1" * n in bytes(map(among.__contains__, items))


def title(heading: str) -> str:
    """A heading's words, whatever its mark-up."""
    return " ".join(words(heading))


def is_formula(token: str) -> bool:
    """Whether a token stands for a formula."""
    return "\ue000" <= token <= "\uf7ff"


def is_number(token: str) -> bool:
    """Whether a token is a number in digits."""
    return (token[0].isdigit() or token[0] == "-") and NUMBER.fullmatch(token) is not None


@lru_cache(maxsize=CACHED_WORDS)
def is_identifier(token: str) -> bool:
    """Whether a token is a name whose every letter counts: letters with digits, or more than one capital (H2O, TP53, DNA)."""
    if token.isascii() and token.islower():
        return False
    has_digit = any(map(str.isdigit, token))
    return (has_digit and not is_number(token)) or sum(map(str.isupper, token)) > 1


@lru_cache(maxsize=CACHED_WORDS)
def key(token: str) -> str:
    """The form in which tokens are compared: case folded unless it is an identifier, numbers without thousands' commas."""
    if token[0].isdigit() or token[0] == "-":
        return token.replace(",", "") if THOUSANDS.fullmatch(token) else token
    return token if is_identifier(token) else token.casefold()
