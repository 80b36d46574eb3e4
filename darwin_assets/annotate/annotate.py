"""L3: label every row with the light models, and drop by document type and educational value (papers.md §1.4).

Nothing is edited, and the scores stand on kept and rejected rows alike (D18 to D22).
"""

from __future__ import annotations

import polars as pl

from darwin_assets.annotate.annotator import annotators, identities
from darwin_assets.annotate.artefacts import COLUMNS as ARTEFACT_COLUMNS
from darwin_assets.annotate.documents import read_documents
from darwin_assets.annotate.light_annotator import COLUMNS as LIGHT_COLUMNS
from darwin_assets.annotate.perplexity import COLUMNS as PERPLEXITY_COLUMNS
from darwin_assets.annotate.perplexity import load as load_perplexity
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.trained import COLUMNS as TRAINED_COLUMNS
from darwin_assets.contract import REJECTION

COLUMNS: dict[str, pl.DataType] = {
    **LIGHT_COLUMNS,
    **ARTEFACT_COLUMNS,
    **PERPLEXITY_COLUMNS,
    **TRAINED_COLUMNS,
    "annotator": pl.String(),
}
"""What each means stands in the module of its annotator."""

_SLICE_DOCUMENTS = 512
"""Documents scored at once: bounds the memory for windows and features, changes no score."""


def annotate(rows: pl.DataFrame, settings: AnnotateSettings) -> pl.DataFrame:
    """One row per input row, same order: `id`, COLUMNS and the rejection columns.

    `rows` has id, text, document_kind (null: not known; ValueError when it is no DocumentKind), media_type.
    The first rule that applies is named: annotate.no_words (failure: nothing to score),
    annotate.document_type (value: probability of the type, which `rejected_detail` names),
    annotate.education_score (value: 0 to 5), and by setting annotate.toxicity and annotate.perplexity.
    """
    models = annotators(settings)
    slices = []
    for part in rows.iter_slices(_SLICE_DOCUMENTS) if rows.height else [rows]:
        documents = read_documents(part, settings)
        labels = [model.annotate(documents) for model in models]
        slices.append(pl.concat([part.select("id"), *labels], how="horizontal"))
    labelled = pl.concat(slices).with_columns(annotator=pl.lit(identities(settings)))
    return labelled.with_columns(**_decide(settings)).select("id", *_typed(COLUMNS), *_typed(REJECTION))


def _decide(settings: AnnotateSettings) -> dict[str, pl.Expr]:
    """The rejection columns, from the labelled ones."""
    reason = pl.lit(None, pl.Struct(REJECTION))
    for rule, condition, column, threshold, detail in reversed(_rules(settings)):
        reason = pl.when(condition).then(_reason(rule, "rule", column, threshold, detail)).otherwise(reason)
    nothing = _reason("annotate.no_words", "failure", None, None, pl.lit("no letters in the text"))
    reason = pl.when(pl.col("education_score").is_null()).then(nothing).otherwise(reason)
    return {name: reason.struct.field(name) for name in REJECTION}


def _rules(settings: AnnotateSettings) -> list[tuple[str, pl.Expr, str, str, pl.Expr | None]]:
    """(rule, condition, column of the value, threshold, detail) in the order of judgement."""
    dropped = [str(document_type.value) for document_type in settings.dropped_document_types]
    min_type, min_value = settings.min_dropped_type_score, settings.min_education_score
    is_dropped = pl.col("document_type").is_in(dropped) & (pl.col("document_type_score") >= min_type)
    low_value = pl.col("education_score") < min_value
    rules: list[tuple[str, pl.Expr, str, str, pl.Expr | None]] = [
        ("annotate.document_type", is_dropped, "document_type_score", f"{min_type:g}..1", pl.col("document_type")),
        ("annotate.education_score", low_value, "education_score", f"{min_value:g}..5", None),
    ]
    if settings.drop_by_toxicity:
        most = settings.max_toxicity
        rules.append(("annotate.toxicity", pl.col("toxicity") > most, "toxicity", f"..{most:g}", None))
    if settings.drop_by_perplexity:
        low, high = load_perplexity(settings.perplexity_model).band(*settings.perplexity_percentiles)
        outside = ~pl.col("perplexity").is_between(low, high)
        rules.append(("annotate.perplexity", outside, "perplexity", f"{low:g}..{high:g}", None))
    return rules


def _reason(rule: str, kind: str, column: str | None, threshold: str | None, detail: pl.Expr | None) -> pl.Expr:
    value = pl.lit(None) if column is None else pl.col(column)
    parts = [pl.lit(rule), pl.lit(kind), value, pl.lit(threshold), pl.lit(None) if detail is None else detail]
    return pl.struct(
        [part.cast(dtype).alias(name) for part, (name, dtype) in zip(parts, REJECTION.items(), strict=True)]
    )


def _typed(columns: dict[str, pl.DataType]) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in columns.items()]
