"""Labels of the rows that the gates have let through: what `data_affordances` writes for a batch of documents."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from darwin_assets.closed_loop.affordance.asked import label_with_model
from darwin_assets.closed_loop.affordance.label import LEVELS, READ, label_rows
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE
from darwin_assets.closed_loop.taken_down import withdraw_taken_down
from darwin_assets.promotion import find_publication, read_published
from darwin_assets.tier import Step
from resources.errors import Unpublished
from resources.gate_ledger import GateLedger

LEVEL = "affordances"
"""What stands as level in the call ledger."""


@dataclass(frozen=True)
class Labelled:
    """The rows of a batch in AFFORDANCES, how many of each level, and the version of the commit."""

    rows: pl.DataFrame
    by_level: dict[str, int]
    version: int


def label_batch(step: Step, ledger: GateLedger) -> Labelled:
    """Label what is published of a batch at L3 and Q5, in one commit; a level that is not published has no rows.

    Unpublished where neither is. Conflict when another run labelled the batch meanwhile, or a document was taken down.
    """
    settings = step.recipe.closed_loop.affordance
    labelled = []
    for level in LEVELS:
        found = find_publication(step.lake, ledger, level, step.batch)
        if found is not None:
            rows = read_published(step.lake, found, list(READ[level]))
            by_rules = label_rows(rows, level, settings)
            labelled.append(label_with_model(step, rows, by_rules) if settings.by_model else by_rules)
    if not labelled:
        raise Unpublished(f"{step.batch} is published neither at L3 nor at Q5: materialize l3_annotated for it first")
    table = pl.concat(labelled)
    version = AFFORDANCES_TABLE.write(step.lake, step.batch, table, step.run_id)
    withdraw_taken_down(step.lake, AFFORDANCES_TABLE, step.batch)
    by_level: dict[str, int] = {level: table.filter(level=level).height for level in LEVELS}
    return Labelled(table, by_level, version)
