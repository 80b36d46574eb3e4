"""Section 1.3: modality, size and characteristics."""

from __future__ import annotations

import polars as pl

from darwin_assets.levels import LEVELS
from darwin_assets.markdown import table, words
from darwin_assets.reports.eu.answer import TEXT, Answer, told
from darwin_assets.reports.eu.sources import Source
from darwin_assets.reports.evidence import Evidence

BILLION, TRILLION = 10**9, 10**12
RANGES = ((BILLION, "less than 1 billion tokens"), (10 * TRILLION, "1 billion to 10 trillion tokens"))
ABOVE = "more than 10 trillion tokens"
EU_LANGUAGES = frozenset(
    ("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt",
     "ro", "sk", "sl", "sv")
)  # fmt: skip
"""ISO 639-1 codes of the 24 official languages of the Union."""
UNLABELLED = "not labelled"
SHOWN_LABELS = 20


def general(evidence: Evidence, sources: list[Source]) -> dict[str, Answer]:
    """The fields of section 1.3 but its comments."""
    level = evidence.snapshot.level
    documents = sum(one.documents for one in sources)
    made = "Documents of every format are turned into text before they are used; see the formats in 1.3.c."
    return {
        "1.3.a": told([TEXT, made], "media_types") if documents else told(TEXT, "sources"),
        "1.3.b": _size(evidence, level, sources),
        "1.3.c": told(
            ["By type, as a classifier labelled it:", labels(evidence, "document_types"),
             "By format in which the documents came:", labels(evidence, "media_types")],
            "document_types", "media_types",
        ),
        "1.3.d": _latest(sources),
        "1.3.e": _languages(evidence),
        "1.3.f": told(
            [f"All documents are at level {level} ({LEVELS[level].title}) of the ladder L0 to L5.",
             "By discipline, as a classifier labelled it:", labels(evidence, "disciplines"),
             "By licence:", labels(evidence, "licences", "licence")],
            "disciplines", "licences",
        ),
    }  # fmt: skip


def size_range(tokens: int) -> str:
    """The template's range for a number of tokens of text."""
    return next((name for bound, name in RANGES if tokens < bound), ABOVE)


def _size(evidence: Evidence, level: str, sources: list[Source]) -> Answer:
    chars, acquired = sum(one.chars for one in sources), sum(one.bytes for one in sources)
    tokens = evidence.tokens(level)
    return told(
        f"Text: {size_range(tokens.n)}: {tokens.told()}; {chars:,} characters, made from {acquired:,} acquired bytes.",
        "tokens", "sources",
    )  # fmt: skip


def _latest(sources: list[Source]) -> Answer:
    latest = max((one.last for one in sources if one.last), default=None)
    said = f"Latest acquisition: {latest[5:7]}/{latest[:4]} ({latest[:10]})." if latest else "No source states a date."
    return told(said, "sources", left="whether the model is trained on new data after this date")


def _languages(evidence: Evidence) -> Answer:
    found = evidence.ask("languages")
    if found.is_empty():
        return told("The languages have not been identified at this level.", "languages")
    codes = {one for one in found["label"] if one}
    union = sorted(codes & EU_LANGUAGES)
    said = (
        f"Identified: {', '.join(sorted(codes))}. Official languages of the Union among them: {', '.join(union) or 'none'}."
        if codes
        else "No language was identified."
    )
    return told([said, labels(evidence, "languages")], "languages")


def labels(evidence: Evidence, query: str, column: str = "label") -> str:
    """The answer to a query by label as a table with shares of the documents; a long tail in one row."""
    found = evidence.ask(query)
    if found.is_empty():
        return "Not labelled at this level."
    total = int(found["documents"].sum()) or 1
    shown, rest = found.head(SHOWN_LABELS), found.slice(SHOWN_LABELS)
    rows: list[list[object]] = [
        [UNLABELLED if row[column] is None else words(row[column]), row["documents"], f"{row['documents'] / total:.1%}"]
        for row in shown.iter_rows(named=True)
    ]
    if rest.height:
        n = int(rest.select(pl.col("documents").sum()).item())
        rows.append([f"{rest.height} others", n, f"{n / total:.1%}"])
    return table([column, "documents", "share"], rows)
