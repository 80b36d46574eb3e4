"""KEEP1 to KEEP8: what no rule may touch (papers.md §1.5), found and hidden behind placeholders.

Two kinds of span differ in what may happen to them. A *block* (code, table, displayed formula, exercise,
note) stays exactly as it is. An *inline* span (formula in a sentence, citation, cross reference) is never
altered, and leaves only together with a whole line that a rule removes: a reference entry (DEL2) or a
repeated paragraph (DEL10).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MAX_FORMULA_CHARS = 4000
BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of a text, and what they are: "code", "table" or "formula"."""

    start: int
    end: int
    kind: str


# KEEP4: code blocks stay with their fences and their layout.
FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")


def code_blocks(text: str) -> Iterator[Span]:
    """Fenced blocks; an opened fence without its closing one reaches to the end, as Markdown reads it."""
    opened: tuple[int, str] | None = None
    for start, line in lines(text):
        match = FENCE.match(line)
        if opened is None:
            if match:
                opened = (start, match[1])
        elif match and match[1].startswith(opened[1]) and not line[match.end() :].strip():
            yield Span(opened[0], start + len(line), "code")
            opened = None
    if opened is not None:
        yield Span(opened[0], len(text), "code")


# KEEP2: tables stay with their markers, pipe characters or HTML.
TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)+\|?\s*")


def pipe_tables(text: str) -> Iterator[Span]:
    """Runs of lines that begin with a pipe, or that hold pipes above and below a rule of dashes."""
    run: list[tuple[int, str]] = []
    for start, line in [*lines(text), (len(text), "")]:
        if "|" in line:
            run.append((start, line))
            continue
        if run and (all(row.lstrip().startswith("|") for _, row in run) or any(map(is_table_rule, run))):
            yield Span(run[0][0], run[-1][0] + len(run[-1][1]), "table")
        run = []


def is_table_rule(row: tuple[int, str]) -> bool:
    """Whether a line is the rule of dashes below a table's header."""
    return TABLE_RULE.fullmatch(row[1]) is not None


HTML_TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)


def html_tables(text: str) -> list[Span]:
    """From a start tag to its end tag; of tables inside tables the outermost."""
    opened: list[int] = []
    pairs: list[Span] = []
    for tag in HTML_TABLE_TAG.finditer(text):
        if not tag[1]:
            opened.append(tag.start())
        elif opened:
            pairs.append(Span(opened.pop(), tag.end(), "table"))
    outermost: list[Span] = []
    for pair in sorted(pairs, key=lambda span: span.start):
        if not outermost or pair.start >= outermost[-1].end:
            outermost.append(pair)
    return outermost


# KEEP1: formulas, equations, proofs and symbols stay exact.
TWO_DOLLARS = re.compile(r"(?<!\\)\$\$")
BRACKET = re.compile(r"(?<!\\)\\\[")
BEGIN = re.compile(r"\\begin\{(\w+\*?)\}")


def dollar_formulas(text: str) -> Iterator[Span]:
    """`$$...$$` without a blank line inside, as LaTeX forbids one."""
    yield from delimited(text, TWO_DOLLARS, lambda _: "$$", "formula", MAX_FORMULA_CHARS)


def bracket_formulas(text: str) -> Iterator[Span]:
    r"""`\[...\]`."""
    yield from delimited(text, BRACKET, lambda _: "\\]", "formula", MAX_FORMULA_CHARS)


def environments(text: str) -> Iterator[Span]:
    r"""`\begin{name}...\end{name}`: equations, arrays, listings."""
    yield from delimited(text, BEGIN, lambda match: f"\\end{{{match[1]}}}", "formula", MAX_FORMULA_CHARS)


def delimited(
    text: str, opener: re.Pattern[str], closer: Callable[[re.Match[str]], str], kind: str, max_chars: int
) -> Iterator[Span]:
    """Spans from an opener to the next closer; a blank line between them means that they are no pair."""
    reached = 0
    for match in opener.finditer(text):
        if match.start() < reached:
            continue
        close = closer(match)
        end = text.find(close, match.end(), match.end() + max_chars)
        if end < 0 or (kind == "formula" and BLANK_LINE.search(text, match.end(), end)):
            continue
        reached = end + len(close)
        yield Span(match.start(), reached, kind)


FINDERS: tuple[tuple[str, Callable[[str], Iterable[Span]]], ...] = (
    ("```", code_blocks),
    ("~~~", code_blocks),
    ("<", html_tables),
    ("|", pipe_tables),
    ("$$", dollar_formulas),
    ("\\[", bracket_formulas),
    ("\\begin", environments),
)
"""What finds blocks, and the sign without which there are none."""


def blocks(text: str) -> list[Span]:
    """Code, tables and displayed formulas of a text: in order, without overlap."""
    accepted: list[Span] = []
    for finder in dict.fromkeys(finder for sign, finder in FINDERS if sign in text):
        accepted = without_overlap(accepted, finder(text))
    return accepted


def without_overlap(accepted: list[Span], found: Iterable[Span]) -> list[Span]:
    """`accepted` and those of `found` that do not touch them, by position."""
    merged = list(accepted)
    position = 0
    for span in found:
        while position < len(accepted) and accepted[position].end <= span.start:
            position += 1
        if position == len(accepted) or span.end <= accepted[position].start:
            merged.append(span)
    return sorted(merged, key=lambda span: span.start)


