"""Bounded streams: what is unpacked is counted while it is unpacked, because headers can lie."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from darwin_assets.acquire.records import Refused, Stopped
from darwin_assets.acquire.settings import AcquireSettings

CHUNK_BYTES = 64 * 1024
HEAD_BYTES = 64 * 1024
"""How much of a document is looked at to tell its type; also the size of every stream's buffer."""

OPENERS: dict[str, Callable[[BinaryIO], Any]] = {
    "application/gzip": lambda raw: gzip.GzipFile(fileobj=raw, mode="rb"),
    "application/x-bzip2": bz2.BZ2File,
    "application/x-xz": lzma.LZMAFile,
}
Wanted = Callable[[str], bool]
"""Whether the record with a local locator, or something inside it, is asked for."""

BROKEN = (zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile)


class Piecewise(Protocol):
    """All that is asked of something to meter: one call of `read1` reads one piece."""

    def read1(self, size: int, /) -> bytes: ...


class Readable(Protocol):
    """All that is asked of something to read a document from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Source:
    """Where a container's bytes are: a file, or the bytes of a member that was just read."""

    name: str
    content: Path | bytes

    def open(self) -> BinaryIO:
        return self.content.open("rb") if isinstance(self.content, Path) else io.BytesIO(self.content)

    @property
    def n_bytes(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


class Budget:
    """What one landed file may still cost, shared by all containers inside it."""

    def __init__(self, settings: AcquireSettings):
        self.settings = settings
        self.n_bytes = 0
        self.n_members = 0

    def spend_bytes(self, count: int) -> None:
        self.n_bytes += count
        limit = self.settings.max_expanded_bytes
        if self.n_bytes > limit:
            raise Stopped("container.too_large", value=float(self.n_bytes), threshold=f"..{limit} bytes")

    def spend_member(self) -> None:
        limit = self.settings.max_members
        if self.n_members >= limit:
            raise Stopped("container.too_many_members", value=float(limit + 1), threshold=f"..{limit}")
        self.n_members += 1

    def check_ratio(self, n_bytes_out: int, n_bytes_in: int) -> None:
        limit = self.settings.max_expansion_ratio
        if n_bytes_out > self.settings.expansion_floor_bytes and n_bytes_out > limit * max(n_bytes_in, 1):
            ratio = n_bytes_out / max(n_bytes_in, 1)
            raise Stopped("container.expansion_ratio", value=round(ratio, 1), threshold=f"..{limit:g}")


class MeteredStream(io.RawIOBase):
    """A stream that counts what it hands out, goes forward only, and raises `Stopped` and nothing else.

    One call reads one piece of `inner`, so that what was unpacked before a break is handed out before the
    break is reported. `n_bytes_in` tells how much packed data has been consumed so far.
    """

    def __init__(self, inner: Piecewise, n_bytes_in: Callable[[], int], budget: Budget):
        self._inner = inner
        self._n_bytes_in = n_bytes_in
        self._budget = budget
        self._start = n_bytes_in()
        self._n_bytes_out = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._n_bytes_out

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read1(len(buffer))
        except EOFError:
            raise Stopped("container.truncated", "compressed data ends early") from None
        except BROKEN as error:
            raise Stopped("container.corrupt", f"compressed data: {type(error).__name__}") from None
        except OSError as error:
            if error.errno is not None:  # the disk, not the data: bz2 reports bad data without a number
                raise
            raise Stopped("container.corrupt", "compressed data") from None
        self._n_bytes_out += len(data)
        self._budget.spend_bytes(len(data))
        self._budget.check_ratio(self._n_bytes_out, self._n_bytes_in() - self._start)
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET or offset < self._n_bytes_out:
            raise Stopped("container.corrupt", "an offset that points back")
        piece = bytearray(CHUNK_BYTES)
        while self._n_bytes_out < offset:
            if not self.readinto(memoryview(piece)[: min(CHUNK_BYTES, offset - self._n_bytes_out)]):
                break
        return self._n_bytes_out


def metered(raw: BinaryIO, budget: Budget, compression: str | None = None) -> io.BufferedReader:
    """`raw` from its present position, unpacked if `compression` (a key of OPENERS) says so, counted and
    buffered.
    """
    inner = OPENERS[compression](raw) if compression else cast(Piecewise, raw)
    return io.BufferedReader(MeteredStream(inner, raw.tell, budget), HEAD_BYTES)


def read_document(stream: Readable, settings: AcquireSettings, rule: str = "container.member_too_large") -> bytes:
    """All that is left in `stream`. Refused(`rule`) as soon as it is more than `max_member_bytes`."""
    limit = settings.max_member_bytes
    document = io.BytesIO()  # hands out its bytes without a copy, unlike a list of pieces that are joined
    while piece := stream.read(CHUNK_BYTES):
        document.write(piece)
        if document.tell() > limit:
            raise Refused(rule, value=float(document.tell()), threshold=f"..{limit} bytes")
    return document.getvalue()
