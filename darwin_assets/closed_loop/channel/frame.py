"""The frame of a prompt: how an item was asked, without the item. Equal for two checkpoints that were asked alike."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import takewhile

CHAT_MARKS = re.compile(
    r"<\|(?:im_start|start_header_id)\|>\s*\w+(?:<\|end_header_id\|>)?|<start_of_turn>\s*\w+|<\|[^|>\n]{1,40}\|>|<(?:end_of_turn|bos|eos)>"
    r"|</?s>|\[/?INST\]|<</?SYS>>"
)
"""What a chat template adds belongs to the model, not to the asking."""


def frames(systems: Sequence[str | None], prompts: Sequence[str], questions: Sequence[str | None]) -> list[str | None]:
    """The hash of each prompt's frame; the sequences are those of one benchmark and checkpoint.

    Where a question stands in its prompt the frame is what surrounds it. Elsewhere it is what all the prompts begin and end
    with, in whole lines; a prompt alone has no frame then.
    """
    shared = _shared(prompts) if len(set(prompts)) > 1 else None
    return [
        _hashed(system, _around(prompt, question) or shared)
        for system, prompt, question in zip(systems, prompts, questions, strict=True)
    ]


def _around(prompt: str, question: str | None) -> tuple[str, str] | None:
    if not question or question not in prompt:
        return None
    before, _, after = prompt.rpartition(question)
    return before, after


def _shared(prompts: Sequence[str]) -> tuple[str, str]:
    lines = [prompt.split("\n") for prompt in prompts]
    before = _alike(lines)
    after = _alike([one[len(before) :][::-1] for one in lines])[::-1]
    return "\n".join(before), "\n".join(after)


def _alike(lines: Sequence[Sequence[str]]) -> list[str]:
    """The first lines, as far as all have them."""
    return [line for line, *_ in takewhile(lambda row: len(set(row)) == 1, zip(*lines, strict=False))]


def _hashed(system: str | None, around: tuple[str, str] | None) -> str | None:
    if around is None:
        return None
    parts = (" ".join(CHAT_MARKS.sub(" ", part).split()) for part in (system or "", *around))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
