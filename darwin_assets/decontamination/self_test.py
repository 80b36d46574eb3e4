"""Whether the gate holds: leaks are planted, and must be caught (an asset check of Q4)."""

from __future__ import annotations

import polars as pl

from darwin_assets.decontamination.benchmarks import Benchmarks
from darwin_assets.decontamination.embedding import Embed
from darwin_assets.decontamination.leaks import planted, recall
from darwin_assets.decontamination.look import copies, neighbours
from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.decontamination.verdict import removals
from darwin_assets.nearest import Vectors


def self_test(
    benchmarks: Benchmarks,
    settings: DecontaminationSettings,
    n_of_each: int,
    item_vectors: Vectors | None = None,
    embed: Embed | None = None,
) -> pl.DataFrame:
    """`kind`, `n`, `n_caught` of leaks of `n_of_each` items a benchmark, decided without a language model.

    Items shorter than `min_whole_words` are passed over: in the midst of a text they tell nothing. Of the others what is
    verbatim or wrapped must be caught in any case, the other kinds with an embedder. Raises as `embed` does.
    """
    leaks = planted(benchmarks.items, n_of_each, min_words=settings.min_whole_words)
    evidence = copies(leaks.select("id", text="question"), benchmarks)
    if item_vectors is not None and embed is not None:
        evidence = pl.concat([evidence, neighbours(leaks, benchmarks, item_vectors, embed, settings)])
    return recall(leaks, removals(evidence, settings)["id"])
