"""Rows that a test publishes at a level by itself, through the gate's waiver, without the levels below."""

import polars as pl

from checks.suites import load_suite
from darwin_assets.contract import COMMON, REJECTION, complete_rows
from darwin_assets.ladder import LADDER
from darwin_assets.levels import LEVELS
from darwin_assets.project import Project
from darwin_assets.promotion import Operation, promote
from darwin_assets.verdicts import Waiver

RECIPE = "test/1:0"


def publish(project: Project, level: str, batch: str, texts: list[str], **columns: str) -> pl.DataFrame:
    """Publish one row a text; `columns` are constants of the level's own columns. Returns the published rows."""
    spec = next(one for one in LADDER if one.level == level)
    ids = [f"{place:032x}" for place in range(len(texts))]
    parents = pl.DataFrame({"id": ids, "root_id": ids, "text": texts}).with_columns(
        batch=pl.lit(batch), source=pl.lit("test"), uri=pl.lit(None, pl.String), licence=pl.lit("CC0-1.0"),
        level=pl.lit(spec.level), ultradata_tier=pl.lit("L0"), **{name: pl.lit(value) for name, value in columns.items()},
    )  # fmt: skip
    rows = complete_rows(parents, parents, LEVELS[level], RECIPE, spec.columns)
    parents = parents.with_columns(text_sha256=rows["text_sha256"], n_chars=rows["n_chars"])
    operation = Operation(
        LEVELS[level], spec.columns, RECIPE, lambda _parents, _seen: rows.select(*COMMON, *spec.columns, *REJECTION)
    )
    promoted = promote(
        project.lake, project.ledger, load_suite(level), operation, batch, "nothing", parents,
        run_id="test", waiver=Waiver("test", "rows of a test"),
    )  # fmt: skip
    assert promoted.verdict.opens
    return project.lake.read("published", level, batch, project.lake.version("published", level))
