"""The sources of the reported documents, as their manifests state them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from darwin_assets.markdown import table, words

PUBLIC, LICENSED, PRIVATE = "public-dataset", "commercial-licence", "private-dataset"
CRAWLED, USERS, SYNTHETIC, OTHER = "web-crawl", "user-data", "synthetic", "other"


@dataclass(frozen=True)
class Source:
    """One source under one licence. `stated`: the manifest's `collection`; `source_class` is None where it has none.

    `first` and `last`: dates of acquisition, ISO 8601; `bytes` as acquired, `documents` and `chars` at the level.
    """

    name: str
    licence: str
    rights_basis: str | None
    origin: str | None
    documents: int
    chars: int
    bytes: int
    first: str | None
    last: str | None
    stated: dict[str, Any] = field(default_factory=dict)

    @property
    def source_class(self) -> str | None:
        return self.stated.get("source_class")

    @property
    def dataset(self) -> str:
        """What to call it: the name of the dataset, else of the source."""
        return str(self.stated.get("name") or self.name)

    @property
    def link(self) -> str | None:
        return self.stated.get("link") or self.origin

    @property
    def period(self) -> str:
        """Months of collection as stated, else of acquisition: `2024-05 to 2024-07`."""
        begun = self.stated.get("begun") or self.first
        ended = self.stated.get("ended") or self.last
        return " to ".join(dict.fromkeys(one[:7] for one in (begun, ended) if one)) or "–"


def read_sources(rows: pl.DataFrame) -> list[Source]:
    """The answer to the query `sources`."""
    return [
        Source(
            row["source"], row["licence"], row["rights_basis"], row["origin"], row["documents"], row["chars"],
            row["bytes"], row["first"], row["last"], json.loads(row["collection"] or "{}"),
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def of_class(sources: Sequence[Source], *classes: str) -> list[Source]:
    return [one for one in sources if one.source_class in classes]


def dataset_table(sources: Sequence[Source]) -> str:
    """Identifier, link, version and selection, as the template asks for, with licence and size."""
    header = [
        "dataset",
        "link",
        "version",
        "how a part was selected",
        "licence",
        "period",
        "documents",
        "bytes acquired",
    ]
    rows = [
        [
            words(one.dataset), words(one.link), words(one.stated.get("version")), words(one.stated.get("selection")),
            words(one.licence), one.period, one.documents, one.bytes,
        ]
        for one in sources
    ]  # fmt: skip
    return table(header, rows)


def licences_of(sources: Sequence[Source]) -> str:
    return ", ".join(words(one) for one in sorted({one.licence for one in sources}))
