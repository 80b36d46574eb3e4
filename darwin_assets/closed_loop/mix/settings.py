"""Settings of the targeted sample, and of when a gain is credited to it (papers.md §2.3, §2.5, C15 to C19)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MixSettings(BaseModel):
    """How both arms are drawn. Authors publish no formula: the weights are proposed in §2.5, values marked "own" by us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["L3", "Q5"] = Field(
        default="L3",
        description="Level whose published rows are drawn: documents of L3, or questions with answers of Q5. Own choice.",
    )
    budget_tokens: int | None = Field(
        default=None, ge=1, description="Tokens of each arm; not set: `budget_share` of what may be drawn."
    )
    budget_share: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="Share of the tokens that may be drawn, where no budget is set. Own choice.",
    )
    epsilon: float = Field(
        default=0.05,
        gt=0,
        description="Added to how many times more of the diagnosed operations a row shows than the pool on average, so that "
        "every row may be drawn (§2.5 gives no value). Own choice.",
    )
    sharpness: float = Field(
        default=8.0,
        gt=0,
        description="Power of that, which is the weight: 1 draws in proportion to it, more draws the richest rows first. "
        "Own choice.",
    )
    max_source_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Share of an arm's tokens at which a source is closed: it may be exceeded by "
        "less than the last row. Own choice.",
    )
    max_cluster_rows: int = Field(
        default=1, ge=1, description="Rows of one cluster of near-duplicates in an arm. Own choice."
    )
    min_jaccard: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Jaccard similarity of shingle sets from which on rows are of one cluster; L2 has removed those from its "
        "own, higher one on. Own choice.",
    )
    permutations: int = Field(
        default=128, ge=2, le=1024, description="Hashes of a MinHash signature; bands follow from `min_jaccard`."
    )
    min_supervision_density: int = Field(
        default=1,
        ge=0,
        le=3,
        description="Of a row that may be drawn, by either arm: below it teaches nothing. Own choice.",
    )
    min_times_control: float = Field(
        default=2.0,
        ge=1,
        description="How many times the control's tokens rows that fit a rule have in the targeted arm, if it is tried.",
    )
    seed: int = Field(default=1, ge=0, description="Seed of the draw, of both arms.")


class ValidationSettings(BaseModel):
    """When a gain is credited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Difference between the arms up to which the other items have stayed: 1 point (C19, inferred).",
    )
