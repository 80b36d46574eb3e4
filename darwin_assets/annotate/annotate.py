"""L3: label every row with the light model, and drop by document type and educational value (papers.md §1.4).

Nothing is edited, and the scores stand on kept and rejected rows alike (D18 to D22).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from darwin_assets.annotate.document_kind import document_kind
from darwin_assets.annotate.light_model import LightModel, annotator, light_model
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.taxonomy import Discipline, DocumentKind, DocumentType, EducationLevel
from darwin_assets.annotate.train import Floats
from darwin_assets.annotate.windows import windows
from darwin_assets.contract import REJECTION

COLUMNS: dict[str, pl.DataType] = {
    "discipline": pl.String(),
    "discipline_score": pl.Float64(),
    "document_type": pl.String(),
    "document_type_score": pl.Float64(),
    "education_level": pl.String(),
    "education_level_score": pl.Float64(),
    "education_score": pl.Float64(),
    "document_kind": pl.String(),
    "document_kind_by": pl.String(),
    "annotator": pl.String(),
}
"""Labels are values of the enumerations in `taxonomy`; beside each stands the probability of the best label,
0 to 1, also where it reads abstain. `education_score` is 0 to 5, `document_kind_by` "metadata" or "model"."""


_SLICE_DOCUMENTS = 256
"""Documents scored at once: bounds the memory for windows and features, changes no score."""
_DECIMALS = 4


def annotate(rows: pl.DataFrame, settings: AnnotateSettings) -> pl.DataFrame:
    """One row per input row, same order: `id`, COLUMNS and the rejection columns.

    `rows` has id, text, document_kind (null: not known; ValueError when it is no DocumentKind), media_type.
    The first rule that applies is named: annotate.no_words (failure: nothing to score),
    annotate.document_type (value: probability of the type, which `rejected_detail` names),
    annotate.education_score (value: 0 to 5).
    """
    texts = rows["text"].fill_null("").to_list()
    scores = score_documents(texts, settings)
    discipline = best_labels(scores["discipline"], settings.min_discipline_score, Discipline.ABSTAIN)
    document_type = best_labels(scores["document_type"], settings.min_document_type_score, DocumentType.ABSTAIN)
    level = best_labels(scores["education_level"], settings.min_education_level_score, EducationLevel.ABSTAIN)
    kinds = [
        (known, "metadata") if known is not None else (document_kind(text, media_type, academic).value, "model")
        for known, text, media_type, academic in zip(
            (None if kind is None else DocumentKind(kind).value for kind in rows["document_kind"].to_list()),
            texts,
            rows["media_type"].to_list(),
            scores["document_type"][DocumentType.ACADEMIC_RESEARCH.value].fill_null(0.0).to_list(),
            strict=True,
        )
    ]
    labelled = pl.DataFrame(
        {
            "id": rows["id"],
            "discipline": discipline["label"],
            "discipline_score": discipline["score"],
            "document_type": document_type["label"],
            "document_type_score": document_type["score"],
            "education_level": level["label"],
            "education_level_score": level["score"],
            "education_score": education_score(scores["education_score"]),
            "document_kind": pl.Series([kind for kind, _ in kinds], dtype=pl.String),
            "document_kind_by": pl.Series([by for _, by in kinds], dtype=pl.String),
        }
    ).with_columns(annotator=pl.lit(annotator()))
    return labelled.with_columns(**_decide(settings)).select("id", *_typed(COLUMNS), *_typed(REJECTION))


def score_documents(texts: list[str], settings: AnnotateSettings) -> dict[str, pl.DataFrame]:
    """Label set → one column of probabilities a label, one row a text; null where a text has no words.

    A document's probabilities are the mean over its windows that have words.
    """
    model = light_model()
    slices = [
        _score_slice(model, texts[start : start + _SLICE_DOCUMENTS], settings)
        for start in range(0, max(len(texts), 1), _SLICE_DOCUMENTS)
    ]
    return {
        name: pl.DataFrame(np.vstack([part[name] for part in slices]), schema=list(head.labels), orient="row").fill_nan(
            None
        )
        for name, head in model.heads.items()
    }


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


def _score_slice(model: LightModel, texts: list[str], settings: AnnotateSettings) -> dict[str, Floats]:
    pieces = [windows(text, settings.max_windows, settings.window_chars) for text in texts]
    pieces = [[piece for piece in one if any(map(str.isalpha, piece))] for one in pieces]
    flat = [piece for one in pieces for piece in one]
    ends = np.cumsum([0, *map(len, pieces)])
    by_window = model.probabilities(flat) if flat else {}
    empty = {name: np.full(len(head.labels), np.nan) for name, head in model.heads.items()}
    return {
        name: np.array(
            [by_window[name][a:b].mean(axis=0) if b > a else empty[name] for a, b in pairwise(ends.tolist())]
        ).reshape(len(texts), len(empty[name]))
        for name in model.heads
    }


def _decide(settings: AnnotateSettings) -> dict[str, pl.Expr]:
    """The rejection columns, from the labelled ones."""
    dropped = [str(document_type.value) for document_type in settings.dropped_document_types]
    no_words = pl.col("education_score").is_null()
    bad_type = pl.col("document_type").is_in(dropped)
    low_value = pl.col("education_score") < settings.min_education_score
    min_type, min_value = settings.min_document_type_score, settings.min_education_score

    def choose(for_no_words: pl.Expr, for_type: pl.Expr, for_value: pl.Expr) -> pl.Expr:
        return pl.when(no_words).then(for_no_words).when(bad_type).then(for_type).when(low_value).then(for_value)

    def text(value: str) -> pl.Expr:
        return pl.lit(value, pl.String)

    nothing = pl.lit(None, pl.String)
    return {
        "rejected_by": choose(
            text("annotate.no_words"), text("annotate.document_type"), text("annotate.education_score")
        ),
        "rejected_kind": choose(text("failure"), text("rule"), text("rule")),
        "rejected_value": choose(pl.lit(None, pl.Float64), pl.col("document_type_score"), pl.col("education_score")),
        "rejected_threshold": choose(nothing, text(f"{min_type:g}..1"), text(f"{min_value:g}..5")),
        "rejected_detail": choose(text("no letters in the text"), pl.col("document_type"), nothing),
    }


def _typed(columns: dict[str, pl.DataType]) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in columns.items()]
