"""What rows would teach: `AFFORDANCES` by rules and by what L3 has said of their documents (papers.md §2.2, C04)."""

from __future__ import annotations

from typing import Literal

import polars as pl

from darwin_assets.annotate.taxonomy import Discipline
from darwin_assets.closed_loop.affordance import density
from darwin_assets.closed_loop.affordance.cues import fingerprint
from darwin_assets.closed_loop.affordance.forms import forms_of
from darwin_assets.closed_loop.affordance.passages import operations_shown
from darwin_assets.closed_loop.affordance.settings import AffordanceSettings
from darwin_assets.closed_loop.affordance.symbols import symbols
from darwin_assets.closed_loop.columns import AFFORDANCES
from darwin_assets.closed_loop.taxonomy import OTHER, taxonomy
from darwin_assets.complete.tokens import counter
from darwin_assets.textbook_reasoning.extract.settings import ExtractSettings
from darwin_assets.textbook_reasoning.pair import answer

Level = Literal["L3", "Q5"]
LEVELS: tuple[Level, ...] = ("L3", "Q5")
"""The levels whose published rows are labelled: documents, and questions with answers."""
OF_ROW = ("id", "root_id", "source", "licence", "text", "text_sha256", "discipline")
READ: dict[Level, tuple[str, ...]] = {
    "L3": (*OF_ROW, "extraction_artifacts", "missing_content"),
    "Q5": (*OF_ROW, "question_chars", "question_kind"),
}
"""The columns of published rows that labels are made from."""
VERSION = 2
DISCOURSE_OF_KIND = {"theorem": "definition_theorem_proof", "example": "worked_example"}


def annotator() -> str:
    """Who labels by rules: what stands on a row changes with its version and its cues only."""
    return f"rules/{VERSION}:{fingerprint()}"


def label_rows(rows: pl.DataFrame, level: Level, settings: AffordanceSettings) -> pl.DataFrame:
    """AFFORDANCES of published rows (`READ`) of a level, in their order."""
    tokens = counter(settings.tokenizer)
    measured = rows.with_columns(
        n_words=pl.col("text").str.count_matches(r"\S+"),
        tokens=pl.Series([tokens.count(text) for text in rows["text"]], dtype=pl.Int64),
        tokenizer=pl.lit(tokens.name),
        level=pl.lit(level),
        content_world=_content_world(),
        annotator=pl.lit(annotator()),
        taxonomy=pl.lit(taxonomy().version),
        symbols=symbols(settings.min_symbol_share),
    )
    labelled = _documents(measured, settings) if level == "L3" else _pairs(measured, settings)
    return labelled.select(pl.col(name).cast(dtype) for name, dtype in AFFORDANCES.items())


def _content_world() -> pl.Expr:
    """The discipline that L3 found; `other` where it abstained."""
    known = pl.col("discipline").is_in([one.value for one in Discipline if one is not Discipline.ABSTAIN])
    return pl.when(known).then("discipline").otherwise(pl.lit(OTHER))


def _documents(rows: pl.DataFrame, settings: AffordanceSettings) -> pl.DataFrame:
    max_shared_chars = ExtractSettings().max_shared_chars
    forms = [forms_of(text, max_shared_chars) for text in rows["text"]]
    passages = ([text[start:end] for start, end in one.passages] for text, one in zip(rows["text"], forms, strict=True))
    return rows.with_columns(
        *operations_shown(passages),
        discourse=pl.Series([one.discourse for one in forms], dtype=pl.String),
        worked=pl.Series([one.worked for one in forms], dtype=pl.Float64),
    ).with_columns(supervision_density=density.of_document(settings))


def _pairs(rows: pl.DataFrame, settings: AffordanceSettings) -> pl.DataFrame:
    """A question with its answer is one passage."""
    shown = rows.with_columns(*operations_shown([text] for text in rows["text"]))
    graded = shown.with_columns(supervision_density=density.of_pair(answer(), settings))
    is_worked_out = pl.col("supervision_density") == density.WORKED_OUT
    plain = pl.when(is_worked_out).then(pl.lit("worked_example")).otherwise(pl.lit("question_answer"))
    return graded.with_columns(discourse=pl.col("question_kind").replace_strict(DISCOURSE_OF_KIND, default=plain))
