"""The labels and scores of the light model as columns: subject, type, level, kind, quality, toxicity."""

from __future__ import annotations

import numpy as np
import polars as pl

from darwin_assets.annotate.document_kind import document_kind
from darwin_assets.annotate.documents import Documents
from darwin_assets.annotate.light_model import annotator, light_model
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.taxonomy import (
    Discipline,
    DocumentKind,
    DocumentType,
    DocumentTypeV2,
    EducationLevel,
    EducationScore,
    Toxicity,
)
from darwin_assets.annotate.train import Floats

COLUMNS: dict[str, pl.DataType] = {
    "discipline": pl.String(),
    "discipline_score": pl.Float64(),
    "document_type": pl.String(),
    "document_type_score": pl.Float64(),
    "document_type_v2": pl.String(),
    "education_level": pl.String(),
    "education_level_score": pl.Float64(),
    "education_score": pl.Float64(),
    "quality_score": pl.Float64(),
    "toxicity": pl.Float64(),
    "document_kind": pl.String(),
    "document_kind_by": pl.String(),
}
"""Labels are values of the enumerations in `taxonomy`; beside each stands the probability of the best label, 0 to 1, also
where it reads abstain. `education_score` is 0 to 5, `quality_score` the probability of the grades 3 to 5, `toxicity` the
highest probability among the windows, `document_kind_by` "metadata" or "model"."""

V2_OF_TYPE: dict[DocumentType, DocumentTypeV2] = {
    DocumentType.ACADEMIC_RESEARCH: DocumentTypeV2.ACADEMIC_WRITING,
    DocumentType.SEARCH_DIRECTORY_BIBLIOGRAPHY: DocumentTypeV2.CONTENT_LISTING,
    DocumentType.LITERARY: DocumentTypeV2.CREATIVE_WRITING,
    DocumentType.LEGAL: DocumentTypeV2.LEGAL_NOTICES,
    DocumentType.NEWS_EDITORIAL: DocumentTypeV2.NEWS_ARTICLE,
    DocumentType.E_COMMERCE: DocumentTypeV2.PRODUCT_PAGE,
    DocumentType.PROMOTIONAL_ADVERTISEMENT: DocumentTypeV2.SPAM_ADVERTISEMENT,
    DocumentType.REVIEWS: DocumentTypeV2.USER_REVIEW,
}
"""Version 2 where version 1 says it; the light model tells a tutorial from a documentation page no better than chance, so
for all other types version 2 abstains."""

GOOD_GRADES = (EducationScore.EXPLANATORY, EducationScore.TEACHING, EducationScore.EXEMPLARY)
_DECIMALS = 4


class LightAnnotator:
    """The packaged light model; see docs/models/light-models.md for how good it is."""

    columns = COLUMNS

    def __init__(self, settings: AnnotateSettings) -> None:
        self.settings = settings

    @property
    def identity(self) -> str:
        return annotator()

    def annotate(self, documents: Documents) -> pl.DataFrame:
        """Columns as in COLUMNS. ValueError when a row's `document_kind` is no DocumentKind."""
        scores = score_documents(documents)
        settings = self.settings
        discipline = best_labels(scores["discipline"], settings.min_discipline_score, Discipline.ABSTAIN)
        document_type = best_labels(scores["document_type"], settings.min_document_type_score, DocumentType.ABSTAIN)
        level = best_labels(scores["education_level"], settings.min_education_level_score, EducationLevel.ABSTAIN)
        v2 = {one.value: V2_OF_TYPE.get(one, DocumentTypeV2.ABSTAIN).value for one in DocumentType}
        kinds = _kinds(documents, scores["document_type"])
        good = scores["education_score"].select(pl.sum_horizontal(list(GOOD_GRADES), ignore_nulls=False))
        return pl.DataFrame(
            {
                "discipline": discipline["label"],
                "discipline_score": discipline["score"],
                "document_type": document_type["label"],
                "document_type_score": document_type["score"],
                "document_type_v2": document_type["label"].replace_strict(v2, return_dtype=pl.String),
                "education_level": level["label"],
                "education_level_score": level["score"],
                "education_score": education_score(scores["education_score"]),
                "quality_score": good.to_series().round(_DECIMALS),
                "toxicity": scores["toxicity"]["highest"].round(_DECIMALS),
                "document_kind": pl.Series([kind for kind, _ in kinds], dtype=pl.String),
                "document_kind_by": pl.Series([by for _, by in kinds], dtype=pl.String),
            }
        )


def score_documents(documents: Documents) -> dict[str, pl.DataFrame]:
    """Label set → one column of probabilities a label, one row a document; null where a text has no words.

    A document's probabilities are the mean over its windows that have words. `toxicity` has a further column `highest`:
    that of its worst window.
    """
    model = light_model()
    by_window = model.probabilities(documents.windows)
    scores = {name: _frame(documents.mean(by_window[name]), head.labels) for name, head in model.heads.items()}
    toxic = model.heads["toxicity"].labels.index(Toxicity.TOXIC.value)
    highest = documents.highest(by_window["toxicity"][:, toxic])
    return scores | {"toxicity": scores["toxicity"].with_columns(highest=pl.Series(highest).fill_nan(None))}


def _frame(probabilities: Floats, labels: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(np.ascontiguousarray(probabilities), schema=list(labels), orient="row").fill_nan(None)


def best_labels(probabilities: pl.DataFrame, threshold: float, abstain: str) -> pl.DataFrame:
    """`score`: the highest probability, 4 decimals; `label`: its label, `abstain` where it is low or null."""
    labels = probabilities.columns
    return probabilities.select(
        score=pl.max_horizontal(pl.all()).round(_DECIMALS),
        best=pl.concat_list(pl.all()).list.arg_max(),
    ).select(
        "score",
        label=pl.when(pl.col("score") >= threshold)
        .then(pl.col("best").replace_strict(dict(enumerate(labels)), return_dtype=pl.String, default=None))
        .otherwise(pl.lit(abstain)),
    )


def education_score(probabilities: pl.DataFrame) -> pl.Series:
    """Expected educational value, 0 to 5: the grades weighted by their probabilities."""
    value = pl.sum_horizontal([int(grade) * pl.col(grade) for grade in probabilities.columns], ignore_nulls=False)
    return probabilities.select(value.round(_DECIMALS).alias("education_score")).to_series()


def _kinds(documents: Documents, types: pl.DataFrame) -> list[tuple[str, str]]:
    rows = documents.rows
    known = [None if kind is None else DocumentKind(kind).value for kind in rows["document_kind"].to_list()]
    academic = types[DocumentType.ACADEMIC_RESEARCH.value].fill_null(0.0).to_list()
    given = zip(known, rows["text"].to_list(), rows["media_type"].to_list(), academic, strict=True)
    return [
        (kind, "metadata") if kind is not None else (document_kind(text, media_type, score).value, "model")
        for kind, text, media_type, score in given
    ]
