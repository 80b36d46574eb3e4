"""What counts as a twin by meaning."""

from pydantic import BaseModel, ConfigDict, Field


class TierTwinsSettings(BaseModel):
    """Thresholds of the links; "own" marks a value that no paper gives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_cosine: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="Cosine of two documents' embeddings from which on they are twins (U15; no paper gives a number, 0.9 is "
        "inferred). It belongs to the embedder: look at the links of a batch before training relies on them.",
    )
    max_links: int = Field(
        default=100,
        ge=1,
        description="Links per document of a batch, on average, above which the step stops: such an embedder does not tell "
        "these documents apart at this min_cosine. Own.",
    )
