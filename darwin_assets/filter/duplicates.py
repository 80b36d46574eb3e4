"""Exact, near- and URL duplicates of a batch: found by keys, rejected only after comparison (D11, D12).

A document is rejected only for one that is kept: one that another batch has published, or one that stands
earlier in its own batch and is not itself rejected. So in a chain a ~ b ~ c, where c is not similar to a, b
goes and c stays. Of several possible survivors the published come first, by batch and id, then the own batch,
in order of arrival.

Two documents of one URL (`url_keys`) are compared whatever bands they share: from `min_url_jaccard` on the later is a
duplicate, below it is a newer version and stays, with the older one as evidence. It is compared with the latest published
version, then with the last that its own batch keeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.filter.rules import EXACT_DUPLICATE, NEAR_DUPLICATE, URL_DUPLICATE
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import SIGNATURE

if TYPE_CHECKING:
    from darwin_assets.filter.published_twins import PublishedTwins
    from darwin_assets.filter.shingle_sets import TextsOf

TWINS: dict[str, pl.DataType] = {
    "id": pl.String(),
    "rule": pl.String(),
    "survivor_id": pl.String(),
    "similarity": pl.Float64(),
    "n_candidates": pl.Int64(),
    "older_id": pl.String(),
    "older_similarity": pl.Float64(),
}
"""Columns of `find_twins`: `similarity` is the exact Jaccard similarity of the two shingle sets, `n_candidates` the number
of documents that were compared until one was similar enough, 0 where equal exact keys needed no comparison. Where `rule`
is null the document stays, as a newer version of `older_id`, to which it has `older_similarity`."""


def find_twins(
    batch: pl.DataFrame,
    texts: TextsOf,
    published: pl.DataFrame | pl.LazyFrame,
    published_texts: TextsOf,
    settings: FilterSettings,
) -> pl.DataFrame:
    """Return a row of `TWINS` for each document of the batch that is a duplicate or a newer version, in order of arrival.

    `batch`: `signatures.SIGNATURE` in order of arrival, without documents that a rule rejects. `published`: batch and
    `SIGNATURE` of what other batches have published; rows with an id of the batch are passed over. `texts` and
    `published_texts` give the texts of some rows and are asked for candidates only. LookupError if one is lacking: what
    cannot be compared is not rejected, and not quietly kept.
    """
    from darwin_assets.filter.published_twins import PublishedTwins, published_exact

    exact, near, url = (
        rule not in settings.disabled_rules for rule in (EXACT_DUPLICATE, NEAR_DUPLICATE, URL_DUPLICATE)
    )
    others = published.lazy()
    undecided = batch.select(*SIGNATURE).with_row_index("document")
    comparison = PublishedTwins(batch.select("id"), texts, published_texts, settings)
    found: list[pl.DataFrame] = []
    if exact:
        found.append(published_exact(undecided, others).with_columns(rule=pl.lit(EXACT_DUPLICATE)))
        undecided = undecided.join(found[-1], on="document", how="anti")
    if near:
        found.append(_near(undecided, others, comparison, exact).with_columns(rule=pl.lit(NEAR_DUPLICATE)))
        undecided = undecided.join(found[-1], on="document", how="anti")
    older = pl.DataFrame(schema={"document": pl.UInt32(), "older_id": pl.String(), "older_similarity": pl.Float64()})
    if url:
        versions = comparison.versions(undecided, others)
        found.append(versions.filter("similar").drop("similar").with_columns(rule=pl.lit(URL_DUPLICATE)))
        older = versions.filter(~pl.col("similar")).select(
            "document", older_id="survivor_id", older_similarity="similarity"
        )
        undecided = undecided.join(found[-1], on="document", how="anti")
    inside, inside_older = _within(undecided, texts, settings, exact, near, url)
    older = older.join(inside, on="document", how="anti").update(inside_older, on="document", how="full")
    twins = pl.concat([*found, inside], how="diagonal").join(older, on="document", how="full", coalesce=True)
    named = twins.sort("document").join(
        batch.select("id").with_row_index("document"), on="document", maintain_order="left"
    )
    return named.select(pl.col(name).cast(dtype) for name, dtype in TWINS.items())


def _near(undecided: pl.DataFrame, others: pl.LazyFrame, comparison: PublishedTwins, exact: bool) -> pl.DataFrame:
    """Near twins among the published; copies of a text inside the batch are compared once, when copies are looked for."""
    if not exact:
        return comparison.near(undecided, others)
    firsts = undecided.unique("exact_key", keep="first", maintain_order=True)
    found = comparison.near(firsts, others).join(firsts.select("document", "exact_key"), on="document")
    copies = undecided.select("document", "exact_key")
    return copies.join(found.drop("document"), on="exact_key", maintain_order="left").drop("exact_key")


def _within(
    undecided: pl.DataFrame, texts: TextsOf, settings: FilterSettings, exact: bool, near: bool, url: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Twins inside the batch and newer versions inside the batch, each by number of the document."""
    import numpy as np

    from darwin_assets.filter.batch_twins import batch_twins
    from darwin_assets.filter.kernels.pairs import NOBODY
    from darwin_assets.filter.kernels.verify import KEPT

    verdicts = batch_twins(undecided.drop("document"), texts, settings, exact, near, url)
    rules = np.array(["", EXACT_DUPLICATE, NEAR_DUPLICATE, URL_DUPLICATE])
    gone, newer = np.flatnonzero(verdicts.outcome != KEPT), np.flatnonzero(verdicts.older != NOBODY)
    numbers, ids = undecided["document"], undecided["id"]
    twins = pl.DataFrame(
        {
            "document": numbers[gone],
            "survivor_id": ids[verdicts.survivor[gone]],
            "similarity": verdicts.similarity[gone],
            "n_candidates": verdicts.n_compared[gone],
            "rule": pl.Series(rules[verdicts.outcome[gone]].tolist(), dtype=pl.String),
        }
    )
    older = pl.DataFrame(
        {
            "document": numbers[newer],
            "older_id": ids[verdicts.older[newer]],
            "older_similarity": verdicts.older_similarity[newer],
        }
    )
    return twins, older
