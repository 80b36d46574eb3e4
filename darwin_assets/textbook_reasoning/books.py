"""Subject and academic level of whole books, from what L3 says about their documents (papers.md §3.2, checklist M03)."""

from __future__ import annotations

import polars as pl

from darwin_assets.contract import REJECTION
from darwin_assets.textbook_reasoning.asked.prompt import SUBJECTS
from darwin_assets.textbook_reasoning.extract.settings import BookSettings

WHOLE_BOOKS = ("application/pdf", "application/epub+zip")
"""Media types of which a document is a book; of the others it is a chapter or a module of its source."""

_UNIVERSITY = ("undergraduate", "graduate")
_KNOWN_LEVELS = ("general", "high_school", *_UNIVERSITY)
_SHOWN_TITLES, _PASSAGE_CHARS = 40, 1500

NO_LABEL, BELOW_UNIVERSITY, OTHER_SUBJECT = "book.no_label", "book.below_university", "book.other_subject"
RULES: dict[str, str] = {
    NO_LABEL: "A failure: the model gave no answer of use about the book; the detail says why.",
    BELOW_UNIVERSITY: "The book is written for school or for all: the value is the share of its text at university level.",
    OTHER_SUBJECT: "The book is about none of the seven subjects: the value is the share of the nearest one.",
}

BOOKS: dict[str, pl.DataType] = {
    "book": pl.String(),
    "subject": pl.String(),
    "subject_share": pl.Float64(),
    "book_level": pl.String(),
    "university_share": pl.Float64(),
    "label_failed": pl.String(),
}
"""A row a book. `subject`: one of the seven, null where none has its share. `book_level`: school, university or unclear.
Shares are of the characters of the documents that have a label; null where none has. `label_failed`: a code, why a language
model that was asked gave neither."""

OF_DOCUMENT: dict[str, pl.DataType] = {"id": pl.String(), **BOOKS, **REJECTION}


def book_of() -> pl.Expr:
    """`book` of rows (`id`, `source`, `media_type`): the source whose chapters they are; a document that is a whole book."""
    is_whole = pl.col("media_type").is_in(WHOLE_BOOKS)
    return pl.when(is_whole).then(pl.col("source") + "/" + pl.col("id")).otherwise("source").alias("book")


def label_books(rows: pl.DataFrame, settings: BookSettings) -> pl.DataFrame:
    """BOOKS of L3 rows (`id`, `source`, `media_type`, `n_chars`, `discipline`, `taxonomy_discipline`, `discipline_detail`,
    `education_level`), sorted by book.
    """
    documents = rows.select(book_of(), "n_chars", _subject(), _is_university())
    share = pl.col("n_chars").sum()
    subjects = (
        documents.filter(pl.col("subject").is_not_null())
        .group_by("book", "subject")
        .agg(share)
        .with_columns(subject_share=pl.col("n_chars") / pl.col("n_chars").sum().over("book"))
        .filter(pl.col("subject").is_in(SUBJECTS))
        .sort("book", "subject_share", "subject", descending=[False, True, False])
        .unique("book", keep="first", maintain_order=True)
    )
    levels = (
        documents.filter(pl.col("is_university").is_not_null())
        .group_by("book")
        .agg(university_share=(pl.col("n_chars") * pl.col("is_university")).sum() / share)
    )
    books = documents.select("book").unique().sort("book").join(subjects, on="book", how="left", maintain_order="left")
    return books.join(levels, on="book", how="left", maintain_order="left").select(
        "book",
        pl.when(pl.col("subject_share") >= settings.min_subject_share).then("subject").alias("subject"),
        "subject_share",
        _level(settings.min_university_share),
        "university_share",
        label_failed=pl.lit(None, pl.String()),
    )


def of_documents(rows: pl.DataFrame, books: pl.DataFrame, settings: BookSettings) -> pl.DataFrame:
    """OF_DOCUMENT of rows (`id`, `source`, `media_type`) in their order, with the reason where a book is not wanted.

    `books` has the columns of BOOKS, by `label_books` or from a language model (shares null). What is unclear is kept.
    """
    labelled = rows.select("id", book_of()).join(books, on="book", how="left", maintain_order="left")
    failed = pl.col("label_failed").is_not_null()
    below = pl.col("book_level") == "school"
    other = pl.col("subject").is_null() & (not settings.keep_other_subjects) & ~failed
    return labelled.with_columns(
        rejected_by=pl.when(failed)
        .then(pl.lit(NO_LABEL))
        .when(below)
        .then(pl.lit(BELOW_UNIVERSITY))
        .when(other)
        .then(pl.lit(OTHER_SUBJECT)),
        rejected_kind=pl.when(failed).then(pl.lit("failure")).when(below | other).then(pl.lit("rule")),
        rejected_value=pl.when(below).then("university_share").when(other).then("subject_share"),
        rejected_threshold=pl.when(below)
        .then(pl.lit(f"{settings.min_university_share:g}.."))
        .when(other)
        .then(pl.lit(f"{settings.min_subject_share:g}..")),
        rejected_detail=pl.when(failed).then("label_failed").when(below | other).then(pl.lit("book ") + pl.col("book")),
    ).select(*OF_DOCUMENT)


def shown(rows: pl.DataFrame) -> pl.DataFrame:
    """What a language model is shown of each book: `id` (the book) and `shown`, its titles and beginnings of documents.

    Of L3 rows (`id`, `source`, `media_type`, `title`, `text`): 40 titles at most, and the first 1,500 characters of three
    documents, at the beginning, in the middle and at the end.
    """
    found = []
    for (book,), documents in rows.with_columns(book_of()).group_by("book", maintain_order=True):
        titles = [title for title in documents["title"].to_list() if title][:_SHOWN_TITLES]
        places = dict.fromkeys((0, documents.height // 2, documents.height - 1))
        passages = [documents["text"][place][:_PASSAGE_CHARS] for place in places]
        found.append((book, "\n\n".join(["\n".join(titles), *passages])))
    return pl.DataFrame(found, schema={"id": pl.String(), "shown": pl.String()}, orient="row")


def _subject() -> pl.Expr:
    """The field of a document: economics where a model has named it, else its discipline; null where L3 abstains."""
    discipline = pl.coalesce("taxonomy_discipline", "discipline")
    economics = pl.col("discipline_detail") == "economics"
    return pl.when(economics).then(pl.lit("economics")).when(discipline != "abstain").then(discipline).alias("subject")


def _is_university() -> pl.Expr:
    """Whether a document is written for university; null where L3 abstains."""
    level = pl.col("education_level")
    return pl.when(level.is_in(_KNOWN_LEVELS)).then(level.is_in(_UNIVERSITY)).alias("is_university")


def _level(min_share: float) -> pl.Expr:
    share = pl.col("university_share")
    named = pl.when(share >= min_share).then(pl.lit("university")).when(share < min_share).then(pl.lit("school"))
    return named.otherwise(pl.lit("unclear")).alias("book_level")
