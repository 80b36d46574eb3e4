"""A gain is credited where the diagnosed items are above the control, and nothing else has moved."""

import random
from collections.abc import Collection

import polars as pl
import pytest

from darwin_assets.acquire.evaluation_manifest import Validates
from darwin_assets.closed_loop.mix.validate import (
    BELOW_BEFORE,
    CREDITED,
    NO_OTHERS,
    NOT_ABOVE,
    OTHERS_MOVED,
    REPEATED,
    TOO_FEW,
    evidence_for,
    shared_items,
    validate,
)
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.statistics.paired import mcnemar
from tests.unit.closed_loop.mix_lake import N_OTHERS, results
from tests.unit.closed_loop.mix_pools import PAIR, targets_of

STATED = Validates(evaluation="2026-02-01.evaluations.0001", before="b", targeted="t", control="c")


def items_of(samples: pl.DataFrame, labels: pl.DataFrame, repeated: Collection[str] = ()) -> pl.DataFrame:
    """The shared items; the mix repeats some of them, and all were held against it."""
    items = shared_items(samples, labels, STATED, ClosedLoopSettings().statistics)
    return items.with_columns(is_repeated=pl.col("item").is_in(list(repeated)), is_unseen=pl.lit(False))


def validated(samples: pl.DataFrame, labels: pl.DataFrame, repeated: Collection[str] = ()) -> pl.DataFrame:
    return validate(items_of(samples, labels, repeated), targets_of((PAIR, 0.05)), ClosedLoopSettings())


def cell_of(rows: pl.DataFrame) -> dict[str, object]:
    (row,) = rows.filter(pl.col("operations").is_not_null()).to_dicts()
    return row


SAME = {"b": 200, "t": 202, "c": 201}


@pytest.mark.parametrize(
    ("diagnosed", "others", "reason"),
    [
        ({"b": 15, "t": 50, "c": 15}, SAME, CREDITED),
        ({"b": 15, "t": 18, "c": 15}, SAME, NOT_ABOVE),
        ({"b": 15, "t": 15, "c": 50}, SAME, NOT_ABOVE),
        ({"b": 55, "t": 50, "c": 15}, SAME, BELOW_BEFORE),
        ({"b": 15, "t": 50, "c": 15}, {"b": 200, "t": 230, "c": 200}, OTHERS_MOVED),
        ({"b": 15, "t": 50, "c": 15}, {"b": 200, "t": 180, "c": 200}, OTHERS_MOVED),
        ({"b": 15, "t": 50, "c": 15}, {"b": 100, "t": 204, "c": 200}, CREDITED),
    ],
)
def test_a_gain_is_credited_where_only_the_diagnosed_items_moved(diagnosed, others, reason):
    cell = cell_of(validated(*results(diagnosed, others)))
    assert cell["reason"] == reason
    assert cell["credited"] == (reason == CREDITED)


def test_without_others_or_with_too_few_items_nothing_is_credited():
    diagnosed = {"b": 3, "t": 17, "c": 3}
    nothing = dict.fromkeys("btc", 0)
    assert cell_of(validated(*results(diagnosed, SAME, n=19)))["reason"] == TOO_FEW
    assert cell_of(validated(*results(diagnosed, nothing, n=20, n_others=0)))["reason"] == NO_OTHERS


def test_the_figures_are_those_of_the_items():
    samples, labels = results({"b": 15, "t": 50, "c": 15}, SAME)
    rows = validated(samples, labels)
    assert rows.select("kind", "benchmark", "n").rows() == [
        ("diagnosed", "sums", 60),
        ("diagnosed", None, 60),
        ("others", "sums", N_OTHERS),
        ("others", None, N_OTHERS),
    ]
    cell = cell_of(rows)
    assert (cell["before"], cell["targeted"], cell["control"]) == (15 / 60, 50 / 60, 15 / 60)
    assert cell["gain"] == pytest.approx(35 / 60)
    assert cell["gain_low"] < 35 / 60 < cell["gain_high"]
    scores = samples.filter(pl.col("item").str.starts_with("d")).pivot("checkpoint", index="item", values="score")
    only = [((scores["t"] > scores["c"]).sum()), ((scores["t"] < scores["c"]).sum())]
    assert cell["p"] == cell["p_holm"] == pytest.approx(mcnemar(*only))
    assert rows.filter(kind="others")["credited"].null_count() == 2


def test_items_that_the_mix_repeats_count_nowhere():
    """The whole gain is on them."""
    samples, labels = results({"b": 15, "t": 50, "c": 15}, SAME)
    scores = samples.filter(pl.col("item").str.starts_with("d")).pivot("checkpoint", index="item", values="score")
    repeated = [*scores.filter(pl.col("t") > pl.col("c"))["item"], "o1"]
    rows = validated(samples, labels, repeated)
    cell = cell_of(rows)
    assert (cell["n"], cell["n_repeated"]) == (60 - len(repeated) + 1, len(repeated) - 1)
    assert cell["targeted"] <= cell["control"]
    assert rows.filter(kind="others")["n"].to_list() == [N_OTHERS - 1] * 2
    assert rows.filter(kind="others")["n_repeated"].to_list() == [1, 1]
    kept = items_of(samples, labels).filter(~pl.col("item").is_in(repeated))
    assert rows.drop("n_repeated").equals(
        validate(kept, targets_of((PAIR, 0.05)), ClosedLoopSettings()).drop("n_repeated")
    )


