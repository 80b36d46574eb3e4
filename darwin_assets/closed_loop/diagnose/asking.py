"""Signs that nothing can set right after the fact: the two were not asked, or not scored, in the same way."""

from __future__ import annotations

from math import isnan
from statistics import fmean
from typing import TYPE_CHECKING

from darwin_assets.closed_loop.diagnose.restoring import POINTS, risen
from darwin_assets.closed_loop.diagnose.verdict import Cause, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darwin_assets.closed_loop.diagnose.restoring import Gap
    from darwin_assets.closed_loop.diagnose.settings import DiagnoseSettings
    from darwin_assets.closed_loop.diagnose.side import Side
    from darwin_assets.closed_loop.settings import ClosedLoopSettings
    from darwin_assets.closed_loop.statistics.shares import Floats

Found = tuple[bool, tuple[Evidence, ...]]
"""Whether the sign is there, and what was measured."""


def scoring(checkpoint: Side, reference: Side, settings: DiagnoseSettings) -> Found:
    """One's options were weighed and the other wrote, or other metrics and scorers told what is right."""
    value, other = _mean(checkpoint.likelihood), _mean(reference.likelihood)
    least = settings.min_likelihood_difference
    weighed = value is not None and other is not None and abs(value - other) >= least
    share, most = _share_that_differs(checkpoint.scored_by, reference.scored_by), settings.min_asked_differently_share
    differ = share is not None and share >= most
    evidence = (
        Evidence("scoring", "options were weighed", value, other, least, "diagnose.min_likelihood_difference", weighed),
        Evidence(
            "scoring", "another metric or scorer", share, None, most, "diagnose.min_asked_differently_share", differ
        ),
    )
    return weighed or differ, evidence


def elicitation(checkpoint: Side, reference: Side, same_weights: bool, settings: DiagnoseSettings) -> Found:
    """The two were asked differently, and only one of them works its answers out: which of the two is no matter, for
    working may cost as well as help.
    """
    sign = "elicitation"
    share = _share_that_differs(checkpoint.frame, reference.frame)
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


def cut_short(checkpoint: Side, reference: Side, gap: Gap, settings: ClosedLoopSettings) -> Found:
    """Wrong outputs that end before any answer, at the limit of length or at once, have risen, and could make up the gap.
    They are a bound: some would be wrong at any length.
    """
    sign: Cause = "cut_short"
    measure = "ends before any answer, scored wrong"
    shown = risen(sign, measure, checkpoint.cut_short, reference.cut_short, settings, gap.passages)
    share = POINTS * float(checkpoint.cut_short.mean() - reference.cut_short.mean()) / gap.points
    least = settings.diagnose.min_cut_short_share
    makes_up = Evidence(
        sign, "share of the gap at most", share, None, least, "diagnose.min_cut_short_share", share >= least
    )
    return shown.holds and makes_up.holds, (shown, makes_up)


def identity(same_weights: bool) -> Found:
    """The two are stated to be one model, so that no data stand between them."""
    stated = Evidence(
        "same_weights", "stated to be the same weights", float(same_weights), None, None, None, same_weights
    )
    return same_weights, (stated,)


def _share_that_differs(ours: Sequence[str | None], theirs: Sequence[str | None]) -> float | None:
    """Of the items where both are known."""
    differ = [one != other for one, other in zip(ours, theirs, strict=True) if one and other]
    return sum(differ) / len(differ) if differ else None


def _mean(values: Floats) -> float | None:
    """Of those that are known."""
    known = [value for value in values.tolist() if not isnan(value)]
    return fmean(known) if known else None
