"""Settings of L3, light-model filtering (papers.md §1.4): what is dropped, how much of a document is read."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from darwin_assets.annotate.taxonomy import DocumentType


class AnnotateSettings(BaseModel):
    """Defaults are cautious: figures behind each own limit stand in docs/models/light-models.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dropped_document_types: tuple[DocumentType, ...] = Field(
        default=(
            DocumentType.PROMOTIONAL_ADVERTISEMENT,
            DocumentType.SEARCH_DIRECTORY_BIBLIOGRAPHY,
            DocumentType.ADULT,
            DocumentType.MACHINE_GENERATED,
            DocumentType.E_COMMERCE,
            DocumentType.MEDIA,
        ),
        description="Document types without educational value, dropped by annotate.document_type. "
        "papers.md §1.4 names advertisements; the rest of the list is inferred there.",
    )
    min_dropped_type_score: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Probability that a type needs to drop a document. Own limit.",
    )
    min_document_type_score: float = Field(
        default=0.35,
        ge=0.0,
        le=1.0,
        description="Probability below which the document type is abstain. Own limit.",
    )
    min_discipline_score: float = Field(
        default=0.25,
        ge=0.0,
        le=1.0,
        description="Probability below which the discipline is abstain. Own limit.",
    )
    min_education_level_score: float = Field(
        default=0.4,
        ge=0.0,
        le=1.0,
        description="Probability below which the education level is abstain. Own limit.",
    )
    min_education_score: float = Field(
        default=0.75,
        ge=0.0,
        le=5.0,
        description="Educational value, 0 to 5, below which annotate.education_score drops. Own limit.",
    )
    max_windows: int = Field(
        default=8,
        ge=1,
        description="Windows of one document that are read, evenly spread from start to end. Own limit.",
    )
    window_chars: int = Field(
        default=1000,
        ge=100,
        description="Characters of one window, before it is cut to whole lines. Own limit.",
    )
    drop_by_perplexity: bool = Field(
        default=False,
        description="Drop documents whose perplexity lies outside of the band, by annotate.perplexity.",
    )
    perplexity_percentiles: tuple[int, int] = Field(
        default=(5, 95),
        description="The band, as percentiles of the perplexity of the model's own held-out texts. papers.md U17, inferred.",
    )
    perplexity_model: str = Field(
        default="",
        description="Folder that `darwin annotator train --kind perplexity` wrote; empty: the packaged passages.",
    )
    drop_by_toxicity: bool = Field(
        default=False, description="Drop documents whose toxicity is above max_toxicity, by annotate.toxicity."
    )
    max_toxicity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Highest probability of toxic text among a document's windows. papers.md U18, inferred.",
    )
    models: tuple[str, ...] = Field(
        default=(),
        description="Folders that `darwin annotator train` wrote; each adds its probabilities to the column scores.",
    )
    taxonomy_by_model: bool = Field(
        default=False,
        description="Ask the configured language model for the twelve EAI dimensions of every document that is kept.",
    )
    taxonomy_chars: int = Field(
        default=4000,
        ge=200,
        description="Characters of a document that the language model is shown, from its start, middle and end. Own limit.",
    )

    @model_validator(mode="after")
    def _band_is_ordered(self) -> Self:
        low, high = self.perplexity_percentiles
        if not 0 <= low < high <= 100:
            raise ValueError(f"perplexity_percentiles are two of 0 to 100, the lower first, not {low} and {high}")
        return self
