"""Settings of L4, generative refinement (papers.md §1.5): chunk size, success share, rule and guard
thresholds.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from darwin_assets.refine.guard_settings import GuardSettings


class RefineSettings(GuardSettings):
    """Sizes in characters, shares from 0 to 1; "own" marks a value that no paper gives."""

    recipe: Literal["faithful", "reorganising"] = Field(
        default="faithful",
        description='How a model is asked: "faithful" deletes and mends, "reorganising" writes the content anew in a denser '
        "order (§1.5, end). The rules engine is always faithful.",
    )
    chunk_chars: int = Field(default=1024, ge=16, description="Characters of a chunk at most (§1.5).")
    min_cleaned_share: float = Field(
        default=0.95,
        ge=0,
        le=1,
        description="Share of a document's chunks that must not fall back (§1.5). The gate of L4 holds on to 0.95: "
        "with less, it closes for a batch that keeps a document below, until a person waives it.",
    )
    max_requeues: int = Field(
        default=1,
        ge=0,
        description="Times that the failed chunks of such a document are put to the model again, each with all its attempts, "
        "before it is rejected as refine.cleaned_share (§1.5; the paper names no number).",
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

    min_kept_numbers: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="Reorganising: share of the chunk's different numbers that the answer must hold. Own.",
    )
    min_kept_length: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Reorganising: characters of the answer by characters of the chunk (§1.5: roughly the original length).",
    )
    max_new_word_share: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Reorganising: share of the answer's different content words that the chunk may lack. Own.",
    )
    thinking_tokens: int = Field(
        default=0,
        ge=0,
        description="Tokens that a model may spend on thinking before each answer, beside the answer's. Own.",
    )
    judge_sample: int = Field(
        default=0,
        ge=0,
        description="Documents of a batch that a judge reports on, where a judge or a language model is set (§1.5). Own.",
    )
