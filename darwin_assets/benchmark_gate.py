"""Rows that repeat an evaluation are not trained on: what looks for them, and what an export or a mix says of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from darwin_assets.decontamination.settings import DecontaminationSettings
from darwin_assets.promotion import Publication, input_key, published, read_published
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.recipe_book import RecipeBook

if TYPE_CHECKING:
    from darwin_assets.decontamination.benchmarks import Benchmarks
    from darwin_assets.nearest import Vectors
    from resources.embedder import Embedder

LOOKED, AFTER = "Q4", "Q5"
"""The level that holds questions against benchmarks, and the one above it, which edits nothing."""


@dataclass(frozen=True)
class Leaks:
    """`removals`: id and reasons, one row a row that repeats a benchmark. `evidence`: the items that each repeats."""

    removals: pl.DataFrame
    evidence: pl.DataFrame


@dataclass(frozen=True)
class BenchmarkGate:
    """Registered benchmarks, held against the words of rows, and where an embedder is set against their meaning."""

    lake: Lake
    benchmarks: Benchmarks
    settings: DecontaminationSettings
    embedder: Embedder

    @property
    def fingerprint(self) -> str:
        """All that determines what is found."""
        return f"{self.benchmarks.digest}:{self.settings.model_dump_json()}:{self.embedder_name}"

    @property
    def embedder_name(self) -> str | None:
        """Identity of the embedder; null where none is set."""
        return self.embedder.fingerprint() if self.embedder.is_set else None

    @property
    def items(self) -> dict[str, int]:
        """Benchmark → items."""
        return dict(self.benchmarks.items["benchmark"].value_counts().sort("benchmark").iter_rows())

    @cached_property
    def _vectors(self) -> Vectors:
        from darwin_assets.textbook_reasoning.levels.decontamination import item_vectors

        return item_vectors(self.lake, self.embedder, self.benchmarks)

    def find(self, rows: pl.DataFrame, *, by_meaning: bool) -> Leaks:
        """Rows (id, text, and question and answer where they have them) that repeat an item. Raises as the embedder does."""
        from darwin_assets.decontamination.look import QUERIES, copies, neighbours, passages_of
        from darwin_assets.decontamination.verdict import removals

        looked = copies(rows.select("id", "text"), self.benchmarks)
        if by_meaning and self.embedder.is_set:
            of_pairs = "question" in rows.columns
            asked = rows.with_columns(start=0).select(*QUERIES) if of_pairs else passages_of(rows, self.settings)
            near = neighbours(asked, self.benchmarks, self._vectors, self.embedder.embed, self.settings)
            looked = pl.concat([looked, near])
        gone = removals(looked, self.settings)
        return Leaks(gone.select("id", reasons=pl.concat_list("rejected_by")), looked.filter("is_leak"))


def open_gate(
    lake: Lake, manifest: Path, settings: DecontaminationSettings, embedder: Embedder
) -> BenchmarkGate | None:
    """The gate of a manifest of benchmarks, whose files lie beside it; null where there is no manifest.
    Vectors of their questions are kept in the lake.

    DarwinError when a benchmark's file is missing or another than the manifest says.
    """
    from darwin_assets.textbook_reasoning.levels.decontamination import load

    return BenchmarkGate(lake, load(manifest, settings), settings, embedder) if manifest.is_file() else None


def gate_with(
    items: pl.DataFrame, lake: Lake, manifest: Path, settings: DecontaminationSettings, embedder: Embedder
) -> BenchmarkGate:
    """The gate of items (`decontamination.items.ITEMS`) and of a manifest, where there is one. Raises as `open_gate`."""
    from darwin_assets.decontamination.benchmarks import Benchmarks

    registered = open_gate(lake, manifest, settings, embedder)
    benchmarks = registered.benchmarks if registered else Benchmarks.none(settings)
    return BenchmarkGate(lake, benchmarks.with_items(items, settings), settings, embedder)


def compared_before(lake: Lake, ledger: GateLedger, found: Publication, gate: BenchmarkGate) -> bool:
    """Whether the rows are what Q4, as it is now, let through after it had held them against the same benchmarks by meaning
    and with the same settings: its decisions stand then, those of a language model too.
    """
    from darwin_assets.textbook_reasoning.levels.decontamination import SPEC

    if found.level not in (LOOKED, AFTER):
        return False
    looked = published(lake, ledger, LOOKED, found.batch)
    made_of = input_key(AFTER, found.batch, looked.verdict.verdict, found.verdict.recipe)
    if found.level == AFTER and found.verdict.input_key != made_of:
        return False
    by = RecipeBook(lake).find(looked.verdict.recipe)
    if by is None or (by.version, by.settings) != (SPEC.version, gate.settings.model_dump(mode="json")):
        return False
    held = read_published(lake, looked, ["benchmarks", "embedder"]).unique().rows()
    return held == [(gate.benchmarks.digest, gate.embedder_name)]


def said(gate: BenchmarkGate | None, n_found: int) -> dict[str, Any]:
    """What the manifest tells of decontamination; without a gate, that there was none."""
    if gate is None:
        words = "not done, since no benchmarks are registered: rows may repeat an evaluation."
        return {"said": words, "fingerprint": None, "items": {}, "found": 0}
    how = "by words and meaning" if gate.embedder.is_set else "by words alone"
    compared = f"compared {how} with {sum(gate.items.values()):,} items of {len(gate.items)} benchmarks"
    words = f"{compared} ({', '.join(gate.items)}); {n_found:,} rows repeat one and are not in it."
    return {"said": words, "fingerprint": gate.fingerprint, "items": gate.items, "found": n_found}
