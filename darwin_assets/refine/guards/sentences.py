"""Guards of sentences: which are gone, and in which language new ones are (papers.md §1.5 DEL1 to DEL12; §1.6 F1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from darwin_assets.refine.comparison import Comparison, lower
from darwin_assets.refine.guard_settings import GuardSettings
from darwin_assets.refine.guards.result import GuardResult, at_most
from darwin_assets.refine.side import SENTENCE_END
from darwin_assets.refine.vocabulary import STOP_WORDS, is_known

MIN_SENTENCE_WORDS = 3
SENTENCE_STOPS = frozenset(".?!:。।؟۔")
MIN_KNOWN = 0.6
"""Share of words in use from which a sentence can be read."""
MIN_SAID = 0.7
"""Share of a sentence's words that stand elsewhere in the answer when the chunk said it twice."""
MAX_TITLE_WORDS = 11
"""A line of so many words at most without a full stop is a title or a running header."""
SHORT_CHARS = 300
"""A paragraph below this length is apparatus as a whole when a part of it is."""
MIN_LANGUAGE_CHARS = 40
MAX_SENTENCES = 60
"""New sentences of which the language is asked for."""
# DEL2 to DEL4, DEL9, DEL11: what may go as whole sentences.
MAY_GO = re.compile(
    r"©|\(c\) ?\d{4}|\bcopyright|\ball rights reserved|\brights are reserved|\bISBN\b|\bISSN\b|"
    r"\b(?:first )?published (?:by|in|online)\b|"
    r"\bpublisher|\bprinted in\b|\b(?:first|second|third|\w+th) (?:printing|edition)\b|\bmay be reproduced\b|"
    r"\bwithout (?:written )?permission\b|"
    r"\b(?:I|we|authors?) (?:\w+ ){0,2}(?:thanks?|acknowledges?)\b|\bgrateful\b|\bthanks (?:to|for|are|the)\b|"
    r"\backnowledge?ments?\b|"
    r"\bfunded by\b|\bfunding\b|\b(?:by|under) grants?\b|\bgrants? (?:no|number)|\bcookies\b|\bsubscribe\b|"
    r"\bnewsletter\b|\bclick (?:here|to|on)\b|"
    r"\blog in\b|\bsign up\b|\bdownload(?:ed)? (?:from|now|here|pdf|the)\b|\badvertisement|\border now\b|"
    r"\be-?mail:|\S@\S|"
    r"\b(?:conflicts? of|competing) interests?\b|\breceived\b.{0,40}\baccepted\b|\baccessed\b.{0,20}\d{4}|"
    r"\bpage \d|^\W*continued\b|\bpage break\b|"
    r"\.{4,}|\breport a bug\b|\|.*\||\benable javascript\b|\blorem ipsum\b|\bplaceholder\b|"
    r"\binsert\b.{0,30}\bhere\b|\bpersonal use only\b",
    re.IGNORECASE | re.MULTILINE,
)
MAY_GO_SIGNS = (
    *("©", "(c)", "copyright", "rights", "isbn", "issn", "publish", "printed in", "printing", "edition", "reproduced"),
    *("permission", "thank", "acknowledg", "grateful", "fund", "grant", "cookies", "subscribe", "newsletter", "click"),
    *("log in", "sign up", "download", "advertisement", "order now", "mail:", "@", "interest", "received", "accessed"),
    *(
        "page ",
        "continued",
        "....",
        "report a bug",
        "|",
        "javascript",
        "lorem",
        "placeholder",
        "insert",
        "personal use",
    ),
    *("ı", "ſ"),
)
"""In lower case, without any of which a text holds nothing of this; ı and ſ are an i and an s where case is ignored."""
REFERENCE = re.compile(
    r"^\W*\[?\d{0,3}[\].]?\s*[A-Z][\w'’-]+,? (?:[A-Z]\.|and|et al)|\(\d{4}[a-z]?\)\.|"
    r"\b\d{1,4}(?:\(\d+\))?[,:] ?\d+[-–]\d+"
)
# A line of names: what its full stops end are initials.
INITIAL = re.compile(r"\b[A-Z]\. ?(?:[A-Z]|and\b)")
MAX_INITIALS_WORDS = 5
PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
DELETED_SECTION = re.compile(
    r"^[#\s*_\d.]*(?:references?|bibliography|literature|works cited|further reading|acknowledge?ments?|preface|"
    r"foreword|contents|"
    r"table of contents|index|glossary|abbreviations|list of (?:symbols|figures|tables)|notation|"
    r"about the authors?|imprint|copyright|"
    r"author contributions|funding|literatur|danksagung|inhalt|vorwort|remerciements|sommaire|"
    r"bibliographie)[\s*_:]*$",
    re.IGNORECASE | re.MULTILINE,
)


