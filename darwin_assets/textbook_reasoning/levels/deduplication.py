"""Q2: questions that are asked before, in their batch or in what is published, are twins (papers.md §3.3, deduplication)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from darwin_assets.contract import COMMON, REJECTION, row_id
from darwin_assets.filter.published_keys import comparable_keys
from darwin_assets.levels import LEVELS
from darwin_assets.textbook_reasoning.deduplicate import DEDUPLICATION, deduplicate
from darwin_assets.textbook_reasoning.levels import extraction
from darwin_assets.textbook_reasoning.levels.columns import OF_DOCUMENT, OF_PAIR
from darwin_assets.textbook_reasoning.pair import question
from darwin_assets.textbook_reasoning.question_keys import QUESTION_KEYS, sign_questions
from darwin_assets.tier import FOLLOWS_PUBLICATION, LevelSpec, Step, published_rows
from resources.recipe_book import RecipeBook

COLUMNS: dict[str, pl.DataType] = {
    **OF_DOCUMENT,
    **OF_PAIR,
    **{name: dtype for name, dtype in DEDUPLICATION.items() if name not in ("id", *REJECTION)},
}


def build(step: Step, rows: pl.DataFrame, seen: int) -> pl.DataFrame:
    """Every question held against those before it in its batch, and those that other batches have published.

    `seen`: the version of the published table that counts; the publication is refused if it moved.
    """
    return build_beside(step, rows, step.lake.scan("published", "Q2", seen).filter(pl.col("batch") != step.batch))


def build_beside(step: Step, rows: pl.DataFrame, published: pl.LazyFrame) -> pl.DataFrame:
    """A whole batch, held against the rows of Q2 that count as published."""
    settings = step.recipe.question_deduplication
    keys = comparable_keys(
        published, RecipeBook(step.lake), list(QUESTION_KEYS), lambda recorded: recorded == settings.model_dump(mode="json"),
        ("id", question(), "context_chars"), lambda other: sign_questions(other, settings),
    )  # fmt: skip
    judged = deduplicate(
        rows.select("id", question(), "context_chars"),
        keys,
        lambda wanted: published_questions(published, wanted),
        settings,
    )
    return _with_published_ids(step, rows, judged)


def published_questions(table: pl.LazyFrame, wanted: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The questions (id, text, context_chars) of some published rows (batch, id); other partitions are not opened."""
    found = table.filter(
        pl.col("batch").is_in(wanted["batch"].unique().to_list()) & pl.col("id").is_in(wanted["id"].implode())
    )
    yield from found.select("id", "context_chars", text=question()).collect_batches(
        maintain_order=False, engine="streaming"
    )


def _with_published_ids(step: Step, rows: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """A twin of the own batch is known by its parent's id as yet; evidence names the row that is published."""
    recipe = step.recipe.name_of(SPEC.stage, SPEC.version)
    published = {row: row_id("Q2", recipe, [row]) for row in rows["id"]}
    named = judged.with_columns(pl.col("survivor_id", "twin_id").replace(published))
    detail = pl.when(pl.col("survivor_id").is_not_null()).then(pl.lit("twin of ") + pl.col("survivor_id"))
    return named.with_columns(rejected_detail=detail, operated=pl.lit(False))


SPEC = LevelSpec(
    level="Q2",
    asset="qa_deduplicated",
    stage="question_deduplication",
    version=2,
    columns=COLUMNS,
    build=build,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['Q2'].title}: questions whose words are like another's, by exact Jaccard similarity or as the "
    "published script reads it; what is kept is unchanged, every twin names its survivor.",
    below="qa_extracted",
    below_columns={**COMMON, **extraction.COLUMNS},
    parents=published_rows("Q1"),
    own=frozenset(COLUMNS) - frozenset(OF_DOCUMENT) - frozenset(OF_PAIR),
    exclusive=True,
    group="questions",
    automation=FOLLOWS_PUBLICATION,
)