# KEEP5: exercises, questions, answers, solutions, case studies and instructions stay.
EXERCISE = re.compile(
    r"(#{1,6}\s+)?[*_]{0,2}(exercise|problem|question|example|solution|answer|case study|"
    r"check your understanding|"
    r"activity|instructions?)[*_]{0,2}(\s+[\d.]+[a-z]?|\s*[:.])",
    re.IGNORECASE,
)
PART = re.compile(r"\s*\([a-z]\)\s")
QUESTION = re.compile(r"(?:\(?\w{1,3}[.)]\s|[-*+]\s).*\?\s*$", re.DOTALL)
# KEEP6: notes, warnings, tips, remarks of the author and footnotes stay.
NOTE = re.compile(
    r">|\[\^\w+\]:|([*_]{0,2})(note|warning|caution|tip|hint|important|remark)\b[*_]{0,2}\s*[:.]",
    re.IGNORECASE,
)
# Four spaces after a blank line are code in Markdown.
INDENTED = re.compile(r"(?: {4}|\t)")


def kept_paragraphs(text: str) -> Iterator[Span]:
    """Whole paragraphs that are an exercise, a note or indented code."""
    for start, paragraph in paragraphs(text):
        if any(opening.match(paragraph) for opening in (EXERCISE, PART, NOTE, QUESTION)):
            yield Span(start, start + len(paragraph), "exercise")
        elif all(INDENTED.match(line) for line in paragraph.split("\n")):
            yield Span(start, start + len(paragraph), "code")


# KEEP3: citations and cross references in the text stay: (Smith, 2020), [15], equation (5), pp. 3-7.
INLINE_CODE = r"(?<!`)`[^`\n]+`(?!`)"
IN_PARAGRAPH = r"(?:[^$\n]|\n(?![ \t]*\n))"
INLINE_FORMULA = rf"(?<![\\$])\$(?![\s$]){IN_PARAGRAPH}{{0,400}}?(?<![\s\\])\$(?!\d)|\\\({IN_PARAGRAPH}{{1,400}}?\\\)"
COMMAND_REFERENCE = r"\\(?:cite\w*|ref|eqref|autoref|label|tag)\{[^{}\n]*\}"
NUMBER_CITATION = r"\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3}){0,20}\](?!\()"
NAME_CITATION = r"\((?:[^()\n]{0,60}[\s(])?[A-Z][^()\n]{0,120}?\b(?:1[5-9]|20)\d{2}[a-z]?\b[^()\n]{0,60}\)"
KEY_CITATION = r"\[(?:[^\]\[\n]{0,40}\s)?-?@[^\]\[\n]{1,120}\](?!\()"
_REFERRED = ("fig(?:ure|\\.)s?", "tables?", "eq(?:uation|n?\\.)s?", "sections?", "chapters?", "theorems?", "lemmas?")
_NAMES = ("pp?\\.", *_REFERRED, *(name.capitalize() for name in _REFERRED))
# Every alternative begins with a letter by itself, so that a search passes over all other signs.
CROSS_REFERENCE = "|".join(
    rf"{name[0]}(?<!\w{name[0]}){name[1:]}[ \u00a0]?\(?\d+(?:[.\-–]\d+)*[a-z]?\)?" for name in _NAMES
)
# A sequence of bases is no junk of repeated letters.
SEQUENCE = r"\b[ACGTUN]{10,}\b"
# Noncharacters stand for hidden spans while rules run, so those of the text itself are hidden too.
RESERVED = r"[\ufdd0-\ufdd4]"

# Of brackets without content only those go that another rule has emptied: a call, a box to tick and a blank stay.
EMPTY_BRACKETS = r"(?:(?<!\])\([ \t]*\)|\[[ \t]*\])(?![(\[])"

INLINE_EXACT = re.compile("|".join((RESERVED, INLINE_CODE, INLINE_FORMULA, COMMAND_REFERENCE, SEQUENCE)))
HIDDEN = re.compile(f"{INLINE_EXACT.pattern}|{EMPTY_BRACKETS}")
CITATION = re.compile("|".join((NUMBER_CITATION, NAME_CITATION, KEY_CITATION, CROSS_REFERENCE)))
CITATION_SIGNS = ("[", "(", "ig", "able", "Eq", "eq", "ection", "hapter", "heorem", "emma", "p.")
"""Signs without any of which a text holds no citation."""


def exact_spans(text: str) -> list[Span]:
    """What stays exact wherever it stands: blocks, formulas and code inside sentences, sequences, empty brackets."""
    return without_overlap(blocks(text), inline_spans(text, HIDDEN))


def kept_spans(text: str) -> list[Span]:
    """What stays in running text: exercises and notes as whole paragraphs, citations and cross references."""
    return without_overlap(list(kept_paragraphs(text)), inline_spans(text, CITATION))


def inline_spans(text: str, pattern: re.Pattern[str]) -> Iterator[Span]:
    """Formulas, code or citations inside sentences."""
    return (Span(match.start(), match.end(), "inline") for match in pattern.finditer(text))


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Start and text of each line, without its line end."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Start and text of each run of lines between blank lines."""
    start, first = 0, True
    run: list[str] = []
    for at, line in lines(text):
        if line.strip():
            if first:
                start, first = at, False
            run.append(line)
        elif run:
            yield start, "\n".join(run)
            run, first = [], True
    if run:
        yield start, "\n".join(run)
