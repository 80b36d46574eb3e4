"""What every writer of a Delta table needs: errors without row contents, and files that do not repeat text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from resources.errors import Conflict, LakeError, may_pass

if TYPE_CHECKING:
    from deltalake import WriterProperties


def writer_properties() -> "WriterProperties":
    """Zstandard, small row groups, and neither dictionary nor statistics for `text`, which would repeat parts of it."""
    from deltalake import ColumnProperties, WriterProperties

    silent = ColumnProperties(dictionary_enabled=False, statistics_enabled="NONE")
    return WriterProperties(
        compression="ZSTD", compression_level=3, max_row_group_size=4096, column_properties={"text": silent}
    )


@contextmanager
def without_row_contents(doing: str) -> Iterator[None]:
    """delta-rs and Polars print whole rows in their messages: keep the class, drop the message."""
    failure: LakeError | None = None
    try:
        yield
    except BaseException as error:
        if may_pass(error):
            raise
        name = type(error).__name__
        if name == "TableNotFoundError":
            failure = LakeError(f"{doing}: no such table. Run `darwin init` first.")
        elif name == "CommitFailedError":
            failure = Conflict(f"{doing}: another writer committed first; run the step again.")
        else:
            failure = LakeError(f"{doing}: {name}")
    if failure is not None:
        raise failure from None
