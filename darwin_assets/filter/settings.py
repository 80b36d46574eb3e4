"""Settings of L2, rule-based filtering: which rules, with which bounds where not the paper's, and how twins are found.

The rules with the values of their papers stand in `presets/`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from darwin_assets.filter.probability import best_bands, even_chance, match_probability

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class FilterSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    presets: tuple[str, ...] = Field(
        default=("darwin",),
        description="Lists of rules to judge by: darwin, ultradata-l1, gopher, c4, fineweb, mathpile, redpajama. Every "
        "signal is measured whatever is chosen.",
    )
    thresholds: dict[str, str] = Field(
        default={},
        description='Bounds other than the paper\'s, by rule id: `"size.bytes" = "600.."`. Written low..high, both '
        "included; a side may be left out.",
    )
    disabled_rules: tuple[str, ...] = Field(
        default=(),
        description="Ids of rules that reject nothing, such as 'prose.bullet_lines'; still measured. The gate holds on to "
        "`duplicate.exact`: it closes for a batch of which two kept texts are the same, until a person waives it.",
    )

    language: str = Field(default="en", description="ISO 639 code as fastText writes it. Darwin: English only (D15).")
    words: Literal["english", "white_space"] = Field(
        default="english",
        description="What a word of the whole text is. `english`: what stands between white space, with marks at its "
        "edges and contractions as words of their own, which agrees with datatrove; `white_space`: nothing more is cut.",
    )
    repetition_window_words: int = Field(
        default=500,
        ge=0,
        description="Words of prose back to which an n-gram of 5 to 10 words counts as a duplicate; 0: the whole "
        "document, as Gopher. Own choice: Gopher set its thresholds on documents of 4.5 KB on average; a "
        "book chapter is several times as long and repeats its terms for good reason.",
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
    permutations: int | None = Field(
        default=None,
        ge=2,
        le=1024,
        description="Hashes of a signature, in place of `bands` and `rows`: these become the pair that errs least at "
        "`min_jaccard`, as datasketch chooses it.",
    )
    seed: int = Field(default=1, ge=0, lt=2**32, description="Seed of the permutations. datatrove.")
    min_url_jaccard: Share = Field(
        default=0.5,
        description="Jaccard similarity from which on a document is a twin of the one before it with the same URL; below, "
        "it is a newer version and stays. 0: one document a URL. Own choice: Darwin removes by URL but says no more.",
    )
    min_paragraph_chars: int = Field(
        default=100, ge=1, description="Characters from which on a paragraph counts as repeated. Own choice."
    )
    window_words: int = Field(
        default=50, ge=5, description="Words in a row that count as repeated. Lee et al. 2022 take 50 tokens."
    )
    max_repeated_paragraph_share: Share | None = Field(
        default=None,
        description="Share of the characters in paragraphs that an earlier document has, above which "
        "`duplicate.paragraphs` drops; not set: measured only. No paper of ours gives a value.",
    )
    max_repeated_window_share: Share | None = Field(
        default=None,
        description="Share of the words in runs that an earlier document has, above which `duplicate.substring` drops; "
        "not set: measured only. No paper of ours gives a value.",
    )

    @model_validator(mode="after")
    def _known_rules(self) -> Self:
        if self.model_fields_set.isdisjoint({"presets", "thresholds", "disabled_rules"}):
            return self  # the rules are read where they are used
        from darwin_assets.filter.rules import PRESETS, RULE_IDS, all_rules, parse_threshold

        with_bounds = tuple(rule.id for rule in all_rules())
        for setting, named, known in (
            ("presets", self.presets, PRESETS),
            ("thresholds", self.thresholds, with_bounds),
            ("disabled_rules", self.disabled_rules, RULE_IDS),
        ):
            if unknown := sorted(set(named) - set(known)):
                raise ValueError(
                    f"{setting} names what L2 does not have: {', '.join(unknown)}; known: {', '.join(known)}"
                )
        for rule_id, threshold in self.thresholds.items():
            try:
                parse_threshold(threshold)
            except ValueError as error:
                raise ValueError(f"thresholds, {rule_id}: {error}") from error
        return self

    @property
    def bands_and_rows(self) -> tuple[int, int]:
        """The bands of a signature and the hashes a band."""
        if self.permutations is None:
            return self.bands, self.rows
        return best_bands(self.min_jaccard, self.permutations)

    def signs_like(self, recorded: Mapping[str, Any]) -> bool:
        """Whether settings of a recipe book give the same band keys."""
        other = FilterSettings.model_construct(**recorded)
        mine, its = ((one.shingle_words, one.bands_and_rows, one.seed) for one in (self, other))
        return mine == its

    @model_validator(mode="after")
    def _threshold_fits_bands(self) -> Self:
        """MegaScience's script, 1 x 10 at 0.6, finds 0.6 % of what it promises: refuse such (§3.4)."""
        if self.permutations is not None and self.model_fields_set & {"bands", "rows"}:
            raise ValueError("set either permutations or bands and rows: the former chooses the latter")
        if self.permutations is not None:
            return self
        chance = match_probability(self.min_jaccard, self.bands, self.rows)
        if chance < 0.5:
            raise ValueError(
                f"{self.bands} bands of {self.rows} rows find a pair at min_jaccard {self.min_jaccard} with "
                f"probability {chance:.3f} only: take more bands, fewer rows, or a min_jaccard of at least "
                f"{math.ceil(1000 * even_chance(self.bands, self.rows)) / 1000}"
            )
        return self
