"""What a mix is aimed at, what the files of an evaluation say it must not hold, and what an arm uses of a pair."""

import polars as pl

from darwin_assets.closed_loop.columns import DIAGNOSES, OPERATIONS, SAMPLES
from darwin_assets.closed_loop.mix.evaluated import evaluated_items, n_without_text
from darwin_assets.closed_loop.mix.read import Arm
from darwin_assets.closed_loop.mix.targets import targets_of
from tests.unit.closed_loop.mix_lake import filled
from tests.unit.closed_loop.mix_pools import pool_of

OF_DATA = {"cause": "capability", "verdict": "data", "points": 8.0}
SLICES = filled(
    pl.DataFrame(
        {
            "checkpoint": "one",
            "level": ["slice", "slice", "slice", "benchmark"],
            "verdict": ["data", "noise", "data", "data"],
            "operations": [["counting"], ["deduction"], None, None],
            "share": 0.25,
            "explained": [[OF_DATA]] * 4,
        }
    ),
    DIAGNOSES,
)


def standing_out(*rows: tuple[str, str, str | None, float, bool]) -> pl.DataFrame:
    names = ("checkpoint", "operation", "other", "weakness", "kept")
    return filled(pl.DataFrame(rows, schema=names, orient="row"), OPERATIONS)


def test_operations_that_stand_out_are_aimed_at_by_their_weakness():
    found = standing_out(
        ("one", "counting", "arithmetic", 0.01, True),
        ("one", "arithmetic", "counting", 0.02, True),
        ("two", "arithmetic", "counting", 0.025, True),
        ("one", "deduction", None, 0.05, True),
        ("one", "retrieval", None, 0.5, False),
        ("one", "induction", None, -0.5, True),
    )
    assert targets_of(found, SLICES).rows() == [(["deduction"], 0.05), (["arithmetic", "counting"], 0.03)]


def test_where_none_stands_out_the_weak_slices_are():
    assert targets_of(filled(pl.DataFrame(schema=OPERATIONS), OPERATIONS), SLICES).rows() == [(["counting"], 0.02)]


def test_a_slice_weighs_what_other_causes_leave_of_its_gap():
    others = [
        {"cause": "termination", "verdict": "supervision", "points": 6.0},
        {"cause": "form", "verdict": "channel", "points": 1.0},
    ]
    partly = SLICES.with_columns(explained=pl.lit([*others, OF_DATA]), weakness=0.0375)
    assert targets_of(filled(pl.DataFrame(schema=OPERATIONS), OPERATIONS), partly).rows() == [(["counting"], 0.02)]


def test_other_is_no_operation_to_aim_at():
    """Rows without a cue are labelled with it."""
    alone = standing_out(("one", "other", None, 0.5, True))
    beside = standing_out(("one", "other", "counting", 0.03, True), ("one", "deduction", "other", 0.01, True))
    nothing = SLICES.with_columns(operations=pl.lit(["other"]))
    assert targets_of(alone, SLICES).rows() == [(["counting"], 0.02)]
    assert targets_of(beside, SLICES).rows() == [(["counting"], 0.03), (["deduction"], 0.01)]
    assert targets_of(alone, nothing).is_empty()


def test_an_item_is_looked_for_once_by_its_question_or_else_by_its_prompt():
    samples = pl.DataFrame(
        {
            "item": ["a", "a", "b", "c", "d", "e"],
            "benchmark": "sums",
            "question": [None, "How many?", None, None, "Broken?", " "],
            "prompt": ["Q: How many?", "How many?", "Say it", " ", "Broken?", "Blank?"],
            "gold": [["4"], ["4"], None, ["5"], ["6"], None],
            "file": ["x", "y", "x", "x", "x", "x"],
            "line": [1, 1, 2, 3, 4, 5],
            "error": [None, None, None, None, "record.broken", None],
        }
    )
    items = evaluated_items(filled(samples, SAMPLES))
    assert items.rows() == [
        ("sums", "x", 1, "How many?", "4", "How many?\n4"),
        ("sums", "x", 2, "Say it", "", "Say it\n"),
        ("sums", "x", 5, "Blank?", "", "Blank?\n"),
    ]
    assert n_without_text(filled(samples, SAMPLES)) == 1


def test_of_a_pair_that_is_cut_the_question_stays_whole_or_the_pair_goes():
    texts = ["one two\n\nthree four five", "six seven\n\neight nine"]
    published = pl.DataFrame(
        {"id": ["row00000", "row00001"], "text_sha256": "0" * 64, "text": texts, "question_chars": [7, 9]}
    )

    def taken(used: int) -> list[str]:
        rows = pool_of([5, 4]).with_columns(tokens_used=pl.Series([used, 4]))
        return Arm("key", "control", "verdict", {"tokenizer": "words"}, rows).take(published)["text"].to_list()

    assert taken(5) == texts
    assert [text.split() for text in taken(3)] == [["one", "two", "three"], texts[1].split()]
    assert taken(2) == taken(1) == texts[1:]


def test_a_pair_that_is_cut_within_its_question_is_missing_from_the_budget():
    rows = pool_of([5, 4]).with_columns(tokens_used=pl.Series([2, 4]))
    arm = Arm("key", "control", "verdict", {"tokenizer": "words", "budget_tokens": 6}, rows)
    published = pl.DataFrame(
        {
            "id": rows["id"], "text_sha256": "0" * 64, "question_chars": [7, 9],
            "text": ["one two\n\nthree four five", "six seven\n\neight nine"],
        }
    )  # fmt: skip
    assert arm.tokens_missing(arm.take(published)) == 2
    assert arm.tokens_missing(rows) == 0
    assert arm.tokens_missing(rows.clear()) == 6
