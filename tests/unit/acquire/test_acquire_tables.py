"""JSONL and Parquet: one record a row, with what its columns say."""

import gzip
import io
import json

import polars as pl
import pytest

from darwin_assets.acquire.parquet_size import unpacked_bytes


def parquet(**columns: list[object]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


ROW = {
    "text": "# Über π",
    "url": "https://example.org/a",
    "title": "A",
    "license": "cc-by-4.0",
    "format": "markdown",
    "id": 7,
}


@pytest.mark.parametrize(
    ("name", "content", "locator"),
    [
        ("x.jsonl", json.dumps(ROW).encode(), "line:1"),
        ("x.jsonl.gz", gzip.compress(json.dumps(ROW).encode()), "line:1"),
        ("x.parquet", parquet(**{key: [value] for key, value in ROW.items()}), "row:1"),
    ],
)
def test_columns_become_metadata(land, name, content, locator):
    (record,) = land(name, content)
    assert (record.locator, record.media_type, record.data.decode()) == (locator, "text/markdown", "# Über π")
    assert (record.uri, record.title, record.licence) == ("https://example.org/a", "A", "CC-BY-4.0")
    assert record.extra == {"source_id": "7"}


def test_a_licence_that_is_not_spdx_does_not_become_the_drops(land):
    (record,) = land("x.jsonl", b'{"text": "t", "licence": "all rights reserved"}')
    assert record.licence == "NOASSERTION"
    assert record.extra["stated_licence"] == "all rights reserved"


STATED = {
    '["CC-BY-NC-ND-4.0"]': "CC-BY-NC-ND-4.0",
    '["MIT", "cc-by-4.0"]': "CC-BY-4.0 AND MIT",
    '["MIT", "all rights reserved"]': "NOASSERTION",
    '["MIT", 5]': "NOASSERTION",
    '{"id": "CC-BY-NC-ND-4.0"}': "NOASSERTION",
    "5": "NOASSERTION",
    "false": "NOASSERTION",
    '"' + "MIT AND " * 200 + 'MIT"': "NOASSERTION",
    "null": None,
    '" "': None,
    "[]": None,
    '[null, ""]': None,
}


@pytest.mark.parametrize("stated", STATED)
def test_a_licence_is_heard_in_whatever_type_it_is_stated(land, stated):
    (record,) = land("x.jsonl", f'{{"text": "t", "license": {stated}}}'.encode())
    assert record.licence == STATED[stated]
    assert ("stated_licence" in record.extra) == (record.licence == "NOASSERTION")


def test_a_column_that_states_no_licence_leaves_it_to_the_other(land):
    (record,) = land("x.jsonl", b'{"text": "t", "licence": "", "license": "MIT"}')
    assert record.licence == "MIT"


@pytest.mark.parametrize(
    ("column", "licence"),
    [
        (pl.Series([["CC-BY-NC-ND-4.0"]]), "CC-BY-NC-ND-4.0"),
        (pl.Series(["MIT"], dtype=pl.Categorical), "MIT"),
        (pl.Series([{"id": "MIT"}]), "NOASSERTION"),
        (pl.Series([1.5]), "NOASSERTION"),
        (pl.Series([None], dtype=pl.List(pl.String)), None),
        (pl.Series([None]), None),
    ],
)
def test_a_licence_column_of_parquet_may_have_any_type(land, column, licence):
    (record,) = land("x.parquet", parquet(text=["t"], license=column))
    assert (record.data, record.licence) == (b"t", licence)


def test_a_licence_that_many_rows_misspell_costs_them_nothing(land, monkeypatch):
    monkeypatch.setattr("darwin_assets.acquire.licences._suggestion", pytest.fail)
    lines = (json.dumps({"text": "t", "license": f"own terms {number}"}) for number in range(20))
    assert {record.licence for record in land("x.jsonl", "\n".join(lines).encode())} == {"NOASSERTION"}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"{broken", "container.bad_line"),
        (b"[1, 2]", "container.bad_line"),
        (b'{"text": "\xff"}', "container.bad_line"),
        (b"[" * 100_000, "container.bad_line"),
        (b'{"n": ' + b"9" * 5000 + b"}", "container.bad_line"),
        (b'{"other": "x"}', "container.no_text_column"),
        (b'{"text": 5}', "container.no_text_column"),
        (b'{"text": null}', "record.empty"),
        (b'{"text": ""}', "record.empty"),
    ],
)
def test_a_bad_line_is_a_row_and_the_next_is_read(land, line, rule):
    records = land("x.jsonl", line + b'\n\n{"content": "fine"}')
    assert [record.locator for record in records] == ["line:1", "line:3"]
    assert records[0].failure.rule == rule
    assert records[1].data == b"fine"


