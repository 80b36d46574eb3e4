"""Whether an answer only joins and wraps the lines of a chunk's paragraphs, as many answers to clean text do (REP1)."""

from __future__ import annotations

import re

from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guards.structure import CAPTIONED
from darwin_assets.refine.rules.protect import BLANK_LINE

TITLES = ("#", *CAPTIONED)
"""Signs without any of which no line is a heading or a caption."""
TITLE = re.compile(rf"^(?:.*#|[ \t*_]*(?:{'|'.join(map(re.escape, CAPTIONED))})).*$", re.MULTILINE)


def is_reflowed(comparison: Comparison) -> bool:
    """Whether both sides hold the same words in the same paragraphs, and the same headings, captions, rows of tables and
    lines of code.
    """
    before, after = comparison.before, comparison.after
    return (
        words_of_paragraphs(before.raw) == words_of_paragraphs(after.raw)
        and titles(before.raw) == titles(after.raw)
        and before.protected == after.protected
    )


def words_of_paragraphs(text: str) -> list[list[str]]:
    """What stands between white space, by paragraph."""
    return [words for paragraph in BLANK_LINE.split(text) if (words := paragraph.split())]


def titles(text: str) -> list[str]:
    """Lines that may be headings or captions, as they are written."""
    return TITLE.findall(text) if any(sign in text for sign in TITLES) else []
