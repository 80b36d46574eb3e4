"""Book, paper, web or other where metadata do not say (papers.md §1.4, D21): structure, then the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from darwin_assets.annotate.taxonomy import DocumentKind

_NUMBERED = re.compile(r"\[\d+(?:[–,-]\s?\d+)*\]")
_DATED = re.compile(r"\((?:[A-Z]\w+[^()]{0,40})?(?:19|20)\d\d[a-z]?\)")

MIN_CUES = 3
MIN_CITATIONS = 5
MIN_ACADEMIC_SCORE = 0.5

_ENDS_CHARS = 20_000
"""A paper has its abstract in front and its references at the end; a book section its goals and exercises."""
_MAX_HEADING_CHARS = 80
_WEB_MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True)
class Cues:
    """Each group of headings counts once when a heading fits it, the phrases once when any of them occurs."""

    headings: tuple[str, ...]
    phrases: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """One expression for all groups; a line break that is written out is found faster than the start of a line."""
        groups = "|".join(f"({words})" for words in self.headings)
        return re.compile(rf"\n(?:#+ *)?[*]{{0,2}}(?:[\divx]+\.?[\d.]* +)?(?:{groups})\b")

    def count(self, headings: str, lower_text: str) -> int:
        return len({found.lastindex for found in self.pattern.finditer(headings)}) + any(
            phrase in lower_text for phrase in self.phrases
        )


PAPER = Cues(
    headings=(
        "abstract",
        "key ?words",
        "references|bibliography|literature cited|works cited",
        "acknowledge?ments?|funding|conclusions?|related work|discussion|materials and methods|methods",
    ),
    phrases=(
        "in this paper",
        "in this article",
        "this paper",
        "we propose",
        "we investigate",
        "we show that",
    ),
)
BOOK = Cues(
    headings=(
        r"(?:\w+ ){0,3}(?:exercises?|problems|questions|homework|practice)",
        "glossary|key (?:terms|concepts|equations)|(?:chapter |section )?(?:summary|review)",
        "examples?|solutions?|answers?|check your (?:learning|understanding)",
        "preface|contents|table of contents|index|about the authors?",
        "learning (?:objectives|goals|outcomes)|chapter",
    ),
    phrases=(
        "in this chapter",
        "in the next chapter",
        "by the end of this",
        "you will be able to",
        "should be able to",
    ),
)


def cues(text: str) -> tuple[int, int]:
    """How many different (paper, book) cues the first and the last 20,000 characters hold, 0 to 6 each.

    Five citations or more are a cue of a paper.
    """
    ends = text if len(text) <= 2 * _ENDS_CHARS else f"{text[:_ENDS_CHARS]}\n{text[-_ENDS_CHARS:]}"
    lower = ends.lower()
    headings = "\n" + "\n".join([line for line in lower.splitlines() if len(line) <= _MAX_HEADING_CHARS])
    n_citations = ends.count("et al.") + len(_NUMBERED.findall(ends)) + len(_DATED.findall(ends))
    return PAPER.count(headings, lower) + (n_citations >= MIN_CITATIONS), BOOK.count(headings, lower)


def document_kind(text: str, media_type: str | None, academic_score: float) -> DocumentKind:
    """Kind of a document by its text; `academic_score` is the probability of academic_research."""
    n_paper, n_book = cues(text)
    if n_paper >= MIN_CUES and n_paper > n_book:
        return DocumentKind.PAPER
    if n_book >= MIN_CUES and n_book > n_paper:
        return DocumentKind.BOOK
    if media_type in _WEB_MEDIA_TYPES:
        return DocumentKind.WEB
    return DocumentKind.PAPER if academic_score >= MIN_ACADEMIC_SCORE else DocumentKind.OTHER
