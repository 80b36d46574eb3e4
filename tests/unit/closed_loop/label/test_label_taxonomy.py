import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.annotate.taxonomy import Discipline
from darwin_assets.closed_loop.taxonomy import OTHER, Slice, taxonomy

FIELDS = ("background", "task_type", "operations", "form", "scorer", "rigidity")
WORD_PROBLEM = Slice(
    "short_context",
    "mathematical_problem",
    ("comparison", "arithmetic"),
    form="number",
    scorer="exact_match",
    rigidity="delimiter",
)


def values(field: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(taxonomy().evaluation[field]))


slices = st.builds(
    Slice,
    background=values("background"),
    task_type=values("task_type"),
    operations=st.lists(values("operations"), max_size=4).map(tuple),
    form=values("form"),
    scorer=values("scorer"),
    rigidity=values("rigidity"),
)


@given(slices)
def test_a_slice_comes_back_from_its_name(one: Slice):
    again = Slice.of_name(one.name)
    assert again == one
    assert again.id == one.id


@given(slices, slices)
def test_slices_share_an_id_only_where_they_are_equal(one: Slice, other: Slice):
    assert (one.id == other.id) == (one == other)


def test_an_id_is_the_same_in_every_process():
    assert WORD_PROBLEM.id == "10efb51d741d6b8f"


def test_the_order_of_operations_makes_no_other_slice():
    twice = Slice(
        "short_context",
        "mathematical_problem",
        ("arithmetic", "comparison", "comparison"),
        form="number",
        scorer="exact_match",
        rigidity="delimiter",
    )
    assert twice == WORD_PROBLEM
    assert twice.operations == ("arithmetic", "comparison")


def test_what_the_taxonomy_lacks_is_other():
    odd = Slice("telepathy", "riddle", ("guessing",), form="hum", scorer="mood", rigidity="loose")
    assert [getattr(odd, field) for field in FIELDS] == [OTHER, OTHER, (OTHER,), OTHER, OTHER, OTHER]
    assert taxonomy().all_known("operations", ["guessing", "counting"]) == ("counting",)
    assert taxonomy().all_known("operations", []) == (OTHER,)


def test_no_operation_is_told_apart_from_none_only_by_other():
    assert Slice("none", "proof", (), form="free_text", scorer="judged", rigidity="free").operations == (OTHER,)


@pytest.mark.parametrize("name", ["", "none / proof / deduction", "a / b / c / d, e", "a / b / c / d, e, f, g"])
def test_a_name_of_another_shape_is_no_slice(name: str):
    with pytest.raises(ValueError, match="unpack"):
        Slice.of_name(name)


def test_every_list_holds_other_and_says_what_its_values_mean():
    for field, vocabulary in {**taxonomy().evaluation, **taxonomy().data}.items():
        assert OTHER in vocabulary or field == "supervision_density"
        for value, meaning in vocabulary.items():
            assert len(meaning) > 3, value


def test_both_sides_speak_of_the_same_operations():
    assert taxonomy().data["operations"] == taxonomy().evaluation["operations"]


def test_content_worlds_are_the_nine_disciplines():
    nine = {one.value for one in Discipline} - {"abstain"}
    assert set(taxonomy().data["content_world"]) == nine | {OTHER}


def test_the_values_belong_to_their_version():
    """Another list of values is another version: slices of two versions are never compared."""
    found = taxonomy()
    names = {
        side: {field: sorted(one) for field, one in getattr(found, side).items()} for side in ("evaluation", "data")
    }
    digest = hashlib.sha256(json.dumps(names, sort_keys=True).encode()).hexdigest()[:12]
    assert (found.version, digest) == ("closed-loop.1", "bbf09633b46c")


def test_definitions_name_every_value_of_the_fields_that_are_asked_for():
    shown = taxonomy().definitions("evaluation", ["task_type", "form"])
    for field in ("task_type", "form"):
        assert all(f"- {value}: {meaning}" in shown for value, meaning in taxonomy().evaluation[field].items())
    assert "background:" not in shown
