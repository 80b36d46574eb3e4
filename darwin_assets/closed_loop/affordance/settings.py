"""Settings of the data side: labels of rows, the standing of mapping rules, proposed actions (papers.md §2.2, §2.3)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class AffordanceSettings(BaseModel):
    """How rows are labelled. The papers give no values: all are our own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokenizer: str = Field(
        default="bpe-openai/cl100k_base",
        min_length=1,
        description='Counts the tokens: "bpe-openai/cl100k_base", "words" or the path of a tokenizer.json.',
    )
    by_model: bool = Field(
        default=False,
        description="Ask the language model, where one is set, for all labels but the tokens; rules where it gives none.",
    )
    model_chars: int = Field(
        default=6000, ge=500, description="Characters of a row that the language model sees: start, middle and end."
    )
    min_symbol_share: float = Field(
        default=0.02, gt=0, le=1, description="Share of a text's characters from which on it holds a symbolic system."
    )
    min_words: int = Field(default=30, ge=0, description="Words below which a document teaches nothing (density 0).")
    min_worked_share: float = Field(
        default=0.3,
        gt=0,
        le=1,
        description="Share of a document's characters that stands in worked examples, proofs and answered questions, from "
        "which on it shows tasks with their steps (density 3), where the steps are explicit too.",
    )
    min_document_steps: float = Field(
        default=10.0,
        ge=0,
        description="Cues of steps per 1,000 words from which on a document makes its steps explicit (density 2 and above).",
    )
    min_answer_steps: int = Field(
        default=3,
        ge=1,
        description="Cues of steps in an answer from which on it is worked out (density 3); one is part of it (2).",
    )
    min_answer_words: int = Field(
        default=25, ge=1, description="Words and formulas of an answer below which it is not worked out (density 3)."
    )


class RuleSettings(BaseModel):
    """When evidence suffices. The papers give no rule: all our own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_validations: int = Field(
        default=2,
        ge=1,
        description="Interventions, each with an evaluation of its own, before a rule is more than a hypothesis.",
    )
    min_credited_share: float = Field(
        default=0.75, gt=0.5, le=1, description="Share of them that were credited from which on a rule is supported."
    )
    max_credited_share: float = Field(
        default=0.25, ge=0, lt=0.5, description="Share of them that were credited up to which a rule is refuted."
    )


class ActionSettings(BaseModel):
    """What is proposed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_tokens: int = Field(
        default=100_000,
        ge=0,
        description="Tokens of rows of one level that fit, below which there is too little to reweight: more has to be "
        "added. Own choice.",
    )
