"""Evaluations made again: samples from their raw bytes, labels by rules from the samples, the diagnosis from both.

Labels that a model gave are taken as they stand. What was made by another version of the code or other settings is told as
such, and so is what was made from rows that have been written anew since.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from darwin_assets.acquire.landed import read_landed
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.diagnose.diagnose import diagnose
from darwin_assets.closed_loop.drop import read_evaluation, read_facts
from darwin_assets.closed_loop.evaluation_samples import RECIPE
from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.label.rules import annotator
from darwin_assets.closed_loop.sealed import Table
from darwin_assets.closed_loop.tables import DIAGNOSES_TABLE, LABELS_TABLE, OPERATIONS_TABLE, SAMPLES_TABLE
from darwin_assets.lineage import compare
from darwin_assets.lineage.compare import Replayed
from darwin_assets.project import Project
from darwin_assets.recipe import load_recipe
from darwin_assets.seals import KIND, subject_of
from resources.chain import Chain
from resources.errors import DarwinError, redacted

OTHER_CODE = "made by other code or settings"
RULES = "rules."
"""With which the annotator of a label begins that no model gave."""
HASHES = ("code_sha256", "settings_sha256")


@dataclass(frozen=True)
class Evaluation:
    """One evaluation of a lake. `sealed`: subject of a seal → number of the newest link about it."""

    project: Project
    key: str
    sealed: dict[str, int]

    def steps(self) -> list[Replayed]:
        """What becomes of each of its tables; one that cannot be made again says why."""
        found: list[Replayed] = []
        for make, table in (
            (self._samples, SAMPLES_TABLE),
            (self._labels, LABELS_TABLE),
            (self._cells, DIAGNOSES_TABLE),
        ):
            try:
                with redacted(f"make {table.name} of {self.key} again"):
                    found += make()
            except DarwinError as error:
                found.append(_found(table, self.key, compare.FAILED, detail=str(error)))
        return found

    def _samples(self) -> Iterator[Replayed]:
        lake = self.project.lake
        verdict, stored = read_gated(lake, self.project.ledger, SAMPLES_TABLE, self.key)
        made = read_evaluation(lake, self.project.raw, read_landed(lake, self.key)[1], self.key)
        yield self._held(SAMPLES_TABLE, stored, made, "" if verdict.recipe == RECIPE else OTHER_CODE)

    def _labels(self) -> Iterator[Replayed]:
        stored = LABELS_TABLE.read(self.project.lake, self.key).filter(pl.col("annotator").str.starts_with(RULES))
        if stored.height:
            made = label(self._stored_samples()).join(stored, on="item", how="semi", maintain_order="left")
            changed = "" if stored["annotator"].unique().to_list() == [annotator()] else OTHER_CODE
            yield self._held(LABELS_TABLE, stored, made, changed, SAMPLES_TABLE)

    def _cells(self) -> Iterator[Replayed]:
        lake = self.project.lake
        cells = DIAGNOSES_TABLE.read(lake, self.key)
        if cells.is_empty():
            return
        settings = load_recipe(self.project.work.recipe_path()).closed_loop
        samples, labels = self._stored_samples(), LABELS_TABLE.expect(lake, self.key)
        made = diagnose(samples, labels, signs(samples, settings.channel), read_facts(lake, self.key), settings)
        then, now = cells.select(HASHES).unique().rows(), [(made.code_sha256, made.settings_sha256)]
        changed = "" if then == now else OTHER_CODE
        yield self._held(DIAGNOSES_TABLE, cells, made.cells, changed, SAMPLES_TABLE, LABELS_TABLE)
        operations = OPERATIONS_TABLE.read(lake, self.key)
        yield self._held(OPERATIONS_TABLE, operations, made.operations, changed, SAMPLES_TABLE, LABELS_TABLE)

    def _stored_samples(self) -> pl.DataFrame:
        return read_gated(self.project.lake, self.project.ledger, SAMPLES_TABLE, self.key)[1]

    def _held(
        self, table: Table, stored: pl.DataFrame, made: pl.DataFrame, changed: str, *made_from: Table
    ) -> Replayed:
        columns = tuple(name for name in stored.columns if not stored[name].equals(made[name]))
        if not columns:
            return _found(table, self.key, compare.EQUAL, detail=changed)
        if changed:
            return _found(table, self.key, compare.OTHER_VERSION, columns, changed)
        if any(self._sealed_at(one) > self._sealed_at(table) for one in made_from):
            return _found(table, self.key, compare.GONE, columns, "made from rows that have been written anew since")
        return _found(table, self.key, compare.DIFFERS, columns, _rows(stored, made))

    def _sealed_at(self, table: Table) -> int:
        return self.sealed.get(subject_of(table.name, self.key), 0)


def replay_evaluations(project: Project, n: int, seed: int) -> list[Replayed]:
    """What became of each table of `n` evaluations; of all where there are fewer. The same seed chooses the same ones."""
    keys = project.lake.batches(SAMPLES_TABLE.zone, SAMPLES_TABLE.name)
    chosen = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())[:n]
    sealed = dict(Chain(lake=project.lake).read(KIND).select("subject", "seq").iter_rows())
    return [one for key in sorted(chosen) for one in Evaluation(project, key, sealed).steps()]


def _rows(stored: pl.DataFrame, made: pl.DataFrame) -> str:
    """Which rows differ, by their number, from 1."""
    if stored.height != made.height:
        return f"{stored.height} rows stand there and {made.height} come out"
    both = enumerate(zip(stored.iter_rows(), made.select(stored.columns).iter_rows(), strict=True), 1)
    numbers = [number for number, (one, other) in both if not compare.same([*one], [*other])]
    return f"{len(numbers)} rows, the first of them row {numbers[0]}"


def _found(table: Table, key: str, status: str, columns: tuple[str, ...] = (), detail: str = "") -> Replayed:
    return Replayed(table.name, key, table.zone, key, status, columns, detail)
