"""The compact set of content keys: never forgets, hardly ever makes one up."""

from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.language_model import key_set
from resources.language_model.key_set import KeySet


@pytest.mark.slow
@settings(deadline=None)  # the first use loads numpy
@given(st.sets(st.text()), st.lists(st.text()), st.text())
def test_it_holds_what_a_set_holds(first: set[str], added: list[str], other: str) -> None:
    keys, expected = KeySet(first), first | set(added)
    for key in added:
        keys.add(key)
    assert len(keys) == len(expected)
    assert all(key in keys for key in expected)
    assert (other in keys) == (other in expected)


def test_it_stays_small_and_whole_when_much_is_added(monkeypatch) -> None:
    monkeypatch.setattr(key_set, "MERGE_ABOVE", 100)
    names = [blake2b(str(number).encode(), digest_size=20).hexdigest() for number in range(2_000)]
    keys = KeySet(names[:500])
    for name in names[:1_000]:
        keys.add(name)
    assert len(keys) == 1_000
    assert len(keys._added) <= 100
    assert [name in keys for name in names] == [True] * 1_000 + [False] * 1_000
