"""Sums of the call ledger: by hand, and what must hold for any ledger and any grouping."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.costs import spend as module
from darwin_assets.costs.spend import GROUPINGS, Chosen, priced, spend
from resources.language_model import call_table
from tests.unit.costs.ledgers import BEGUN, PRICES, avoided, call, documents, ledger

SUMS = (
    "calls", "input_tokens", "cached_tokens", "output_tokens", "server_seconds", "cost", "discarded_calls",
    "discarded_tokens", "avoided", "avoided_input_tokens", "avoided_output_tokens", "avoided_cost",
)  # fmt: skip
some_tokens = st.integers(min_value=0, max_value=5000)
columns = {
    "batch": st.sampled_from(["b1", "b2"]),
    "level": st.sampled_from(["L3", "L4", "L5"]),
    "prompt_id": st.sampled_from(["p1", "p2"]),
    "model_fingerprint": st.sampled_from(["m1", "m2"]),
}
calls = st.builds(
    call, some_tokens, some_tokens, st.none() | st.just(0), second=st.floats(min_value=0, max_value=100),
    error=st.none() | st.just("length"), **columns,
)  # fmt: skip
ledgers = st.lists(calls | st.builds(avoided, st.integers(1, 9), some_tokens, some_tokens, **columns), max_size=12)


def total(*rows: dict[str, Any], known: pl.DataFrame | None = None) -> dict[str, Any]:
    return spend(priced(ledger(*rows)), documents() if known is None else known).row(0, named=True)


def test_the_kinds_are_those_of_the_ledger() -> None:
    assert (module.CALL, module.AVOIDED) == (call_table.CALL, call_table.AVOIDED)
    assert set(GROUPINGS.values()) < set(call_table.SCHEMA)


def test_tokens_and_money_by_hand() -> None:
    found = total(
        call(1000, 200, 600),
        call(1000, 400, None, second=10, error="length"),
        avoided(3, 3000, 600),
        known=documents(("b1", "L4", 4), ("b2", "L4", 9)),
    )
    tokens_cost = (400 * 2.0 + 600 * 0.5 + 200 * 10 + 1000 * 2.0 + 400 * 10) / 1e6
    cost = tokens_cost + 2 * 36.0 / 3600
    assert found == pytest.approx(
        {
            "calls": 2, "input_tokens": 2000, "cached_tokens": 600, "output_tokens": 600, "server_seconds": 2.0,
            "cost": cost, "discarded_calls": 1, "discarded_tokens": 1400, "avoided": 3, "avoided_input_tokens": 3000,
            "avoided_output_tokens": 600, "avoided_cost": PRICES.tokens_cost(3000, 600), "avoided_share": 3600 / 6200,
            "documents": 4, "cost_per_million_output_tokens": cost / 600 * 1e6,
            "cost_per_thousand_documents": cost / 4 * 1e3,
        }
    )  # fmt: skip


def test_an_empty_ledger_is_nothing_spent() -> None:
    found = total()
    assert [found[name] for name in SUMS] == [0] * len(SUMS)
    assert found["avoided_share"] is found["cost_per_million_output_tokens"] is None
    assert found["cost_per_thousand_documents"] is None
    assert spend(priced(ledger()), documents(), ["level"]).is_empty()


def test_documents_are_counted_once_where_several_prompts_read_them() -> None:
    rows = [call(100, 10), call(100, 10, prompt_id="judge.v1"), call(100, 10, second=5, batch="b2")]
    known = documents(("b1", "L4", 4), ("b2", "L4", 6))
    assert total(*rows, known=known)["documents"] == 10
    by_prompt = spend(priced(ledger(*rows)), known, ["prompt_id"]).sort("prompt_id")
    assert by_prompt.select("prompt_id", "documents").rows() == [("judge.v1", 4), ("refine.v1", 10)]


def test_what_no_gate_has_judged_is_spent_but_counts_no_documents() -> None:
    judged, killed = call(1000, 0), call(0, 1000, batch="killed", second=60)
    found = total(judged, killed, known=documents(("b1", "L4", 2)))
    alone = total(judged, known=documents(("b1", "L4", 2)))
    assert found["cost"] > alone["cost"]
    assert found["cost_per_thousand_documents"] == pytest.approx(alone["cost_per_thousand_documents"])


def test_the_dearest_comes_first() -> None:
    rows = ledger(call(1, 1, level="L3"), call(1, 900, second=9, level="L5"), call(1, 90, second=20))
    assert spend(priced(rows), documents(), ["level"])["level"].to_list() == ["L5", "L4", "L3"]


def test_rows_are_chosen_by_batch_level_time_and_run() -> None:
    rows = ledger(
        call(1, 0),
        call(2, 0, batch="b2"),
        call(4, 0, level="L5"),
        call(8, 0, second=3600),
        avoided(1, 16, 0, run_id="r2"),
    )

    def chosen(**choice: Any) -> int:
        return int(Chosen(**choice).rows(rows)["prompt_tokens"].sum())

    assert chosen() == 31
    assert chosen(batches=("b2",)) == 2
    assert chosen(batches=("b1", "b2"), levels=("L5", "L3")) == 4
    assert chosen(since=BEGUN + timedelta(seconds=1)) == 8
    assert chosen(run_id="r2") == 16


def test_what_is_left_out_still_shared_the_server() -> None:
    rows = priced(ledger(call(1, 1), call(1, 1, batch="b2")))
    assert Chosen(batches=("b1",)).rows(rows)["server_seconds"].to_list() == pytest.approx([0.5])


@pytest.mark.slow
@settings(deadline=None)
@given(ledgers, st.lists(st.sampled_from(sorted(GROUPINGS.values())), unique=True, min_size=1))
def test_groups_add_up_to_the_total(rows: list[dict[str, Any]], by: list[str]) -> None:
    found = priced(ledger(*rows))
    known = documents(("b1", "L4", 5), ("b2", "L5", 7))
    whole = spend(found, known).row(0, named=True)
    groups = spend(found, known, by)
    assert groups.select(by).is_duplicated().sum() == 0
    for name in SUMS:
        assert groups[name].sum() == pytest.approx(whole[name]), name
    assert whole["input_tokens"] + whole["avoided_input_tokens"] == sum(row["prompt_tokens"] for row in rows)
    assert groups["documents"].sum() >= whole["documents"]
