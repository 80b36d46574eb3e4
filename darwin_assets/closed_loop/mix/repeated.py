"""Items of an evaluation that rows of a mix repeat: a checkpoint that was trained on these rows has seen them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from darwin_assets.benchmark_gate import BenchmarkGate
from darwin_assets.closed_loop.mix.evaluated import named_items
from darwin_assets.closed_loop.mix.pool import read_texts
from darwin_assets.decontamination.benchmarks import Benchmarks
from darwin_assets.decontamination.settings import DecontaminationSettings
from resources.embedder import Embedder
from resources.gate_ledger import GateLedger
from resources.lake import Lake


@dataclass(frozen=True)
class Held:
    """What came of holding items against rows. `rows`: ids of those that could be read. `repeated`: items that stand in one
    of these; `unseen`: items of which no file shows a word, so that no row could be held against them.
    """

    rows: pl.DataFrame
    repeated: list[str]
    unseen: list[str]


def hold_against(
    lake: Lake,
    ledger: GateLedger,
    drawn: pl.DataFrame,
    samples: pl.DataFrame,
    settings: DecontaminationSettings,
    embedder: Embedder,
) -> Held:
    """Hold SAMPLES against drawn rows (id, level, row_batch, text_sha256) as the pool of a mix is held against benchmarks:
    word for word, and by meaning where an embedder is set. Raises as the embedder does.
    """
    named = named_items(samples).with_columns(number=pl.int_range(pl.len(), dtype=pl.Int64))
    left, read = named.drop("item"), [drawn.select("id").clear()]
    gate = _gate(left, lake, settings, embedder)
    for rows in read_texts(lake, ledger, drawn):
        read.append(rows.select("id"))
        # a row tells of one item for each length of a run: those are set aside, and it is looked at again
        again = rows
        while again.height and left.height:
            found = gate.find(again, by_meaning=True).evidence
            again = again.join(found, on="id", how="semi")
            if found.height:
                left = left.join(found, on="number", how="anti")
                gate = _gate(left, lake, settings, embedder)
    shown = samples.filter(pl.col("error").is_null()).select("item").unique()
    return Held(
        pl.concat(read),
        sorted(named.join(left, on="number", how="anti")["item"]),
        sorted(shown.join(named, on="item", how="anti")["item"]),
    )


def _gate(items: pl.DataFrame, lake: Lake, settings: DecontaminationSettings, embedder: Embedder) -> BenchmarkGate:
    """Of these items alone."""
    return BenchmarkGate(lake, Benchmarks.none(settings).with_items(items, settings), settings, embedder)
