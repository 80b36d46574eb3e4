"""The one vocabulary of verdicts and causes, and what is told with each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["data", "supervision", "channel", "noise", "better"]

VERDICTS: dict[Verdict, str] = {
    "data": "weaker, and nothing in the outputs explains it but what the checkpoint can do",
    "supervision": "weaker since training taught it to go on behind its answer; the data are ruled out",
    "channel": "weaker by the way it was asked or scored; the data are ruled out",
    "noise": "not told apart from chance: a smaller difference may be there all the same",
    "better": "significantly better: there is nothing to explain",
}

Cause = Literal[
    "termination",
    "form",
    "letter_bias",
    "scoring",
    "elicitation",
    "cut_short",
    "same_weights",
    "capability",
    "chance",
    "too_few",
    "none",
]

CAUSES: dict[Cause, str] = {
    "termination": "right answers that go on until they are scored wrong; are ends learnt? (`darwin loss-mask`)",
    "form": "right answers that are not in the form that is scored",
    "letter_bias": "letters chosen more often than they are right could make up the gap: ask with shuffled options",
    "scoring": "scored by other metrics, or one weighs given options and the other writes",
    "elicitation": "asked differently, and only one of the two works its answers out",
    "cut_short": "ends before any answer, at the limit of length or at once: ask with a higher limit",
    "same_weights": "the same weights asked differently, which the data cannot explain",
    "capability": "no sign of the output channel explains it",
    "chance": "not significant, as a whole or in what other causes leave",
    "too_few": "fewer items than are tested alone",
    "none": "no weakness",
}

LEADS_TO: dict[Cause, Verdict] = {
    "termination": "supervision",
    **dict.fromkeys(("form", "letter_bias", "scoring", "elicitation", "cut_short", "same_weights"), "channel"),
    "capability": "data",
    **dict.fromkeys(("chance", "too_few"), "noise"),
    "none": "better",
}
"""The verdict that a cause stands for."""


@dataclass(frozen=True)
class Evidence:
    """One measure of one sign. `reference` and `threshold` are null where there is none; `setting` names the threshold."""

    sign: str
    measure: str
    value: float | None
    reference: float | None
    threshold: float | None
    setting: str | None
    holds: bool


@dataclass(frozen=True)
class Explained:
    """Points of the gap, on the scale of 0 to 100, that one cause takes away."""

    cause: Cause
    verdict: Verdict
    points: float


@dataclass(frozen=True)
class Decision:
    """What is said of one cell. `explained` adds up to its gap; empty where there is no weakness to explain."""

    verdict: Verdict
    cause: Cause
    explained: tuple[Explained, ...]
    evidence: tuple[Evidence, ...]
