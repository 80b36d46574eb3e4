"""Settings of L3, light-model filtering (papers.md §1.4): what is dropped, how much of a document is read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

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
    min_document_type_score: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Probability below which the document type is abstain and drops nothing. Own limit.",
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
