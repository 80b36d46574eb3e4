"""Where the texts of a project may stand: every file of its lake, its landing zone, its home and Dagster's storage, and what
its processes have left in the machine's temporary folder.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.schedules.sql_schedule_storage import SqlScheduleStorage

from darwin_assets.project import Project
from darwin_assets.takedown.haystack import inflated
from darwin_assets.takedown.pieces import Values
from resources.lake import Lake
from resources.object_store import open_store, read_chunks

LAKE, LANDING, HOME, DAGSTER, TEMPORARY = "lake", "landing zone", "home", "Dagster", "temporary files"
OURS = ("darwin-raw-", "darwin-remnant-", "darwin-search-", "darwin-evaluation-")
"""Begin the names under which a process puts documents into the temporary folder: one that is killed leaves them there."""
LEFT_AFTER_S = 60.0
"""A temporary file that was written to later belongs to a process that is at work."""


@dataclass(frozen=True)
class Place:
    """A folder or an object store, with all that lies below it but what belongs to the places `without`.

    `beginning`: of the names in a folder that count, with all below them; `min_age_s`: of the files that count, in seconds.
    """

    name: str
    uri: str
    storage_options: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    beginning: tuple[str, ...] = ("",)
    min_age_s: float = 0.0

    def files(self) -> Iterator[str]:
        """Names relative to the place. Links are followed to files and never to folders."""
        if "://" in self.uri:
            for page in open_store(self.uri, self.storage_options).list():
                yield from (str(one["path"]) for one in page)
            return
        for folder, folders, names in os.walk(self.uri):
            begins = self.beginning if folder == self.uri else ("",)
            folders[:] = sorted(
                one for one in folders if one.startswith(begins) and str(Path(folder, one)) not in self.without
            )
            found = [Path(folder, name) for name in sorted(names) if name.startswith(begins)]
            yield from (path.relative_to(self.uri).as_posix() for path in found if self._is_old(path))

    def _is_old(self, path: Path) -> bool:
        try:
            return not self.min_age_s or time.time() - path.stat().st_mtime >= self.min_age_s
        except OSError:
            return False

    @contextmanager
    def opened(self, name: str) -> Iterator[Path]:
        """A file as one of this machine, for as long as the block lasts. FileNotFoundError when it has gone meanwhile."""
        if "://" not in self.uri:
            yield Path(self.uri, name)
            return
        with tempfile.NamedTemporaryFile(prefix="darwin-search-") as file:
            for chunk in read_chunks(self.uri, self.storage_options, name):
                file.write(chunk)
            file.flush()
            yield Path(file.name)


@dataclass(frozen=True)
class Tables:
    """All tables of a database server in which Dagster keeps what it does not keep in files."""

    name: str
    engine: sa.Engine

    def pieces(self, n_rows: int) -> Iterator[tuple[str, Values]]:
        """Name of the table and the text and binary values of its rows, unpacked where they are compressed."""
        described = sa.MetaData()
        described.reflect(self.engine)
        # a cursor on the server, which keeps memory bounded, needs a transaction
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            for table in described.sorted_tables:
                rows = connection.execute(sa.select(table), execution_options={"yield_per": n_rows})
                for some in rows.partitions(n_rows):
                    found = [(data, str(row[0])) for row in some for value in row for data in _bytes_of(value) if data]
                    yield table.name, Values("", [data for data, _ in found], [row for _, row in found])


def _bytes_of(value: object) -> tuple[bytes | None, ...]:
    if isinstance(value, str):
        return (value.encode("utf-8", "surrogatepass"),)
    return (bytes(value), inflated(bytes(value))) if isinstance(value, bytes | memoryview) else ()


def _servers_of(instance: dg.DagsterInstance) -> list[Tables]:
    """The database servers of an instance; databases of SQLite are files."""
    connections = []
    if isinstance(instance.event_log_storage, SqlEventLogStorage):
        connections.append(instance.event_log_storage.index_connection)
    for storage in (instance.run_storage, instance.schedule_storage):
        if isinstance(storage, SqlRunStorage | SqlScheduleStorage):
            connections.append(storage.connect)
    engines = {}
    for connect in connections:
        with connect() as connection:
            if connection.dialect.name != "sqlite":
                engines[str(connection.engine.url)] = connection.engine
    return [Tables(DAGSTER, engine) for engine in engines.values()]


def places_of(project: Project, instance: dg.DagsterInstance | None = None) -> list[Place | Tables]:
    """Every place of a project."""
    lake = lake_place(project.lake)
    landing = Place(LANDING, str(project.work.landing().absolute()))
    dagster = Place(DAGSTER, instance.root_directory if instance else str(project.work.dagster_home()))
    inner = [lake, landing, dagster]
    home = Place(HOME, str(Path(project.work.home).absolute()), without=tuple(one.uri for one in inner))
    found = [*inner, home, _left_behind()]
    folders = [one for one in found if "://" in one.uri or Path(one.uri).is_dir()]
    return [*folders, *(_servers_of(instance) if instance else ())]


def _left_behind() -> Place:
    return Place(TEMPORARY, tempfile.gettempdir(), beginning=OURS, min_age_s=LEFT_AFTER_S)


def lake_place(lake: Lake) -> Place:
    uri = lake.uri if "://" in lake.uri else str(Path(lake.uri).absolute())
    return Place(LAKE, uri, lake.storage_options)
