"""Definitions that a batch itself holds: glossary entries and sentences that define (papers.md §1.6,
dimension 2).

The patterns are narrow on purpose: a definition that is missed costs nothing, a sentence wrongly taken for
one would be quoted in other documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from darwin_assets.refine.rules.protect import EXERCISE, NOTE, PART, blocks, paragraphs

MAX_TERM_WORDS = 5
MIN_MEANING_WORDS, MAX_MEANING_CHARS = 3, 400

HEADING = re.compile(r"(#{1,6})\s+(.*)")
GLOSSARY_TITLE = re.compile(
    r"[*_\d.\s]*(?:glossary|key terms|definitions|definition of terms|terminology)[*_:\s]*", re.IGNORECASE
)
ENTRY = re.compile(r"\s*(?:[-*+]\s+)?(?:\*\*|__)([^*_\n]{2,80}?):?(?:\*\*|__)\s*(?::|—|–|-)?\s+(\S.*)")

EMPHASISED = r"\*{1,2}(?P<emphasised>[^*\n]{2,60}?)\*{1,2}"
PLAIN = r"(?P<plain>[A-Za-z][\w'’-]+(?: [a-z][\w'’-]+){0,3})"
BODY = r"(?:[^.\n]|\.(?=\d)){10,400}"
DEFINED_AS = re.compile(
    rf"(?:The |An? )?(?:{EMPHASISED}|{PLAIN}) (?:is|are) defined (?:as|to be) (?!being )(?P<meaning>{BODY})\."
)
IS_A = re.compile(rf"(?:The |An? )?{EMPHASISED} is (?P<meaning>(?:an?|the|any) {BODY})\.")
CALLED = re.compile(rf"(?P<meaning>(?:The|An?) {BODY}?) is (?:called|known as|termed) (?:the |an? )?{EMPHASISED}\.")
SENTENCE_PATTERNS = (DEFINED_AS, IS_A, CALLED)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z*(\[])")
# A meaning that leans on its surroundings cannot be quoted elsewhere.
LEANS = re.compile(
    r"\b(?:this|these|those|such|above|below|following|previous(?:ly)?|earlier|later|here|we|our|us|it|its|they|their|"
    r"figure|table|equation|eq|section|chapter|example|exercise|illustrated|shown)\b|\[|<[a-z/]|\ufffd|\\(?:ref|cite)",
    re.IGNORECASE,
)
LEANS_IN_GLOSSARY = re.compile(
    r"\b(?:figure|table|equation|section|chapter|above|below|see|following|this)\b|\]\(|!\[|<[a-z/]|\ufffd",
    re.IGNORECASE,
)
# What is "called an X" must be a noun phrase: a verb outside a relative clause, or a loose end, says that it
# is not.
NO_PHRASE = re.compile(
    r"(?<!that )(?<!which )(?<!who )(?<!it )\b(?:is|are|was|were|will|can|may|must|has|have|does|do)\b|"
    r"\b(?:and|or|which|that|it|then|also|to \w+)$|[,;:]$"
)
# Where a list or a formula followed that is not part of the quotation.
UNFINISHED = re.compile(
    r"(?:[:,;(]|\b(?:a|an|and|are|as|by|for|from|in|into|if|is|of|on|or|than|that|the|then|to|when|where|which|with))\W*$",
    re.IGNORECASE,
)
MIN_PHRASE_WORDS = 6
NO_TERM = frozenset(
    [
        "this",
        "that",
        "it",
        "these",
        "those",
        "which",
        "what",
        "who",
        "each",
        "one",
        "following",
        "former",
        "latter",
        "above",
        "quantity",
        "value",
        "result",
        "function",
        "term",
        "symbol",
        "variable",
        "set",
        "here",
        "there",
        "he",
        "she",
        "they",
        "we",
        "you",
    ]
)


@dataclass(frozen=True)
class Definition:
    """A term, its meaning word for word, and the row that says so."""

    term: str
    meaning: str
    row_id: str
    uri: str | None
    licence: str | None
    source: str
    """ "glossary" or "sentence"."""


def find_definitions(rows: pl.DataFrame) -> list[Definition]:
    """All definitions in rows (`id`, `text`, `uri`, `licence`), in reading order."""
    columns = rows.select("id", "text", "uri", "licence").iter_rows()
    return [
        Definition(term, meaning, row_id, uri, licence, source)
        for row_id, text, uri, licence in columns
        for term, meaning, source in definitions_in(text or "")
    ]


def definitions_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Term, meaning and source of each definition in one document."""
    spans = blocks(text)
    glossary_depth = 0
    for start, paragraph in paragraphs(text):
        if any(span.start <= start < span.end for span in spans):
            continue
        first_line = paragraph.split("\n", 1)[0]
        heading = HEADING.match(first_line)
        if heading:
            depth = len(heading[1])
            if GLOSSARY_TITLE.fullmatch(heading[2]):
                glossary_depth = depth
            elif glossary_depth and depth <= glossary_depth:
                glossary_depth = 0
        if glossary_depth:
            yield from glossary_entries(paragraph)
        elif not any(opening.match(paragraph) for opening in (HEADING, EXERCISE, PART, NOTE)):
            yield from defining_sentences(paragraph)


def glossary_entries(paragraph: str) -> Iterator[tuple[str, str, str]]:
    """Lines of a glossary: a term in bold, then its meaning."""
    for line in paragraph.split("\n"):
        match = ENTRY.fullmatch(line)
        if match and is_term(match[1]) and is_meaning(match[2], LEANS_IN_GLOSSARY):
            yield match[1].strip(), match[2].strip(), "glossary"


def defining_sentences(paragraph: str) -> Iterator[tuple[str, str, str]]:
    """Sentences of the forms "an X is a ...", "X is defined as ..." and "... is called an X"."""
    for sentence in SENTENCE_END.split(" ".join(paragraph.split())):
        for pattern in SENTENCE_PATTERNS:
            match = pattern.fullmatch(sentence)
            if match is None:
                continue
            groups = match.groupdict()
            term = groups.get("emphasised") or groups.get("plain") or ""
            meaning = groups["meaning"]
            phrase = pattern is not CALLED or is_phrase(meaning)
            # "The sample is the 400 people who ..." tells what it is there, not what it is.
            instance = pattern is IS_A and re.search(r"\d", meaning) is not None
            if phrase and not instance and is_term(term) and is_meaning(meaning, LEANS):
                yield term, meaning, "sentence"
            break


def is_phrase(meaning: str) -> bool:
    """Whether this reads as a noun phrase of some length."""
    return len(meaning.split()) >= MIN_PHRASE_WORDS and NO_PHRASE.search(meaning) is None


def is_term(term: str) -> bool:
    """Whether this can be a term: one to five words of letters, none of them a pronoun at the start."""
    words = term.split()
    plain = re.fullmatch(r"[^\W_][\w\s'’()-]*", term.strip()) is not None and any(map(str.isalpha, term))
    one_thing = words[0].lower() not in NO_TERM and not {"and", "or"} & set(words) if words else False
    return plain and one_thing and len(words) <= MAX_TERM_WORDS and len(term) >= 3


def is_meaning(meaning: str, leans: re.Pattern[str]) -> bool:
    """Whether a meaning can stand by itself: long enough, formulas closed, no pointer to its surroundings."""
    return (
        len(meaning.split()) >= MIN_MEANING_WORDS
        and len(meaning) <= MAX_MEANING_CHARS
        and meaning.count("$") % 2 == 0
        and meaning.count("**") % 2 == 0
        and leans.search(meaning) is None
        and UNFINISHED.search(meaning) is None
    )