def test_a_cell_of_which_the_mix_repeats_too_much_is_not_credited():
    samples, labels = results({"b": 15, "t": 50, "c": 15}, SAME)
    diagnosed = [f"d{place}" for place in range(60)]
    few = cell_of(validated(samples, labels, diagnosed[:41]))
    assert (few["reason"], few["credited"], few["p"], few["n"]) == (REPEATED, False, None, 19)
    none = validated(samples, labels, diagnosed)
    assert (cell_of(none)["reason"], cell_of(none)["n"], cell_of(none)["gain"]) == (REPEATED, 0, None)
    no_others = [f"o{place}" for place in range(N_OTHERS)]
    assert cell_of(validated(samples, labels, no_others))["reason"] == NO_OTHERS
    items, targets, settings = items_of(samples, labels, diagnosed), targets_of((PAIR, 0.05)), ClosedLoopSettings()
    assert evidence_for(["counting"], items, targets, none, settings.statistics) is None


def test_without_a_diagnosed_item_there_is_no_cell():
    samples, labels = results(dict.fromkeys("btc", 0), SAME, n=0)
    assert validated(samples, labels)["kind"].to_list() == ["others", "others"]


def test_several_cells_are_corrected_together():
    samples, labels = results({"b": 15, "t": 26, "c": 15}, SAME)
    one = cell_of(validated(samples, labels))
    targets = targets_of((PAIR, 0.05), ([*PAIR, "arithmetic"], 0.01))
    both = validate(items_of(samples, labels), targets, ClosedLoopSettings())
    assert both["p_holm"].drop_nulls().to_list() == pytest.approx([min(1, 2 * one["p"])] * 2)


def test_a_rule_is_told_of_by_the_cells_that_it_is_about():
    samples, labels = results({"b": 15, "t": 50, "c": 15}, SAME)
    items, targets, settings = items_of(samples, labels), targets_of((PAIR, 0.05)), ClosedLoopSettings()
    found = validate(items, targets, settings)
    told = evidence_for(["counting", "deduction"], items, targets, found, settings.statistics)
    cell = cell_of(found)
    assert told == {
        "credited": True,
        "gain": cell["over_control"],
        "gain_low": cell["over_low"],
        "gain_high": cell["over_high"],
    }
    assert evidence_for(["deduction"], items, targets, found, settings.statistics) is None


def test_too_few_items_speak_neither_for_a_rule_nor_against_it():
    items, targets, settings = (
        items_of(*results({"b": 3, "t": 10, "c": 3}, SAME, n=19)), targets_of((PAIR, 0.05)), ClosedLoopSettings()
    )  # fmt: skip
    found = validate(items, targets, settings)
    assert cell_of(found)["reason"] == TOO_FEW
    assert evidence_for(["counting"], items, targets, found, settings.statistics) is None


def test_repeated_samples_are_averaged():
    samples, labels = results({"b": 15, "t": 50, "c": 15}, SAME)
    again = samples.with_columns(sample=pl.lit(1, pl.Int32), score=1 - pl.col("score"))
    rows = validated(pl.concat([samples, again]), labels)
    assert rows["over_control"].to_list() == [0.0] * 4


def test_a_checkpoint_without_items_is_named():
    samples, labels = results({"b": 15, "t": 50, "c": 15}, SAME)
    with pytest.raises(ValueError, match="control is c, which has no scored item; checkpoints that have: b, t"):
        validated(samples.filter(pl.col("checkpoint") != "c"), labels)
    apart = samples.filter((pl.col("checkpoint") != "c") | (pl.col("item") == "o1"), pl.col("item") != "o1")
    with pytest.raises(ValueError, match="control is c"):
        validated(apart, labels)


def test_checkpoints_that_are_scored_in_other_ways_are_not_compared():
    samples, labels = results({"b": 15, "t": 50, "c": 15}, SAME)
    one = samples.with_columns(metric=pl.lit("accuracy"))
    assert cell_of(validated(one, labels))["credited"]
    other = pl.when(pl.col("checkpoint") == "c").then(pl.lit("f1")).otherwise("metric")
    with pytest.raises(ValueError, match=r"not scored alike.*: sums by accuracy or f1"):
        validated(one.with_columns(metric=other), labels)


def test_chance_is_seldom_credited():
    """Checkpoints of equal strength, 40 times: at 5 %, of which half would be losses, one is expected."""
    credited = 0
    for seed in range(40):
        samples, labels = results(dict.fromkeys("btc", 30), SAME, n_others=300)
        luck = random.Random(seed)
        drawn = pl.Series([float(luck.random() < 0.5) for _ in range(samples.height)])
        equal = samples.with_columns(
            score=pl.when(pl.col("item").str.starts_with("d")).then(drawn).otherwise(pl.col("score"))
        )
        credited += bool(cell_of(validated(equal, labels))["credited"])
    assert credited <= 4
