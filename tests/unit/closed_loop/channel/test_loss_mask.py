"""Ends of documents in training rows: built so that they are learnt, and found where they are not."""

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darwin_assets.closed_loop.channel.loss_mask import NOT_LEARNT, SHARD, Document, Turn, document, packed
from darwin_assets.closed_loop.channel.loss_mask_audit import LossMask, UnreadableShard, audit_rows, audit_shards

END = 0
TOKENS = st.lists(st.integers(1, 50_000), max_size=12)
TURNS = st.lists(st.builds(Turn, TOKENS, st.booleans()), max_size=4)


def shard(n_documents: int = 200, n_tokens: int = 64) -> pl.DataFrame:
    drawn = random.Random(7)
    documents = [
        document([Turn(drawn.choices(range(1, 99), k=drawn.randint(1, 40)), n % 3 > 0), Turn([5, 6])], END)
        for n in range(n_documents)
    ]
    return packed(documents, n_tokens)


def masked(rows: pl.DataFrame, share: float) -> pl.DataFrame:
    """The same rows with the loss on some of the ends taken away."""
    drawn = random.Random(11)
    labels = [
        [NOT_LEARNT if label == END and drawn.random() < share else label for label in row]
        for row in rows["labels"].to_list()
    ]
    return rows.with_columns(labels=pl.Series(labels, dtype=SHARD["labels"]))


def test_masked_turns_are_not_learnt_and_the_end_is() -> None:
    made = document([Turn([7, 8], is_learnt=False), Turn([9]), Turn([10], is_learnt=False)], END)
    assert made == Document((7, 8, 9, 10, END), (NOT_LEARNT, NOT_LEARNT, 9, NOT_LEARNT, END))


@pytest.mark.slow
@given(st.lists(TURNS, min_size=1, max_size=8), st.integers(1, 40))
def test_packing_loses_no_token_and_every_end_is_learnt(listed: list[list[Turn]], n_tokens: int) -> None:
    documents = [document(turns, END) for turns in listed]
    rows = packed(documents, n_tokens)
    assert rows.schema == SHARD
    assert rows["input_ids"].list.explode().to_list() == [token for one in documents for token in one.tokens]
    assert rows["labels"].list.explode().to_list() == [label for one in documents for label in one.labels]
    assert (rows["input_ids"].list.len()[:-1] == n_tokens).all()
    assert (rows["seq_lengths"].list.sum() == rows["input_ids"].list.len()).all()
    found = audit_rows(rows, END)
    assert (found.n_ends, found.n_not_learnt, found.teaches_to_stop) == (len(documents), 0, True)


@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_ends_that_are_not_learnt_are_counted(share: float, tmp_path: Path) -> None:
    clean = shard()
    planted = masked(clean, share)
    n_planted = 200 - planted["labels"].list.count_matches(END).sum()
    planted.write_parquet(tmp_path / "planted.parquet")
    clean.write_parquet(tmp_path / "clean.parquet")
    found = audit_shards([tmp_path / "planted.parquet"], END)
    assert (found.n_ends, found.n_not_learnt) == (200, n_planted)
    assert found.share_not_learnt == n_planted / 200 > 0
    assert not found.teaches_to_stop
    assert audit_shards([tmp_path / "clean.parquet"], END).share_not_learnt == 0
    both = audit_shards([tmp_path / "planted.parquet", tmp_path / "clean.parquet"], END)
    assert (both.n_ends, both.n_not_learnt) == (400, n_planted)


def test_without_lengths_a_row_is_a_document_and_end_tokens_behind_its_end_are_padding() -> None:
    rows = pl.DataFrame(
        {
            "input_ids": [[5, 6, END, END, END], [5, END, END, END, END], [5, 6, 7, 8, 9]],
            "labels": [[5, 6, END, -100, -100], [5, -100, -100, -100, -100], [5, 6, 7, 8, 9]],
        }
    )
    assert audit_rows(rows, END) == LossMask(n_documents=3, n_ends=2, n_not_learnt=1, n_tokens=15, n_learnt_tokens=9)


