"""Letter bias: options that are chosen by their letter, more often than they are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darwin_assets.closed_loop.diagnose.restoring import POINTS
from darwin_assets.closed_loop.diagnose.verdict import Cause, Evidence
from darwin_assets.closed_loop.statistics.letters import LetterBias, letter_bias

if TYPE_CHECKING:
    from darwin_assets.closed_loop.diagnose.asking import Found
    from darwin_assets.closed_loop.diagnose.restoring import Gap
    from darwin_assets.closed_loop.diagnose.side import Side
    from darwin_assets.closed_loop.settings import ClosedLoopSettings


def letters(checkpoint: Side, reference: Side, gap: Gap, settings: ClosedLoopSettings) -> Found:
    """The letters chosen differ from the right ones, and choices in excess, beyond those of the reference, could make up
    much of the gap. They are a bound: without the bias some would be wrong all the same.
    """
    sign: Cause = "letter_bias"
    ours, theirs = _bias(checkpoint), _bias(reference)
    if ours is None or theirs is None:
        return False, (Evidence(sign, "options were given to both", 0.0, None, None, None, holds=False),)
    alpha, least = settings.statistics.alpha, settings.diagnose.min_letter_share
    n = len(checkpoint.letter)
    excess, ref_excess = _in_excess(ours, n), _in_excess(theirs, n)
    share = POINTS * (excess - ref_excess) / gap.points
    evidence = (
        Evidence(
            sign, "p of letters as often chosen as right", ours.p, theirs.p, alpha, "statistics.alpha", ours.p <= alpha
        ),
        Evidence(sign, "choices in excess, share of the items", excess, ref_excess, None, None, excess > ref_excess),
        Evidence(sign, "share of the gap at most", share, None, least, "diagnose.min_letter_share", share >= least),
    )
    return ours.p <= alpha and share >= least, evidence


def _bias(side: Side) -> LetterBias | None:
    """Of the items where both the letter chosen and the right one are known; null without any."""
    both = [pair for pair in zip(side.letter, side.gold_letter, strict=True) if None not in pair]
    return letter_bias([str(chosen) for chosen, _ in both], [str(right) for _, right in both]) if both else None


def _in_excess(bias: LetterBias, n: int) -> float:
    """Share of all `n` items that are answered with a letter beyond how often it is right; some may have no letters."""
    return sum(max(0.0, share) for share in bias.excess.values()) * bias.n / n
