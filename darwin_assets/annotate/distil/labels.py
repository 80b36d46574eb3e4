"""Labelled texts from a file, and a split that each of them keeps for ever (papers.md U19)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

TEST_SHARE, CALIBRATION_SHARE = 0.2, 0.1
MIN_ROWS_A_LABEL = 10
_STEPS = 1000


@dataclass(frozen=True)
class LabelledTexts:
    """`rows`: id, text, label, all not null, ids unique. `dropped`: rows without text or label."""

    rows: pl.DataFrame
    dropped: int
    sha256: str

    def part(self, name: str) -> pl.DataFrame:
        """The rows of "train", "calibration" or "test"."""
        return self.rows.filter(
            pl.Series([part_of(one) == name for one in self.rows["id"].to_list()], dtype=pl.Boolean)
        )


def part_of(identifier: str) -> str:
    """train (70 %), calibration (10 %) or test (20 %), by the hash of a document's id: more data move no document."""
    step = int(hashlib.sha256(identifier.encode()).hexdigest()[:8], 16) % _STEPS
    if step < TEST_SHARE * _STEPS:
        return "test"
    return "calibration" if step < (TEST_SHARE + CALIBRATION_SHARE) * _STEPS else "train"


def read_frame(path: Path) -> pl.DataFrame:
    """A Parquet or JSONL file. ValueError for another kind, and for one that is broken."""
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix in (".jsonl", ".ndjson"):
            # a column may be null, or look like numbers, far down a file
            return pl.read_ndjson(path, infer_schema_length=None)
    except pl.exceptions.PolarsError:
        # its message quotes the data
        raise ValueError(f"{path.name} cannot be read as {path.suffix.removeprefix('.')}") from None
    raise ValueError(f"{path.name}: labels come as .parquet or .jsonl")


def labelled_texts(frame: pl.DataFrame, text: str, label: str, identifier: str | None) -> LabelledTexts:
    """Take the columns that are named; without an id the hash of the text is one.

    Rows with equal ids or equal texts count once, so no text falls on both sides of the split. ValueError when a column is
    absent, or a label has fewer than 10 rows.
    """
    wanted = [text, label, *([identifier] if identifier else [])]
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}; the file has {', '.join(frame.columns)}")
    rows = frame.select(
        pl.col(identifier).cast(pl.String).alias("id") if identifier else pl.lit(None, pl.String).alias("id"),
        pl.col(text).cast(pl.String).alias("text"),
        pl.col(label).cast(pl.String).alias("label"),
    ).filter(pl.col("text").is_not_null() & pl.col("label").is_not_null() & (pl.col("label") != "abstain"))
    hashes = [hashlib.sha256(one.encode()).hexdigest() for one in rows["text"].to_list()]
    rows = rows.with_columns(pl.col("id").fill_null(pl.Series(hashes, dtype=pl.String)))
    rows = rows.unique("id", keep="first", maintain_order=True).unique("text", keep="first", maintain_order=True)
    counts = dict(rows["label"].value_counts().iter_rows())
    rare = sorted(name for name, n in counts.items() if n < MIN_ROWS_A_LABEL)
    if rare or len(counts) < 2:
        told = f"too few of {', '.join(rare)}" if rare else f"only {', '.join(counts) or 'none'}"
        raise ValueError(f"two labels with {MIN_ROWS_A_LABEL} documents each are the least to train on; {told}")
    payload = "\x1e".join("\x1f".join(row) for row in sorted(rows.iter_rows()))
    return LabelledTexts(rows, frame.height - rows.height, hashlib.sha256(payload.encode()).hexdigest())
