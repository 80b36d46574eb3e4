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
Flags = npt.NDArray[np.bool_]
N_ROWS_AT_ONCE = 10_000
MIN_SHARE_WITH_END = 0.5
"""Of documents; some may be cut. Where most have no end stopping is hardly taught, or another token ends them. Own choice."""


class UnreadableShard(ValueError):
    """A file that is no training shard; the message says what a shard is."""


@dataclass(frozen=True)
class LossMask:
    """What became of the ends of documents."""

    n_documents: int
    n_ends: int
    """Documents whose last token is the end token."""
    n_not_learnt: int
    """Ends that are not part of the loss."""
    n_tokens: int
    n_learnt_tokens: int
    n_cut: int = 0
    """Documents without an end that reach the end of a packed row, of full length: they go on in another one."""

    @property
    def share_with_end(self) -> float:
        """Of the documents that were not cut."""
        return self.n_ends / max(1, self.n_documents - self.n_cut)

    @property
    def share_not_learnt(self) -> float:
        return self.n_not_learnt / self.n_ends if self.n_ends else 0.0

    @property
    def teaches_to_stop(self) -> bool:
        """Most documents have an end, and all ends are learnt."""
        return self.share_with_end >= MIN_SHARE_WITH_END and self.n_not_learnt == 0

    def __add__(self, other: LossMask) -> LossMask:
        return LossMask(
            self.n_documents + other.n_documents,
            self.n_ends + other.n_ends,
            self.n_not_learnt + other.n_not_learnt,
            self.n_tokens + other.n_tokens,
            self.n_learnt_tokens + other.n_learnt_tokens,
            self.n_cut + other.n_cut,
        )


def audit_shards(paths: Iterable[Path], end_token: int) -> LossMask:
    """Parquet files with `input_ids` and `labels`, and `seq_lengths` where a row holds several documents; a row without it is
    one document, and padding at its end is none of it: one token that stands again and again and is not learnt, or what
    follows the first of several end tokens. UnreadableShard for another file.
    """
    found = LossMask(0, 0, 0, 0, 0)
    for path in paths:
        try:
            for rows in _batches(path):
                found += audit_rows(rows, end_token)
        except UnreadableShard as error:
            raise UnreadableShard(f"{path.name}: {error}") from error
    return found


def audit_rows(rows: pl.DataFrame, end_token: int) -> LossMask:
    """As `audit_shards`, of rows in memory."""
    _refuse_other_columns(rows)
    tokens, labels = _flat(rows["input_ids"]), _flat(rows["labels"])
    n_tokens = rows["input_ids"].list.len()
    learnt = labels != NOT_LEARNT
    if not (n_tokens == rows["labels"].list.len()).all() or (labels != tokens)[learnt].any():
        raise UnreadableShard(
            "labels must repeat the token at the same place, or hold -100: shifted labels and other weights are not read"
        )
    starts = _starts(n_tokens)
    stops = starts + n_tokens.to_numpy()
    is_packed = "seq_lengths" in rows.columns
    lasts = _last_of_documents(rows, starts) if is_packed else _last_of_rows(tokens, learnt, starts, stops, end_token)
    has_end = tokens[lasts] == end_token
    ends = lasts[has_end]
    full = stops[stops - starts == n_tokens.max()] if is_packed else stops[:0]
    n_cut = int(np.isin(lasts[~has_end] + 1, full).sum())
    return LossMask(len(lasts), len(ends), int((~learnt[ends]).sum()), len(tokens), int(learnt.sum()), n_cut)


def _batches(path: Path) -> Iterable[pl.DataFrame]:
    try:
        columns = pl.read_parquet_schema(path).keys()
    except (pl.exceptions.ComputeError, OSError) as error:
        raise UnreadableShard("cannot be read as Parquet") from error
    if missing := [name for name in ("input_ids", "labels") if name not in columns]:
        raise UnreadableShard(f"no column {' and no '.join(missing)}: a shard has input_ids and labels")
    names = [name for name in ("input_ids", "labels", "seq_lengths") if name in columns]
    return pl.scan_parquet(path).select(names).collect_batches(chunk_size=N_ROWS_AT_ONCE, maintain_order=True)


def _refuse_other_columns(rows: pl.DataFrame) -> None:
    for name in rows.columns:
        column = rows[name]
        is_integers = isinstance(column.dtype, pl.List) and column.dtype.inner.is_integer()
        if not is_integers or column.has_nulls() or _has_nulls(column):
            raise UnreadableShard(f"{name} must be a list of integers in every row, without nulls")
    if "seq_lengths" in rows.columns:
        lengths = pl.col("seq_lengths").list
        fits = (lengths.min().fill_null(1) > 0) & (lengths.sum() <= pl.col("input_ids").list.len())
        if not rows.select(fits.all()).item():
            raise UnreadableShard("seq_lengths must be above 0, and fit into their row together")


def _has_nulls(lists: pl.Series) -> bool:
    return lists.list.explode(empty_as_null=False, keep_nulls=False).null_count() > 0


def _flat(lists: pl.Series) -> Integers:
    return lists.explode(empty_as_null=False).to_numpy().astype(np.int64)


def _starts(lengths: pl.Series) -> Integers:
    return np.concatenate([[0], lengths.to_numpy().astype(np.int64).cumsum()])[:-1]


def _last_of_documents(rows: pl.DataFrame, starts: Integers) -> Integers:
    """The place of each document's last token. What a row holds beyond its documents is padding."""
    placed = rows.select(start=pl.Series(starts), length=pl.col("seq_lengths")).explode("length")
    ends = placed.select((pl.col("start") + pl.col("length").cum_sum().over("start")) - 1)
    return ends.to_series().drop_nulls().to_numpy()


def _last_of_rows(tokens: Integers, learnt: Flags, starts: Integers, stops: Integers, end_token: int) -> Integers:
    """The place of each row's last token before its padding; of several end tokens there, of the first."""
    lasts = []
    for start, stop in zip(starts, stops, strict=True):
        if stop > start:
            own = _without_padding(tokens[start:stop], learnt[start:stop], end_token)
            lasts.append(start + min(_last_other(own, end_token) + 1, len(own) - 1))
    return np.asarray(lasts, np.int64)


def _without_padding(row: Integers, learnt: Flags, end_token: int) -> Integers:
    """Without a last stretch of one token that is not learnt; of end tokens the first may be the end of the document."""
    if row[-1] == end_token:
        return row
    n_kept = max(_last_other(row, int(row[-1])), int(np.flatnonzero(learnt).max(initial=-1))) + 1
    return row[:n_kept] if n_kept else row


def _last_other(row: Integers, token: int) -> int:
    """The place of the last token that is another one; -1 without any."""
    return int(np.flatnonzero(row != token).max(initial=-1))
