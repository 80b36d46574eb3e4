"""The decision on one cell: significance first, then the signs of the output channel, then what a checkpoint can do.

One function for every case: what it sees are scores, signs and what was stated about the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from darwin_assets.closed_loop.diagnose.asking import Found, cut_short, elicitation, identity, scoring
from darwin_assets.closed_loop.diagnose.letters import letters
from darwin_assets.closed_loop.diagnose.restoring import Gap, form, is_significant, termination
from darwin_assets.closed_loop.diagnose.verdict import LEADS_TO, Cause, Decision, Evidence, Explained, Verdict

if TYPE_CHECKING:
    from darwin_assets.closed_loop.diagnose.side import Side
    from darwin_assets.closed_loop.settings import ClosedLoopSettings


def decide(
    checkpoint: Side, reference: Side, p_holm: float | None, same_weights: bool, settings: ClosedLoopSettings
) -> Decision:
    """The verdict on a cell. `p_holm`: of its difference, after correction for all cells; null where it was not tested.

    Signs that can be set right come first, and only what they leave is looked at further. The verdict is the cause that
    explains most of the gap, of those that hold: a sign that explains a little of it and leaves much does not.
    """
    alpha = settings.statistics.alpha
    gap = Gap(checkpoint.score, reference.score, checkpoint.passages)
    significant = p_holm is not None and p_holm <= alpha
    evidence = [
        Evidence("difference", "p after Holm's correction", p_holm, None, alpha, "statistics.alpha", significant)
    ]
    if p_holm is None or not significant:
        return Decision("noise", "too_few" if p_holm is None else "chance", (), tuple(evidence))
    if gap.points <= 0:
        return Decision("better", "none", (), tuple(evidence))
    explained: list[Explained] = []
    holding: list[Explained] = []
    rest: Cause = "chance"
    for restore in (termination, form):
        found = restore(checkpoint, reference, gap, settings)
        evidence += found.evidence
        if found.risen and found.points > 0:
            explained.append(Explained(found.cause, _verdict_of(found.cause, same_weights), found.points))
            holding += explained[-1:] if found.holds else []
            gap = found.left
            if found.holds and not is_significant(gap, settings):
                break
    else:
        rest, looked_for = _cause_of_rest(checkpoint, reference, gap, same_weights, settings)
        evidence += looked_for
    if gap.points > 0:
        explained.append(Explained(rest, _verdict_of(rest, same_weights), gap.points))
        holding += explained[-1:] if rest != "chance" else []
    most = max(holding, key=lambda one: one.points)
    return Decision(most.verdict, most.cause, tuple(explained), tuple(evidence))


def _cause_of_rest(
    checkpoint: Side, reference: Side, gap: Gap, same_weights: bool, settings: ClosedLoopSettings
) -> tuple[Cause, list[Evidence]]:
    """The first of the signs that cannot be set right; without any, what the checkpoint can do."""
    signs: dict[Cause, Callable[[], Found]] = {
        "scoring": lambda: scoring(checkpoint, reference, settings.diagnose),
        "elicitation": lambda: elicitation(checkpoint, reference, same_weights, settings.diagnose),
        "cut_short": lambda: cut_short(checkpoint, reference, gap, settings),
        "same_weights": lambda: identity(same_weights),
        "letter_bias": lambda: letters(checkpoint, reference, gap, settings),
    }
    evidence: list[Evidence] = []
    cause: Cause = "capability"
    for name, look in signs.items():
        holds, found = look()
        evidence += found
        if holds and cause == "capability":
            cause = name
    return cause, evidence


def _verdict_of(cause: Cause, same_weights: bool) -> Verdict:
    """Between two ways of asking one model, training cannot be the cause either: nothing ended its outputs."""
    return "channel" if cause == "termination" and same_weights else LEADS_TO[cause]
