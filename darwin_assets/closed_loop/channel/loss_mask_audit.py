"""Whether a tokenized training shard teaches where documents end: the share that is not learnt must be 0 (papers.md §2.3).

The usual way to get there is padding with the end token and then leaving all padding out of the loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from darwin_assets.closed_loop.channel.loss_mask import NOT_LEARNT

Integers = npt.NDArray[np.int64]
N_ROWS_AT_ONCE = 10_000


class UnreadableShard(ValueError):
    """A file that is no training shard; the message says what a shard is."""


@dataclass(frozen=True)
class LossMask:
    """What became of the ends of documents. Parts of documents that were cut for packing have no end."""

    n_documents: int
    n_ends: int
    """Documents whose last token is the end token."""
    n_not_learnt: int
    """Ends that are not part of the loss."""
    n_tokens: int
    n_learnt_tokens: int

    @property
    def share_not_learnt(self) -> float:
        return self.n_not_learnt / self.n_ends if self.n_ends else 0.0

    @property
    def teaches_to_stop(self) -> bool:
        """There are ends, and all of them are learnt."""
        return self.n_ends > 0 and self.n_not_learnt == 0

    def __add__(self, other: LossMask) -> LossMask:
        return LossMask(
            self.n_documents + other.n_documents,
            self.n_ends + other.n_ends,
            self.n_not_learnt + other.n_not_learnt,
            self.n_tokens + other.n_tokens,
            self.n_learnt_tokens + other.n_learnt_tokens,
        )


def audit_shards(paths: Iterable[Path], end_token: int) -> LossMask:
    """Parquet files with `input_ids` and `labels`, and `seq_lengths` where a row holds several documents; a row without it is
    one document, and what follows its first end token, if only end tokens do, is padding. UnreadableShard for another file.
    """
    found = LossMask(0, 0, 0, 0, 0)
    for path in paths:
        for rows in _batches(path):
            found += audit_rows(rows, end_token)
    return found


def audit_rows(rows: pl.DataFrame, end_token: int) -> LossMask:
    """As `audit_shards`, of rows in memory."""
    tokens, labels = _flat(rows["input_ids"]), _flat(rows["labels"])
    n_tokens = rows["input_ids"].list.len()
    learnt = labels != NOT_LEARNT
    if not (n_tokens == rows["labels"].list.len()).all() or (labels != tokens)[learnt].any():
        raise UnreadableShard(
            "labels must repeat the token at the same place, or hold -100: shifted labels and other weights are not read"
        )
    starts = _starts(n_tokens)
    if "seq_lengths" in rows.columns:
        lasts = _last_of_documents(rows, starts)
    else:
        lasts = _last_of_rows(tokens, starts, starts + n_tokens.to_numpy(), end_token)
    ends = lasts[tokens[lasts] == end_token]
    return LossMask(len(lasts), len(ends), int((~learnt[ends]).sum()), len(tokens), int(learnt.sum()))


def _batches(path: Path) -> Iterable[pl.DataFrame]:
    try:
        columns = pl.read_parquet_schema(path).keys()
    except (pl.exceptions.ComputeError, OSError) as error:
        raise UnreadableShard(f"{path.name} cannot be read as Parquet") from error
    if missing := [name for name in ("input_ids", "labels") if name not in columns]:
        raise UnreadableShard(f"{path.name} has no column {' and no '.join(missing)}: a shard has input_ids and labels")
    names = [name for name in ("input_ids", "labels", "seq_lengths") if name in columns]
    return pl.scan_parquet(path).select(names).collect_batches(chunk_size=N_ROWS_AT_ONCE, maintain_order=True)


def _flat(lists: pl.Series) -> Integers:
    return lists.explode(empty_as_null=False).to_numpy().astype(np.int64)


def _starts(lengths: pl.Series) -> Integers:
    return np.concatenate([[0], lengths.to_numpy().astype(np.int64).cumsum()])[:-1]


def _last_of_documents(rows: pl.DataFrame, starts: Integers) -> Integers:
    """The place of each document's last token. What a row holds beyond its documents is padding."""
    placed = rows.select(start=pl.Series(starts), length=pl.col("seq_lengths")).explode("length")
    ends = placed.select((pl.col("start") + pl.col("length").cum_sum().over("start")) - 1)
    return ends.to_series().drop_nulls().to_numpy()


def _last_of_rows(tokens: Integers, starts: Integers, stops: Integers, end_token: int) -> Integers:
    """The place of each row's last token; of several end tokens there, of the first."""
    lasts = []
    for start, stop in zip(starts, stops, strict=True):
        row = tokens[start:stop]
        others = np.flatnonzero(row != end_token)
        behind = int(others[-1]) + 1 if len(others) else 0
        if len(row):
            lasts.append(start + min(behind, len(row) - 1))
    return np.asarray(lasts, np.int64)
