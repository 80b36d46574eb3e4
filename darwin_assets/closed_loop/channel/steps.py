"""Whether an output shows steps before its answer, or only says it."""

from __future__ import annotations

import re

from darwin_assets.closed_loop.channel.cut import Cut
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.words import n_words

STEP = re.compile(r"[.!?](?=\s|$)|[。！？\n=]")
"""A sentence, a line or an equation: a list of words alone is an answer."""


def shows_steps(one: Cut, settings: ChannelSettings) -> bool:
    before = one.kept if one.answer is None else one.kept[: one.answer.start]
    return n_words(before) >= settings.steps_words and STEP.search(before.strip()) is not None
