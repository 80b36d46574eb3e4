"""Whether an answer only joins and wraps the lines of a chunk's paragraphs, as many answers to clean text do (REP1)."""

from __future__ import annotations

import re

from darwin_assets.refine.comparison import Comparison
from darwin_assets.refine.guards.structure import CAPTIONED
from darwin_assets.refine.rules.protect import BLANK_LINE, FINDERS

SIGNS = re.compile("|".join(map(re.escape, ("#", *CAPTIONED, *(sign for sign, _ in FINDERS)))))
"""Without any of which a text has no headings, captions, tables or code. Texts of the same words hold the same ones."""
TITLE = re.compile(rf"^(?:.*#|[ \t*_]*(?:{'|'.join(map(re.escape, CAPTIONED))})).*$", re.MULTILINE)
"""A line that may be a heading or a caption."""


def is_reflowed(comparison: Comparison) -> bool:
    """Whether both sides hold the same words in the same paragraphs, and the same headings, captions, rows of tables and
    lines of code.
    """
    before, after = comparison.before, comparison.after
    old, new = paragraphs(before.raw), paragraphs(after.raw)
    # most answers wrap lines as the chunk does, or not at all; to take all words apart takes five times as long
    if old != new and words_of(old) != words_of(new):
        return False
    if SIGNS.search(before.raw) is None:
        return True
    return TITLE.findall(before.raw) == TITLE.findall(after.raw) and before.protected == after.protected


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each in one line."""
    return [paragraph.replace("\n", " ").strip() for paragraph in BLANK_LINE.split(text)]


def words_of(paragraphs: list[str]) -> list[list[str]]:
    """What stands between white space, by paragraph that holds any."""
    return [words for paragraph in paragraphs if (words := paragraph.split())]
