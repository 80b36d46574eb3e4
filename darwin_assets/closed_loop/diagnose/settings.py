"""Thresholds of the decision. Those of the statistics and of the signs themselves stand with them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class DiagnoseSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    min_restored_share: Share = Field(
        default=0.5,
        description="Share of a gap that goes away with a sign set right, from which on the sign can give the verdict: the "
        "cause with most points of those that can. Own choice.",
    )
    min_restored_share_rest_chance: Share = Field(
        default=0.25,
        description="The same where what is left is no longer significant. Own choice.",
    )
    min_asked_differently_share: Share = Field(
        default=0.5,
        description="Share of items with other instructions or examples than the reference's, from which on the two were "
        "asked differently; with another metric or scorer, scored differently. Own choice.",
    )
    min_worked_difference: Share = Field(
        default=0.5,
        description="Difference in the share of outputs that show their steps, from which on another way of asking is the "
        "cause. Own choice.",
    )
    min_likelihood_difference: Share = Field(
        default=0.5,
        description="Difference in the share of items whose options were weighed, from which on the two were scored "
        "differently. Own choice.",
    )
    min_letter_share: Share = Field(
        default=1.0,
        description="Share of a gap that choices of over-used letters could make up, from which on letter bias is its cause: "
        "all of it, for this is a bound. Own choice.",
    )
    min_cut_short_share: Share = Field(
        default=1.0,
        description="Share of a gap that outputs which end before any answer could make up, from which on they are its cause:"
        " all of it, for this is a bound. Own choice.",
    )
