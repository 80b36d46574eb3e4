"""Signs that can be set right: outputs without an end, right answers in another form. What is left of the gap is tested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from darwin_assets.closed_loop.diagnose.verdict import Cause, Evidence
from darwin_assets.closed_loop.statistics.paired import compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darwin_assets.closed_loop.diagnose.side import Side
    from darwin_assets.closed_loop.settings import ClosedLoopSettings
    from darwin_assets.closed_loop.statistics.shares import Floats

POINTS = 100


@dataclass(frozen=True)
class Gap:
    """Scores of the checkpoint and of the reference, an item each, with the signs before this one set right on both sides."""

    score: Floats
    ref_score: Floats
    passages: Sequence[str | None] = ()

    @property
    def points(self) -> float:
        return POINTS * float(self.ref_score.mean() - self.score.mean())


@dataclass(frozen=True)
class Restored:
    """What setting one sign right did. `points` of the gap went away; they count where the sign has `risen`, and can give
    the verdict where it also `holds`.
    """

    cause: Cause
    risen: bool
    holds: bool
    points: float
    left: Gap
    evidence: tuple[Evidence, ...]


def termination(checkpoint: Side, reference: Side, gap: Gap, settings: ClosedLoopSettings) -> Restored:
    """Right answers with something behind them that made them wrong, and outputs without an end, risen together; scores
    after a cut behind the answer.
    """
    left = replace(gap, score=gap.score + checkpoint.cut_gain, ref_score=gap.ref_score + reference.cut_gain)
    sign: Cause = "termination"
    of_items = gap.passages
    together = risen(
        sign, "right answer, then more, scored wrong", checkpoint.endless, reference.endless, settings, of_items
    )
    evidence = (
        risen(
            sign, "begins with the right answer, scored wrong", checkpoint.prefix, reference.prefix, settings, of_items
        ),
        risen(sign, "cut off or goes on behind its answer", checkpoint.unended, reference.unended, settings, of_items),
        together,
    )
    return _restored(sign, together.holds, gap, left, evidence, settings)


def form(checkpoint: Side, reference: Side, gap: Gap, settings: ClosedLoopSettings) -> Restored:
    """Right answers that the scorer did not take, risen; scores with these taken."""
    left = replace(gap, score=gap.score + checkpoint.form_gain, ref_score=gap.ref_score + reference.form_gain)
    measure = "right answer in another form, scored wrong"
    shown = risen("form", measure, checkpoint.form, reference.form, settings, gap.passages)
    return _restored("form", shown.holds, gap, left, (shown,), settings)


def _restored(
    cause: Cause, risen: bool, gap: Gap, left: Gap, evidence: tuple[Evidence, ...], settings: ClosedLoopSettings
) -> Restored:
    """A sign holds where it takes away most of the gap that is left, or much of it and leaves nothing significant."""
    points = max(0.0, gap.points - max(0.0, left.points))
    share = points / gap.points
    is_chance = not is_significant(left, settings)
    needed = "min_restored_share_rest_chance" if is_chance else "min_restored_share"
    threshold: float = getattr(settings.diagnose, needed)
    restores = Evidence(
        cause, "share of the gap that goes away", share, None, threshold, f"diagnose.{needed}", share >= threshold
    )
    scores = Evidence(
        cause,
        "score when set right",
        float(left.score.mean()),
        float(left.ref_score.mean()),
        None,
        None,
        restores.holds,
    )
    return Restored(cause, risen, risen and restores.holds, points, left, (*evidence, scores, restores))


def is_significant(gap: Gap, settings: ClosedLoopSettings) -> bool:
    """Whether the checkpoint is still significantly weaker."""
    if gap.points <= 0:
        return False
    return compare(gap.score, gap.ref_score, settings.statistics, gap.passages).p <= settings.statistics.alpha


def risen(
    sign: Cause,
    measure: str,
    shown: Floats,
    by_reference: Floats,
    settings: ClosedLoopSettings,
    passages: Sequence[str | None],
) -> Evidence:
    """Whether a share is significantly higher in the checkpoint."""
    value, other = float(shown.mean()), float(by_reference.mean())
    alpha = settings.statistics.alpha
    holds = value > other and compare(shown, by_reference, settings.statistics, passages).p <= alpha
    return Evidence(sign, measure, value, other, alpha, "statistics.alpha", holds)
