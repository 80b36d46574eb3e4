"""The survivor's twin: documents that were rejected for one that is erased now are looked at again.

Each is judged by the rules and against all that is published, like any other document, and its batch passes its gates
again, up to the level that it had reached. Of several twins of one erased document the first is kept, by batch and then in
order of arrival; the others are then twins of it, or of none.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from darwin_assets.filter.assets import filter_rows
from darwin_assets.gate_shown import closed_because
from darwin_assets.ladder import SPECS
from darwin_assets.levels import BUILT, level_below
from darwin_assets.project import Project
from darwin_assets.promotion import Promotion
from darwin_assets.recipe import load_recipe
from darwin_assets.takedown.carried import Build, Carried, OutOfDate, build_of_some, patiently, standing_verdict
from darwin_assets.takedown.events import report
from darwin_assets.takedown.state import State
from darwin_assets.tier import Step, run_level
from resources.errors import Conflict, DarwinError
from resources.lake import Lake

if TYPE_CHECKING:
    import dagster as dg

PLANNED, STANDING = "election.parquet", "election-{batch}.json"
LEVEL = "L2"
"""Where duplicates are rejected."""

ELECTED, TWIN, REJECTED, NOT_PUBLISHED, GONE = "elected", "twin", "rejected", "not published", "gone"


@dataclass(frozen=True)
class Elected:
    """What became of one document that an erased one had stood for. `id` is that of its row at L2.

    `state`: "elected" (published, up to `level`; `detail` says why no further, where the batch had been further), "twin" (of
    `survivor_id`, a document that stays, with `similarity`), "rejected" (by another rule), "not published" (nothing was
    changed, `detail` says why: a closed gate, or a batch that has to be run again), "gone" (another take-down meant it too).
    """

    id: str
    batch: str
    rule: str
    state: str
    level: str | None = None
    survivor_id: str | None = None
    similarity: float | None = None
    detail: str = ""


def elect(project: Project, instance: "dg.DagsterInstance | None", erased: pl.DataFrame, request: str) -> list[Elected]:
    """Look again at what was rejected for one of the erased rows of L2 (`id`), batch by batch; what became of each.

    Done again, it goes on where it was cut off. Expects the rows of the erased documents to be gone. A batch that others
    work on meanwhile is tried again; Conflict when they do not end.
    """
    state = State(project.lake, request)
    earlier = state.get_frame(PLANNED)
    twins = find_twins_of(project.lake, erased["id"])
    # those that were found before are elected or twins of others by now
    planned = twins if earlier is None else pl.concat([earlier, twins]).unique("id").sort("batch", "id")
    state.put_frame(PLANNED, planned)
    found: list[Elected] = []
    for (batch,), twins in planned.group_by("batch", maintain_order=True):
        election = _Election(project, instance, state, str(batch), twins, erased["id"])
        found += election.outcomes(patiently(election.hold))
    return found


def find_twins_of(lake: Lake, erased: pl.Series) -> pl.DataFrame:
    """Rejected rows of L2 whose survivor is among the erased: root_id, id, batch, rule; in the order of `elect`.

    Those of a batch that a gate held back, perhaps for being all duplicates, stand in the candidate zone alone.
    """
    twins = pl.col("survivor_id").is_in(erased.implode())
    rejected, published = (lake.scan(zone, LEVEL, lake.version(zone, LEVEL)) for zone in ("rejected", "published"))
    candidates = lake.scan("candidate", LEVEL, lake.version("candidate", LEVEL)).filter(twins)
    known = pl.concat([rejected.select("batch"), published.select("batch")]).unique()
    parts = (rejected.filter(twins), candidates.join(known, on="batch", how="anti"))
    rows = pl.concat([part.select("root_id", "id", "batch", rule="rejected_by") for part in parts])
    return lake.collect(rows, "find the twins of erased rows").unique("id").sort("batch", "id")


class _Reached(NamedTuple):
    """The row of L2, and the highest level that has a row of the same document."""

    id: str
    level: str


@dataclass(frozen=True)
class _Election:
    """The election in one batch: `twins` (root_id, id, rule) are those that were rejected for a row that is `erased` now."""

    project: Project
    instance: "dg.DagsterInstance | None"
    state: State
    batch: str
    twins: pl.DataFrame
    erased: pl.Series

    @property
    def run_id(self) -> str:
        return f"takedown:{self.state.request}"

    def hold(self) -> str:
        """Take the batch through its levels again; why it went no further, "" when it has reached where it was."""
        if not self._verdict(LEVEL):
            return self._take_up()
        name = STANDING.format(batch=self.batch)
        waiting = self._rejected().filter(pl.col("survivor_id").is_in(self.erased.implode()))["id"]
        if waiting.len():
            self.state.put_json(name, {level: found for level in BUILT if (found := self._verdict(level))})
        standing = self.state.get_json(name)
        if standing is None:
            return ""  # another run has built the batch anew, without the erased row
        if waiting.len():
            note = self._again(LEVEL, standing, pl.col("id").is_in(waiting.implode()), _judge)
            if note:
                return note
        for below, level in pairwise(BUILT[BUILT.index(LEVEL) :]):
            if level not in standing or not self._is_ours(below):
                return ""
            is_due = not self._is_ours(level) or self._verdict(level) == standing[level]
            if is_due and (note := self._again(level, standing, pl.lit(False), build_of_some(level))):
                return note
        return ""

    def _take_up(self) -> str:
        """L2 of a batch that a gate had held back there, as any run of it would build it now."""
        project = self.project
        recipe, n_parsers = load_recipe(project.work.recipe_path()), project.work.parsers()
        step = Step(LEVEL, self.batch, self.run_id, recipe, project.lake, project.raw, project.model, n_parsers)
        return self._told(LEVEL, run_level(SPECS[LEVEL], step, project.ledger))

    def _again(self, level: str, standing: dict[str, str], chosen: pl.Expr, build: Build) -> str:
        """One level; why it was not published, "" when it was."""
        verdict = self.project.ledger.find(standing[level])
        carried = Carried(self.project, SPECS[level], self.batch, verdict, self.run_id)
        try:
            outcome = carried.again(standing[level_below(level)], chosen, build)
        except Conflict:
            raise
        except DarwinError as error:
            if level == LEVEL and not isinstance(error, OutOfDate):
                raise
            return f"{level} was not built: {error}"
        return self._told(level, outcome)

    def _told(self, level: str, outcome: Promotion) -> str:
        """Why a level was not published, "" when it was; Dagster is told either."""
        if self.instance is not None:
            report(self.project, self.instance, SPECS[level], outcome)
        return "" if outcome.verdict.opens else f"the gate of {level} is closed: {closed_because(outcome)}"

    def _rejected(self) -> pl.DataFrame:
        """id, root_id, survivor_id, similarity and rejected_by of the twins that are still rejected."""
        lake = self.project.lake
        rows = lake.scan("rejected", LEVEL, lake.version("rejected", LEVEL)).filter(
            (pl.col("batch") == self.batch) & pl.col("root_id").is_in(self.twins["root_id"].implode())
        )
        wanted = rows.select("id", "root_id", "survivor_id", "similarity", "rejected_by", "rejected_detail", "verdict")
        found = lake.collect(wanted, f"read rejected/{LEVEL}/{self.batch}")
        return found.filter(pl.col("verdict") == self._verdict(LEVEL))

    def _verdict(self, level: str) -> str | None:
        return standing_verdict(self.project, level, self.batch)

    def _is_ours(self, level: str) -> bool:
        found = self._verdict(level)
        return found is not None and self.project.ledger.find(found).run_id == self.run_id

    def outcomes(self, note: str) -> list[Elected]:
        """What has become of each twin, as the tables say it."""
        rejected = {row["root_id"]: row for row in self._rejected().iter_rows(named=True)}
        published = self._published()
        found = []
        for root, one, rule in self.twins.select("root_id", "id", "rule").iter_rows():
            if root in published:
                found.append(Elected(published[root].id, self.batch, rule, ELECTED, published[root].level, detail=note))
            elif root in rejected:
                found.append(self._rejected_as(rejected[root], rule, note))
            else:
                found.append(Elected(one, self.batch, rule, NOT_PUBLISHED if note else GONE, detail=note))
        return found

    def _rejected_as(self, row: dict[str, Any], rule: str, note: str) -> Elected:
        survivor = row["survivor_id"]
        if survivor in self.erased:
            return Elected(row["id"], self.batch, rule, NOT_PUBLISHED, detail=note)
        if survivor:
            return Elected(row["id"], self.batch, row["rejected_by"], TWIN, None, survivor, row["similarity"])
        return Elected(row["id"], self.batch, rule, REJECTED, detail=f"by {row['rejected_by']}")

    def _published(self) -> dict[str, _Reached]:
        """The twins that are published, by their document, and the highest level at which each is."""
        lake, roots, found = self.project.lake, self.twins["root_id"], dict[str, _Reached]()
        for level in BUILT[BUILT.index(LEVEL) :]:
            rows = lake.scan("published", level, lake.version("published", level)).filter(
                (pl.col("batch") == self.batch) & pl.col("root_id").is_in(roots.implode())
            )
            here = lake.collect(rows.select("root_id", "id"), f"read published/{level}/{self.batch}")
            for root, row in here.iter_rows():
                found[root] = _Reached(found[root].id if root in found else row, level)
        return found


def _judge(step: Step, rows: pl.DataFrame, seen: int) -> pl.DataFrame:
    """As the build of L2, but against what the own batch has published too."""
    return filter_rows(step, rows, step.lake.scan("published", LEVEL, seen))
