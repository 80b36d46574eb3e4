"""Traces of bad extraction and of missing content, by counting patterns in the whole text (EAI dimensions, papers.md §1.4).

Rules, not a trained model: what they look for is either there or not. `incoherent` is never given, since no pattern shows it.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from darwin_assets.annotate.documents import Documents
from darwin_assets.annotate.taxonomy import ExtractionArtifacts, MissingContent

NAME, VERSION = "darwin-artefacts", "1"
COLUMNS: dict[str, pl.DataType] = {"extraction_artifacts": pl.String(), "missing_content": pl.String()}

MIN_BYTES = 120
"""A shorter text says nothing about extraction: indeterminate."""
MAX_PER_10000_BYTES: dict[ExtractionArtifacts, float] = {
    ExtractionArtifacts.EXTRACTION_ERRORS: 8.0,
    ExtractionArtifacts.LEFTOVER_HTML: 8.0,
    ExtractionArtifacts.IRRELEVANT_CONTENT: 16.0,
}
"""Traces per 10,000 bytes, some 1,600 words, that a text may have. Own limits; code blocks are left out of the count."""
_TAIL_CHARS = 300
_MIN_LAST_LINE_WORDS = 8

_CODE = r"(?s)```.*?```|`[^`\n]*`"
_PATTERNS: Mapping[ExtractionArtifacts, str] = {
    ExtractionArtifacts.EXTRACTION_ERRORS: r"\x{FFFD}|\(cid:\d+\)|[\x{E000}-\x{F8FF}ﬀﬁﬂﬃﬄ]|â€|Ã[©¨¤¶¼]|(?: [b-hj-z]){5,} "
    r"|[a-z]-\n[a-z]",
    ExtractionArtifacts.LEFTOVER_HTML: r"</?(?:div|span|p|br|a|td|tr|table|li|ul|img|script|style|font|h[1-6]|iframe)"
    r"(?:\s[^>\n]{0,200})?/?>|&(?:nbsp|amp|lt|gt|quot|#\d{2,5});",
}
_PAGE_FURNITURE = (
    "accept cookies", "accept all cookies", "cookie policy", "privacy policy", "terms of use", "terms of service",
    "all rights reserved", "skip to content", "skip to main content", "sign in", "sign up", "log in", "subscribe",
    "newsletter", "share this", "share on", "related articles", "related posts", "follow us", "advertisement",
    "previous post", "next post", "add to cart",
)  # fmt: skip
_CLICK_HERE = r"(?i)(?:click here|read more|continue reading|read the full|view more|show more|see full)\W*\s*$"
_NO_IMAGE = r"!\[[^\]]*\]\(\s*\)|\[(?:image|photo|figure)(?: (?:not available|missing|removed|omitted))?\]"
_NO_REFERENCE = r"\[(?:ref|cite):[^\]]*\]|(?:igure|able|ection|quation|heorem) \?\?| in \.\s|\[citation needed\]"
_CUT = r"(?:[a-z0-9,;:–-]|\.\.\.|…)\s*$"


class ArtefactAnnotator:
    """Extraction artefacts and missing content of whole documents."""

    columns = COLUMNS
    identity = f"{NAME}/{VERSION}"

    def annotate(self, documents: Documents) -> pl.DataFrame:
        """Columns as in COLUMNS: values of ExtractionArtifacts and MissingContent."""
        text = pl.col("text")
        prose = pl.when(text.str.contains("`", literal=True)).then(text.str.replace_all(_CODE, " ")).otherwise(text)
        counted = documents.rows.select("text", prose=prose).with_columns(
            n_bytes=pl.col("prose").str.len_bytes(),
            tail=pl.col("prose").str.tail(_TAIL_CHARS),
            **{kind.value: pl.col("prose").str.count_matches(pattern) for kind, pattern in _PATTERNS.items()},
            irrelevant_content=pl.col("prose")
            .str.find_many(list(_PAGE_FURNITURE), ascii_case_insensitive=True)
            .list.len(),
        )
        return counted.select(extraction_artifacts=_artefacts(), missing_content=_missing())


def _artefacts() -> pl.Expr:
    """The worst kind first: what is broken, what is left over, what does not belong."""
    label = pl.lit(ExtractionArtifacts.NONE.value)
    for kind, most in reversed(MAX_PER_10000_BYTES.items()):
        too_many = pl.col(kind.value) * 10_000 > most * pl.col("n_bytes")
        label = pl.when(too_many).then(pl.lit(kind.value)).otherwise(label)
    too_short = pl.col("n_bytes") < MIN_BYTES
    return pl.when(too_short).then(pl.lit(ExtractionArtifacts.INDETERMINATE.value)).otherwise(label)


def _missing() -> pl.Expr:
    last_line = pl.col("tail").str.strip_chars_end().str.split("\n").list.last()
    is_prose = (last_line.str.count_matches(" ", literal=True) + 1 >= _MIN_LAST_LINE_WORDS) & ~last_line.str.contains(
        r"^\s*(?:[-*|#>]|\d+[.)]|\$)"
    )
    return (
        pl.when(pl.col("n_bytes") < MIN_BYTES)
        .then(pl.lit(MissingContent.INDETERMINATE.value))
        .when(pl.col("tail").str.contains(_CLICK_HERE))
        .then(pl.lit(MissingContent.CLICK_HERE.value))
        .when(is_prose & last_line.str.contains(_CUT))
        .then(pl.lit(MissingContent.TRUNCATED.value))
        .when(pl.col("prose").str.contains(_NO_IMAGE))
        .then(pl.lit(MissingContent.MISSING_IMAGES.value))
        .when(pl.col("prose").str.contains(_NO_REFERENCE))
        .then(pl.lit(MissingContent.MISSING_REFERENCED_DATA.value))
        .otherwise(pl.lit(MissingContent.NONE.value))
    )
