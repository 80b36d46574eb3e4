from pathlib import Path

import polars as pl
import pytest

from darwin_assets.annotate import annotate as stage
from darwin_assets.annotate import light_annotator
from darwin_assets.annotate.annotate import COLUMNS, REJECTION, annotate
from darwin_assets.annotate.light_annotator import best_labels, education_score
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.taxonomy import (
    Discipline,
    DocumentKind,
    DocumentType,
    DocumentTypeV2,
    EducationLevel,
    ExtractionArtifacts,
    MissingContent,
)
from darwin_assets.contract import REJECTION as CONTRACT_REJECTION

HERE = Path(__file__).parent
ADVERT = "Buy now! All shoes half price this week only, free shipping. Click here to order today!"
LESSON = (
    "Newton's second law says that the net force equals mass times acceleration. Example: a force of 6 N acts on "
    "a block of 2 kg. Find its acceleration and explain why the result does not depend on the direction."
)


def rows(*texts: str | None, kinds: list[str | None] | None = None, media_type: str = "text/plain") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": pl.Series([f"row {position}" for position in range(len(texts))], dtype=pl.String),
            "text": pl.Series(texts, dtype=pl.String),
            "title": pl.Series([None] * len(texts), dtype=pl.String),
            "document_kind": pl.Series(kinds or [None] * len(texts), dtype=pl.String),
            "media_type": [media_type] * len(texts),
        }
    )


def pages(folder: str, *stems: str) -> list[str]:
    return [
        page for stem in stems for page in (HERE / folder / f"{stem}.md").read_text(encoding="utf-8").split("\n---\n")
    ]


def test_one_row_out_for_each_row_in_with_the_declared_columns_and_no_text() -> None:
    labelled = annotate(rows(LESSON, "", ADVERT, None), AnnotateSettings())

    assert dict(labelled.schema) == {"id": pl.String(), **COLUMNS, **REJECTION}
    assert labelled["id"].to_list() == ["row 0", "row 1", "row 2", "row 3"]
    assert REJECTION == CONTRACT_REJECTION


def test_no_rows_in_no_rows_out() -> None:
    assert dict(annotate(rows(), AnnotateSettings()).schema) == {"id": pl.String(), **COLUMNS, **REJECTION}


def test_an_advert_is_dropped_with_its_type_and_score_and_a_lesson_is_kept() -> None:
    lesson, advert = annotate(rows(LESSON, ADVERT), AnnotateSettings()).iter_rows(named=True)

    assert lesson["rejected_by"] is None
    assert (lesson["discipline"], lesson["document_type"]) == ("physics", "reference_educational")
    assert advert["rejected_by"] == "annotate.document_type"
    assert advert["rejected_kind"] == "rule"
    assert advert["rejected_value"] == advert["document_type_score"] >= 0.5
    assert advert["rejected_threshold"] == "0.5..1"
    assert advert["rejected_detail"] == "promotional_advertisement"
    assert advert["education_score"] < 1.0
    assert lesson["education_score"] > 3.0


def test_without_dropped_types_the_score_rule_decides_and_without_both_all_is_kept() -> None:
    by_score = annotate(rows(ADVERT), AnnotateSettings(dropped_document_types=())).row(0, named=True)
    kept = annotate(rows(ADVERT), AnnotateSettings(dropped_document_types=(), min_education_score=0.0))

    assert by_score["rejected_by"] == "annotate.education_score"
    assert by_score["rejected_value"] == by_score["education_score"]
    assert by_score["rejected_threshold"] == "0.75..5"
    assert kept["rejected_by"].to_list() == [None]


def test_an_uncertain_type_is_named_but_drops_nothing_and_a_very_uncertain_one_abstains() -> None:
    named = AnnotateSettings(min_dropped_type_score=1.0, min_education_score=0.0)
    abstaining = AnnotateSettings(min_document_type_score=1.0, min_education_score=0.0)
    for settings, label in ((named, "promotional_advertisement"), (abstaining, "abstain")):
        row = annotate(rows(ADVERT), settings).row(0, named=True)
        assert row["document_type"] == label
        assert row["document_type_score"] > 0.5
        assert row["rejected_by"] is None


def test_version_2_of_the_type_is_given_where_version_1_says_it() -> None:
    advert, lesson = annotate(rows(ADVERT, LESSON), AnnotateSettings())["document_type_v2"]
    assert (advert, lesson) == ("spam_advertisement", "abstain")


@pytest.mark.parametrize("text", [None, "", " \n ", "12 + 34 = 46", "$$$"])
def test_a_text_without_words_is_a_failure_and_gets_no_labels(text: str | None) -> None:
    row = annotate(rows(text), AnnotateSettings()).row(0, named=True)
    assert (row["rejected_by"], row["rejected_kind"]) == ("annotate.no_words", "failure")
    assert {row["discipline"], row["document_type"], row["education_level"]} == {"abstain"}
    assert row["education_score"] is None
    assert row["toxicity"] is row["quality_score"] is None


