"""Which proposed actions a mix carries out."""

import polars as pl
import pytest

from darwin_assets.closed_loop.actions import Action
from darwin_assets.closed_loop.columns import AFFORDANCES
from darwin_assets.closed_loop.mix.tried import tried
from tests.unit.closed_loop.mix_pools import passages_of

DRAWN = pl.DataFrame(
    [("rich", "targeted", 100), ("poor", "control", 100)], schema=["id", "arm", "tokens_used"], orient="row"
)


def action(operations: list[str], named: str = "reweight") -> Action:
    wanted = {"content_world": [], "discourse": [], "operations": operations, "min_supervision_density": 1}
    return Action(
        profile="p", action=named, rule="explained-combination", rule_sha256="0" * 64, status="hypothesis",
        checkpoints=("base",), cells=("GSM8K",), weakness=0.1, wanted=wanted, rows_held={}, tokens_held={},
    )  # fmt: skip


def labelled(**shares: float) -> pl.DataFrame:
    """A row a share of its text in which it calculates; all of them show arithmetic somewhere."""
    rows = [
        {
            "id": name, "operations": ["arithmetic"], "supervision_density": 2,
            "passages": passages_of(arithmetic=share, other=1 - share),
        }
        for name, share in shares.items()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"passages": AFFORDANCES["passages"]})


@pytest.mark.parametrize(("rich", "carried_out"), [(0.4, True), (0.39, False)])
def test_an_operation_that_every_row_shows_is_counted_by_passages(rich, carried_out):
    rows = labelled(rich=rich, poor=0.2)
    found = tried([action(["arithmetic"])], DRAWN, rows, min_times_control=2.0)
    assert [one["rule"] for one in found] == ["explained-combination"] * carried_out


def test_an_action_that_wants_no_operation_counts_whole_rows():
    rows = labelled(rich=0.9, poor=0.1)
    assert not tried([action([])], DRAWN, rows, min_times_control=2.0)
    assert tried([action([])], DRAWN.filter(arm="targeted"), rows, min_times_control=2.0)


def test_an_action_on_named_rows_is_not_what_a_mix_carries_out():
    assert not tried([action(["arithmetic"], "remove")], DRAWN, labelled(rich=1.0, poor=0.1), min_times_control=2.0)
