"""What is left to decompose: the items of benchmarks with a verdict *data*, without what the output channel explains."""

from __future__ import annotations

import polars as pl

from darwin_assets.closed_loop.diagnose.side import CELL, REFERENCE
from darwin_assets.closed_loop.diagnose.verdict import LEADS_TO

BENCHMARK = ("checkpoint", "benchmark")
ENDED_BY = [cause for cause, verdict in LEADS_TO.items() if verdict == "channel" and cause != "form"]
"""Causes that leave nothing of a cell's gap to look at: they explain all that is left, and cannot be set right."""


def unexplained(verdicts: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Items (CELL, item, passage, score, ref_score) of benchmarks in which some cell has the verdict *data*.

    `verdicts`: CELL, verdict and cause; `pairs` as `side.pairs_of` makes them. Scores have every sign set right that can be;
    items of a cell that the way of asking explains are left out.
    """
    weak = verdicts.filter(verdict="data").select(BENCHMARK).unique()
    asked = verdicts.filter(pl.col("cause").is_in(ENDED_BY)).select(CELL)
    explained = pairs.join(asked, on=CELL, how="semi")
    left = pairs.filter(level="benchmark").join(weak, on=BENCHMARK, how="semi")
    return left.join(explained, on=[*BENCHMARK, "item"], how="anti").select(
        *CELL,
        "item",
        "passage",
        score=pl.sum_horizontal("score", "cut_gain", "form_gain"),
        ref_score=pl.sum_horizontal("ref_score", f"cut_gain{REFERENCE}", f"form_gain{REFERENCE}"),
    )
