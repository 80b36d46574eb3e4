"""Signs that nothing can set right after the fact: the two were not asked, or not scored, in the same way."""

from __future__ import annotations

from math import isnan
from statistics import fmean
from typing import TYPE_CHECKING

from darwin_assets.closed_loop.diagnose.verdict import Evidence

if TYPE_CHECKING:
    from darwin_assets.closed_loop.diagnose.settings import DiagnoseSettings
    from darwin_assets.closed_loop.diagnose.side import Side
    from darwin_assets.closed_loop.statistics.shares import Floats

Found = tuple[bool, tuple[Evidence, ...]]
"""Whether the sign is there, and what was measured."""


def scoring(checkpoint: Side, reference: Side, settings: DiagnoseSettings) -> Found:
    """One's options were weighed, the other wrote."""
    value, other = _mean(checkpoint.likelihood), _mean(reference.likelihood)
    least = settings.min_likelihood_difference
    holds = value is not None and other is not None and abs(value - other) >= least
    measure = "options were weighed"
    return holds, (Evidence("scoring", measure, value, other, least, "diagnose.min_likelihood_difference", holds),)


def elicitation(checkpoint: Side, reference: Side, same_weights: bool, settings: DiagnoseSettings) -> Found:
    """The two were asked differently, and only one of them works its answers out: which of the two is no matter, for
    working may cost as well as help.
    """
    sign = "elicitation"
    differ = [ours != theirs for ours, theirs in zip(checkpoint.frame, reference.frame, strict=True) if ours and theirs]
    share = sum(differ) / len(differ) if differ else None
    most, least = settings.min_asked_differently_share, settings.min_worked_difference
    asked = share is not None and share >= most
    value, other = _mean(checkpoint.worked), _mean(reference.worked)
    works = value is not None and other is not None and abs(other - value) >= least
    evidence = (
        Evidence(
            sign, "other instructions or examples", share, None, most, "diagnose.min_asked_differently_share", asked
        ),
        Evidence(sign, "shows its steps", value, other, least, "diagnose.min_worked_difference", works),
    )
    return (asked or same_weights) and works, evidence


def identity(same_weights: bool) -> Found:
    """The two are stated to be one model, so that no data stand between them."""
    stated = Evidence(
        "same_weights", "stated to be the same weights", float(same_weights), None, None, None, same_weights
    )
    return same_weights, (stated,)


def _mean(values: Floats) -> float | None:
    """Of those that are known."""
    known = [value for value in values.tolist() if not isnan(value)]
    return fmean(known) if known else None
