"""What may be drawn: labelled rows as they are published, without those that are proposed to be removed."""

import json

import polars as pl
import pytest

from darwin_assets.closed_loop.mix import pool
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE
from resources.errors import Conflict
from tests.unit.closed_loop.mix_lake import BATCH, ROWS, WEAK, mix_lake, text_of


def test_rows_that_an_action_removes_are_in_neither_arm(project):
    """Damaged texts about what is weak, though a density of 0 may be drawn; those about nothing that is weak may stay."""
    lake = mix_lake(project)
    damaged = pl.int_range(pl.len()).is_in([0, 1, WEAK + 1])
    labelled = AFFORDANCES_TABLE.read(project.lake, BATCH)
    thin = labelled.with_columns(supervision_density=pl.when(damaged).then(0).otherwise("supervision_density"))
    AFFORDANCES_TABLE.write(project.lake, BATCH, thin, "run")
    tokens = int(labelled["tokens"].sum()) - 2 * labelled["tokens"][0]
    drawn = lake.mix(budget_tokens=tokens, max_source_share=1.0, min_supervision_density=0)
    assert json.loads(drawn.promotion.verdict.facts)["rejected_by"] == {"mix.removed": 2, "mix.not_drawn": 0}
    expected = set(thin["id"]) - set(thin["id"][:2])
    for _, arm in lake.published().group_by("arm"):
        assert set(arm["id"]) == expected


def test_what_leaves_rows_out_is_told_in_order_of_how_many(project):
    lake = mix_lake(project)
    labelled = AFFORDANCES_TABLE.read(project.lake, BATCH)
    thin = labelled.with_columns(
        supervision_density=pl.when(pl.int_range(pl.len()) >= 40).then(0).otherwise("supervision_density"),
        text_sha256=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("0" * 64)).otherwise("text_sha256"),
    )
    AFFORDANCES_TABLE.write(project.lake, BATCH, thin, "run")
    facts = json.loads(lake.mix(budget_tokens=250).promotion.verdict.facts)
    told = list(facts["rejected_by"].items())
    assert told[:2] == [("mix.density", ROWS - 40), ("mix.unpublished", 3)]


def test_rows_that_go_while_they_are_compared_are_a_conflict(project, monkeypatch):
    lake = mix_lake(project, texts=[f"{text_of(0)} and a word more"])
    found = pool.clusters

    def clusters_of_what_is_gone(*args):
        project.lake.write("published", "L3", BATCH, lake.rows.clear(), {})
        return found(*args)

    monkeypatch.setattr(pool, "clusters", clusters_of_what_is_gone)
    with pytest.raises(Conflict, match="run it again"):
        lake.mix(budget_tokens=250)