def lost_sentences(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """Sentences that are gone although they can be read and are no apparatus; at L5 all that are gone."""
    before = comparison.before
    found = 0
    for first, end in before.sentences if comparison.lost else ():
        if end - first >= MIN_SENTENCE_WORDS and comparison.is_mostly_lost(first, end):
            found += not comparison.may_delete or must_stay(comparison, first, end)
    return at_most("lost_sentences", found, settings.max_lost_sentences)


def must_stay(comparison: Comparison, first: int, end: int) -> bool:
    """Whether a sentence is sound prose that no rule of L4 lets go."""
    before = comparison.before
    tokens = before.tokens[first:end]
    start, stop = before.starts[first], before.ends[end - 1]
    others = [word for word in tokens if word not in STOP_WORDS]
    stops = len(tokens) - len(others)
    ended = before.text[stop : stop + 4].strip().lstrip(")")[:1] in SENTENCE_STOPS
    if not ended and not (stops and len(tokens) > MAX_TITLE_WORDS):
        return False
    if end - first <= MAX_INITIALS_WORDS and INITIAL.search(around(before.text, start, stop, "\n")):
        return False
    known = stops + sum(not word.isascii() or (len(word) > 1 and word.isalpha() and is_known(word)) for word in others)
    if known < MIN_KNOWN * len(tokens) or is_apparatus(before.text, start, stop):
        return False
    return sum(map(comparison.is_said, range(first, end))) < MIN_SAID * (end - first)


def is_apparatus(text: str, start: int, stop: int) -> bool:
    """Whether a sentence is what L4 may leave out, or stands in a short paragraph of it."""
    if REFERENCE.search(around(text, start, stop, "\n")) or in_deleted_section(text, start):
        return True
    paragraph = around(text, start, stop, "\n\n")
    lowered = lower(paragraph)
    if not any(sign in lowered for sign in MAY_GO_SIGNS):
        return False
    is_short = len(paragraph) < SHORT_CHARS
    return MAY_GO.search(text, start, stop) is not None or (is_short and MAY_GO.search(paragraph) is not None)


def around(text: str, start: int, stop: int, between: str) -> str:
    """A part of a text with the rest of its lines or paragraphs."""
    first, last = text.rfind(between, 0, start), text.find(between, stop)
    return text[first + 1 : last if last >= 0 else len(text)]


def in_deleted_section(text: str, position: int) -> bool:
    """Whether a text stands below a heading of a part that L4 leaves out: up to the next heading, or for one paragraph where
    the heading is not marked as one.
    """
    last = None
    for match in DELETED_SECTION.finditer(text, 0, position):
        last = match
    if last is None:
        return False
    between = text[last.end() : position]
    ended = re.search(r"^#{1,6} ", between, re.MULTILINE) is not None
    return not ended and (last[0].lstrip().startswith("#") or len(PARAGRAPH_END.findall(between)) <= 1)


def foreign_sentences(comparison: Comparison, settings: GuardSettings) -> GuardResult:
    """New sentences in another language than the chunk and its sentences."""
    long = [one for one in new_sentences(comparison) if len(one) >= MIN_LANGUAGE_CHARS or is_other_script(one)][
        :MAX_SENTENCES
    ]
    if not long:
        return at_most("foreign_sentences", 0, settings.max_foreign_sentences)
    language, score = language_of(" ".join(comparison.before.text.split())[:1000])
    if score < settings.min_language_score:
        return at_most("foreign_sentences", 0, settings.max_foreign_sentences)
    least = settings.min_language_score
    others = [other for other in certain_languages(long, least) if other != language]
    # a few strange signs may outweigh the rest of a short chunk
    known = (
        set(certain_languages(SENTENCE_END.split(comparison.before.text)[:MAX_SENTENCES], least)) if others else set()
    )
    return at_most("foreign_sentences", sum(one not in known for one in others), settings.max_foreign_sentences)


def certain_languages(sentences: Iterable[str], min_score: float) -> list[str]:
    """The language of each sentence that has one with a probability of at least `min_score`."""
    found = [language_of(" ".join(one.split())[:300]) for one in sentences]
    return [language for language, score in found if score >= min_score]


def new_sentences(comparison: Comparison) -> Iterator[str]:
    """The text of each run of words that nothing of the chunk accounts for, cut at the ends of sentences."""
    after = comparison.after
    for change in comparison.changes:
        if change.new:
            run = after.text[after.starts[change.new[0]] : after.ends[change.new[-1]]]
            yield from (" ".join(one.split()) for one in SENTENCE_END.split(run) if one.strip())


def is_other_script(text: str) -> bool:
    """Whether half of a text's signs are letters beyond those of Latin script."""
    return sum(one.isalpha() and one > "\u036f" and not "\ue000" <= one <= "\uf7ff" for one in text) * 2 > len(text)


def language_of(text: str) -> tuple[str, float]:
    """The most probable language and its probability, by the model that L2 uses."""
    found: list[tuple[float, str]] = _model().predict(text.lower().replace("\n", " ") + "\n", 1, 0.0, "replace")
    return (found[0][1], found[0][0]) if found else ("", 0.0)


@cache
def _model() -> Any:
    from darwin_assets.normalize.language_model import language_model

    return language_model()