@pytest.mark.parametrize("n_padding", [1, 2, 5])
def test_padding_that_is_not_learnt_hides_no_end_that_is_not_learnt(n_padding: int) -> None:
    padding = [99] * n_padding
    rows = pl.DataFrame(
        {
            "input_ids": [[5, 6, END, *padding], [5, 6, END, *padding], [5, 6, END, END, *padding], [5, 6, 7, 99]],
            "labels": [
                [5, 6, -100, *[-100] * n_padding],
                [5, 6, END, *[-100] * n_padding],
                [5, 6, END, *[-100] * (n_padding + 1)],
                [5, 6, 7, 99],
            ],
        }
    )
    found = audit_rows(rows, END)
    assert (found.n_documents, found.n_ends, found.n_not_learnt) == (4, 3, 1)


def test_a_row_of_which_nothing_is_learnt_is_a_document_all_the_same() -> None:
    rows = pl.DataFrame({"input_ids": [[7, 7, 7], [5, END]], "labels": [[-100] * 3, [5, END]]})
    assert audit_rows(rows, END) == LossMask(n_documents=2, n_ends=1, n_not_learnt=0, n_tokens=5, n_learnt_tokens=2)


def test_where_most_documents_have_no_end_stopping_is_not_taught() -> None:
    rows = pl.DataFrame({"input_ids": [[5, 6]] * 3 + [[5, END]], "labels": [[5, 6]] * 3 + [[5, END]]})
    found = audit_rows(rows, END)
    assert (found.share_with_end, found.share_not_learnt, found.teaches_to_stop) == (0.25, 0.0, False)
    inside = pl.DataFrame({"input_ids": [[5, 6, 5, END]], "labels": [[5, 6, 5, END]], "seq_lengths": [[1, 1, 2]]})
    assert not audit_rows(inside, END).teaches_to_stop


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"input_ids": ["a"], "labels": ["b"]}, "input_ids must be a list of integers"),
        ({"input_ids": [[1.5]], "labels": [[1.5]]}, "input_ids must be a list of integers"),
        ({"input_ids": [[5, END], None], "labels": [[5, END], None]}, "input_ids must be .* without nulls"),
        ({"input_ids": [[5, END]], "labels": [[5, None]]}, "labels must be .* without nulls"),
        ({"input_ids": [[5, END]], "labels": [[5, END]], "seq_lengths": [[None]]}, "seq_lengths must be a list"),
        ({"input_ids": [[5, END]], "labels": [[5, END]], "seq_lengths": [[5]]}, "fit into their row"),
        ({"input_ids": [[5, END]], "labels": [[5, END]], "seq_lengths": [[0, 2]]}, "above 0"),
    ],
)
def test_columns_that_are_no_shard_are_refused_by_what_is_wrong_with_them(
    rows: dict[str, list[Any]], said: str
) -> None:
    with pytest.raises(UnreadableShard, match=said):
        audit_rows(pl.DataFrame(rows), END)


def test_padding_behind_the_documents_of_a_row_is_none_of_them() -> None:
    rows = pl.DataFrame(
        {"input_ids": [[5, END, 6, END, END]], "labels": [[5, END, 6, END, -100]], "seq_lengths": [[2, 2]]}
    )
    assert audit_rows(rows, END) == LossMask(n_documents=2, n_ends=2, n_not_learnt=0, n_tokens=5, n_learnt_tokens=4)


def test_a_shard_without_any_end_does_not_teach_to_stop() -> None:
    rows = pl.DataFrame({"input_ids": [[5, 6], [7]], "labels": [[5, 6], [7]]})
    assert not audit_rows(rows, END).teaches_to_stop


def test_shifted_labels_are_refused() -> None:
    rows = pl.DataFrame({"input_ids": [[5, 6, END]], "labels": [[6, END, -100]]})
    with pytest.raises(UnreadableShard, match="same place"):
        audit_rows(rows, END)


def test_other_files_are_refused_by_what_they_lack(tmp_path: Path) -> None:
    pl.DataFrame({"input_ids": [[1]], "text": ["a"]}).write_parquet(tmp_path / "text.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(UnreadableShard, match=r"text\.parquet: no column labels"):
        audit_shards([tmp_path / "text.parquet"], END)
    with pytest.raises(UnreadableShard, match=r"broken\.parquet: cannot be read"):
        audit_shards([tmp_path / "broken.parquet"], END)
