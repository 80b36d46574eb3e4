"""Two runs that take one batch through one level: what the first has sealed stays as it is."""

import polars as pl
import pytest

from checks.suites import load_suite
from darwin_assets import promotion
from darwin_assets.contract import COMMON, REJECTION, complete_rows
from darwin_assets.ladder import LADDER
from darwin_assets.levels import LEVELS
from darwin_assets.lineage.integrity import inspect
from darwin_assets.project import Project
from darwin_assets.promotion import Operation, promote
from darwin_assets.verdicts import Waiver
from resources.errors import Conflict
from resources.lake import Lake

LEVEL, BATCH, RECIPE = "L2", "2026-01-31.books.0001", "test/1:0"


def take_through(project: Project) -> None:
    """One row is kept, one is not."""
    columns = next(one.columns for one in LADDER if one.level == LEVEL)
    parents = pl.DataFrame({"id": ["a" * 32, "b" * 32], "text": ["Water boils.", "Ice melts."]}).with_columns(
        root_id="id", batch=pl.lit(BATCH), source=pl.lit("test"), uri=pl.lit(None, pl.String),
        licence=pl.lit("CC0-1.0"), level=pl.lit("L1"), ultradata_tier=pl.lit("L0"),
    )  # fmt: skip
    rows = complete_rows(parents, parents, LEVELS[LEVEL], RECIPE, columns).select(list(COMMON | columns | REJECTION))
    rows = rows.with_columns(rejected_by=pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("test.rule")))
    parents = parents.with_columns(text_sha256=rows["text_sha256"], n_chars=rows["n_chars"])
    operation = Operation(LEVELS[LEVEL], columns, RECIPE, lambda _parents, _seen: rows)
    promote(
        project.lake, project.ledger, load_suite(LEVEL), operation, BATCH, "nothing", parents,
        run_id="test", waiver=Waiver("test", "rows of a test"),
    )  # fmt: skip


def test_a_run_that_comes_second_does_not_touch_the_rejected_rows_of_the_first(project, monkeypatch):
    take_through(project)
    told = inspect(project).findings
    version = Lake.version
    with monkeypatch.context() as patched:
        # it looked at the level before the first run had published
        patched.setattr(promotion, "find_publication", lambda *_: None)
        patched.setattr(
            Lake,
            "version",
            lambda lake, zone, level: version(lake, zone, level) - ((zone, level) == ("published", LEVEL)),
        )
        with pytest.raises(Conflict):
            take_through(project)
    assert inspect(project).findings == told