def test_half_a_surrogate_pair_becomes_the_replacement_character(land):
    (record,) = land("x.jsonl", b'{"text": "a\\ud800b \\ud83d\\ude00"}')
    assert record.data.decode() == "a�b 😀"


def test_a_line_over_the_limit_is_not_held(land):
    records = land("x.jsonl", b'{"text": "a"}\n{"text": "' + b"x" * 5000 + b'"}\n', max_member_bytes=1000)
    assert [record.failure.rule if record.failure else "kept" for record in records] == [
        "kept",
        "container.member_too_large",
    ]


def test_a_cut_gzip_yields_the_lines_before_the_cut(land):
    lines = [json.dumps({"text": f"{number} " * 50}) for number in range(5000)]
    content = gzip.compress("\n".join(lines).encode())
    records = land("x.jsonl.gz", content[: len(content) // 2])
    assert len(records) > 1000
    assert [record.data.decode() for record in records[:-1]] == [
        json.loads(line)["text"] for line in lines[: len(records) - 1]
    ]
    assert (records[-1].locator, records[-1].failure.rule) == ("rest", "container.truncated")


def test_parquet_rows_keep_their_order_over_batches(land):
    texts = [f"row {number}" for number in range(3000)]
    records = land("x.parquet", parquet(text=texts))
    assert [record.data.decode() for record in records] == texts
    assert records[-1].locator == "row:3000"


def test_parquet_without_text_and_cut_parquet(land):
    assert land("x.parquet", parquet(words=["a"]))[0].failure.rule == "container.no_text_column"
    assert land("x.parquet", parquet(text=[1]))[0].failure.rule == "container.no_text_column"
    assert land("x.parquet", parquet(text=["a"])[:-10])[0].failure.rule == "container.truncated"
    assert land("x.parquet", b"PAR1" + bytes(50) + b"PARE")[0].failure.rule == "container.encrypted"
    rows = land("x.parquet", parquet(text=["a", None, ""]))
    assert [record.failure.rule if record.failure else "kept" for record in rows] == [
        "kept",
        "record.empty",
        "record.empty",
    ]


def test_a_parquet_file_that_expands_too_far_is_stopped(land):
    records = land("x.parquet", parquet(text=["x" * 10_000] * 2000))  # one value in a dictionary
    assert (records[-1].locator, records[-1].failure.rule) == ("rest", "container.expansion_ratio")


def test_a_parquet_bomb_is_stopped_before_it_is_unpacked(land):
    content = parquet(text=[f"{'x' * 200_000}{number}" for number in range(100)])
    (record,) = land("x.parquet", content)
    assert (record.locator, record.failure.rule) == ("", "container.expansion_ratio")
    assert record.failure.value * len(content) == pytest.approx(20_000_000, rel=0.05)


def test_what_a_parquet_file_unpacks_to_is_summed_over_row_groups():
    texts = [f"text {number} " * 5 for number in range(1000)]
    buffer = io.BytesIO()
    pl.DataFrame({"text": texts, "other": texts}).write_parquet(buffer, row_group_size=100, compression="uncompressed")
    size = buffer.tell()
    one = unpacked_bytes(buffer, size, frozenset({"text"}))
    assert sum(map(len, texts)) < one < 1.2 * sum(len(text) + 4 for text in texts)
    assert unpacked_bytes(buffer, size, frozenset({"text", "other"})) == 2 * one
