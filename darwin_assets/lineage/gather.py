"""Reads the evidence for an audit of a lake that may be damaged: what cannot be read is a finding, and the rest is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import polars as pl

from darwin_assets.closed_loop.tables import TABLES as LOOP_TABLES
from darwin_assets.levels import TABLES
from darwin_assets.lineage.evidence import Evidence, file_by_file
from darwin_assets.lineage.findings import Finding
from darwin_assets.project import Project
from resources.block_list import SCHEMA as ENTRIES
from resources.block_list import Blocked, BlockList
from resources.chain import SCHEMA as LINKS
from resources.delta import without_row_contents
from resources.errors import LakeError
from resources.gate_ledger import SCHEMA as VERDICTS
from resources.lake import ZONES, Lake
from resources.recipe_book import SCHEMA as RECIPES

LANDED = ("landed", "files")
LEDGER = "ledger"
Read = TypeVar("Read")


def gather(project: Project) -> Evidence:
    """One reading of a lake, tables first."""
    lake, reader = project.lake, _Reader(project.lake)
    versions: dict[tuple[str, str], int] = {}
    files: dict[tuple[str, str], pl.DataFrame] = {}
    of_levels = ((zone, level) for zone in ZONES for level in TABLES)
    for zone, table in [*of_levels, LANDED, *((one.zone, one.name) for one in LOOP_TABLES)]:
        version = reader.attempt(f"{zone}/{table}", partial(lake.version, zone, table), None)
        if version is None:
            continue
        listed = reader.attempt(f"{zone}/{table}", partial(lake.files, zone, table, version), None)
        if listed is not None:
            versions[zone, table], files[zone, table] = version, listed
    verdicts = reader.ledger("gates", "level", VERDICTS).sort("at")
    links = reader.ledger("chain", "kind", LINKS).sort("seq")
    blocked = reader.attempt("ledger/blocked", BlockList(lake=lake).read, Blocked())
    entries = reader.ledger("blocked", "kind", ENTRIES)
    recipes = reader.ledger("recipes", "level", RECIPES)
    return Evidence(project, versions, files, reader.unreadable, verdicts, links, blocked, entries, recipes)


@dataclass(frozen=True)
class _Reader:
    lake: Lake
    unreadable: list[Finding] = field(default_factory=list)

    def attempt(self, name: str, read: Callable[[], Read], otherwise: Read) -> Read:
        try:
            with without_row_contents(f"read {name}"):
                return read()
        except LakeError as error:
            self.unreadable.append(Finding("file.unreadable", name, str(error)))
            return otherwise

    def ledger(self, table: str, partition: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """All rows; file by file where the table as a whole cannot be read."""
        name = f"{LEDGER}/{table}"
        nothing = pl.DataFrame(schema=schema)
        version = self.attempt(name, partial(self.lake.version, LEDGER, table), None)
        if version is None:
            return nothing
        try:
            return self.lake.collect(self.lake.scan(LEDGER, table, version).select(list(schema)), f"read {name}")
        except LakeError:
            files = self.attempt(name, partial(self.lake.files, LEDGER, table, version, [partition]), None)
        if files is None:
            return nothing
        found = list(file_by_file(self.lake, LEDGER, table, files, partition, list(schema)))
        self.unreadable.extend(
            Finding("file.unreadable", f"{name}/{path}", "cannot be read") for path, rows in found if rows is None
        )
        return pl.concat([nothing, *(rows for _, rows in found if rows is not None)])
