"""Makes rows of one level again, those together that have batch, recipe and verdict in common; says what became of each."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from darwin_assets.acquire.landed import read_landed
from darwin_assets.ladder import SPECS
from darwin_assets.levels import LEVELS, level_below
from darwin_assets.lineage import compare
from darwin_assets.lineage.compare import Replayed, differing, uncompared
from darwin_assets.lineage.rebuild import Rebuild, joined_with, read_parents, speaking_for_sites
from darwin_assets.lineage.recorded import changes, recorded_step
from darwin_assets.lineage.tables import Tables
from darwin_assets.lineage.twins import NAMED, read_named
from darwin_assets.project import Project
from darwin_assets.promotion import find_publication, input_key
from darwin_assets.tier import LevelSpec
from darwin_assets.tiers import raise_tiers
from resources.errors import DarwinError, LakeError, redacted
from resources.gate_ledger import Verdict
from resources.recipe_book import RecipeBook, RecipeEntry

TAKEN_DOWN = "erased"
"""`rejected_by` of a row whose document was taken down."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Replayer:
    """Works on a lake as it stood when its tables were first read."""

    project: Project
    tables: Tables
    book: RecipeBook
    _entries: dict[str, RecipeEntry | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, project: Project, tables: Tables) -> "Replayer":
        return cls(project, tables, RecipeBook(project.lake))

    def rows(self, level: str, zone: str, stored: pl.DataFrame) -> list[Replayed]:
        """What became of each of the stored rows of one level and zone."""
        found: list[Replayed] = []
        if zone == "rejected":
            taken_down = pl.col("rejected_by") == TAKEN_DOWN
            found = _all(level, zone, stored.filter(taken_down), compare.ERASED)
            stored = stored.filter(~taken_down)
        for _, rows in stored.group_by("batch", "recipe", "verdict", maintain_order=True):
            found += self._alike(SPECS[level], zone, rows)
        return found

    def _alike(self, spec: LevelSpec, zone: str, rows: pl.DataFrame) -> list[Replayed]:
        """Rows of one batch, recipe and verdict."""
        level, batch = spec.level, str(rows["batch"][0])
        entry = self._entry(rows["recipe"][0])
        if entry is None:
            return _all(level, zone, rows, compare.UNRECORDED)
        parents = self._parents(spec, batch, rows)
        known = set(parents["id"])
        has_parents = pl.Series([known.issuperset(ids) for ids in rows["parents"]], dtype=pl.Boolean)
        lost = _all(
            level, zone, rows.filter(~has_parents), compare.GONE, "a parent is in no readable version of its table"
        )
        rows = rows.filter(has_parents)
        acquired_by = self._entry(parents["recipe"][0]) if level == "L1" and parents.height else None
        try:
            step = recorded_step(self.project, spec, entry, batch, acquired_by, rows)
        except DarwinError as error:
            return lost + _all(level, zone, rows, compare.OTHER_VERSION, str(error))
        work = Rebuild(spec, step, entry.recipe, rows, parents, self.tables)
        return lost + list(self._held_against(work, zone, "; ".join(changes(spec, entry, step))))

    def _held_against(self, work: Rebuild, zone: str, changed: str) -> Iterator[Replayed]:
        if not work.rows.height:
            return
        level = work.spec.level
        verdict = self._verdict(work.rows["verdict"][0])
        tiers = verdict is not None and self._stand_as_then(work, verdict)
        made, failures = _made(work)
        if zone == "published" and verdict is not None and verdict.passed:
            made = raise_tiers(made, level, verdict.verdict)
        again = {row["id"]: row for row in made.iter_rows(named=True)}
        twinless = self._twinless(work.rows) if level == "L2" else frozenset()
        for row in work.rows.iter_rows(named=True):
            if row["id"] in failures:
                yield _one(level, zone, row, compare.FAILED, detail=failures[row["id"]])
                continue
            alone = row["id"] in twinless
            new = again.get(row["id"], {})
            columns = differing(row, new, uncompared(level, row, tiers, alone)) if new else ("id",)
            if columns:
                status, detail = self._called(work, verdict, row, new, changed)
                yield _one(level, zone, row, status, columns, detail)
            elif alone:
                yield _one(
                    level, zone, row, compare.GONE, detail="its twin is not published any more; the rest is equal"
                )
            else:
                yield _one(level, zone, row, compare.EQUAL, detail=changed)

    def _called(self, work: Rebuild, verdict: Verdict | None, row: Row, new: Row, changed: str) -> tuple[str, str]:
        """What a difference is called, and why: not all speak against the row."""
        if changed:
            return compare.OTHER_VERSION, changed
        if row["parents"][0] in work.step.missing:
            return compare.ANSWER_MISSING, "an answer of the model is not in the lake any more"
        if {row.get("rejected_by"), new.get("rejected_by")} & compare.LIMITS:
            return compare.LIMITED, "a parser was ended by time or memory"
        if work.looks_at_batch and (verdict is None or self._n_parents(work) < verdict.n_in):
            return compare.GONE, "rows of its batch that it may quote are not published any more"
        return compare.DIFFERS, ""

    def _verdict(self, name: str) -> Verdict | None:
        """None where the ledger has lost it, which is for the audit of the ledger to say."""
        with suppress(LakeError):
            return self.project.ledger.find(name)
        return None

    def _n_parents(self, work: Rebuild) -> int:
        lake, below = self.project.lake, level_below(work.spec.level)
        return lake.read("published", below, work.step.batch, lake.version("published", below), ["id"]).height

    def _stand_as_then(self, work: Rebuild, verdict: Verdict) -> bool:
        """Whether the parents are published by the same verdict now as when these rows were made."""
        level, batch = work.spec.level, work.step.batch
        lake, ledger, upstream = self.project.lake, self.project.ledger, ""
        with suppress(DarwinError):
            if LEVELS[level].below is None:
                upstream = read_landed(lake, batch)[0]
            elif below := find_publication(lake, ledger, level_below(level), batch):
                upstream = below.verdict.verdict
        return verdict.input_key == input_key(level, batch, upstream, verdict.recipe)

    def _parents(self, spec: LevelSpec, batch: str, rows: pl.DataFrame) -> pl.DataFrame:
        below = LEVELS[spec.level].below
        ids = rows["parents"].explode().to_list()
        if spec.level == "L0":
            ids += speaking_for_sites(self.tables, batch)
        if spec.level == "L1":
            ids += joined_with(self.tables, rows, batch)
        return read_parents(self.tables, SPECS[below] if below else None, batch, list(dict.fromkeys(ids)))

    def _entry(self, recipe: str) -> RecipeEntry | None:
        if recipe not in self._entries:
            self._entries[recipe] = self.book.find(recipe)
        return self._entries[recipe]

    def _twinless(self, rows: pl.DataFrame) -> frozenset[str]:
        """Rows that name a document as their twin or older version which is not published any more."""
        named = rows.select("id", other=pl.coalesce(NAMED)).drop_nulls("other")
        published = read_named(self.project.lake, named["other"].unique().to_list())["id"]
        return frozenset(named.filter(~pl.col("other").is_in(published.implode()))["id"])


def _made(work: Rebuild) -> tuple[pl.DataFrame, dict[str, str]]:
    """The rows as they come out now, and by id why some do not: one that fails keeps no other from being made."""
    try:
        with redacted(f"make rows of {work.spec.level} again"):
            return work.finished(), {}
    except DarwinError as error:
        if work.rows.height == 1:
            return work.nothing, {work.rows["id"][0]: str(error)}
    parts = [_made(replace(work, rows=row, parents=work.parents_of(row))) for row in work.rows.iter_slices(1)]
    return pl.concat([made for made, _ in parts]), {key: why for _, one in parts for key, why in one.items()}


def _one(level: str, zone: str, row: Row, status: str, columns: tuple[str, ...] = (), detail: str = "") -> Replayed:
    return Replayed(level, row["batch"], zone, row["id"], status, columns, detail)


def _all(level: str, zone: str, rows: pl.DataFrame, status: str, detail: str = "") -> list[Replayed]:
    return [_one(level, zone, row, status, (), detail) for row in rows.select("id", "batch").iter_rows(named=True)]
