"""Writes to the tables of the closed loop, each sealed, so that an audit finds what is changed afterwards."""

from collections.abc import Mapping
from typing import Protocol

import polars as pl

from darwin_assets.seals import seal
from resources.erasing import Change, rewrite
from resources.lake import Lake

WRITTEN = "written"
"""Why a partition was sealed."""


class Table(Protocol):
    """A table with a partition a key."""

    @property
    def zone(self) -> str: ...
    @property
    def name(self) -> str: ...


def write_sealed(lake: Lake, table: Table, key: str, rows: pl.DataFrame, said: Mapping[str, str], since: int) -> int:
    """Replace a partition; the version of the commit. `said` names the run. Conflict when another wrote it since."""
    version = lake.write(table.zone, table.name, key, rows, {**said, "batch": key}, since=since)
    seal_partition(lake, table, key, WRITTEN, run=said["run"], verdict=said.get("verdict"))
    return version


def rewrite_sealed(
    lake: Lake, table: Table, key: str, change: Change, said: Mapping[str, str], cause: str
) -> int | None:
    """Replace a partition by what `change` makes of it, however many others write; None where that changes nothing."""
    version = rewrite(lake, table.zone, table.name, key, change, {**said, "batch": key})
    if version is not None:
        seal_partition(lake, table, key, cause)
    return version


def seal_partition(lake: Lake, table: Table, key: str, cause: str, **payload: str | None) -> None:
    """Put the files of a partition, as they stand, into the chain."""
    seal(lake, table.name, key, cause, (table.zone,), **payload)
