"""Exact and near-duplicates of a batch: found by keys, rejected only after comparison (D11, D12).

A document is rejected only for one that is kept: one that another batch has published, or one that stands
earlier in its own batch and is not itself rejected. So in a chain a ~ b ~ c, where c is not similar to a, b
goes and c stays. Of several possible survivors the published come first, by batch and id, then the own batch,
in order of arrival.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from darwin_assets.filter.rules import EXACT_DUPLICATE, NEAR_DUPLICATE
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.shingles import jaccard, shingle_set

TextsOf = Callable[[list[str]], Mapping[str, str]]

TWINS: dict[str, pl.DataType] = {
    "id": pl.String(),
    "rule": pl.String(),
    "survivor_id": pl.String(),
    "similarity": pl.Float64(),
    "n_candidates": pl.Int64(),
}
"""Columns of `find_twins`: `similarity` is the exact Jaccard similarity of the two shingle sets,
`n_candidates` the number of documents that were compared until one was similar enough, 0 where equal exact
keys needed no comparison."""

_PUBLISHED_TEXTS_A_READ = 4096
# A set of shingles takes about fifteen times the memory of its text.
_SHINGLE_SETS_AT_HAND = 256


class Twin(NamedTuple):
    """Why a document is rejected: the columns of `TWINS`, less the id."""

    rule: str
    survivor_id: str
    similarity: float
    n_candidates: int


def find_twins(
    batch: pl.DataFrame,
    texts: Mapping[str, str],
    published: pl.DataFrame | pl.LazyFrame,
    published_texts: TextsOf,
    settings: FilterSettings,
) -> pl.DataFrame:
    """Return one row of `TWINS` for each document of the batch that is a duplicate, in order of arrival.

    `batch`: id, exact_key, band_keys (`signatures.sign`) in order of arrival, without documents that a rule
    rejects; `texts` holds their texts. `published`: id, batch, exact_key, band_keys of what other batches
    have published; rows with an id of the batch are passed over. `published_texts` gives the texts of some
    published ids; it is called with candidates only, some thousands at a time. LookupError if it lacks one:
    what cannot be compared is not rejected, and not quietly kept.
    """
    others = published.lazy().join(batch.lazy().select("id"), on="id", how="anti")
    twins: dict[str, Twin] = {}
    leaders = {row_id: row_id for row_id in batch["id"]}
    if EXACT_DUPLICATE not in settings.disabled_rules:
        twins = _published_exact_twins(batch, others)
        leaders = _leaders(batch)
    if NEAR_DUPLICATE not in settings.disabled_rules:
        undecided = batch.filter(pl.col("id").is_in(set(leaders.values()) - twins.keys()))
        comparison = _Comparison(texts, settings)
        twins |= comparison.with_published(_published_candidates(undecided, others), published_texts)
        twins |= comparison.within_batch(undecided.filter(~pl.col("id").is_in(twins.keys())))
    for row_id, leader in leaders.items():
        if row_id != leader and row_id not in twins:
            twins[row_id] = twins.get(leader, Twin(EXACT_DUPLICATE, leader, 1.0, 0))
    rows = [(row_id, *twins[row_id]) for row_id in batch["id"] if row_id in twins]
    return pl.DataFrame(rows, schema=TWINS, orient="row")


def _published_exact_twins(batch: pl.DataFrame, others: pl.LazyFrame) -> dict[str, Twin]:
    found = (
        others.select("exact_key", "batch", survivor_id="id")
        .join(batch.lazy().select("exact_key", "id"), on="exact_key")
        .collect(engine="streaming")
        .sort("batch", "survivor_id")
        .unique("id", keep="first", maintain_order=True)
    )
    return {
        row_id: Twin(EXACT_DUPLICATE, survivor_id, 1.0, 0)
        for row_id, survivor_id in found.select("id", "survivor_id").rows()
    }


def _leaders(batch: pl.DataFrame) -> dict[str, str]:
    """Map each id to the first id of the batch that has the same exact key."""
    first: dict[str, str] = {}
    return {row_id: first.setdefault(key, row_id) for row_id, key in batch.select("id", "exact_key").rows()}


def _published_candidates(undecided: pl.DataFrame, others: pl.LazyFrame) -> dict[str, list[str]]:
    """Map ids to the published ids that share a band; the index streams past the keys of the batch."""
    keys = undecided.lazy().select("id", "band_keys").explode("band_keys").drop_nulls()
    pairs = (
        others.select("batch", "band_keys", candidate_id="id")
        .explode("band_keys")
        .join(keys, on="band_keys")
        .select("id", "batch", "candidate_id")
        .unique()
        .collect(engine="streaming")
        .sort("batch", "candidate_id")
        .group_by("id", maintain_order=True)
        .agg("candidate_id")
    )
    found: dict[str, list[str]] = dict(pairs.rows())
    return {row_id: found[row_id] for row_id in undecided["id"] if row_id in found}


class _Comparison:
    """Compares documents of a batch with candidates, and counts how many each was compared with."""

    def __init__(self, texts: Mapping[str, str], settings: FilterSettings):
        self._settings = settings
        self._n_compared: Counter[str] = Counter()
        self._own_shingles = lru_cache(_SHINGLE_SETS_AT_HAND)(lambda row_id: self._shingles(texts[row_id]))

    def with_published(self, candidates: Mapping[str, list[str]], published_texts: TextsOf) -> dict[str, Twin]:
        twins: dict[str, Twin] = {}
        for part in _parts(candidates):
            wanted = sorted({candidate for row_id in part for candidate in candidates[row_id]})
            found = published_texts(wanted)
            if missing := [candidate for candidate in wanted if candidate not in found]:
                raise LookupError(
                    f"{len(missing)} published documents stand in the index without text, such as "
                    f"{missing[0]}: make the index agree with what is published, then run this batch again"
                )
            shingles = lru_cache(_SHINGLE_SETS_AT_HAND)(lambda row_id, found=found: self._shingles(found[row_id]))
            for row_id in part:
                if twin := self._first_similar(row_id, candidates[row_id], shingles):
                    twins[row_id] = twin
        return twins

    def within_batch(self, undecided: pl.DataFrame) -> dict[str, Twin]:
        """Decide in order of arrival; only what is kept can reject what follows."""
        twins: dict[str, Twin] = {}
        arrival = {row_id: place for place, row_id in enumerate(undecided["id"])}
        kept_by_key: defaultdict[int, list[str]] = defaultdict(list)
        for row_id, keys in undecided.select("id", "band_keys").iter_rows():
            candidates = {kept for key in keys for kept in kept_by_key.get(key, ())}
            twin = self._first_similar(row_id, sorted(candidates, key=arrival.__getitem__), self._own_shingles)
            if twin:
                twins[row_id] = twin
            else:
                for key in keys:
                    kept_by_key[key].append(row_id)
        return twins

    def _first_similar(
        self, row_id: str, candidates: Iterable[str], shingles_of: Callable[[str], frozenset[str]]
    ) -> Twin | None:
        for candidate in candidates:
            self._n_compared[row_id] += 1
            similarity = jaccard(self._own_shingles(row_id), shingles_of(candidate))
            if similarity >= self._settings.min_jaccard:
                return Twin(NEAR_DUPLICATE, candidate, similarity, self._n_compared[row_id])
        return None

    def _shingles(self, text: str) -> frozenset[str]:
        return shingle_set(text, self._settings.shingle_words)


def _parts(candidates: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Divide the ids so that the candidates of a part are few enough to be read at once."""
    part: list[str] = []
    n_texts = 0
    for row_id, found in candidates.items():
        if part and n_texts + len(found) > _PUBLISHED_TEXTS_A_READ:
            yield part
            part, n_texts = [], 0
        part.append(row_id)
        n_texts += len(found)
    if part:
        yield part
