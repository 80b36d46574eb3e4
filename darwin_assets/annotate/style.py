"""How a text is written, as a few ratios: what a mean of word vectors cannot see (lines, symbols, citations).

Every ratio is per word or per line, so a short example and a long window are measured alike.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from darwin_assets.annotate.embedding import FORMULA

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)]|[a-z][.)])\s", re.MULTILINE)
CITATION = re.compile(r"\[\d+(?:[–,-]\s?\d+)*\]|\bet al\.|\((?:[A-Z]\w+[^()]{0,40})?(?:19|20)\d\d[a-z]?\)")

_SIGNS: dict[str, re.Pattern[str]] = {
    "digits": re.compile(r"\d"),
    "code_symbols": re.compile(r"[{}();=<>_&#]"),
    "exclamations": re.compile(r"!"),
    "questions": re.compile(r"\?"),
    "currency": re.compile(r"[$£€]\s?\d|\d\s?%\s?(?:off|OFF)"),
    "separators": re.compile(r"[|•·»★]"),
    "quotes": re.compile(r"[\"“”]"),
    "sentence_ends": re.compile(r"[a-z)][.?!](?=\s|$)"),
    "citations": CITATION,
}
_WORD_GROUPS: dict[str, str] = {
    "first_person": "my me i'm i've",
    "plural_person": "we our us",
    "second_person": "you your",
    "third_person": "he she his her him",
    "past_tense": "was were had said",
    "function_words": "the of and to in is that a by with",
    "explaining": "because therefore hence thus since if then suppose called means",
    "instructing": "find finds show shows explain explains calculate calculates describe describes prove "
    "proves draw draws example examples exercise exercises problem problems solution solutions",
}
_GROUP_OF_WORD = {word: i for i, words in enumerate(_WORD_GROUPS.values()) for word in words.split()}
NAMES = (
    *_SIGNS,
    *_WORD_GROUPS,
    "capitalized",
    "upper_case",
    "word_length",
    "words_per_line",
    "bullet_lines",
    "formula_chars",
)
_MAX_WORDS_PER_LINE = 60
_MAX_RATIO = 4.0


def style(text: str) -> npt.NDArray[np.float64]:
    """The ratios of one text in the order of `NAMES`, each under a square root; zeros without words."""
    prose = FORMULA.sub(" ", text)
    words = _WORD.findall(prose)
    if not words:
        return np.zeros(len(NAMES))
    n_words = len(words)
    lines = [line for line in prose.splitlines() if line.strip()]
    ratios = [
        *(len(sign.findall(prose)) / n_words for sign in _SIGNS.values()),
        *(n / n_words for n in _group_counts(words)),
        sum(word[0].isupper() and not word.isupper() for word in words) / n_words,
        sum(len(word) > 1 and word.isupper() for word in words) / n_words,
        sum(map(len, words)) / n_words / 10,
        min(n_words / len(lines), _MAX_WORDS_PER_LINE) / _MAX_WORDS_PER_LINE,
        len(_BULLET.findall(prose)) / len(lines),
        1 - len(prose) / len(text),
    ]
    compressed: npt.NDArray[np.float64] = np.sqrt(np.clip(ratios, 0.0, _MAX_RATIO))
    return compressed


def _group_counts(words: list[str]) -> list[int]:
    counts = [0] * len(_WORD_GROUPS)
    for word in words:
        group = 0 if word == "I" else _GROUP_OF_WORD.get(word.lower())
        if group is not None:
            counts[group] += 1
    return counts
