"""The right answer of an item as a few words, whatever the file holds of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.words import n_words
from darwin_assets.evaluation.scoring.maths import extract

SOLUTION = re.compile(r"\n|####|\\boxed")
"""A solution is no answer, but ends in one."""


def short_answers(gold: Sequence[str]) -> tuple[str, ...]:
    """Right answers; of a solution the answer at its end."""
    return tuple(
        answer for one in gold for answer in (extract(one) if SOLUTION.search(one.strip()) else (one.strip(),))
    )


def most_words(answers: Sequence[str], settings: ChannelSettings) -> int | None:
    """Words that an answer in one line has at most; null where right answers fit no line, or are not known."""
    longest = max(map(n_words, answers), default=0)
    return longest + settings.max_extra_words if 0 < longest <= settings.line_words else None
