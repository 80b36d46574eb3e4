"""The duplicate part of L2: which documents of a batch go because another one stands for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.filter.duplicates import find_twins
from darwin_assets.filter.repeats import REPEATS, measure_repeats, reject_repeats
from darwin_assets.filter.rules import EXACT_DUPLICATE, NEAR_DUPLICATE, URL_DUPLICATE
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import SIGNATURE, sign

if TYPE_CHECKING:
    from darwin_assets.filter.shingle_sets import TextsOf

EVIDENCE: dict[str, pl.DataType] = {
    "survivor_id": pl.String(),
    "similarity": pl.Float64(),
    "older_id": pl.String(),
    "older_similarity": pl.Float64(),
}
"""Of a twin: who stands for it, and how similar the two are. Of a newer version of a published or kept document with the
same URL: that document, and how similar it is."""

DUPLICATION: dict[str, pl.DataType] = {**SIGNATURE, **EVIDENCE, **REPEATS}
"""Columns that this part adds to those of the screen."""

_VERDICT = {"rule": pl.String(), "value": pl.Float64(), "threshold": pl.String()}


def deduplicate(
    rows: pl.DataFrame, published: pl.LazyFrame, published_texts: TextsOf, settings: FilterSettings
) -> pl.DataFrame:
    """Return `DUPLICATION`, rule, value and threshold for each row (id, text, uri) that no other rule drops, in order.

    `published`: batch and `SIGNATURE` of other batches. `rule` is null where a row is kept. A row that goes for what it
    repeats stands for no twin: its twins are then looked at again without it.
    """
    signatures = sign(rows, settings)
    texts = rows.select("id", "text")
    gone = pl.DataFrame(schema={"id": pl.String(), **_VERDICT, **REPEATS})
    while True:
        remaining = signatures.join(gone, on="id", how="anti", maintain_order="left")
        twins = find_twins(remaining, _reader(texts), published, published_texts, settings)
        kept = texts.join(remaining, on="id", how="semi", maintain_order="left").join(
            twins.filter(pl.col("rule").is_not_null()), on="id", how="anti", maintain_order="left"
        )
        measured = kept.select("id").hstack(measure_repeats(kept["text"], settings))
        repeats = reject_repeats(measured, settings)
        leaderless = repeats.join(twins, left_on="id", right_on="survivor_id", how="semi")
        if not leaderless.height:
            break
        gone = pl.concat([gone, leaderless.join(measured, on="id")])
    verdicts = pl.concat([_twin_verdicts(twins, settings), repeats, gone.select("id", *_VERDICT)])
    evidence = twins.select("id", *EVIDENCE)
    measured = pl.concat([measured, gone.select("id", *REPEATS)])
    whole = signatures
    for part in (evidence, measured, verdicts):
        whole = whole.join(part, on="id", how="left", maintain_order="left")
    return whole


def _reader(texts: pl.DataFrame) -> TextsOf:
    return lambda wanted: [texts.join(wanted.select("id"), on="id", how="semi")]


def _twin_verdicts(twins: pl.DataFrame, settings: FilterSettings) -> pl.DataFrame:
    """The threshold is what the similarity had to reach."""
    bounds = {EXACT_DUPLICATE: 1.0, NEAR_DUPLICATE: settings.min_jaccard, URL_DUPLICATE: settings.min_url_jaccard}
    reached = {rule: f"{bound:.15g}.." for rule, bound in bounds.items()}
    return twins.filter(pl.col("rule").is_not_null()).select(
        "id", "rule", value="similarity", threshold=pl.col("rule").replace_strict(reached, return_dtype=pl.String)
    )
