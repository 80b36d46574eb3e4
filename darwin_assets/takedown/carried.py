"""One batch through one level again for some of its rows only: the others are carried over as they stand.

The gate judges the whole partition, as it would if everything had been built anew.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from checks.suites import load_suite
from darwin_assets.complete.assets import build_among
from darwin_assets.contract import COMMON, REJECTION, complete_rows
from darwin_assets.ladder import SPECS
from darwin_assets.levels import LEVELS, level_below
from darwin_assets.project import Project
from darwin_assets.promotion import Operation, Promotion, input_key, promote, published
from darwin_assets.recipe import Recipe, load_recipe
from darwin_assets.tier import LevelSpec, Step, recipe_entry
from resources.errors import Conflict, DarwinError, redacted
from resources.gate_ledger import Verdict
from resources.recipe_book import RecipeBook

OF_PARENTS = (
    "id", "parents", "root_id", "text_sha256", "n_chars", "ultradata_tier", "tier_evidence",
)  # fmt: skip
"""What a gate and the contract ask of the rows of the level below; no text, which would be that of the whole batch."""

MAX_ATTEMPTS = 20
LONGEST_PAUSE_S = 5.0

Build = Callable[[Step, pl.DataFrame, int], pl.DataFrame]


def patiently(hold: Callable[[], str]) -> str:
    """Tried again while others commit to the same batch."""
    for attempt in range(MAX_ATTEMPTS):
        try:
            return hold()
        except Conflict:
            if attempt + 1 == MAX_ATTEMPTS:
                raise
            time.sleep(random.uniform(0, min(LONGEST_PAUSE_S, 0.1 * 2**attempt)))
    raise AssertionError("unreachable")


def build_of_some(level: str) -> Build:
    """How a level builds some rows of a batch: the rules engine of L5 quotes documents of the whole batch."""
    if level != "L5":
        return SPECS[level].build

    def build(step: Step, rows: pl.DataFrame, _seen: int) -> pl.DataFrame:
        lake, below = step.lake, level_below(level)
        return build_among(step, rows, lake.read("published", below, step.batch, lake.version("published", below)))

    return build


def standing_verdict(project: Project, level: str, batch: str) -> str | None:
    """The verdict of the rows that stand at a level; where none does, the newest that let the batch through."""
    lake = project.lake
    given = project.ledger.all().filter(
        (pl.col("level") == level) & (pl.col("batch") == batch) & (pl.col("passed") | pl.col("waived"))
    )["verdict"]
    for zone in ("published", "rejected"):
        rows = lake.scan(zone, level, lake.version(zone, level)).filter(pl.col("batch") == batch)
        named = lake.collect(rows.select("verdict").unique(), f"read {zone}/{level}/{batch}")["verdict"]
        present = given.filter(given.is_in(named.implode()))
        if present.len():
            return str(present[-1])
    return str(given[-1]) if given.len() else None


class OutOfDate(DarwinError):
    """The level cannot be built for some rows only; the message says why, and that the batch has to be run again."""


@dataclass(frozen=True)
class Carried:
    """One level of one batch as the verdict `standing` left it."""

    project: Project
    spec: LevelSpec
    batch: str
    standing: Verdict
    run_id: str

    def again(self, below: str, chosen: pl.Expr, build: Build) -> Promotion:
        """Build the parents that no row stands for, and those of rejected rows that are `chosen`; carry over the rest.

        `below`: the verdict that the level below had when `standing` was given. Conflict when somebody works on the batch,
        OutOfDate when its rows were made in a way that cannot be repeated.
        """
        lake, level = self.project.lake, self.spec.level
        step = self._step()
        recipe = recipe_entry(self.spec, step).recipe
        if self.standing.input_key != input_key(level, self.batch, below, recipe):
            raise OutOfDate(f"{level} of {self.batch} was not made from what stands below it now: run the batch again")
        found = published(lake, self.project.ledger, level_below(level), self.batch)
        parents = lake.read("published", found.level, self.batch, found.version, OF_PARENTS)

        def rows(parents: pl.DataFrame, seen: int) -> pl.DataFrame:
            carried = self._carried(seen, parents, chosen)
            new = parents.join(
                carried.select(id=pl.col("parents").list.first()), on="id", how="anti", maintain_order="left"
            )
            scan = lake.scan("published", found.level, found.version).filter(pl.col("batch") == self.batch)
            wanted = scan.filter(pl.col("id").is_in(new["id"].implode())).drop("verdict")
            whole = lake.collect(wanted, f"read published/{found.level}/{self.batch}")
            if whole.is_empty():
                return _in_order(carried, parents)
            whole = new.select("id").join(whole, on="id", how="left", maintain_order="left")
            with redacted(f"build {level} of {self.batch}"):
                built = complete_rows(build(step, whole, seen), whole, LEVELS[level], recipe, self.spec.columns)
            return _in_order(pl.concat([carried, built.select(carried.columns)]), parents)

        operation = Operation(LEVELS[level], self.spec.columns, recipe, rows, self.spec.exclusive)
        return promote(
            lake, self.project.ledger, load_suite(level), operation, self.batch, found.verdict.verdict, parents,
            run_id=self.run_id, again=True,
        )  # fmt: skip

    def _carried(self, seen: int, parents: pl.DataFrame, chosen: pl.Expr) -> pl.DataFrame:
        """The rows that stay as they are, as a candidate has them: with the tier that they came in with."""
        lake, level, columns = self.project.lake, self.spec.level, {**COMMON, **self.spec.columns, **REJECTION}
        rejected = lake.read("rejected", level, self.batch, lake.version("rejected", level))
        kept = lake.read("published", level, self.batch, seen)
        if (kept["verdict"] != self.standing.verdict).any():
            raise Conflict(f"{level}/{self.batch} was published by another run meanwhile: run it again")
        staying = rejected.filter((pl.col("verdict") == self.standing.verdict) & ~chosen)
        rows = pl.concat([kept, staying], how="diagonal")
        present = rows.with_columns(pl.lit(None, dtype).alias(one) for one, dtype in columns.items() if one not in rows)
        tiers = parents.select("ultradata_tier", "tier_evidence", _parent="id")
        bare = present.drop("ultradata_tier", "tier_evidence").with_columns(_parent=pl.col("parents").list.first())
        return bare.join(tiers, on="_parent", how="left", maintain_order="left").select(
            pl.col(name).cast(dtype) for name, dtype in columns.items()
        )

    def _step(self) -> Step:
        project = self.project
        return Step(
            self.spec.level, self.batch, self.run_id, self._recipe, project.lake, project.raw, project.model,
            project.work.parsers(), project.judge, project.vision,
        )  # fmt: skip

    @cached_property
    def _recipe(self) -> Recipe:
        """The recipe file as it is, with the settings of this stage as they were when the batch was made."""
        recipe = load_recipe(self.project.work.recipe_path())
        entry = RecipeBook(self.project.lake).find(self.standing.recipe)
        if entry is None:
            return recipe
        stage = type(getattr(recipe, self.spec.stage)).model_validate(entry.settings)
        return recipe.model_copy(update={self.spec.stage: stage})


def _in_order(rows: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """In the order of the parents; several rows of one parent stay in theirs."""
    place = parents.select(_parent="id").with_row_index("_place")
    placed = rows.with_columns(_parent=pl.col("parents").list.first()).join(place, on="_parent", how="left")
    return placed.sort("_place", maintain_order=True).drop("_parent", "_place")
