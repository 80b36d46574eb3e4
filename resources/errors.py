"""Errors that can be shown: nothing below this line ever carries document text.

Libraries print values in their messages (delta-rs whole rows, Polars the value of a failed cast), and Dagster keeps
messages in its event log for ever. `redacted` lets our own errors pass and reduces every other to its type and place.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = [Path(__file__).parent.parent / name for name in ("darwin_assets", "checks", "resources")]


class DarwinError(Exception):
    """An error whose message is written by this project and safe to show and store."""


class LakeError(DarwinError):
    """Reading or writing a table failed."""


class Unpublished(LakeError):
    """A partition was asked for that no gate has let through."""


class Conflict(LakeError):
    """Another writer committed to the same table or partition first."""


class StepError(DarwinError):
    """Code of ours or of a library failed on some row; the message names type and place only."""


@contextmanager
def redacted(doing: str) -> Iterator[None]:
    """Re-raise whatever fails inside as a DarwinError that says what was being done and where, without its message."""
    failure: StepError | None = None
    try:
        yield
    except BaseException as error:
        if may_pass(error):
            raise
        failure = StepError(f"{doing}: {type(error).__name__} at {_place(error)}")
    if failure is not None:
        raise failure from None


def may_pass(error: BaseException) -> bool:
    """Our own errors, and what is no failure at all: an interrupt, an exit. A panic of a Rust library is a failure."""
    is_panic = type(error).__name__ == "PanicException"
    return isinstance(error, DarwinError) or not (isinstance(error, Exception) or is_panic)


def _place(error: BaseException) -> str:
    """The last frame of this project and the last one of all: files and lines, no values."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(Path(frame.filename).is_relative_to(one) for one in PACKAGES)]
    places = [f"{Path(frame.filename).name}:{frame.lineno} ({frame.name})" for frame in [*ours[-1:], *frames[-1:]]]
    return ", ".join(dict.fromkeys(places))
