"""Stored answers: what is kept, what is found again, and what must never be seen."""

import shutil
from dataclasses import replace
from pathlib import Path
from traceback import format_exception

import polars as pl
import pytest

from resources.language_model import AnswerStoreError, ChatReply, DeltaAnswerStore
from resources.language_model.delta_answers import DeltaAnswerLog
from resources.language_model.small_commits import without_row_contents

CANARY = "the canary sings at noon"


@pytest.fixture
def store(tmp_path: Path) -> DeltaAnswerStore:
    made = DeltaAnswerStore(str(tmp_path / "lake" / "answers"), commit_rows=10, compact_above_files=5)
    assert made.create()
    return made


def open_log(store: DeltaAnswerStore, model: str = "model-a", prompt: str = "refine.1") -> DeltaAnswerLog:
    return store.open(model_fingerprint=model, prompt_id=prompt)


def reply(number: int, text: str = "") -> ChatReply:
    return ChatReply(f"chunk-{number}", text or f"text {number}", "stop", 10, 5, 0.5, 1, False, None)


def fill(log: DeltaAnswerLog, numbers: range) -> None:
    for number in numbers:
        log.put(f"key-{number}", reply(number))


def test_the_table_is_made_once(store: DeltaAnswerStore) -> None:
    fill(open_log(store), range(10))
    assert not store.create()
    assert len(open_log(store)) == 10


def test_without_a_table_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AnswerStoreError, match="darwin init"):
        open_log(DeltaAnswerStore(str(tmp_path / "absent")))


def test_an_answer_is_found_again_in_full(store: DeltaAnswerStore) -> None:
    log = open_log(store)
    log.put("key-1", reply(1))
    expected = reply(1)._replace(cached=True, attempts=0)
    assert log.read(["key-1"]) == {"key-1": expected}  # before the commit
    log.flush()
    assert log.read(["key-1"]) == {"key-1": expected}
    assert open_log(store).read(["key-1", "key-2"]) == {"key-1": expected}


def test_commits_are_small_and_survive_without_a_last_flush(store: DeltaAnswerStore) -> None:
    fill(open_log(store), range(25))
    later = open_log(store)
    assert len(later) == 20
    assert "key-19" in later
    assert "key-20" not in later


def test_a_commit_is_also_made_when_its_first_answer_is_old(store: DeltaAnswerStore) -> None:
    log = open_log(replace(store, commit_seconds=0.0))
    log.put("key-1", reply(1))
    assert "key-1" in open_log(store)


@pytest.mark.parametrize(("model", "prompt"), [("model-b", "refine.1"), ("model-a", "refine.2")])
def test_another_model_or_prompt_finds_nothing(store: DeltaAnswerStore, model: str, prompt: str) -> None:
    fill(open_log(store), range(10))
    other = open_log(store, model, prompt)
    assert len(other) == 0
    assert other.read(["key-1"]) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"finish_reason": "length", "error": "length"},
        {"finish_reason": "repetition", "error": "repetition"},
        {"text": None, "error": "no_content"},
    ],
)
def test_answers_of_no_use_are_kept_as_what_they_are(store: DeltaAnswerStore, changes: dict[str, object]) -> None:
    cut = reply(1)._replace(**changes)  # type: ignore[arg-type]
    log = open_log(store)
    log.put("key-1", cut)
    log.flush()
    assert open_log(store).read(["key-1"]) == {"key-1": cut._replace(cached=True, attempts=0)}


@pytest.mark.parametrize(
    "changes",
    [{"text": None, "finish_reason": None, "error": "timeout"}, {"finish_reason": "abort"}],
)
def test_what_a_server_might_not_say_again_is_not_kept(store: DeltaAnswerStore, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="would give again"):
        open_log(store).put("key-1", reply(1)._replace(**changes))  # type: ignore[arg-type]


def test_an_answer_is_kept_once(store: DeltaAnswerStore) -> None:
    log = open_log(store)
    for number in (1, 2):
        log.put("key-1", reply(number))
    log.flush()
    log.put("key-1", reply(3))
    log.flush()
    assert open_log(store).read(["key-1"])["key-1"].text == "text 1"
    assert pl.read_delta(store.uri).height == 1


def test_two_runs_append_at_the_same_time(store: DeltaAnswerStore) -> None:
    first, second = open_log(store), open_log(store)
    fill(first, range(10))
    fill(second, range(5, 15))
    found = open_log(store)
    assert len(found) == 15
    assert len(found.read({f"key-{number}" for number in range(15)})) == 15


def test_many_small_files_are_compacted_when_a_run_begins(store: DeltaAnswerStore) -> None:
    log = open_log(store)
    for number in range(8):
        fill(log, range(number, number + 1))
        log.flush()
    assert len(store.table().file_uris()) == 8
    log = open_log(store)
    assert len(store.table().file_uris()) == 1
    assert set(log.read([f"key-{number}" for number in range(8)])) == {f"key-{n}" for n in range(8)}


@pytest.mark.parametrize("prompt", ["", "a/b", "a b", "ä", "x" * 81, "a'b"])
def test_a_prompt_id_must_be_able_to_name_a_partition(store: DeltaAnswerStore, prompt: str) -> None:
    with pytest.raises(AnswerStoreError, match="prompt id"):
        open_log(store, prompt=prompt)


def test_no_text_is_in_the_table_log(store: DeltaAnswerStore, tmp_path: Path) -> None:
    log = open_log(store)
    for number in range(20):
        log.put(f"key-{number}", reply(number, f"{CANARY} {number}"))
    open_log(replace(store, compact_above_files=0))
    entries = list((tmp_path / "lake" / "answers" / "_delta_log").iterdir())
    assert len(entries) >= 3
    assert not [entry.name for entry in entries if CANARY.encode() in entry.read_bytes()]
    logged = b"".join(entry.read_bytes() for entry in entries)
    assert store.table().metadata().configuration == {
        "delta.dataSkippingStatsColumns": "key,model_fingerprint,request_key"
    }
    assert b'minValues\\":{' in logged  # statistics are written, of the key columns
    assert b'\\"text\\":\\"' not in logged


def test_no_text_is_in_file_footers(store: DeltaAnswerStore) -> None:
    from deltalake import DeltaTable

    log = open_log(store)
    fill(log, range(10))
    (path,) = DeltaTable(store.uri).file_uris()
    content = Path(path).read_bytes()
    n_bytes = int.from_bytes(content[-8:-4], "little")  # Parquet: footer, its length, magic
    footer = content[-8 - n_bytes : -8]
    assert b"text" in footer  # the column's name
    assert b"text 0" not in footer
    assert b"key-0" in footer
    assert pl.read_parquet(path)["text"].to_list() == [f"text {number}" for number in range(10)]


def test_errors_of_the_table_carry_no_rows() -> None:
    from deltalake.exceptions import DeltaError

    said = pytest.raises(AnswerStoreError, match="append to the answers table: DeltaError")
    with said as raised, without_row_contents("append to", "answers"):
        raise DeltaError(f"row violates: {CANARY}")
    assert not [line for line in format_exception(raised.value) if CANARY in line]


def test_a_table_that_cannot_be_written_says_so_without_rows(store: DeltaAnswerStore, tmp_path: Path) -> None:
    log = open_log(store)
    shutil.rmtree(tmp_path / "lake" / "answers")
    (tmp_path / "lake" / "answers").write_text("a file where the table was")
    with pytest.raises(AnswerStoreError, match="append to the answers table") as raised:
        fill(log, range(10))
    assert not [line for line in format_exception(raised.value) if "text 0" in line]
