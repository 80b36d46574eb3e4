"""The registered benchmarks, read and indexed once, and held against any number of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import polars as pl

from darwin_assets.decontamination.compare import Side
from darwin_assets.decontamination.items import load_items, registry_digest
from darwin_assets.decontamination.ngrams import NgramIndex, build_index
from darwin_assets.decontamination.registry import Registry
from darwin_assets.decontamination.settings import DecontaminationSettings


@dataclass(frozen=True, eq=False)
class Benchmarks:
    """`items` as `items.ITEMS`; `digest` names what determines them."""

    items: pl.DataFrame = field(repr=False)
    index: NgramIndex = field(repr=False)
    canaries: tuple[tuple[str, str], ...] = field(repr=False)
    """(name, text) of benchmarks that have one."""
    digest: str

    @classmethod
    def load(cls, registry: Registry, folder: Path, settings: DecontaminationSettings) -> Benchmarks:
        """Raises RegistryError as `load_items` does."""
        items = load_items(registry, folder)
        canaries = tuple((one.name, one.canary) for one in registry.benchmark if one.canary)
        return cls(items, build_index(items, settings), canaries, registry_digest(registry))

    @classmethod
    def none(cls, settings: DecontaminationSettings) -> Benchmarks:
        """Without an item."""
        return cls.load(Registry(), Path(), settings)

    def with_items(self, items: pl.DataFrame, settings: DecontaminationSettings) -> Benchmarks:
        """These and further ones, in `items.ITEMS`."""
        every = pl.concat([self.items, items])
        digest = sha256(f"{self.digest}\n{items.write_ndjson()}".encode()).hexdigest()[:16]
        return Benchmarks(every, build_index(every, settings), self.canaries, digest)

    @cached_property
    def sides(self) -> Sequence[Side]:
        """What each item is compared by."""
        return [Side.of(*pair) for pair in self.items.select("question", "answer").iter_rows()]
