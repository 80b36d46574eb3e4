"""Clusters of near-duplicates: rows similar to an earlier one, by the keys and the exact comparison of L2 (papers.md C15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.filter.settings import FilterSettings

TextsOf = Callable[[pl.DataFrame], Iterable[pl.DataFrame]]
"""From the rows that are wanted (id) to frames (id, text) that hold them all."""


def signatures(rows: pl.DataFrame, settings: MixSettings) -> pl.DataFrame:
    """`filter.signatures.SIGNATURE` of rows (id, text)."""
    from darwin_assets.filter.signatures import sign

    return sign(rows.select("id", "text"), _how(settings))


def clusters(signed: pl.DataFrame, texts_of: TextsOf, settings: MixSettings) -> pl.DataFrame:
    """id and cluster of signed rows: the id of the row that stands for the cluster, its own where a row is alone.

    Rows are compared in order of their ids, so that the order in which they come does not matter.
    """
    from darwin_assets.filter.duplicates import find_twins

    none_published = signed.clear().with_columns(batch=pl.lit("", pl.String))
    twins = find_twins(signed.sort("id"), texts_of, none_published, texts_of, _how(settings))
    named = signed.select("id").join(twins.select("id", "survivor_id"), on="id", how="left", maintain_order="left")
    return named.select("id", cluster=pl.coalesce("survivor_id", "id"))


def _how(settings: MixSettings) -> FilterSettings:
    from darwin_assets.filter.rules import URL_DUPLICATE

    return FilterSettings(
        min_jaccard=settings.min_jaccard, permutations=settings.permutations, disabled_rules=(URL_DUPLICATE,)
    )
