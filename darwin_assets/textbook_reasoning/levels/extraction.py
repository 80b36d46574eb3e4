"""Q1: what a document asks and answers (papers.md §3.3, extraction)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from darwin_assets.annotate.assets import L3_COLUMNS
from darwin_assets.asking import engine_of, uses_rules
from darwin_assets.complete.tokens import counter
from darwin_assets.contract import COMMON, REJECTION
from darwin_assets.judging import models_of
from darwin_assets.levels import LEVELS
from darwin_assets.refine.assemble import refused
from darwin_assets.textbook_reasoning.asked.books import label_books_with_model
from darwin_assets.textbook_reasoning.asked.books import prompts_of as book_prompts
from darwin_assets.textbook_reasoning.asked.extract import extract_with_model, prompts_of
from darwin_assets.textbook_reasoning.books import label_books, of_documents, shown
from darwin_assets.textbook_reasoning.chunks import chunks_of
from darwin_assets.textbook_reasoning.extract.found import Found, extract
from darwin_assets.textbook_reasoning.levels.columns import OF_DOCUMENT, OF_PAIR
from darwin_assets.textbook_reasoning.pair import Pair
from darwin_assets.textbook_reasoning.settings import QuestionExtractionSettings
from darwin_assets.tier import MODEL_POOL, LevelSpec, Step, published_rows

ENGINE = "rules"
NO_QUESTION = "question.none"
MEANING = "The document states no question."
FOUND = "found"
"""`question_kind` of what a language model found: the mark-up says nothing about it."""

COLUMNS: dict[str, pl.DataType] = {
    **OF_DOCUMENT,
    **OF_PAIR,
    "book": pl.String(),
    "book_level": pl.String(),
    "label": pl.String(),
    "chunk": pl.Int64(),
    "standard": pl.String(),
    "question_support": pl.Float64(),
    "answer_support": pl.Float64(),
    "engine": pl.String(),
    "prompt": pl.String(),
}
OF_BOOK = ("book", "subject", "book_level")
CARRIED = ("media_type", "title", "document_kind", "discipline", "document_type")
_BUILT: dict[str, pl.DataType] = {
    "id": pl.String(),
    "position": pl.String(),
    "text": pl.String(),
    **{name: dtype for name, dtype in COLUMNS.items() if name not in (*CARRIED, *OF_BOOK, "document_id", "engine")},
    **REJECTION,
}


def build(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """A row for each question that a document states, by the engine in use.

    One row too for a document that states none, and for one of a book that is not wanted.
    """
    return build_among(step, rows, rows)


def build_among(step: Step, rows: pl.DataFrame, batch_rows: pl.DataFrame) -> pl.DataFrame:
    """Some rows of a batch as `build` makes them of all: what a book is about shows in all its documents."""
    settings = step.recipe.question_extraction
    labels = of_documents(rows, _books(step, batch_rows, settings), settings)
    unwanted = labels.filter(pl.col("rejected_by").is_not_null())
    wanted = rows.join(unwanted, on="id", how="anti", maintain_order="left")
    found = _by_rules(wanted, settings) if uses_rules(step) else _by_model(step, wanted, labels, settings)
    built = pl.DataFrame([*found], schema=_BUILT, infer_schema_length=None)
    silent = wanted.join(built, on="id", how="anti", maintain_order="left").select("id")
    said = refused(NO_QUESTION, "rule", 0.0, "1..", None)
    none = silent.with_columns(pl.lit(value).alias(name) for name, value in said.items())
    return (
        pl.concat([built, none, unwanted.select("id", *REJECTION)], how="diagonal_relaxed")
        .with_columns(pl.col("position").fill_null(""), document_id="id", engine=pl.lit(engine_of(step, ENGINE)))
        .join(labels.select("id", "book", "subject", "book_level"), on="id", how="left", maintain_order="left")
    )


def _books(step: Step, rows: pl.DataFrame, settings: QuestionExtractionSettings) -> pl.DataFrame:
    """Subject and level of each book, by the labels of its documents or by the language model."""
    if uses_rules(step):
        return label_books(rows, settings)
    said = label_books_with_model(step, shown(rows), settings.thinking_tokens)
    return said.select("subject", "book_level", "label_failed", book="id", subject_share=None, university_share=None)


def _by_rules(rows: pl.DataFrame, settings: QuestionExtractionSettings) -> Iterator[dict[str, Any]]:
    for row_id, text in rows.select("id", "text").iter_rows():
        for one in extract(text, settings):
            yield {"id": row_id, "position": str(one.ordinal), **_columns(one)}


def _columns(found: Found) -> dict[str, Any]:
    pair = Pair(found.question, found.answer or "")
    reason = found.rejection
    return {
        "text": None if reason else pair.text,
        "question_chars": len(pair.question),
        "context_chars": found.context_chars,
        "question_kind": found.kind,
        "label": found.label,
        "section": list(found.section),
        "start_char": found.start,
        "end_char": found.end,
        **(refused(reason.rule, "rule", reason.value, reason.threshold, reason.detail) if reason else {}),
    }


def _by_model(
    step: Step, rows: pl.DataFrame, labels: pl.DataFrame, settings: QuestionExtractionSettings
) -> Iterator[dict[str, Any]]:
    chunks = chunks_of(rows, settings).join(labels.select("id", "subject"), on="id", maintain_order="left")
    # the model has no prompts for other subjects; mathematics asks for any pair
    asked = chunks.with_columns(pl.col("subject").fill_null("mathematics"))
    places = chunks.select("id", "chunk", "section", "start_char", "end_char")
    found = extract_with_model(step, asked, settings).join(places, on=["id", "chunk"], maintain_order="left")
    for row in found.iter_rows(named=True):
        pair = Pair(row["question"] or "", row["answer"] or "")
        yield {
            **{name: row[name] for name in _BUILT if name in row},
            "position": f"{row['chunk']}:{row['standard']}:{row['ordinal']}",
            "text": None if row["question"] is None else pair.text,
            "question_chars": len(pair.question),
            "context_chars": 0,
            "question_kind": FOUND,
        }


def _ingredients(step: Step) -> list[str]:
    settings = step.recipe.question_extraction
    if uses_rules(step):
        return [ENGINE]
    return [engine_of(step, ENGINE), counter(settings.tokenizer).name, *book_prompts(), *prompts_of(settings)]


SPEC = LevelSpec(
    level="Q1",
    asset="qa_extracted",
    stage="question_extraction",
    version=2,
    columns=COLUMNS,
    build=build,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['Q1'].title}: every exercise, example and theorem of a textbook that has an answer, by its mark-up "
    "or by a language model; what is no pair, and what is no book for university, has a row that says why.",
    below="l3_annotated",
    below_columns={**COMMON, **L3_COLUMNS},
    parents=published_rows("L3"),
    own=frozenset(COLUMNS) - frozenset(CARRIED),
    group="questions",
    may_be_empty=True,
    ingredients=_ingredients,
    models=lambda step: models_of(step, judge_sample=0),
    pool=MODEL_POOL,
)
