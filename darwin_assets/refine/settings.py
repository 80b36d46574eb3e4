"""Settings of L4, generative refinement (papers.md §1.5): chunk size, success share, rule and guard
thresholds.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RefineSettings(BaseModel):
    """Sizes in characters, shares from 0 to 1; "own" marks a value that no paper gives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chunk_chars: int = Field(default=1024, ge=16, description="Characters of a chunk at most (§1.5).")
    min_cleaned_share: float = Field(
        default=0.95, ge=0, le=1, description="Share of a document's chunks that must not fall back (§1.5)."
    )

    min_contents_entries: int = Field(
        default=3,
        ge=2,
        description="DEL1: consecutive titles without text that make a table of contents. Own.",
    )
    min_reference_share: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="DEL2: share of entries under a reference heading that must look like one. Own.",
    )
    min_reference_entries: int = Field(
        default=3,
        ge=2,
        description="DEL2: consecutive numbered references that are a list without a heading. Own.",
    )
    max_garble_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="DEL8: share of garbled characters that a line may hold (the share of L2).",
    )
    min_repeated_chars: int = Field(
        default=10, ge=3, description="DEL8: times one character is repeated to make a line of junk. Own."
    )
    min_repeated_paragraph_chars: int = Field(
        default=80,
        ge=1,
        description="DEL10: characters below which a repeated paragraph may be a refrain. Own.",
    )
    min_wrapped_line_chars: int = Field(
        default=50,
        ge=1,
        description="REP1: characters from which a line may have been wrapped; verse is shorter. Own.",
    )
    min_fragment_lines: int = Field(
        default=5,
        ge=2,
        description="REP2: consecutive lines of one to three words that are one broken text (§1.5).",
    )

    support_words: int = Field(default=3, ge=1, description="Words of the n-grams whose support is measured. Own.")
    min_support: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="Share of the answer's n-grams that the chunk must hold (§5b D30).",
    )
    support_slack: int = Field(
        default=2, ge=0, description="N-grams without support that are not counted: one deletion's seam. Own."
    )
    max_new_words: int = Field(
        default=0,
        ge=0,
        description="Content words of the answer that the chunk neither holds nor resembles. Own.",
    )
    max_growth: float = Field(
        default=1.05, ge=1, description="Characters of the answer by characters of the chunk. Own."
    )
    growth_slack_chars: int = Field(
        default=16,
        ge=0,
        description="Characters that an answer may gain beyond `max_growth`, for short chunks. Own.",
    )
    max_excess_repetition: int = Field(
        default=2, ge=0, description="Times that a five-word run may occur more often than in the chunk. Own."
    )
