"""What every writer of a Delta table needs: errors without row contents, and files that do not repeat text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from resources.errors import Conflict, LakeError, may_pass

if TYPE_CHECKING:
    from deltalake import DeltaTable, WriterProperties

FULL_FILE_BYTES = 4 << 20
"""How large the files of a ledger become."""


LONG = ("text", "facts", "results", "settings", "ingredients", "models", "payload")
"""Columns of texts and of JSON: a dictionary and statistics would repeat them, three times in a file of one row."""
HASHES = ("id", "parents.list.element", "root_id", "text_sha256", "content_sha256")
"""Columns of values that hardly repeat: plain lengths and bytes take a tenth less than a dictionary."""


def writer_properties() -> "WriterProperties":
    """For tables of documents: Zstandard, small row groups, no dictionary of `LONG` and `HASHES`, no statistics of `LONG`."""
    from deltalake import ColumnProperties, WriterProperties

    silent = ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
    plain = ColumnProperties(dictionary_enabled=False, encoding="DELTA_LENGTH_BYTE_ARRAY")
    return WriterProperties(
        compression="ZSTD", compression_level=3, max_row_group_size=4096,
        column_properties={**dict.fromkeys(LONG, silent), **dict.fromkeys(HASHES, plain)},
    )  # fmt: skip


def ledger_properties() -> "WriterProperties":
    """For tables that grow by a row at a time: what describes a file must not be larger than its row."""
    from deltalake import ColumnProperties, WriterProperties

    silent = ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
    return WriterProperties(
        compression="ZSTD", compression_level=3, max_row_group_size=4096,
        default_column_properties=ColumnProperties(dictionary_enabled=False, statistics_enabled="CHUNK"),
        column_properties=dict.fromkeys(LONG, silent),
    )  # fmt: skip


def listed_files(table: "DeltaTable", partitions: Sequence[str], indexed: Sequence[str]) -> pl.DataFrame:
    """The data files of an opened table, as `Lake.files` returns them."""
    from urllib.parse import unquote

    bounds = [f"{end}.{name}" for name in indexed for end in ("min", "max")]
    names = ["path", "size_bytes", "num_records", *partitions, *bounds]
    actions = pl.DataFrame(table.get_add_actions(flatten=True))
    if actions.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    listed = actions.rename({f"partition.{one}": one for one in partitions}).select(names)
    return listed.with_columns(path=pl.Series([unquote(one) for one in listed["path"]])).sort("path")


def quoted(value: str) -> str:
    """A value as a predicate takes it, whatever stands in it: partitions can be named by hand in Dagster."""
    return "'" + value.replace("'", "''") + "'"


def put_together(table: "DeltaTable", name: str, partition: tuple[str, str, str]) -> None:
    """Put the small files of one partition together; left for later when others write at the same time.

    Files that were replaced longer ago than the table keeps them are removed.
    """
    try:
        with without_row_contents(f"compact {name}"):
            table.optimize.compact([partition], target_size=FULL_FILE_BYTES, writer_properties=ledger_properties())
            table.vacuum(dry_run=False)
    except Conflict:
        return


STORE_CAUSES = {
    "URL scheme is not allowed": "plain HTTP is not allowed unless the option allow_http is true",
    "InvalidUri": "the address of the object store is none",
    "NoSuchBucket": "the object store has no such bucket",
    "401 Unauthorized": "the object store refuses the keys",
    "403 Forbidden": "the object store refuses the keys, or what they may do",
    "Missing ": "a key of the object store is missing",
    "failed to parse": "an option has a value that cannot be read",
    "error sending request": "the object store cannot be reached",
    "Unknown scheme": "no store has an address like this",
}
"""What stands in a library's message when a store is set up wrongly → what we say of it; the first one counts."""
STORE_ERRORS = ("OSError", "PanicException", "DeltaError", "GenericError", "TableNotFoundError")
"""Of delta-rs and obstore, raised before any row is looked at where one of the causes stands in the message."""


@contextmanager
def without_row_contents(doing: str) -> Iterator[None]:
    """delta-rs and Polars print whole rows in their messages: keep the class, drop the message but for what it tells of how
    a store is set up.
    """
    failure: LakeError | None = None
    try:
        yield
    except BaseException as error:
        if may_pass(error):
            raise
        name = type(error).__name__
        cause = store_cause(error)
        if cause:
            failure = LakeError(f"{doing}: {cause}. Check DARWIN_LAKE and the variables DARWIN_STORAGE_*.")
        elif name == "TableNotFoundError":
            failure = LakeError(f"{doing}: no such table. Run `darwin init` first.")
        elif name == "CommitFailedError":
            failure = Conflict(f"{doing}: another writer committed first; run the step again.")
        else:
            failure = LakeError(f"{doing}: {name}")
    if failure is not None:
        raise failure from None


def store_cause(error: BaseException) -> str | None:
    """What is wrong with how the store is set up, in words of `STORE_CAUSES`; None when it is something else."""
    if type(error).__name__ not in STORE_ERRORS:
        return None
    message = str(error)
    return next((said for sign, said in STORE_CAUSES.items() if sign in message), None)
