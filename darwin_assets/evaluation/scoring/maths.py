"""The answer to a mathematical problem in a model's text (papers.md §3.7)."""

from __future__ import annotations

import re

from darwin_assets.evaluation.scoring.braces import boxed
from darwin_assets.evaluation.scoring.canonical import canonical

_NEXT_PROBLEM = re.compile(r"\n\s*(?:Problem|Question)\s*:")
_THOUGHTS_END = "</think>"
_END_MARK = re.compile(r"</s>|<\|(?:im_end|endoftext|end_of_text|eot_id)\|>|<(?:eos|end_of_turn)>")
_FINAL = re.compile(r"final answer is:?\s*([^\n]{1,400}?)\.?\s*I hope", re.IGNORECASE)
_ANSWER_IS = re.compile(
    r"\b(?:(?:the|final)\s+answer\s+is(?:\s+(?:therefore|thus|hence|simply|about|approximately|roughly|exactly))?+:?+|answer\s*:)"
    r"(?P<gap>(?:[\s*]|(?:\$\$|\\\[)(?=[ \t]*\n))*+)(?=(?P<said>\S[^\n]*))",
    re.IGNORECASE,
)
_CLOSED_BOLD = re.compile(r"(?<=[^\s*])\*\*(?=[\s.,;:!?)]|$)")
_SENTENCE_END = re.compile(r"\.(?=\s|$)|,?\s+\(?(?:since|because)\b")
"""The sentence's end, or where it begins to give reasons."""
_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")
_OUTPUT = re.compile(r"```output\s*\n(.*?)```", re.DOTALL)
_NUMBER = re.compile(
    r"(?<![\w.])[-−]?(?:\$\s*)?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d+)?(?:\s*/\s*\d+(?:\.\d+)?)?(?:\s*\\?%)?"
)


def own_part(output: str) -> str:
    """What the model said to this problem: without thoughts before it, and without what stands behind it: a problem that a
    base model invents, or whatever comes after a mark of the end."""
    said = _END_MARK.split(output.rpartition(_THOUGHTS_END)[2].strip(), maxsplit=1)[0]
    return _NEXT_PROBLEM.split(said, maxsplit=1)[0]


def extract(output: str) -> tuple[str, ...]:
    """What the text gives as its answer: the contents of all boxes, or one answer. Empty when there is nothing.

    In this order: "final answer is X. I hope", boxes, "the answer is X" or "Answer: X", a program's last block of output, the
    last number.
    """
    said = own_part(output)
    if found := _FINAL.findall(said):
        return tuple(boxed(found[-1])) or (found[-1].strip(),)
    if boxes := boxed(said):
        return tuple(boxes)
    if stated := [one for match in _ANSWER_IS.finditer(said) if (one := _stated(match))]:
        return (stated[-1],)
    if lines := [line for block in _OUTPUT.findall(said) for line in block.splitlines() if line.strip()]:
        return (lines[-1].strip(),)
    numbers = _NUMBER.findall(said)
    return (numbers[-1].replace("$", "").strip(),) if numbers else ()


def _stated(match: re.Match[str]) -> str | None:
    """What a statement says; null where a heading announces it and other lines than an answer follow, as a solution's."""
    answer = _SENTENCE_END.split(_CLOSED_BOLD.sub("", match["said"]), maxsplit=1)[0].strip(" *")
    if "\n" not in match["gap"]:
        return answer
    ends_in_word = _WORDS.fullmatch(answer) and not match.string[match.end("said") :].strip()
    return answer if ends_in_word or not _WORDS.search(canonical(answer)) else None
