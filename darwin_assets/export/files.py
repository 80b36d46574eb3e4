"""The files of an export as bytes: the same rows give the same bytes. What stands in them is for `formats` to say."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from darwin_assets.contract import text_sha256
from darwin_assets.export.attribution import CREDIT

ROWS_A_FILE, CHARS_A_FILE = 50_000, 128_000_000
"""A data file ends when it has as many rows or characters: it is held in memory while it is written."""

TEXT_COLUMNS = ("text", "question", "answer", "instruction", "output")
CHAT_COLUMNS = {"conversations": "value", "messages": "content"}
"""Where the words of a written row stand: whole columns, and a field of the entries of a list."""

INDEX, LEFT_OUT, ATTRIBUTION = "rows.parquet", "left-out.parquet", "ATTRIBUTION.md"
EVIDENCE = "decontamination.parquet"
"""The benchmark items for which rows were left out, in `decontamination.evidence.EVIDENCE`: ids and measures, no words."""
INDEX_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "file": pl.String(),
    "line_of_file": pl.Int64(),
    "id": pl.String(),
    "root_id": pl.String(),
    "origin_ids": pl.List(pl.String()),
    "batch": pl.String(),
    "level": pl.String(),
    "licence": pl.String(),
    "credits": pl.List(CREDIT),
    "text_sha256": pl.String(),
    "masked": pl.Int64(),
}
"""Which row each line is and what it was made from; `line` counts through all files, `text_sha256` is of what was written."""

LEFT_OUT_SCHEMA: dict[str, pl.DataType] = {
    "id": pl.String(),
    "root_id": pl.String(),
    "origin_ids": pl.List(pl.String()),
    "batch": pl.String(),
    "reasons": pl.List(pl.String()),
}


def data_name(number: int, suffix: str) -> str:
    return f"data-{number:05d}.{suffix}"


def cut(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows in pieces that fit into a data file."""
    before = pl.col("text").str.len_chars().fill_null(0).cum_sum() // CHARS_A_FILE
    pieces = rows.with_columns(_piece=before + pl.int_range(pl.len()) // ROWS_A_FILE)
    for _, piece in pieces.group_by("_piece", maintain_order=True):
        yield piece.drop("_piece")


def data_bytes(rows: pl.DataFrame, suffix: str) -> bytes:
    """Rows, in the columns of a format, as a data file."""
    if suffix == "parquet":
        return parquet_bytes(rows)
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows.iter_rows(named=True)).encode(
        "utf-8", "surrogatepass"
    )


def read_data(data: bytes, suffix: str) -> pl.DataFrame:
    """The rows of a data file."""
    if suffix == "parquet":
        return pl.read_parquet(io.BytesIO(data))
    rows = [json.loads(line) for line in data.decode("utf-8", "surrogatepass").split("\n") if line]
    return pl.DataFrame(rows, infer_schema_length=None)


def parquet_bytes(rows: pl.DataFrame) -> bytes:
    """Without statistics, which would repeat parts of the text."""
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd", compression_level=3, statistics=False)
    return buffer.getvalue()


def index_rows(rows: pl.DataFrame, file: str, before: int) -> pl.DataFrame:
    """The lines of one data file in INDEX_SCHEMA; `before` lines stand in files before it."""
    counted = rows.with_columns(
        line_of_file=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        file=pl.lit(file),
        text_sha256=pl.Series([text_sha256(text) for text in rows["text"]], dtype=pl.String),
    ).with_columns(line=pl.col("line_of_file") + before)
    return counted.select(pl.col(name).cast(dtype) for name, dtype in INDEX_SCHEMA.items())


def file_facts(name: str, data: bytes, rows: pl.DataFrame | None = None) -> dict[str, Any]:
    """What the manifest says of a file; `rows`: those of a data file."""
    facts = {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return facts if rows is None else {**facts, "rows": rows.height, "chars": n_chars(rows)}


def by_licence(index: pl.DataFrame) -> dict[str, int]:
    """Licence → lines of the index, most frequent first."""
    counted = index["licence"].drop_nulls().value_counts().sort("count", "licence", descending=[True, False])
    return dict(counted.iter_rows())


def data_facts(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """What the manifest says of the data files, in their order."""
    return [facts for facts in manifest["files"] if "rows" in facts]


def n_chars(rows: pl.DataFrame) -> int:
    """Characters of the words of rows as they are written, in any format."""
    counts = [pl.col(name).str.len_chars().sum() for name in TEXT_COLUMNS if name in rows.columns] + [
        pl.col(name).list.eval(pl.element().struct.field(field).str.len_chars()).list.sum().sum()
        for name, field in CHAT_COLUMNS.items()
        if name in rows.columns
    ]
    return int(rows.select(pl.sum_horizontal(counts)).item()) if rows.height else 0


def manifest_bytes(manifest: dict[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
