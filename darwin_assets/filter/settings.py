"""Settings of L2, rule-based filtering: every threshold with the value of the paper that it comes from.

Sources: Darwin (papers.md §1.3), MathPile (§1.13), Gopher (Rae et al. 2021, section A1.1 and table A1).
"""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from darwin_assets.filter.probability import even_chance, match_probability

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class FilterSettings(BaseModel):
    """Bounds are inclusive: a value that equals its threshold is kept.

    Words, unless said otherwise, are those of the prose: formulas, code and table rows are set aside
    (`prose.prose`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    disabled_rules: tuple[str, ...] = Field(
        default=(),
        description="Ids of rules that reject nothing, such as 'gopher.bullet_lines'; still measured.",
    )

    min_document_bytes: int = Field(default=8192, ge=0, description="Bytes of UTF-8. Darwin: below 8 KB dropped (D13).")
    max_garbled_share: Share = Field(
        default=0.5,
        description="Share of the characters of the prose; `garble` defines garbled. Darwin (D14).",
    )
    language: str = Field(default="en", description="ISO 639 code as fastText writes it. Darwin: English only (D15).")
    min_language_score: Share = Field(
        default=0.65, description="Probability of `language`. Threshold of FineWeb; Darwin gives none (D15)."
    )

    min_words: int = Field(default=50, ge=0, description="Words. Gopher.")
    max_words: int = Field(default=100_000, ge=1, description="Words. Gopher.")
    min_mean_word_length: float = Field(default=3.0, ge=0.0, description="Characters a word. Gopher.")
    max_mean_word_length: float = Field(default=10.0, ge=0.0, description="Characters a word. Gopher.")
    max_symbol_word_ratio: float = Field(
        default=0.1,
        ge=0.0,
        description="'#' signs a word, and ellipses a word; heading marks are no '#' signs. Gopher.",
    )
    max_bullet_line_share: Share = Field(
        default=0.9, description="Share of non-empty lines that open a list item. Gopher."
    )
    max_ellipsis_line_share: Share = Field(
        default=0.3, description="Share of non-empty lines that end in an ellipsis. Gopher."
    )
    min_alphabetic_word_share: Share = Field(
        default=0.8, description="Share of words that hold a letter. Gopher; see `signals` for formulas."
    )
    min_stop_words: int = Field(
        default=2, ge=0, description="Different words among the, be, to, of, and, that, have, with. Gopher."
    )

    max_duplicate_line_share: Share = Field(default=0.30, description="Share of lines that occurred before. Gopher.")
    max_duplicate_paragraph_share: Share = Field(
        default=0.30, description="Share of paragraphs that occurred before. Gopher."
    )
    max_duplicate_line_char_share: Share = Field(
        default=0.20,
        description="Characters in lines that occurred before, share of those in all lines. Gopher.",
    )
    max_duplicate_paragraph_char_share: Share = Field(
        default=0.20,
        description="Characters in paragraphs that occurred before, share of those in all. Gopher.",
    )
    max_top_2gram_char_share: Share = Field(default=0.20, description="Share of all characters. Gopher.")
    max_top_3gram_char_share: Share = Field(default=0.18, description="Share of all characters. Gopher.")
    max_top_4gram_char_share: Share = Field(default=0.16, description="Share of all characters. Gopher.")
    max_duplicate_5gram_char_share: Share = Field(default=0.15, description="Share of all characters. Gopher.")
    max_duplicate_6gram_char_share: Share = Field(default=0.14, description="Share of all characters. Gopher.")
    max_duplicate_7gram_char_share: Share = Field(default=0.13, description="Share of all characters. Gopher.")
    max_duplicate_8gram_char_share: Share = Field(default=0.12, description="Share of all characters. Gopher.")
    max_duplicate_9gram_char_share: Share = Field(default=0.11, description="Share of all characters. Gopher.")
    max_duplicate_10gram_char_share: Share = Field(default=0.10, description="Share of all characters. Gopher.")

    repetition_window_words: int = Field(
        default=500,
        ge=0,
        description="Words back to which an n-gram of 5 to 10 words counts as a duplicate; 0: the whole "
        "document, as Gopher. Own choice: Gopher set its thresholds on documents of 4.5 KB on average; a "
        "book chapter is several times as long and repeats its terms for good reason.",
    )

    max_uppercase_word_share: Share = Field(default=0.4, description="Share of words in capitals only. MathPile.")
    min_content_chars: int = Field(
        default=200,
        ge=0,
        description="Letters and digits of the whole document. MathPile: less space and punctuation.",
    )

    shingle_words: int = Field(default=5, ge=1, description="Words a shingle. Darwin, MathPile.")
    bands: int = Field(default=14, ge=1, description="Bands of the MinHash signature. Darwin (D11).")
    rows: int = Field(default=8, ge=1, description="Hashes a band. Darwin (D11).")
    min_jaccard: Share = Field(
        default=0.7,
        gt=0.0,
        description="Exact Jaccard similarity of shingle sets from which on texts are twins. Own choice: "
        "no paper verifies; 14 x 8 has its threshold at 0.719, (1/b)^(1/r), and its even chance at 0.685.",
    )
    seed: int = Field(default=1, ge=0, lt=2**32, description="Seed of the permutations. datatrove.")

    @model_validator(mode="after")
    def _known_rules(self) -> Self:
        from darwin_assets.filter.rules import RULE_IDS

        if unknown := sorted(set(self.disabled_rules) - set(RULE_IDS)):
            raise ValueError(f"disabled_rules names no rule of L2: {', '.join(unknown)}; known: {', '.join(RULE_IDS)}")
        return self

    @model_validator(mode="after")
    def _ordered_bounds(self) -> Self:
        if self.min_words > self.max_words or self.min_mean_word_length > self.max_mean_word_length:
            raise ValueError("a lower bound is above its upper bound: see min_words, min_mean_word_length")
        return self

    @model_validator(mode="after")
    def _threshold_fits_bands(self) -> Self:
        """MegaScience's script, 1 x 10 at 0.6, finds 0.6 % of what it promises: refuse such (§3.4)."""
        chance = match_probability(self.min_jaccard, self.bands, self.rows)
        if chance < 0.5:
            raise ValueError(
                f"{self.bands} bands of {self.rows} rows find a pair at min_jaccard {self.min_jaccard} with "
                f"probability {chance:.3f} only: take more bands, fewer rows, or a min_jaccard of at least "
                f"{math.ceil(1000 * even_chance(self.bands, self.rows)) / 1000}"
            )
        return self
