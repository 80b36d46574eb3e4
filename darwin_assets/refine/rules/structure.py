"""DEL1, DEL2 and DEL5: parts of a document's structure that carry no content (papers.md §1.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from darwin_assets.refine.rules.masks import holds_block, is_free
from darwin_assets.refine.rules.protect import EXERCISE
from darwin_assets.refine.settings import RefineSettings

LEADER_ENTRY = re.compile(r"\s*\S.{0,150}?(?:\s*\.){3,}\s*(?:\d{1,4}|[ivxlc]{1,7})\s*|\s*\S.{0,150}?…+\s*\d{1,4}\s*")
ANCHOR_ENTRY = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\[[^\]\n]{1,150}\]\(#[^)\s]*\)\s*")
CONTENTS_TITLE = re.compile(
    r"(?:#{1,6}\s+)?[*_]{0,2}(?:table of )?contents[*_]{0,2}:?\s*|(?:#{1,6}\s+)?list of (?:figures|"
    r"tables)\s*",
    re.IGNORECASE,
)


# DEL1: a table of contents or navigation, that is several titles in a row without text, goes; a heading that
# is followed by text stays.
def delete_contents(text: str, settings: RefineSettings) -> str:
    """Runs of titles that lead with dots to a page number or link into the page, and the title "Contents"
    above.
    """

    def is_entry(line: str) -> bool:
        return is_free(line) and bool(LEADER_ENTRY.fullmatch(line) or ANCHOR_ENTRY.fullmatch(line))

    kept: list[str] = []
    for run_is_entries, run in runs(text.split("\n"), is_entry):
        if run_is_entries and sum(map(bool, map(str.strip, run))) >= settings.min_contents_entries:
            drop_title_above(kept)
        else:
            kept += run
    return "\n".join(kept)


def runs(lines: list[str], is_entry: Callable[[str], bool]) -> list[tuple[bool, list[str]]]:
    """Consecutive lines that are entries or not; blank lines between two entries belong to their run."""
    flags = [is_entry(line) for line in lines]
    following = False
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].strip():
            following = flags[index]
        elif following and any(flags[:index]):
            flags[index] = preceding_is_entry(lines, flags, index)
    return [
        (flag, [line for _, line in group]) for flag, group in groupby(zip(flags, lines, strict=True), lambda p: p[0])
    ]


def preceding_is_entry(lines: list[str], flags: list[bool], index: int) -> bool:
    """Whether the last line with content before a blank line is an entry."""
    while index > 0 and not lines[index].strip():
        index -= 1
    return flags[index]


def drop_title_above(kept: list[str]) -> None:
    """Remove a "Contents" title that now has nothing below it."""
    last = len(kept) - 1
    while last >= 0 and not kept[last].strip():
        last -= 1
    if last >= 0 and CONTENTS_TITLE.fullmatch(kept[last]):
        del kept[last]


REFERENCE_HEADING = re.compile(
    r"(?:#{1,6}\s+)?(?:\d{1,2}\.?\s+)?[*_]{0,2}(?:references(?: cited)?|bibliography|works cited|"
    r"literature cited|"
    r"list of references)[*_]{0,2}:?\s*",
    re.IGNORECASE,
)
SECTION_STOP = re.compile(rf"#{{1,6}}\s+\S|{EXERCISE.pattern}", re.IGNORECASE)
MARKER = re.compile(r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\d{1,3}\.|[-*+])\s+")
SOURCE_START = re.compile(r"^\W*(?:data from\b|[\"“])|https?://|\bwww\.|\baccessed\b", re.IGNORECASE)
NUMBER_MARKER = re.compile(r"\s*(?:\[\d{1,3}\]|\d{1,3}\.)\s+")
YEAR = re.compile(r"\b(?:1[5-9]|20)\d{2}[a-z]?\b")
AUTHOR = re.compile(
    r"\b[A-Z][\w'’-]+,?\s+(?:[A-Z]\.[\s-]?){1,3}(?=[\s,;:&(.]|$)|\b(?:[A-Z]\.[\s-]?){1,3}[A-Z][\w'’-]+|"
    r"\bet al\b"
)
LOWER_WORD = re.compile(r"(?<![\w'’])[a-zß-ÿ]+")
AFTER_AUTHOR = re.compile(r"[\s.,;]*([a-zß-ÿ]+)")
# In lower case before the first author of an entry, and behind any.
NAME_PARTICLES = frozenset(
    ("al", "d", "da", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "la", "le", "ten", "ter", "van", "von")
)  # fmt: skip
AUTHOR_LINKS = NAME_PARTICLES | {"and", "ed", "eds", "editor", "editors", "et", "und"}


# DEL2: a whole list of references (entries of authors, title and year, in any style) goes; citations in the
# text stay.
def delete_reference_section(text: str, settings: RefineSettings) -> str:
    """A heading such as "References" and the entries below it, when most of them look like references.

    The section ends at the next heading, block or exercise, and before trailing prose that is no entry.
    """
    lines = text.split("\n")
    kept: list[str] = []
    index = 0
    while index < len(lines):
        end = index + 1
        if REFERENCE_HEADING.fullmatch(lines[index]):
            end = section_end(lines, index, settings) or end
        kept += lines[index:end] if end == index + 1 else []
        index = end
    return "\n".join(kept)


def section_end(lines: list[str], heading: int, settings: RefineSettings) -> int | None:
    """The line after the references below a heading; None when what stands there is something else.

    Where no heading ends the section, what follows the last entry may be anything and stays.
    """
    end = heading + 1
    while end < len(lines) and not SECTION_STOP.match(lines[end]) and not holds_block(lines[end]):
        end += 1
    found = entries(lines[heading + 1 : end])
    if not found or share([entry for entry, _ in found], names_source) < settings.min_reference_share:
        return None
    if end < len(lines) and lines[end].startswith("#"):
        return end
    while not (MARKER.match(found[-1][0]) or names_source(found[-1][0])):
        found.pop()
    return heading + 1 + found[-1][1]


# DEL2 again, where the heading stands in an earlier chunk: only numbered entries with author and year are
# certain.
def delete_numbered_references(text: str, settings: RefineSettings) -> str:
    """Runs of lines or paragraphs that are each a numbered reference."""

    def is_entry(line: str) -> bool:
        return bool(NUMBER_MARKER.match(line) and looks_like_reference(line) and not holds_block(line))

    kept: list[str] = []
    for run_is_entries, run in runs(text.split("\n"), is_entry):
        long_enough = sum(map(bool, map(str.strip, run))) >= settings.min_reference_entries
        kept += [] if run_is_entries and long_enough else run
    return "\n".join(kept)


def entries(lines: list[str]) -> list[tuple[str, int]]:
    """Entries of a section and the line after each: a new one starts after a blank line or at a marker."""
    found: list[tuple[str, int]] = []
    after_blank = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            after_blank = True
        elif after_blank or MARKER.match(line):
            found.append((line, number))
            after_blank = False
        else:
            found[-1] = (f"{found[-1][0]} {line}", number)
    return found


def looks_like_reference(entry: str) -> bool:
    """Whether an entry has a year and begins with authors of whom it says nothing: a verb or more makes it a sentence."""
    authors = list(AUTHOR.finditer(entry)) if len(entry) <= 800 and YEAR.search(entry) else []
    following = (AFTER_AUTHOR.match(entry, author.end()) for author in authors)
    return (
        bool(authors)
        and NAME_PARTICLES.issuperset(LOWER_WORD.findall(entry, 0, authors[0].start()))
        and all(word is None or word[1] in AUTHOR_LINKS for word in following)
    )


def names_source(entry: str) -> bool:
    """Whether an entry below a reference heading names a source: by year, address, quoted title or "Data
    from".
    """
    return len(entry) <= 800 and (YEAR.search(entry) or SOURCE_START.search(entry)) is not None


def share(items: list[str], holds: Callable[[str], bool]) -> float:
    """The share of items for which a test holds."""
    return sum(map(holds, items)) / len(items)


PAGE_LINE = re.compile(
    r"\s*(?:[-–—~|]\s*)?page\s+\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?(?:\s*[-–—~|])?\s*"
    r"|\s*\d{1,4}\s*\|\s*p\s?a\s?g\s?e\s*|\s*\d{1,4}\s+of\s+\d{1,4}\s*|\s*[-–—~]\s*\d{1,4}\s*[-–—~]\s*",
    re.IGNORECASE,
)
BARE_NUMBER_AT_FEED = re.compile(r"\n[ \t]*\d{1,4}[ \t]*\n?[ \t]*\f|\f[ \t]*\n?[ \t]*\d{1,4}[ \t]*(?=\n)")


# DEL5: page headers, page footers and page numbers go.
def delete_page_lines(text: str, settings: RefineSettings) -> str:
    """Lines that say that they are a page number, and bare numbers beside a form feed."""
    return without_lines(BARE_NUMBER_AT_FEED.sub("\n\f", text), PAGE_LINE)


def without_lines(text: str, pattern: re.Pattern[str]) -> str:
    """The text without the free lines that a pattern matches in full."""
    return "\n".join(line for line in text.split("\n") if not (pattern.fullmatch(line) and is_free(line)))
