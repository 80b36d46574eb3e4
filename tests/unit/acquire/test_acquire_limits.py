"""What a small file can make of itself in memory: one copy of a document, one buffer of rows, no tree of empty lists."""

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.acquire import tables
from darwin_assets.acquire.expand import expand
from darwin_assets.acquire.media_types import detect
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.acquire.streams import read_document
from tests.unit.acquire.conftest import Land

MIB = 1 << 20


def peak_of(work: Callable[[], object]) -> float:
    """MiB that Python objects took at the most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / MIB
    finally:
        tracemalloc.stop()


def test_a_document_is_in_memory_once() -> None:
    stream = io.BytesIO(bytes(32 * MIB))
    assert peak_of(lambda: read_document(stream, AcquireSettings())) < 48


def test_rows_that_share_one_long_text_are_taken_few_at_a_time(tmp_path: Path) -> None:
    path, text = tmp_path / "x.parquet", "water " * (4 * MIB // 6)
    pl.DataFrame({"text": [text] * 80}).write_parquet(path)
    limits = AcquireSettings(max_expansion_ratio=1e9, max_expanded_bytes=1 << 40)
    found = []

    def read() -> None:
        found.extend(len(record.data) for record in expand(path, "x.parquet", limits))

    assert peak_of(read) < 100
    assert found == [len(text)] * 80


def test_a_line_of_too_many_values_is_not_parsed(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_LINE_VALUES", 100)
    lines = [b'{"text": "a", "x": [' + b"[]," * 100 + b"[]]}", b'{"text": "' + b"a, b, " * 20 + b'"}']
    first, second = land("x.jsonl", b"\n".join(lines))
    assert first.failure is not None
    assert (first.failure.rule, first.failure.value, first.failure.threshold) == ("container.bad_line", 204, "..100")
    assert second.failure is None


@pytest.mark.parametrize("name", ["page", "a.m", "a.h", "a.pl", "a.v"])
def test_blank_lines_are_looked_at_once(name: str) -> None:
    detect(name, b"\n" * 1_000_000)  # minutes, when each line begins the search anew
