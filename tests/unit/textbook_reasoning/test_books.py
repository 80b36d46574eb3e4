"""Subject and academic level of books out of the labels of their documents."""

from __future__ import annotations

import polars as pl
import pytest

from darwin_assets.contract import REJECTION
from darwin_assets.textbook_reasoning.books import BOOKS, OF_DOCUMENT, label_books, of_documents, shown
from darwin_assets.textbook_reasoning.extract.settings import BookSettings

CNXML, PDF = "application/x-cnxml+xml", "application/pdf"
SCHEMA = {
    "id": pl.String(), "source": pl.String(), "media_type": pl.String(), "title": pl.String(), "text": pl.String(),
    "n_chars": pl.Int64(), "discipline": pl.String(), "taxonomy_discipline": pl.String(), "discipline_detail": pl.String(),
    "education_level": pl.String(),
}  # fmt: skip


def rows(*documents: tuple[str, str, int, str, str | None, str | None, str]) -> pl.DataFrame:
    """Documents as (source, media type, characters, discipline, the one of a model, its detail, level)."""
    return pl.DataFrame(
        [
            (f"d{n}", source, media, f"T{n}", f"{n}" * 2000, *labels)
            for n, (source, media, *labels) in enumerate(documents)
        ],
        schema=SCHEMA,
        orient="row",
    )


def labelled(*documents: tuple[str, str, int, str, str | None, str | None, str]) -> list[dict[str, object]]:
    found = label_books(rows(*documents), BookSettings())
    assert dict(found.schema) == BOOKS
    return found.to_dicts()


def test_a_book_has_the_subject_and_level_of_most_of_its_text() -> None:
    assert labelled(
        ("mechanics", CNXML, 300, "physics", None, None, "undergraduate"),
        ("mechanics", CNXML, 100, "engineering", None, None, "graduate"),
        ("mechanics", CNXML, 100, "mathematics", None, None, "high_school"),
        ("mechanics", CNXML, 900, "abstain", None, None, "abstain"),
    ) == [
        {
            "book": "mechanics",
            "subject": "physics",
            "subject_share": 0.6,
            "book_level": "university",
            "university_share": 0.8,
            "label_failed": None,
        }
    ]


def test_a_pdf_is_a_book_and_a_module_is_part_of_one() -> None:
    module, paper = (
        ("drop", CNXML, 9, "physics", None, None, "graduate"),
        ("drop", PDF, 9, "chemistry", None, None, "general"),
    )
    assert [(one["book"], one["subject"], one["book_level"]) for one in labelled(module, paper, module)] == [
        ("drop", "physics", "university"),
        ("drop/d1", "chemistry", "school"),
    ]


def test_what_a_model_said_of_the_discipline_comes_first() -> None:
    asked = ("s", CNXML, 9, "physics", "human_social", "economics", "graduate")
    [book] = labelled(asked)
    assert book["subject"] == "economics"


@pytest.mark.parametrize(("level", "said"), [("general", "school"), ("graduate", "university"), ("abstain", "unclear")])
def test_a_level_is_unclear_where_nothing_says_it(level: str, said: str) -> None:
    [book] = labelled(("s", CNXML, 9, "physics", None, None, level))
    assert book["book_level"] == said


def test_a_book_below_university_and_one_of_another_field_go_with_a_reason() -> None:
    documents = rows(
        ("school", CNXML, 300, "physics", None, None, "high_school"),
        ("school", CNXML, 100, "physics", None, None, "graduate"),
        ("law", CNXML, 90, "human_social", None, None, "graduate"),
        ("law", CNXML, 10, "physics", None, None, "graduate"),
        ("kept", CNXML, 10, "physics", None, None, "abstain"),
    )
    settings = BookSettings()
    judged = of_documents(documents, label_books(documents, settings), settings)
    assert dict(judged.schema) == OF_DOCUMENT
    said = judged.select("id", "rejected_by", "rejected_value", "rejected_threshold", "rejected_detail").rows()
    assert said == [
        ("d0", "book.below_university", 0.25, "0.3..", "book school"),
        ("d1", "book.below_university", 0.25, "0.3..", "book school"),
        ("d2", "book.other_subject", 0.1, "0.2..", "book law"),
        ("d3", "book.other_subject", 0.1, "0.2..", "book law"),
        ("d4", None, None, None, None),
    ]
    kept = BookSettings(keep_other_subjects=True)
    assert of_documents(documents, label_books(documents, kept), kept)["rejected_by"].to_list()[2:] == [
        None,
        None,
        None,
    ]


@pytest.mark.parametrize("keep_other_subjects", [False, True])
def test_a_book_about_which_no_model_said_anything_of_use_is_a_failure(keep_other_subjects: bool) -> None:
    documents = rows(*[("physics", CNXML, 9, "physics", None, None, "graduate")] * 2)
    said = pl.DataFrame([{"book": "physics", "label_failed": "level"}], schema=BOOKS)
    judged = of_documents(documents, said, BookSettings(keep_other_subjects=keep_other_subjects))
    assert judged.select(*REJECTION).rows() == [("book.no_label", "failure", None, None, "level")] * 2


def test_labels_at_the_thresholds_stay() -> None:
    documents = rows(
        ("s", CNXML, 1, "physics", None, None, "graduate"),
        ("s", CNXML, 1, "engineering", None, None, "general"),
        ("s", CNXML, 3, "engineering", None, None, "abstain"),
    )
    settings = BookSettings(min_subject_share=0.2, min_university_share=0.5)
    assert of_documents(documents, label_books(documents, settings), settings)["rejected_by"].null_count() == 3


def test_a_model_is_shown_titles_and_beginnings() -> None:
    documents = rows(
        *[("s", CNXML, 9, "physics", None, None, "graduate")] * 5, ("s", PDF, 9, "physics", None, None, "graduate")
    )
    seen = shown(documents)
    assert seen["id"].to_list() == ["s", "s/d5"]
    first, second = seen["shown"]
    assert first == "\n\n".join(["T0\nT1\nT2\nT3\nT4", "0" * 1500, "2" * 1500, "4" * 1500])
    assert second == "\n\n".join(["T5", "5" * 1500])
