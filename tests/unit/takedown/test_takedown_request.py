"""What may be asked for, how it is known again, and which documents cannot stay without another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.contract import row_id
from darwin_assets.takedown.former import all_ids
from darwin_assets.takedown.jobs import TakedownConfig, request_of
from darwin_assets.takedown.plan import with_documents
from darwin_assets.takedown.request import Kind, Request, fold
from resources.errors import DarwinError

SALT = b"0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("row", "abc", "8 to 32 digits"),
        ("row", "g" * 32, "8 to 32 digits"),
        ("uri", "  ", "of nothing is everything"),
        ("prefix", "", "of nothing is everything"),
        ("licence", "CC-BY-4", "CC-BY-4"),
        ("identifier", "Ann", "fewer than 4"),
        ("text", "words", "given as a file"),
        ("author", "Ann", "no kind of request"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(kind, value, said):
    with pytest.raises(DarwinError, match=said):
        Request.make(kind, value)


def test_the_same_request_has_the_same_number_and_nobody_else_can_guess_it():
    spellings = [Request.make("identifier", value) for value in ("Zoë  Quillfeather", " ｚｏë QUILLFEATHER\n")]
    assert len({one.number(SALT) for one in spellings}) == 1
    assert spellings[0].number(SALT) != spellings[0].number(b"another salt")
    assert Request.make("uri", "https://a.example").number(SALT) != Request.make("prefix", "https://a.example").number(
        SALT
    )
    assert Request.of_document(None, b"one").number(SALT) != Request.of_document(None, b"two").number(SALT)


def test_what_was_given_as_identifier_or_text_is_not_shown():
    assert "quillfeather" not in Request.make("identifier", "Zoë Quillfeather").shown()
    assert "words" not in Request.of_document(None, b"words of a document").shown()


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_a_document_goes_as_a_whole_and_a_part_stays_with_a_document_that_stays():
    joined = [("thesis", ["thesis", "chapter", "macros"]), ("paper", ["paper", "macros"])]
    assert with_documents({"thesis"}, joined) == {"thesis", "chapter"}
    assert with_documents({"chapter"}, joined) == {"thesis", "chapter"}
    assert with_documents({"macros"}, joined) == {"thesis", "chapter", "paper", "macros"}
    assert with_documents({"other"}, joined) == {"other"}


def test_former_ids_are_those_of_every_recipe_that_was_judged():
    recipes = {"L0": ["a/1:0"], "L1": ["n/1:0", "n/2:0"], "L2": ["f/1:0"]}
    found = all_ids("landed", "member:x", recipes)
    root = row_id("L0", "a/1:0", ["landed"], "member:x")
    below = [row_id("L1", recipe, [root]) for recipe in recipes["L1"]]
    above = [row_id("L2", "f/1:0", [one]) for one in below]
    assert found == [(root, "L0"), *((one, "L1") for one in below), *((one, "L2") for one in above)]


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.IDENTIFIER])
def test_a_run_is_not_told_what_dagster_would_keep(kind):
    with pytest.raises(DarwinError, match="Dagster keeps the config"):
        request_of(TakedownConfig(kind=kind, value="Zoë Quillfeather"))


def test_a_run_finds_an_identifier_where_it_is_told(tmp_path, monkeypatch):
    (tmp_path / "name").write_text("Zoë Quillfeather\n")
    monkeypatch.setenv("WHO", "zoë quillfeather")
    by_file = request_of(TakedownConfig(kind="identifier", value_file=str(tmp_path / "name")))
    assert by_file == request_of(TakedownConfig(kind="identifier", value_env="WHO"))
    (tmp_path / "name").write_text("Zoë Quillfeather\r\n", encoding="utf-8-sig")
    assert request_of(TakedownConfig(kind="identifier", value_file=str(tmp_path / "name"))) == by_file
    (tmp_path / "name").write_text("Zoë Quillfeather", encoding="latin-1")
    with pytest.raises(DarwinError, match="not in UTF-8"):
        request_of(TakedownConfig(kind="identifier", value_file=str(tmp_path / "name")))
    for wrong in ({}, {"value_file": "a", "value_env": "b"}, {"value_env": "NOT_SET"}, {"value_file": "/no/such"}):
        with pytest.raises(DarwinError):
            request_of(TakedownConfig(kind="identifier", **wrong))
