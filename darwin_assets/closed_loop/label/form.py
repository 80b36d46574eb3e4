"""What the answer to an item looks like, as its right answers show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from darwin_assets.closed_loop.taxonomy import OTHER
from darwin_assets.evaluation.scoring.braces import boxed

_NAMED = re.compile(r"\A[a-z] ?(?:=|\\in) ?(?=\S+\Z)")
_THOUSANDS = re.compile(r"(?<=\d),(?:\\! ?)?(?=\d{3}(?!\d))")
_DRESS = re.compile(
    r"\\[$%!]|\$|%|\^\{?\\circ\}?|\\(?:text|mbox|textrm)\{\s*[a-z][^}]*\}(?:\^\{?\d\}?)?\Z|\\ |\\,|\s+\Z"
)
_GROUP = re.compile(r"\{[^{}]*\}")
_LETTER = re.compile(r"\A(?:\\(?:text|mbox|textbf)\{)?\s*\(?[A-J]\)?\s*\}?\Z")
_WORDS = re.compile(r"\A(?:\\(?:text|mbox|textbf)\{[^}]*\}|[A-Za-z][A-Za-z' -]*)\Z")
_NUMERAL = re.compile(
    r"\A[-+]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:_\{?\d+\}?|/\d+)?\Z"
    r"|\A[-+]?(?:\d+ ?)?\\[dt]?frac ?(?:\{-?\d+\} ?(?:\{\d+\}|\d)|\d ?\d)\Z"
)
_INTERVAL = re.compile(r"\\infty|\\cup|\\in\b|\A(?:\\left)?\[.*[\])]\Z|\A(?:\\left)?\(.*\]\Z")
_NOTATION = re.compile(r"[\\^_+*/=]|\d[a-z]\b| - |\A\S+\Z")

_SHAPES: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("option_letter", _LETTER.match),
    ("short_span", _WORDS.match),
    ("number", lambda answer: _NUMERAL.match(_DRESS.sub("", answer))),
    ("expression", _INTERVAL.search),
    ("list", lambda answer: "," in _GROUP.sub("", answer) or r"\pm" in answer),
    ("expression", _NOTATION.search),
)


def form_of(gold: Sequence[str]) -> str:
    """Of the first right answer; of what is boxed in it where it is a solution."""
    if not gold:
        return OTHER
    answer = _THOUSANDS.sub("", (boxed(gold[0]) or [gold[0]])[-1].strip().rstrip("."))
    plain = _NAMED.sub("", answer)
    return next((form for form, fits in _SHAPES if fits(plain)), "free_text")
