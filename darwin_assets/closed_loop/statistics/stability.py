"""Would the same slices be the weakest ones if other items of the benchmark had been asked? Ranks under the bootstrap, which
draws items that share a passage together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from darwin_assets.closed_loop.statistics.passages import Groups, together
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.shares import Floats

Integers = npt.NDArray[np.int64]

BATCH_NUMBERS = 1_000_000
"""Items times resamples that stand in memory at once."""

STABILITY = pl.Schema(
    {
        "checkpoint": pl.String(),
        "benchmark": pl.String(),
        "n_cells": pl.Int64(),
        "spearman": pl.Float64(),  # mean rank correlation of the weaknesses in resamples with those of all items
        "spearman_low": pl.Float64(),
        "spearman_high": pl.Float64(),
        "kendall": pl.Float64(),
        "kendall_low": pl.Float64(),
        "kendall_high": pl.Float64(),
        "same_weakest": pl.Float64(),  # share of resamples with the same weakest slice
    }
)


def stability(members: pl.DataFrame, settings: StatisticsSettings) -> pl.DataFrame:
    """A frame of STABILITY from `cells.MEMBERS`: a row a checkpoint and benchmark of three slices and more."""
    slices = members.filter(level="slice").sort("checkpoint", "benchmark", "cell", "item")
    rows = [
        {"checkpoint": checkpoint, "benchmark": benchmark} | _ranks(of, settings)
        for (checkpoint, benchmark), of in slices.group_by("checkpoint", "benchmark", maintain_order=True)
        if of["cell"].n_unique() > 2
    ]
    return pl.DataFrame(rows, schema=STABILITY)


def _ranks(items: pl.DataFrame, settings: StatisticsSettings) -> dict[str, float]:
    """Nothing but the number of cells where all are equally weak: then there are no ranks."""
    from scipy.stats import kendalltau, spearmanr

    losses = (items["ref_score"] - items["score"]).to_numpy()
    cell = items["cell"].rank("dense").to_numpy().astype(np.int64) - 1
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    measured = _weaknesses(losses, starts, np.ones((1, losses.size), dtype=np.int64))[0]
    passages = together(items["passage"].to_list())
    resampled = [
        one
        for times in _drawn(losses.size, passages, settings)
        for one in _weaknesses(losses, starts, times)
        if np.ptp(one)
    ]
    figures: dict[str, float] = {"n_cells": measured.size}
    if not np.ptp(measured) or not resampled:
        return figures
    tail = (1 - settings.confidence) / 2
    for name, correlation in (("spearman", spearmanr), ("kendall", kendalltau)):
        values = [float(correlation(measured, one).statistic) for one in resampled]
        low, high = np.quantile(values, (tail, 1 - tail))
        figures |= {name: float(np.mean(values)), f"{name}_low": float(low), f"{name}_high": float(high)}
    return figures | {"same_weakest": float(np.mean([one.argmax() == measured.argmax() for one in resampled]))}


def _drawn(n_items: int, passages: Groups | None, settings: StatisticsSettings) -> Iterator[Integers]:
    """How often each item was drawn, a row a resample, in batches of bounded size; those of one passage together."""
    n = n_items if passages is None else int(passages.max()) + 1
    generator, chances = np.random.default_rng(settings.seed), np.full(n, 1 / n)
    batch = max(1, BATCH_NUMBERS // n_items)
    for done in range(0, settings.resamples, batch):
        drawn = generator.multinomial(n, chances, min(batch, settings.resamples - done))
        yield drawn if passages is None else drawn[:, passages]


def _weaknesses(losses: Floats, starts: Integers, times: Integers) -> Floats:
    """A row a resample, a column a cell: the cell's part of the benchmark's gap. Items are sorted by cell, `starts` are the
    first of each; `times`: how often each item was drawn."""
    return np.asarray(np.add.reduceat(times * losses, starts, axis=1) / losses.size, np.float64)
