"""DEL3 and DEL4: who owns, published and printed a text (papers.md §1.5)."""

from __future__ import annotations

import re

from darwin_assets.refine.rules.masks import is_free
from darwin_assets.refine.rules.protect import paragraphs
from darwin_assets.refine.rules.structure import LOWER_WORD, without_lines
from darwin_assets.refine.settings import RefineSettings

COPYRIGHT_LINE = re.compile(
    r"\s*(?:copyright\s+(?:©|\(c\)|by\b)?\s*|(?:©|\(c\))\s*(?:copyright\s+)?)(?:19|20)\d{2}\b.{0,160}|"
    r"\s*copyright\s+(?:©|\(c\)|by\b).{0,160}|\s*all rights reserved\.?\s*",
    re.IGNORECASE,
)


# DEL3: front and back matter such as copyright notices goes; abstracts, introductions and conclusions stay.
def delete_copyright_lines(text: str, settings: RefineSettings) -> str:
    """Lines that are a copyright notice."""
    return without_lines(text, COPYRIGHT_LINE)


PUBLICATION_LINE = re.compile(
    r"\s*(?:e?-?(?:ISBN|ISSN)(?:-1[03])?\b[\s:]*[\dX][\dX\s\-–]{6,24}(?:\([^)]{0,40}\))?"
    r"|(?:doi:?\s*|https?://(?:dx\.)?doi\.org/)10\.\d{4,9}/\S+"
    r"|(?:e-?mail|tel|phone|fax)[.:]{1,2}\s?(?:[+(]?\d[\d\s()./–-]{4,40}|[^\s@]{1,60}@).{0,80}"
    r"|[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{2,20}){1,4})\s*",
    re.IGNORECASE,
)
IMPRINT = re.compile(
    r"\s*(?:(?:published by|publisher:|printed in|printed by|typeset by|first published)\s.{2,100}"
    r"|library of congress (?:cataloging|control).{0,100})",
    re.IGNORECASE,
)
# Beside names: any other word in lower case, such as a verb, makes a sentence of an imprint.
IMPRINT_WORDS = frozenset(
    (
        "a", "an", "and", "as", "at", "by", "edition", "for", "from", "imprint", "in", "of", "on", "paperback", "plc",
        "press", "printed", "printing", "published", "reprinted", "revised", "the", "under", "with",
    )
)  # fmt: skip


# DEL4: publication data such as ISBN, publisher, versions, addresses and contacts goes.
def delete_publication_lines(text: str, settings: RefineSettings) -> str:
    """Lines that hold nothing but publication data, and paragraphs of lines that name publisher or printer."""
    text = without_lines(text, PUBLICATION_LINE)
    kept: list[str] = []
    reached = 0
    for start, paragraph in paragraphs(text):
        if all(map(is_imprint, paragraph.split("\n"))):
            kept.append(text[reached:start])
            reached = start + len(paragraph)
    return "".join([*kept, text[reached:]])


def is_imprint(line: str) -> bool:
    """Whether a free line says who published or printed what it stands in, and is neither a sentence nor a part of one."""
    return (
        IMPRINT.fullmatch(line) is not None
        and line.lstrip()[0].isupper()
        and IMPRINT_WORDS.issuperset(LOWER_WORD.findall(line))
        and is_free(line)
    )