def test_scores_do_not_depend_on_the_other_rows_or_on_how_many_are_scored_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [ADVERT, LESSON, "", *pages("pages", "news_editorial", "social_forum"), LESSON * 60]
    together = annotate(rows(*texts), AnnotateSettings()).drop("id")
    one_by_one = pl.concat([annotate(rows(text), AnnotateSettings()).drop("id") for text in texts])
    monkeypatch.setattr(stage, "_SLICE_DOCUMENTS", 2)

    assert together.equals(one_by_one)
    assert together.equals(annotate(rows(*texts), AnnotateSettings()).drop("id"))


def test_metadata_decides_the_kind_and_no_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def record(text: str, media_type: str | None, academic_score: float) -> DocumentKind:
        asked.append(text)
        return DocumentKind.WEB

    monkeypatch.setattr(light_annotator, "document_kind", record)
    labelled = annotate(rows(LESSON, ADVERT, kinds=["paper", None]), AnnotateSettings())

    assert labelled["document_kind"].to_list() == ["paper", "web"]
    assert labelled["document_kind_by"].to_list() == ["metadata", "model"]
    assert asked == [ADVERT]


def test_a_kind_that_does_not_exist_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="pamphlet"):
        annotate(rows(LESSON, kinds=["pamphlet"]), AnnotateSettings())


def test_every_label_is_one_of_its_enumeration() -> None:
    texts = [page for path in sorted(HERE.glob("*pages/*.md")) for page in path.read_text().split("\n---\n")]
    labelled = annotate(rows(*texts), AnnotateSettings())
    for column, enumeration in (
        ("discipline", Discipline),
        ("document_type", DocumentType),
        ("education_level", EducationLevel),
        ("document_kind", DocumentKind),
        ("document_type_v2", DocumentTypeV2),
        ("extraction_artifacts", ExtractionArtifacts),
        ("missing_content", MissingContent),
    ):
        assert set(labelled[column]) <= {label.value for label in enumeration}
    assert labelled["education_score"].is_between(0, 5).all()
    for column in ("document_type_score", "quality_score", "toxicity"):
        assert labelled[column].is_between(0, 1).all()
    assert labelled["perplexity"].is_between(1, 1000).all()
    assert labelled["perplexity_percentile"].is_between(0, 100).all()


def test_pages_that_teach_or_report_are_kept() -> None:
    texts = pages("pages", "reference_educational", "academic_research") + pages("unseen_pages", "wanted")
    labelled = annotate(rows(*texts), AnnotateSettings())
    assert labelled["rejected_by"].null_count() == len(texts) == 14


def test_most_pages_without_value_are_dropped() -> None:
    unwanted = ["promotional_advertisement", "search_directory_bibliography", "e_commerce", "media", "adult"]
    texts = pages("pages", *unwanted) + pages("unseen_pages", "unwanted")
    labelled = annotate(rows(*texts), AnnotateSettings())
    assert len(texts) == 32
    assert labelled["rejected_by"].is_not_null().sum() >= 27


def test_long_documents_are_read_in_a_bounded_number_of_windows() -> None:
    settings = AnnotateSettings(max_windows=2, window_chars=200)
    advert_in_the_middle = "\n".join([LESSON] * 20 + [ADVERT] * 20 + [LESSON] * 20)
    row = annotate(rows(advert_in_the_middle), settings).row(0, named=True)
    assert row["document_type"] == "reference_educational"


def test_the_best_label_of_a_frame_of_probabilities() -> None:
    probabilities = pl.DataFrame({"a": [0.7, 0.5, None], "b": [0.3, 0.5, None]})
    best = best_labels(probabilities, 0.6, "abstain")
    assert best["label"].to_list() == ["a", "abstain", "abstain"]
    assert best["score"].to_list() == [0.7, 0.5, None]


def test_the_education_score_is_the_expected_grade() -> None:
    probabilities = pl.DataFrame({"0": [0.5, None], "4": [0.5, None]})
    assert education_score(probabilities).to_list() == [2.0, None]


def test_perplexity_and_toxicity_drop_nothing_unless_told_and_then_name_value_and_threshold() -> None:
    insult = "You stupid idiot, shut up. Everybody hates you, you pathetic loser, and I hope you die."
    noise = "qzx wvkj qqpz xkcv bnzq wjjx kvqz pzxw qkzj vxwq zzkq jxvw pqzk xjwv kqzx. " * 3
    lenient = {"dropped_document_types": (), "min_education_score": 0.0}
    measured = annotate(rows(insult, noise, LESSON), AnnotateSettings(**lenient))
    dropping = AnnotateSettings(**lenient, drop_by_toxicity=True, drop_by_perplexity=True)
    dropped = annotate(rows(insult, noise, LESSON * 4), dropping)

    assert measured["rejected_by"].to_list() == [None, None, None]
    assert dropped["rejected_by"].to_list()[:2] == ["annotate.toxicity", "annotate.perplexity"]
    assert dropped["rejected_value"].to_list()[:2] == [dropped["toxicity"][0], dropped["perplexity"][1]]
    assert dropped["rejected_threshold"][0] == "..0.5"
    low, high = map(float, dropped["rejected_threshold"][1].split(".."))
    assert low < high < dropped["perplexity"][1]


def test_a_band_whose_ends_are_exchanged_is_refused() -> None:
    with pytest.raises(ValueError, match="the lower first"):
        AnnotateSettings(perplexity_percentiles=(95, 5))
