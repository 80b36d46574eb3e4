import polars as pl
import pytest

from darwin_assets.filter.url_keys import url_key, url_keys


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/a/b",
        "https://www.Example.ORG/a/b/",
        "HTTPS://user:word@example.org.:443/a/b?",
        "http://example.org:80/a/./c/../b#top",
        "http://example.org//a/%62?utm_source=x&fbclid=1&_ga=2",
        "http://example.org/a/b;jsessionid=0A1B",
    ],
)
def test_ways_to_write_one_address(address):
    assert url_key(address) == "example.org/a/b"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("http://example.org/?b=2&a=1", "https://example.org?a=1&b=2"),
        ("http://example.org/%7Eme/caf%C3%A9", "http://example.org/~me/café"),
        ("http://bücher.example/", "http://xn--bcher-kva.example"),
    ],
)
def test_pairs_that_are_one(left, right):
    assert url_key(left) == url_key(right) is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("http://example.org/a", "http://example.org/A"),
        ("http://example.org/a", "http://example.org:8080/a"),
        ("http://example.org/?page=1", "http://example.org/?page=2"),
        ("http://example.org/app#/one", "http://example.org/app#/two"),
        ("http://example.org/app#!one", "http://example.org/app#!two"),
        ("http://example.org/drop.zip#member:a.txt", "http://example.org/drop.zip#member:b.txt"),
        ("http://example.org/a%2fb", "http://example.org/a/b"),
        ("http://a.example.org/", "http://example.org/"),
    ],
)
def test_pairs_that_are_two(left, right):
    assert url_key(left) != url_key(right)


@pytest.mark.parametrize(
    "address", ["drop:books/a.txt", "", "http://", "http://[broken/", "https://x:port/", "httpx://a/b", "doi:10.1/2"]
)
def test_what_is_no_address_of_a_page_has_no_key(address):
    assert url_key(address) is None


def test_a_column_keeps_its_order_and_its_nulls():
    found = url_keys(pl.Series(["http://a.example/", None, "x"]))
    assert found.to_list() == ["a.example", None, None]
    assert found.dtype == pl.String
