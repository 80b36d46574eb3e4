"""The grammar of batch keys: a partition value, a folder name and a sort order at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.acquire.manifest import SOURCE as MANIFEST_SOURCE
from darwin_assets.batches import BATCHES, KEY, SOURCE, batch_key, check_key

sources = st.from_regex(SOURCE, fullmatch=True)
numbers = st.integers(min_value=1, max_value=9999)


@given(day=st.dates(), source=sources, number=numbers)
def test_every_key_that_is_made_can_be_read(day, source, number):
    match = KEY.fullmatch(batch_key(day, source, number))
    assert (match["day"], match["source"], int(match["number"])) == (day.isoformat(), source, number)


@given(st.lists(st.tuples(st.dates(), numbers), min_size=2, unique=True))
def test_keys_of_a_source_sort_in_order_of_arrival(arrivals):
    keys = [batch_key(day, "books", number) for day, number in sorted(arrivals)]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026-01-31.books",
        "2026-01-31.books.1",
        "2026-01-31.books.00001",
        "2026-01-31.Books.0001",
        "2026-01-31.-books.0001",
        "2026-01-31.bo'oks.0001",
        "2026-01-31.../../etc.0001",
        "2026-01-31.books/x.0001",
        "2026-02-30.books.0001",
        "26-01-31.books.0001",
        "2026-01-31.books.0001\n",
        f"2026-01-31.{'a' * 41}.0001",
    ],
)
def test_another_key_is_refused(key):
    with pytest.raises(ValueError):  # noqa: PT011 - a date's own error says what is wrong with it
        check_key(key)


def test_a_good_key_comes_back():
    assert check_key("2026-01-31.open-books.0007") == "2026-01-31.open-books.0007"


@pytest.mark.parametrize("number", [10_000, -1])
def test_a_number_of_another_length_is_refused(number):
    with pytest.raises(ValueError, match="batch key"):
        batch_key(date(2026, 1, 31), "books", number)


def test_a_manifest_takes_the_sources_that_a_key_takes():
    assert MANIFEST_SOURCE.pattern == SOURCE.pattern


def test_the_partitions_are_dynamic_and_named():
    assert BATCHES.name == "batch"
