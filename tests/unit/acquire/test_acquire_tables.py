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
