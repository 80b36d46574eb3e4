"""Settings of the statistics that verdicts rest on."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StatisticsSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    min_items: int = Field(
        default=20,
        ge=1,
        description="Items below which a slice is merged upward and never tested alone. Proposed in papers.md §2.3.",
    )
    confidence: float = Field(default=0.95, gt=0.0, lt=1.0, description="Of every interval. papers.md §2.3: 95 %.")
    alpha: float = Field(
        default=0.05,
        gt=0.0,
        lt=1.0,
        description="Chance of a single false verdict among all cells of an evaluation, and of a single false "
        "operation among all of a benchmark (Holm). Own choice.",
    )
    permutations: int = Field(
        default=9999,
        ge=999,
        description="Drawn for a paired test where outcomes are not only right or wrong; all of them where fewer "
        "exist. 9999: down to p = 0.0002; smaller ones are told by a bound. Own choice.",
    )
    resamples: int = Field(
        default=1000, ge=100, description="Bootstrap resamples of items for the stability of ranks. Own choice."
    )
    min_passage_chars: int = Field(
        default=200,
        ge=1,
        description="Characters of a paragraph that several items share, from which on they are taken to ask about one "
        "passage. Own choice.",
    )
    seed: int = Field(default=1, ge=0, description="Of permutations and resamples.")
