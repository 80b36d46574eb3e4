"""Finding personal data: places, precedence and masks; and what was measured on the labelled set."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.privacy import MARKED, passages, score
from darwin_assets.acquire.media_types import CNXML
from darwin_assets.export.screen import look_through
from darwin_assets.normalize.parse import parse
from darwin_assets.normalize.settings import NormalizeSettings
from darwin_assets.privacy import KINDS
from darwin_assets.privacy.fields import FIELDS
from darwin_assets.privacy.find import PLACEHOLDERS, Found, counts, find, masked

ALPHABET = "ABab 0123456789.-+@()[]/:,\n'"
MIXED = "Write to Anna Berg <anna.berg@uni-turin.it>, +49 30 5557 1234, IBAN DE50 5260 1815 9083 0166 13."


def shown(text: str) -> str:
    return masked(text, find(text))


def test_every_kind_has_a_placeholder_and_a_meaning():
    assert set(PLACEHOLDERS) == set(KINDS) == {*FIELDS, "person"}


def test_finds_become_placeholders_and_the_rest_stays():
    assert shown(MIXED) == "Write to <PERSON> <<EMAIL>>, <PHONE>, IBAN <IBAN>."
    assert counts(find(MIXED)) == {"email": 1, "iban": 1, "person": 1, "phone": 1}
    assert masked(MIXED, find(MIXED, ["iban"])) == MIXED.replace("DE50 5260 1815 9083 0166 13", "<IBAN>")
    assert find(MIXED, []) == []


@pytest.mark.parametrize(
    "text",
    [
        "Dr. <PERSON> came",
        "Mr. and Mrs. <PERSON>",
        "Dear <PERSON>,\nhello",
        "Kind regards,\n<PERSON>",
        "my name is <PERSON>.",
        "Authors: <PERSON>, <PERSON> and <PERSON>\n",
        "peer=<IP_ADDRESS> and package==93.184.216.34",
        "mail('<EMAIL>')",
        "konto <IBAN>, klein geschrieben",
        "PESEL: <NATIONAL_ID>, entry 86012142486",
        "DNI <NATIONAL_ID>, not 12581535A",
        "sécurité sociale : <NATIONAL_ID>",
        "<NATIONAL_ID> (henkilötunnus)",
    ],
)
def test_what_stands_for_whom(text):
    filled = text.replace("<EMAIL>", "jo.berg@uni-turin.it").replace("<IP_ADDRESS>", "176.9.44.118")
    filled = filled.replace("<IBAN>", "nl64ingb4268465632")
    ids = iter({"PES": "86012142486", "DNI": "12581535Y", "séc": "2 52 05 86 655 721 56", "<NA": "210480-540U"}.items())
    for start, written in ids:
        if text.startswith(start):
            filled = filled.replace("<NATIONAL_ID>", written)
    for name in ("Anna Kowalska", "Jorge Prieto", "Mei Lin Tan"):
        filled = filled.replace("<PERSON>", name, 1)
    found = [one for one in find(filled) if not (text.startswith("PES") and one.start > 20)]
    assert masked(filled, found) == text


def test_a_surname_is_known_again():
    assert (
        shown("Deborah Kamau measured. Kamau logged, the kamau did not.")
        == "<PERSON> measured. <PERSON> logged, the kamau did not."
    )


@pytest.mark.parametrize(
    "text",
    [
        "the theorem of Gauss and the Gram-Schmidt process",
        "Charlotte Harbor and the Julia Set",
        "Name: to be announced",
        "Dear colleagues,\nwe meet",
        "ISBN 978-3-16-148410-0, version 10.4.2.1",
        "11 digits: 86012142486",
        "",
    ],
)
def test_what_is_nobody(text):
    assert find(text) == []


def test_of_two_finds_in_one_place_the_own_one_stays():
    other = [Found(0, len(MIXED), "national_id"), Found(0, 5, "national_id"), Found(3, 3, "phone")]
    assert find(MIXED, KINDS, lambda _text, _kinds: other) == sorted([*find(MIXED), Found(0, 5, "national_id")])


@settings(max_examples=60)
@given(st.text(ALPHABET, max_size=200))
def test_finds_lie_apart_in_order_and_within_the_text(text):
    found = find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("text", ["Anna " * 20_000, "A" * 100_000, "Dr. " * 20_000, "1 2 " * 20_000, "a@" * 50_000])
def test_long_runs_of_one_thing_cost_no_more_than_their_length(text):
    assert isinstance(find(text), list)


def test_the_labelled_set_is_found_as_well_as_the_page_says():
    """docs/privacy.md: the own detectors on all passages; a rule that loses or invents more than this fails here."""
    everything = passages()
    assert sum(len(one.marked) for one in everything) >= 300
    assert not any(MARKED.search(one.text) for one in everything)
    assert {mark.kind for one in everything for mark in one.marked} == set(KINDS)
    total = score([one for one in everything if one.file != "further_countries.txt"])
    assert total.precision() >= 0.97
    for kind in ("email", "iban", "card", "national_id", "us_ssn", "phone"):
        assert total.recall(kind) >= 0.95, kind
        assert total.precision(kind) >= 0.94, kind
    assert total.recall("person") >= 0.75
    assert total.precision("person") >= 0.94


@pytest.mark.slow
def test_presidio_knows_further_countries_and_asks_nobody(monkeypatch):
    pytest.importorskip("presidio_analyzer")
    import socket

    from darwin_assets.privacy.presidio import find_with_presidio

    def no_network(*_args, **_options):
        raise AssertionError("a detector wants to reach the network")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    chosen = [one for one in passages() if one.file == "further_countries.txt"]
    alone, both = score(chosen), score(chosen, (find_with_presidio,))
    assert alone.recall() < both.recall()
    assert both.recall() >= 0.7
    assert both.precision() >= 0.9


@pytest.mark.slow
@pytest.mark.shared_data
def test_textbooks_hold_nobodys_numbers(shared_data):
    """Real modules on science are full of numbers, and none of them is anybody's."""
    paths = sorted((shared_data / "textbooks").rglob("*.cnxml"))[::12]
    assert len(paths) > 30
    for path in paths:
        text = parse(path.read_bytes(), CNXML, NormalizeSettings()).text
        assert {one.kind for one in look_through(text, frozenset(KINDS))} <= {"person"}, path.name
