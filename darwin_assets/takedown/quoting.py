"""Rows of documents that stay and that quoted an erased one: they go with it, and are made again of what stays.

Only L5 with the rules engine quotes rows. A batch that another engine would complete now has to be run again: no model is
asked inside a take-down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.gate_shown import closed_because
from darwin_assets.ladder import SPECS
from darwin_assets.levels import level_below
from darwin_assets.project import Project
from darwin_assets.takedown.carried import Carried, build_of_some, patiently, standing_verdict
from darwin_assets.takedown.events import report
from darwin_assets.takedown.plan import Plan
from resources.erasing import newest, rewrite
from resources.errors import Conflict, DarwinError

if TYPE_CHECKING:
    import dagster as dg

LEVEL = "L5"
BELOW = level_below(LEVEL)


@dataclass(frozen=True)
class MadeAgain:
    """How many rows of a batch were made again; `detail`: why they were not, and stay out until the batch is run again."""

    batch: str
    rows: int
    detail: str = ""


def find_quoting(plan: Plan) -> pl.DataFrame:
    """Published rows that the plan erases though it does not mean their document: batch, root_id."""
    others = ~pl.col("root_id").is_in(plan.root_ids)
    return plan.rows.filter((pl.col("zone") == "published") & (pl.col("level") == LEVEL) & others).select(
        "batch", "root_id"
    )


def make_again(project: Project, instance: dg.DagsterInstance | None, plan: Plan, request: str) -> list[MadeAgain]:
    """Make the rows again that went for what they quoted, batch by batch; done again, those that are still missing.

    Expects the rows of the plan to be gone. Conflict when others work on a batch.
    """
    found = []
    for (batch,), rows in find_quoting(plan).group_by("batch", maintain_order=True):
        missing = _missing(project, str(batch), rows["root_id"])
        if missing:
            detail = patiently(partial(_make, project, instance, str(batch), request))
            found.append(MadeAgain(str(batch), missing, detail))
    return found


def _missing(project: Project, batch: str, roots: pl.Series) -> int:
    """How many documents stand below and not at the level."""
    ours = (pl.col("batch") == batch) & pl.col("root_id").is_in(roots.implode())
    above, below = (
        newest(project.lake, "published", level, lambda rows: rows.filter(ours).select("root_id"))
        for level in (LEVEL, BELOW)
    )
    return below.join(above, on="root_id", how="anti").height


def _make(project: Project, instance: dg.DagsterInstance | None, batch: str, request: str) -> str:
    """Why the rows were not published, "" when they were."""
    standing, below = (standing_verdict(project, level, batch) for level in (LEVEL, BELOW))
    if standing is None or below is None:
        return f"{LEVEL} is not published any more: run the batch again"
    # the same input has a candidate, from which rows were taken
    rewrite(project.lake, "candidate", LEVEL, batch, pl.DataFrame.clear, {"takedown": request, "batch": batch})
    carried = Carried(project, SPECS[LEVEL], batch, project.ledger.find(standing), f"takedown:{request}")

    try:
        outcome = carried.again(below, pl.lit(False), build_of_some(LEVEL))
    except Conflict:
        raise
    except DarwinError as error:
        return f"{LEVEL} was not built: {error}"
    if instance is not None:
        report(project, instance, SPECS[LEVEL], outcome)
    return "" if outcome.verdict.opens else f"the gate of {LEVEL} is closed: {closed_because(outcome)}"
