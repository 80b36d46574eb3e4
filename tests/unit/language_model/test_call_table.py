"""The call ledger as a table: what is written, when, by whom, and what must never be in it."""

import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from resources.language_model import AnswerStoreError, ChatReply, DeltaAnswerStore
from resources.language_model.call_table import AVOIDED, CALL, SCHEMA, CallTable, Purpose
from resources.language_model.calls import Call, CallLedger
from resources.language_model.prices import Prices
from tests.faults.processes import start

PURPOSE = Purpose("run-1", "2026-01-31.books.0001", "L4", "refine.v1", "model-a")
PRICES = Prices(input=2.0, output=10.0, cached_input=0.5, hour=3.0)
BEGUN = datetime(2026, 1, 31, 12, tzinfo=UTC)
CANARY = "the canary sings at noon"


@pytest.fixture
def table(tmp_path: Path) -> CallTable:
    made = CallTable(str(tmp_path / "calls"), commit_rows=10, compact_above_files=5)
    assert made.create()
    return made


def call(number: int, error: str | None = None, endpoint: str = "http://gpu-1:8000/v1") -> Call:
    return Call(f"row:{number}", f"key-{number}", endpoint, BEGUN, 0.5, 100, 40, 20, "stop", error)


def rows_of(table: CallTable) -> pl.DataFrame:
    return table.scan().collect()


def fill(log: CallLedger, numbers: range) -> None:
    for number in numbers:
        log.record(call(number))
        if log.is_due:
            log.flush()


def test_a_call_is_written_down_in_full(table: CallTable) -> None:
    log = table.open(PURPOSE, PRICES)
    log.record(call(1, "length"))
    log.flush()
    assert rows_of(table).rows(named=True) == [
        {
            "kind": CALL, "run_id": "run-1", "batch": "2026-01-31.books.0001", "level": "L4", "prompt_id": "refine.v1",
            "model_fingerprint": "model-a", "n_answers": 1, "started_at": BEGUN, "seconds": 0.5, "prompt_tokens": 100,
            "cached_tokens": 40, "completion_tokens": 20, "price_input": 2.0, "price_output": 10.0,
            "price_cached_input": 0.5, "price_hour": 3.0, "tokens_cost": PRICES.cost(call(1)),
            "endpoint": "http://gpu-1:8000/v1", "finish_reason": "stop", "error": "length", "request_key": "row:1",
            "content_key": "key-1",
        }
    ]  # fmt: skip


def test_what_was_avoided_between_two_commits_is_one_row(table: CallTable) -> None:
    log = table.open(PURPOSE, PRICES)
    for _ in range(3):
        log.avoided(100, 20)
    log.record(call(1))
    log.flush()
    log.avoided(7, 5)
    log.flush()
    log.flush()
    avoided = rows_of(table).filter(pl.col("kind") == AVOIDED).sort("n_answers")
    assert avoided.select("n_answers", "prompt_tokens", "completion_tokens").rows() == [(1, 7, 5), (3, 300, 60)]
    assert avoided["tokens_cost"].to_list() == pytest.approx([6.4e-05, 1.2e-03])
    assert (
        avoided.select("seconds", "endpoint", "cached_tokens", "error", "content_key").null_count().row(0) == (2,) * 5
    )
    assert rows_of(table).height == 3


def test_it_commits_when_told_and_says_when_there_is_much_or_it_is_old(table: CallTable) -> None:
    log = table.open(PURPOSE, PRICES)
    for number in range(25):
        log.record(call(number))
        assert log.is_due == (number >= 9)
    assert rows_of(table).is_empty()  # the answers come first, and only their keeper knows when
    log.flush()
    assert rows_of(table).height == 25
    assert not log.is_due
    old = replace(table, commit_seconds=0.0).open(PURPOSE, PRICES)
    assert not old.is_due
    old.avoided(1, 1)
    assert old.is_due


def test_nothing_noted_is_no_commit(table: CallTable) -> None:
    log = table.open(PURPOSE, PRICES)
    log.flush()
    assert table.table().version() == 0


def test_runs_append_at_the_same_time(table: CallTable) -> None:
    def run(number: int) -> None:
        fill(table.open(replace(PURPOSE, run_id=f"run-{number}"), PRICES), range(40))

    with ThreadPoolExecutor(4) as runs:
        list(runs.map(run, range(4)))
    assert rows_of(table).group_by("run_id").len().sort("run_id")["len"].to_list() == [40] * 4


