"""Row ids, labels and the columns that no build can forget or forge."""

import hashlib

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.contract import COMMON, REJECTION, complete_rows, row_id, text_sha256
from darwin_assets.levels import LEVELS

names = st.text(st.characters(exclude_characters="\x1f", codec="utf-8"), max_size=12)
ingredients = st.tuples(names, names, st.lists(names, max_size=3), names)
COLUMNS = {"title": pl.String(), "score": pl.Float64()}


@pytest.fixture
def parents() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": ["p1", "p2"],
            "root_id": ["r1", "r2"],
            "batch": ["2026-01-31.books.0001"] * 2,
            "source": ["books"] * 2,
            "uri": ["u1", "u2"],
            "licence": ["CC-BY-4.0", "CC0-1.0"],
            "text": ["One text.", "Another text."],
            "level": ["L2", "L2"],
            "title": ["One", "Two"],
        }
    )


def completed(built: dict, parents: pl.DataFrame, level: str = "L3", recipe: str = "annotate/1:0") -> pl.DataFrame:
    return complete_rows(pl.DataFrame(built), parents, LEVELS[level], recipe, COLUMNS)


@given(ingredients)
def test_the_same_ingredients_give_the_same_id(one):
    assert row_id(*one) == row_id(*one)
    assert len(row_id(*one)) == 32


@given(ingredients, ingredients)
def test_other_ingredients_give_another_id(one, other):
    assert (row_id(*one) == row_id(*other)) == (one == other)


def test_an_id_is_the_hash_of_its_ingredients():
    payload = b"L3\x1fannotate/1:0\x1fp1\x1fp2\x1f7"
    assert row_id("L3", "annotate/1:0", ["p1", "p2"], "7") == hashlib.sha256(payload).hexdigest()[:32]


@given(st.text(st.characters(codec=None)))
def test_every_text_has_a_hash(text):
    assert len(text_sha256(text)) == 64


def test_no_text_has_no_hash():
    assert text_sha256(None) is None


def test_columns_are_complete_and_in_order(parents):
    rows = completed({"id": ["p1", "p2"]}, parents)
    assert rows.schema == pl.Schema({**COMMON, **COLUMNS, **REJECTION})


def test_what_a_build_does_not_return_comes_from_the_parent(parents):
    rows = completed({"id": ["p1", "p2"], "score": [1.0, 2.0]}, parents)
    carried = ["root_id", "batch", "source", "uri", "licence", "text", "title"]
    assert rows.select(carried).equals(parents.select(carried))
    assert rows["score"].to_list() == [1.0, 2.0]
    assert rows["rejected_by"].null_count() == 2


def test_what_a_build_returns_stands_before_the_parents(parents):
    rows = completed({"id": ["p1", "p2"], "text": ["Mended.", None], "title": [None, "New"]}, parents, "L4")
    assert rows["text"].to_list() == ["Mended.", None]
    assert rows["title"].to_list() == [None, "New"]


def test_rows_keep_the_order_of_the_build(parents):
    rows = completed({"id": ["p2", "p1"]}, parents)
    assert rows["parents"].to_list() == [["p2"], ["p1"]]
    assert rows["uri"].to_list() == ["u2", "u1"]


def test_ids_depend_on_level_recipe_parent_and_position(parents):
    built = {"id": ["p1", "p1", "p2"], "position": ["1", "2", "1"]}
    ids = set(completed(built, parents)["id"])
    ids |= set(completed(built, parents, "L4")["id"]) | set(completed(built, parents, recipe="annotate/2:0")["id"])
    assert len(ids) == 9
    assert set(completed(built, parents)["id"]) <= ids


def test_measures_are_derived_from_the_text_and_cannot_be_claimed(parents):
    claimed = {"id": ["p1"], "text": ["Zwei schöne Wörter"], "n_chars": [1], "n_words": [99], "text_sha256": ["0" * 64]}
    row = completed(claimed, parents, "L4").row(0, named=True)
    assert (row["n_chars"], row["n_words"]) == (18, 3)
    assert row["text_sha256"] == hashlib.sha256("Zwei schöne Wörter".encode()).hexdigest()


def test_a_row_without_text_measures_nothing(parents):
    built = pl.DataFrame({"id": ["p1"], "text": [None]}, schema={"id": pl.String(), "text": pl.String()})
    row = complete_rows(built, parents, LEVELS["L1"], "normalize/1:0", COLUMNS).row(0, named=True)
    assert (row["n_chars"], row["n_words"], row["text_sha256"]) == (0, 0, None)


def test_a_row_that_passed_through_keeps_its_label(parents):
    rows = completed({"id": ["p1", "p2"], "operated": [True, False]}, parents, "L5")
    assert rows["level"].to_list() == ["L5", "L2"]


def test_a_tier_is_carried_and_not_raised_by_a_build(parents):
    assert completed({"id": ["p1", "p2"]}, parents)["ultradata_tier"].to_list() == ["L0", "L0"]
    earned = parents.with_columns(ultradata_tier=pl.lit("L1"), tier_evidence=pl.lit("verdict"))
    rows = completed({"id": ["p1", "p2"]}, earned)
    assert rows.select("ultradata_tier", "tier_evidence").rows() == [("L1", "verdict")] * 2


def test_a_label_never_falls(parents):
    below = parents.with_columns(level=pl.lit("L4"))
    assert completed({"id": ["p1", "p2"]}, below)["level"].to_list() == ["L4", "L4"]


def test_extra_parents_stand_behind_the_first(parents):
    rows = completed({"id": ["p1", "p2"], "extra_parents": [["p2"], None]}, parents, "L5")
    assert rows["parents"].to_list() == [["p1", "p2"], ["p2"]]
    alone = completed({"id": ["p1"]}, parents, "L5")
    assert rows["id"][0] != alone["id"][0]


def test_the_first_level_makes_roots():
    landed = pl.DataFrame({"id": ["f1"], "batch": ["b"], "source": ["s"], "uri": ["u"], "licence": ["CC0-1.0"]})
    rows = completed({"id": ["f1", "f1"], "position": ["line:1", "line:2"]}, landed, "L0")
    assert rows["root_id"].to_list() == rows["id"].to_list()
    assert rows["id"].n_unique() == 2
    assert rows["text"].null_count() == 2


def test_a_reason_is_carried_with_its_types(parents):
    built = {"id": ["p1", "p2"], "rejected_by": ["size.bytes", None], "rejected_value": [3, None]}
    rows = completed(built, parents, "L2")
    assert rows["rejected_by"].to_list() == ["size.bytes", None]
    assert rows["rejected_value"].to_list() == [3.0, None]


def test_a_measure_of_another_type_is_an_error(parents):
    with pytest.raises(pl.exceptions.InvalidOperationError):
        completed({"id": ["p1"], "score": ["high"]}, parents)
