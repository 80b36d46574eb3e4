"""Which tokens of a training row are learnt: masked turns are not, the end of a document always is (papers.md §2.4, U55).

Rows are as trainers of the Hugging Face family read them: `labels` repeats a token that is learnt, and holds NOT_LEARNT for
another. Where the end of documents is not learnt, a model goes on behind its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import polars as pl

NOT_LEARNT = -100
SHARD = pl.Schema(
    {
        "input_ids": pl.List(pl.Int32()),
        "labels": pl.List(pl.Int32()),  # the token where it is learnt, else NOT_LEARNT; not shifted
        "seq_lengths": pl.List(pl.Int32()),  # of the documents, or parts of such, that stand in the row
    }
)


class Turn(NamedTuple):
    """Tokens that are learnt, or only shown: an answer or a question."""

    tokens: Sequence[int]
    is_learnt: bool = True


class Document(NamedTuple):
    tokens: tuple[int, ...]
    labels: tuple[int, ...]


def document(turns: Sequence[Turn], end_token: int) -> Document:
    """Turns with the end of the document behind them, which is learnt whatever the last turn is."""
    labels = (token if turn.is_learnt else NOT_LEARNT for turn in turns for token in turn.tokens)
    return Document((*(token for turn in turns for token in turn.tokens), end_token), (*labels, end_token))


def packed(documents: Iterable[Document], n_tokens: int) -> pl.DataFrame:
    """Rows (SHARD) of `n_tokens`, the last one shorter: documents one behind the other, in parts where a row ends in them."""
    rows: list[list[Document]] = [[]]
    left = n_tokens
    for one in documents:
        for part in _parts(one, left, n_tokens):
            if not left:
                rows.append([])
                left = n_tokens
            rows[-1].append(part)
            left -= len(part.tokens)
    return pl.DataFrame([_row(row) for row in rows if row], schema=SHARD, orient="row")


def _parts(one: Document, first: int, n_tokens: int) -> Iterator[Document]:
    start, end = 0, first or n_tokens
    while start < len(one.tokens):
        yield Document(one.tokens[start:end], one.labels[start:end])
        start, end = end, end + n_tokens


def _row(parts: Sequence[Document]) -> tuple[list[int], list[int], list[int]]:
    tokens = [token for part in parts for token in part.tokens]
    labels = [label for part in parts for label in part.labels]
    return tokens, labels, [len(part.tokens) for part in parts]