def test_a_run_that_opens_it_puts_many_files_together_while_another_appends(table: CallTable) -> None:
    first = table.open(PURPOSE, PRICES)
    fill(first, range(80))
    assert len(table.table().file_uris()) == 8
    second = table.open(replace(PURPOSE, run_id="run-2"), PRICES)
    assert len(table.table().file_uris()) == 1
    fill(first, range(80, 90))
    fill(second, range(10))
    assert sorted(rows_of(table)["run_id"].to_list()) == ["run-1"] * 90 + ["run-2"] * 10


def test_without_a_table_the_error_says_what_to_do(tmp_path: Path) -> None:
    absent = CallTable(str(tmp_path / "absent"))
    with pytest.raises(AnswerStoreError, match=r"no calls table .* `darwin init`"):
        absent.open(PURPOSE, PRICES)
    with pytest.raises(AnswerStoreError, match="darwin init"):
        absent.scan()


@pytest.mark.parametrize("reason", [CANARY, "invalid:" + "x" * 100, "ä", "a\nb"])
def test_a_reason_that_is_no_code_is_not_written_down(table: CallTable, reason: str) -> None:
    log = table.open(PURPOSE, PRICES)
    log.record(call(1, reason)._replace(finish_reason=reason))
    log.record(call(2, "invalid:new_numbers"))
    log.flush()
    assert sorted(rows_of(table)["error"].to_list()) == ["invalid:new_numbers", "not_a_code"]
    assert "not_a_code" in rows_of(table)["finish_reason"].to_list()


def test_passwords_in_addresses_are_not_written_down(table: CallTable) -> None:
    log = table.open(PURPOSE, PRICES)
    log.record(call(1, endpoint="http://me:secret@gpu-1:8000/v1"))
    log.flush()
    assert rows_of(table)["endpoint"].to_list() == ["http://gpu-1:8000/v1"]


def test_statistics_are_of_what_is_filtered_by(table: CallTable) -> None:
    fill(table.open(PURPOSE, PRICES), range(10))
    configuration = table.table().metadata().configuration
    assert configuration == {"delta.dataSkippingStatsColumns": "run_id,batch,level,started_at"}
    (statistics,) = pl.DataFrame(table.table().get_add_actions(flatten=True)).to_dicts()
    assert {name for name in statistics if name.startswith("min.")} == {
        "min.run_id", "min.batch", "min.level", "min.started_at"
    }  # fmt: skip
    assert not {"text", "messages"} & set(SCHEMA)


def test_a_table_that_cannot_be_written_says_so(table: CallTable, tmp_path: Path) -> None:
    log = table.open(PURPOSE, PRICES)
    log.record(call(1))
    shutil.rmtree(tmp_path / "calls")
    (tmp_path / "calls").write_text("a file where the table was")
    with pytest.raises(AnswerStoreError, match="could not append to the calls table"):
        log.flush()


def answer_until_killed(folder: Path, n_before_death: int) -> None:
    """Stores answers, then the calls they took, a few at a time, and dies between the two commits."""
    answers = DeltaAnswerStore(str(folder / "chat"), commit_rows=10).open(model_fingerprint="m", prompt_id="p")
    log = CallTable(str(folder / "calls"), commit_rows=10).open(PURPOSE, PRICES)
    for number in range(100):
        answers.put(f"key-{number}", ChatReply(f"row:{number}", "text", "stop", 100, 20, 0.5, 1, False, None))
        log.record(call(number))
        if number == n_before_death:
            os.kill(os.getpid(), signal.SIGKILL)
        if log.is_due:
            answers.flush()
            log.flush()


@pytest.mark.slow
@pytest.mark.parametrize(("n_before_death", "n_answers", "n_calls"), [(9, 10, 0), (25, 20, 20), (39, 40, 30)])
def test_what_was_committed_before_a_kill_is_there(
    tmp_path: Path, n_before_death: int, n_answers: int, n_calls: int
) -> None:
    DeltaAnswerStore(str(tmp_path / "chat")).create()
    table = CallTable(str(tmp_path / "calls"))
    table.create()
    killed = start(answer_until_killed, tmp_path, n_before_death)
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    answers = set(pl.read_delta(str(tmp_path / "chat"))["key"])
    calls = rows_of(table)
    assert (len(answers), calls.height) == (n_answers, n_calls)
    assert set(calls["content_key"]) <= answers
    log = table.open(replace(PURPOSE, run_id="run-2"), PRICES)
    fill(log, range(10))
    log.flush()
    assert rows_of(table).height == n_calls + 10
