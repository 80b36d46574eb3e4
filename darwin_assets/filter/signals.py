"""What L2 measures on a document: every value, for kept and rejected rows alike (papers.md §1.3, §1.13).

Formulas, code and tables are no prose of bad quality, so all rules but four look at the prose (`prose`): size
and content characters count the whole document, bullets and ellipses all its lines. The characters of
repeated n-grams are a share of all characters of the document, as in Gopher and datatrove: a formula or a
table between two sentences repeats nothing.

Measured on the L1 text of the 360 OpenStax modules of 8 KB and more, Gopher's thresholds unchanged: 155 fail
a rule when words are counted in the whole Markdown, 44 when they are counted in the prose, 23 when besides an
n-gram counts as repeated within 500 words only (`repetition_window_words`). Of these, 17 are exercise sets in
statistics that ask the same questions again and again, 6 are appendices of tables and formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.filter.garble import garbled_share
from darwin_assets.filter.prose import prose, words
from darwin_assets.filter.repetition import DUPLICATE_NGRAMS, TOP_NGRAMS, line_shares, ngram_chars

if TYPE_CHECKING:
    from darwin_assets.filter.settings import FilterSettings

STOP_WORDS = frozenset({"the", "be", "to", "of", "and", "that", "have", "with"})
_BULLET = re.compile(r"[-*+][ \t]|[•‣◦▪●○■□·]")
_ELLIPSES = ("...", "…")
_CONTENT = re.compile(r"[^\W_]+")

SIGNALS: dict[str, pl.DataType] = {
    "n_bytes": pl.Int64(),
    "n_content_chars": pl.Int64(),
    "n_prose_words": pl.Int64(),
    "mean_word_length": pl.Float64(),
    "hash_word_ratio": pl.Float64(),
    "ellipsis_word_ratio": pl.Float64(),
    "alphabetic_word_share": pl.Float64(),
    "uppercase_word_share": pl.Float64(),
    "n_stop_words": pl.Int64(),
    "garbled_share": pl.Float64(),
    "bullet_line_share": pl.Float64(),
    "ellipsis_line_share": pl.Float64(),
    "duplicate_line_share": pl.Float64(),
    "duplicate_line_char_share": pl.Float64(),
    "duplicate_paragraph_share": pl.Float64(),
    "duplicate_paragraph_char_share": pl.Float64(),
    **{f"top_{n}gram_char_share": pl.Float64() for n in TOP_NGRAMS},
    **{f"duplicate_{n}gram_char_share": pl.Float64() for n in DUPLICATE_NGRAMS},
}
"""Column and type of every signal, in order."""


def measure(texts: Iterable[str], settings: FilterSettings, proses: Iterable[str] | None = None) -> pl.DataFrame:
    """Return one row of `SIGNALS` a text, in order; `proses` are the texts through `prose`, if made.

    Shares and ratios of nothing (a text without words, lines or characters) are 0. Of the settings only
    `repetition_window_words` matters: values do not depend on thresholds.
    """
    texts = list(texts)
    proses = map(prose, texts) if proses is None else proses
    window_words = settings.repetition_window_words
    rows = [document_signals(text, running, window_words) for text, running in zip(texts, proses, strict=True)]
    return pl.DataFrame(rows, schema=SIGNALS, orient="row")


def document_signals(text: str, running: str, window_words: int) -> dict[str, float]:
    """Return the signals of one document from its text and its prose."""
    found = words(running)
    return {
        "n_bytes": len(text.encode()),
        "n_content_chars": sum(map(len, _CONTENT.findall(text))),
        "garbled_share": garbled_share(running),
        **_word_signals(found, running),
        **_marked_line_shares(text),
        **line_shares(running),
        **{f"{name[:-1]}_share": _share(chars, len(text)) for name, chars in ngram_chars(found, window_words).items()},
    }


def _word_signals(found: list[str], running: str) -> dict[str, float]:
    n_words = len(found)
    return {
        "n_prose_words": n_words,
        "mean_word_length": _share(sum(map(len, found)), n_words),
        "hash_word_ratio": _share(running.count("#"), n_words),
        "ellipsis_word_ratio": _share(sum(map(running.count, _ELLIPSES)), n_words),
        "alphabetic_word_share": _share(sum(map(_has_letter, found)), n_words),
        "uppercase_word_share": _share(sum(map(str.isupper, found)), n_words),
        "n_stop_words": len(STOP_WORDS.intersection(map(str.lower, found))),
    }


def _marked_line_shares(text: str) -> dict[str, float]:
    lines = [stripped for line in text.splitlines() if (stripped := line.strip())]
    return {
        "bullet_line_share": _share(sum(_BULLET.match(line) is not None for line in lines), len(lines)),
        "ellipsis_line_share": _share(sum(line.endswith(_ELLIPSES) for line in lines), len(lines)),
    }


def _has_letter(word: str) -> bool:
    return word.isalpha() or any(map(str.isalpha, word))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
