"""What L2 measures on a document: every value, for kept and rejected rows alike (papers.md §1.3, §1.13).

Two views. The whole text, by the letter of the papers and with the edge cases of datatrove: what the presets of the
peers judge by. And its prose (`prose`), columns `prose_...`: formulas, code and tables are no prose of bad quality, so
Darwin's rules look there, but for size and content characters, which count the whole document, and for bullets and ellipses,
which count all its lines.

Measured on the L1 text of the 360 OpenStax modules of 8 KB and more, Gopher's thresholds unchanged: 155 fail
a rule when words are counted in the whole Markdown, 44 when they are counted in the prose, 23 when besides an
n-gram counts as repeated within 500 words only (`repetition_window_words`). Of these, 17 are exercise sets in
statistics that ask the same questions again and again, 6 are appendices of tables and formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from darwin_assets.filter.kernels.text_column import TextColumn
    from darwin_assets.filter.settings import FilterSettings

_COUNTS = ("c4_n_", "n_", "prose_n_", "short_unpunctuated")
_NGRAMS = (*(f"top_{n}gram_char_share" for n in (2, 3, 4)), *(f"duplicate_{n}gram_char_share" for n in range(5, 11)))
_LINES = (
    "duplicate_line_share",
    "duplicate_line_char_share",
    "duplicate_paragraph_share",
    "duplicate_paragraph_char_share",
)
_NAMES = (
    "n_bytes",
    # words of the whole text: with and without those of marks only, letters a word, shares of words
    "n_words",
    "n_words_and_marks",
    "mean_word_length",
    "alphabetic_mean_word_length",
    "hash_word_ratio",
    "ellipsis_word_ratio",
    "symbol_word_ratio",
    "alphabetic_word_share",
    "uppercase_word_share",
    "unique_word_share",
    "unigram_entropy",
    "n_stop_words",
    "n_stop_word_occurrences",
    "stop_word_share",
    "n_sentences",
    # lines: `prose_` ones are those of Markdown, blank lines aside
    "bullet_line_share",
    "ellipsis_line_share",
    "prose_bullet_line_share",
    "prose_ellipsis_line_share",
    "newline_word_ratio",
    # what C4 would take out, shares of the lines that are not blank
    "c4_n_sentences",
    "c4_n_lorem_ipsum_lines",
    "c4_n_curly_bracket_lines",
    "c4_cut_line_share",
    "c4_long_word_line_share",
    "c4_unterminated_line_share",
    "c4_few_words_line_share",
    "c4_javascript_line_share",
    "c4_policy_line_share",
    # characters
    "n_content_chars",
    "digit_char_share",
    "uppercase_char_share",
    "curly_bracket_char_share",
    "lorem_ipsum_char_share",
    "short_unpunctuated",
    "n_length_units",
    # repetition
    *_LINES,
    "terminal_line_share",
    "short_line_share",
    "repeated_line_char_share",
    *_NGRAMS,
    # prose
    "prose_n_words",
    "prose_mean_word_length",
    "prose_hash_word_ratio",
    "prose_ellipsis_word_ratio",
    "prose_alphabetic_word_share",
    "prose_uppercase_word_share",
    "prose_n_stop_words",
    "prose_garbled_share",
    *(f"prose_{name}" for name in (*_LINES, *_NGRAMS)),
)
SIGNALS: dict[str, pl.DataType] = {name: pl.Int64() if name.startswith(_COUNTS) else pl.Float64() for name in _NAMES}
"""Column and type of every signal, in order."""


def measure(texts: pl.Series, settings: FilterSettings) -> pl.DataFrame:
    """Return one row of `SIGNALS` a text, in order; a null is an empty text.

    Shares and ratios of nothing (a text without words, lines or characters) are 0. Of the settings only `words` and
    `repetition_window_words` matter: values do not depend on thresholds.
    """
    from darwin_assets.filter.kernels.text_column import slices
    from darwin_assets.filter.prose import prose_column

    parts = [measure_column(column, prose_column(column), settings) for column in slices(texts)]
    return pl.concat([pl.DataFrame(schema=SIGNALS), *parts])


def measure_column(texts: TextColumn, proses: TextColumn, settings: FilterSettings) -> pl.DataFrame:
    """As `measure`, of a column of texts and their proses."""
    from darwin_assets.filter.kernels.prose_view import PROSE_COLUMNS, chars_of_texts, prose_signals

    n_chars = chars_of_texts(texts.data, texts.starts)
    of_prose = prose_signals(*proses, n_chars, _table(), settings.repetition_window_words)
    return (
        measure_text_view(texts, settings)
        .hstack(pl.DataFrame(of_prose, schema=list(PROSE_COLUMNS)))
        .select(pl.col(name).cast(dtype) for name, dtype in SIGNALS.items())
    )


def measure_text_view(texts: TextColumn, settings: FilterSettings) -> pl.DataFrame:
    """The signals of the whole text alone, counts as floating-point numbers."""
    from darwin_assets.filter.kernels.text_view import TEXT_COLUMNS, text_signals

    of_text = text_signals(*texts, _table(), settings.words == "english")
    n_bytes = texts.starts[1:] - texts.starts[:-1]
    return pl.DataFrame(of_text, schema=list(TEXT_COLUMNS)).with_columns(n_bytes=n_bytes)


def _table() -> NDArray[np.uint32]:
    from darwin_assets.filter.kernels.characters import character_table

    return character_table()
