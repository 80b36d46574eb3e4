"""Clusters of near-duplicates: what hangs together over pairs that are similar, by the keys and the exact comparison of L2
(papers.md C15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.filter.settings import FilterSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TextsOf = Callable[[pl.DataFrame], Iterable[pl.DataFrame]]
"""From the rows that are wanted (id) to frames (id, text) that hold them all."""

TEXTS_AT_HAND = 100_000
"""Bounds the memory of the shingle sets, unless more texts than that hang together."""


def signatures(rows: pl.DataFrame, settings: MixSettings) -> pl.DataFrame:
    """`filter.signatures.SIGNATURE` of rows (id, text)."""
    from darwin_assets.filter.signatures import sign

    return sign(rows.select("id", "text"), _how(settings))


def clusters(signed: pl.DataFrame, texts_of: TextsOf, settings: MixSettings) -> pl.DataFrame:
    """id and cluster of signed rows: the first id of all that hang together, its own where a row is alone; the same in
    whatever order the rows come. LookupError where a text is lacking.

    L2's twins would not do: they name what a survivor rejects, and two that go for different survivors may be twins.
    """
    how = _how(settings)
    named = signed.select("id", text_id=pl.col("id").min().over("exact_key"))
    texts = signed.join(named, left_on="id", right_on="text_id", how="semi").sort("id")
    linked = [part.select("id", cluster=_linked(part, texts_of, how)) for part in _parts(texts, how)]
    known = pl.concat([pl.DataFrame(schema={"id": pl.String(), "cluster": pl.String()}), *linked])
    found = named.join(known, left_on="text_id", right_on="id", how="left", maintain_order="left")
    return found.select("id", cluster=pl.coalesce("cluster", "text_id"))


def _parts(texts: pl.DataFrame, how: FilterSettings) -> Iterator[pl.DataFrame]:
    """The signed texts that share a band with another one, by id; those that hang together over bands are of one part."""
    import numpy as np

    from darwin_assets.filter.kernels.pairs import flatten, unite

    signed = texts.filter(pl.col("band_keys").list.len() > 0)
    root = np.arange(signed.height, dtype=np.int32)
    for band in _first_with_band(signed, how):
        unite(root, np.arange(root.size, dtype=np.int32), band)
    flatten(root)
    meeting = signed.with_columns(root=root).filter(pl.len().over("root") > 1).sort("root", "id")
    part = pl.int_range(pl.len()).min().over("root") // TEXTS_AT_HAND
    for _, texts_at_hand in meeting.group_by(part, maintain_order=True):
        yield texts_at_hand.drop("root").sort("id")


def _linked(texts: pl.DataFrame, texts_of: TextsOf, how: FilterSettings) -> pl.Series:
    """The first id that each of some signed texts hangs together with, over pairs that are similar enough."""
    from darwin_assets.filter.kernels.verify import scratch
    from darwin_assets.filter.shingle_sets import shingle_sets
    from darwin_assets.textbook_reasoning.question_kernels import link

    sets = shingle_sets(texts, texts_of, how.shingle_words)
    root = link(_first_with_band(texts, how), sets, how.min_jaccard, scratch(sets)).root
    return texts["id"].gather(root)


def _first_with_band(texts: pl.DataFrame, how: FilterSettings) -> NDArray[np.int32]:
    """For each band (rows) and signed text (columns) the first text with the same key."""
    import numpy as np

    from darwin_assets.filter.kernels.pairs import first_with_key

    bands, _ = how.bands_and_rows
    keys = texts["band_keys"].explode().to_numpy().reshape(-1, bands)
    return first_with_key(keys, np.ones(texts.height, np.bool_))


def _how(settings: MixSettings) -> FilterSettings:
    return FilterSettings(min_jaccard=settings.min_jaccard, permutations=settings.permutations)
