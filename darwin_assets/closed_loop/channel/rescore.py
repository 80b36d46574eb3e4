"""Outputs scored again: cut at the first place where they should have ended, and whole, in whatever form they answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from darwin_assets.closed_loop.channel.proof import proven_rules
from darwin_assets.closed_loop.channel.rules import LENIENT, RULES, Verdict
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.words import undressed
from darwin_assets.closed_loop.channel.written import Written, are_right
from darwin_assets.evaluation.short_answer import short_answer

DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Again:
    """What scoring again says of an output; null: it cannot be told."""

    when_cut: bool | None
    """Scored by the rule that gave the stored verdicts; the stored verdict where nothing is cut off."""
    whole: bool | None
    """Of a wrong output that says anything: whether it holds the right answer all the same."""


def score_again(written: Sequence[Written], settings: ChannelSettings) -> list[Again]:
    """One for each, in order."""
    rules = proven_rules(written, settings)
    cut = [
        RULES[rules[one.scoring]](one.task, one.cut.kept[one.cut.n_thought :])
        if one.scoring in rules and not one.cut.takes_nothing
        else None
        for one in written
    ]
    whole = [_lenient(one) if one.correct is False and one.cut.said.strip() else None for one in written]
    found = are_right([*cut, *whole], settings.scoring)
    when_cut = (one.correct if one.cut.takes_nothing else said for one, said in zip(written, found, strict=False))
    return [Again(*both) for both in zip(when_cut, found[len(written) :], strict=True)]


def _lenient(one: Written) -> Verdict:
    if _same_words(one):
        return True
    verdicts = (rule(one.task, one.cut.said) for rule in LENIENT.values())
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _same_words(one: Written) -> bool:
    """What is said last is a right answer in words, but for case and marks. With digits marks say something: 1.5, (0, 1)."""
    ends_in_answer = one.cut.answer is not None and not one.cut.rest.strip()
    said = one.cut.kept[one.cut.answer.said :] if one.cut.answer and ends_in_answer else short_answer(one.cut.said)
    words = undressed(said)
    return bool(words) and not DIGIT.search(words) and words in map(undressed, one.task.answers)
