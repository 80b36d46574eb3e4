"""The options of an item, as its prompt lists them, and the letters that stand for them."""

from __future__ import annotations

import re
from itertools import takewhile

from darwin_assets.evaluation.scoring.choice import LETTERS

LISTED = re.compile(r"^[ \t]*\(?([A-P])[.)] *(\S.*)$", re.MULTILINE)
LETTER = re.compile(r"\(?([A-P])\)?\.?")


def options(text: str) -> tuple[str, ...]:
    """The last list of options in a text, from A on without a gap; empty where there are not two."""
    listed = LISTED.findall(text)
    first = max((place for place, (letter, _) in enumerate(listed) if letter == "A"), default=len(listed))
    in_order = takewhile(lambda pair: pair[0] == pair[1][0], zip(LETTERS, listed[first:], strict=False))
    texts = tuple(said.strip() for _, (_, said) in in_order)
    return texts if len(texts) > 1 else ()


def letter(answer: str | None, listed: tuple[str, ...]) -> str | None:
    """The letter of an answer that names or quotes an option; null where it does neither."""
    said = (answer or "").strip()
    if said in listed:
        return LETTERS[listed.index(said)]
    named = LETTER.fullmatch(said)
    return named[1] if named and listed and named[1] in LETTERS[: len(listed)] else None
