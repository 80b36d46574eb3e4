"""Settings of the annotator of evaluation items."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LabelSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    by_model: bool = Field(
        default=False,
        description="Have a language model fill in the fields that the rules cannot tell, where the environment names one.",
    )
    ask_below: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Confidence of the rules below which a field is asked for: 1 in what is stated of a benchmark, 0.7 in "
        "what was read off an item's words, 0.3 in a guess, 0 in none.",
    )
    compared: int = Field(
        default=100,
        ge=0,
        description="Items, drawn by their hashes, that the model is asked about whatever the rules say: on these the "
        "agreement of both is measured.",
    )
    model_chars: int = Field(
        default=6000, ge=300, description="Longer items reach the model as three parts of this length together."
    )
