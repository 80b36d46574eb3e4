"""Answers in one Delta table, appended to in small commits while a run goes on and read back by content key.

Answers are stored before they are parsed: a changed parser or guard finds them again. Only complete answers
are kept; a failure is not an answer, and is asked again in the next run.
"""

import logging
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from resources.delta import writer_properties
from resources.language_model.errors import AnswerStoreError
from resources.language_model.requests import ChatReply

if TYPE_CHECKING:
    from deltalake import DeltaTable

_log = logging.getLogger(__name__)

SCHEMA = pl.Schema(
    [
        ("key", pl.String()),  # content key of the request
        ("model_fingerprint", pl.String()),
        ("prompt_id", pl.String()),
        ("request_key", pl.String()),  # identity of the request that paid: what a takedown searches for
        ("text", pl.String()),
        ("finish_reason", pl.String()),
        ("prompt_tokens", pl.Int64()),
        ("completion_tokens", pl.Int64()),
        ("seconds", pl.Float64()),
        ("created_at", pl.Datetime("us", "UTC")),
    ]
)
# Delta writes the smallest and largest value of these into its log; the text must not be among them.
STATISTICS_COLUMNS = ("key", "model_fingerprint", "request_key")
PROMPT_ID = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True)
class DeltaAnswerStore:
    """The ``answers`` table at ``uri``: a local folder, or any object store with ``storage_options``.

    A commit is made every ``commit_rows`` answers or ``commit_seconds`` after the first uncommitted one: that
    much is lost when the process is killed. Runs may append at the same time. A table of more than
    ``compact_above_files`` files is compacted when a run opens it.
    """

    uri: str
    storage_options: Mapping[str, str] | None = None
    commit_rows: int = 500
    commit_seconds: float = 5.0
    compact_above_files: int = 200

    def create(self) -> bool:
        """Make the table if it is absent; true when it was made.

        For set-up only: two processes that create one table at once may fail.
        """
        from deltalake import DeltaTable

        with without_row_contents("create"):
            if DeltaTable.is_deltatable(self.uri, self._options()):
                return False
            DeltaTable.create(
                self.uri,
                schema=SCHEMA,
                mode="ignore",
                partition_by=["prompt_id"],
                configuration={"delta.dataSkippingStatsColumns": ",".join(STATISTICS_COLUMNS)},
                storage_options=self._options(),
            )
        return True

    def open(self, *, model_fingerprint: str, prompt_id: str) -> "DeltaAnswerLog":
        """Load the keys of all answers of one model to one prompt.

        Raises AnswerStoreError when there is no table, or for a prompt id that cannot name a partition.
        """
        if not PROMPT_ID.fullmatch(prompt_id):
            raise AnswerStoreError("a prompt id must be 1 to 80 letters, digits, '.', '_' or '-'")
        table = self.table()
        if len(table.file_uris()) > self.compact_above_files:
            self._compact(table)
        return DeltaAnswerLog(self, table, model_fingerprint, prompt_id)

    def table(self) -> "DeltaTable":
        """The table at its newest version. Raises AnswerStoreError when there is none."""
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        with without_row_contents("open"):
            try:
                return DeltaTable(self.uri, storage_options=self._options())
            except TableNotFoundError:
                pass
        raise AnswerStoreError(f"there is no answers table at {self.uri}; make it with `darwin init`")

    def _compact(self, table: "DeltaTable") -> None:
        from deltalake.exceptions import CommitFailedError

        with without_row_contents("compact"):
            try:
                table.optimize.compact(writer_properties=writer_properties())
            except CommitFailedError:
                _log.info("answers table not compacted: another run was faster")
                table.update_incremental()

    def _options(self) -> dict[str, str] | None:
        return dict(self.storage_options) if self.storage_options else None


class DeltaAnswerLog:
    """The answers of one model to one prompt in a DeltaAnswerStore."""

    def __init__(self, store: DeltaAnswerStore, table: "DeltaTable", model_fingerprint: str, prompt_id: str) -> None:
        self._store = store
        self._table = table
        self._model_fingerprint = model_fingerprint
        self._prompt_id = prompt_id
        self._uncommitted: dict[str, dict[str, Any]] = {}
        self._first_put_at = 0.0
        with without_row_contents("read"):
            self._keys = set(self._scan().select("key").collect().to_series())

    def __contains__(self, content_key: str) -> bool:
        return content_key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def read(self, content_keys: Collection[str]) -> dict[str, ChatReply]:
        """One scan, whatever the number of keys: to be called with many."""
        uncommitted = [self._uncommitted[key] for key in content_keys if key in self._uncommitted]
        committed = [key for key in content_keys if key in self._keys and key not in self._uncommitted]
        replies = {row["key"]: _cached_reply(row) for row in uncommitted}
        if committed:
            with without_row_contents("read"):
                rows = self._scan().filter(pl.col("key").is_in(committed)).collect()
            replies.update((row["key"], _cached_reply(row)) for row in rows.iter_rows(named=True))
        return replies

    def put(self, content_key: str, reply: ChatReply) -> None:
        """Keep a complete answer. Raises ValueError for any other reply."""
        if not reply.ok:
            raise ValueError(f"only complete answers are stored, not error={reply.error!r}")
        if not self._uncommitted:
            self._first_put_at = time.monotonic()
        self._keys.add(content_key)
        self._uncommitted[content_key] = {
            "key": content_key,
            "model_fingerprint": self._model_fingerprint,
            "prompt_id": self._prompt_id,
            "request_key": reply.key,
            "text": reply.text,
            "finish_reason": reply.finish_reason,
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": reply.completion_tokens,
            "seconds": reply.seconds,
            "created_at": datetime.now(UTC),
        }
        self.flush(only_if_due=True)

    def flush(self, *, only_if_due: bool = False) -> None:
        """Commit what was put since the last commit."""
        if not self._uncommitted or (only_if_due and not self._is_due()):
            return
        from deltalake import write_deltalake

        with without_row_contents("append to"):
            frame = pl.DataFrame(list(self._uncommitted.values()), schema=SCHEMA)
            write_deltalake(self._table, frame, mode="append", writer_properties=writer_properties())
        self._uncommitted.clear()

    def _is_due(self) -> bool:
        return (
            len(self._uncommitted) >= self._store.commit_rows
            or time.monotonic() - self._first_put_at >= self._store.commit_seconds
        )

    def _scan(self) -> pl.LazyFrame:
        return pl.scan_delta(self._table).filter(
            pl.col("prompt_id") == self._prompt_id, pl.col("model_fingerprint") == self._model_fingerprint
        )


@contextmanager
def without_row_contents(action: str) -> Iterator[None]:
    """Raise AnswerStoreError without the message of Delta or Polars, which may quote rows."""
    from deltalake.exceptions import DeltaError
    from polars.exceptions import PolarsError

    try:
        yield
    except (DeltaError, PolarsError, OSError, ValueError) as error:
        raise AnswerStoreError(f"could not {action} the answers table: {type(error).__name__}") from None


def _cached_reply(row: Mapping[str, Any]) -> ChatReply:
    return ChatReply(
        key=row["request_key"],
        text=row["text"],
        finish_reason=row["finish_reason"],
        prompt_tokens=row["prompt_tokens"],
        completion_tokens=row["completion_tokens"],
        seconds=row["seconds"],
        attempts=0,
        cached=True,
        error=None,
    )
