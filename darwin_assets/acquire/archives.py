"""Zip and tar: one record a member, read without writing anything to disk.

Directories are no records. A member that cannot be read is a record with the reason; zip goes on with the
next one, tar cannot, since it is one stream.
"""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, cast

from darwin_assets.acquire.media_types import BINARY, detect
from darwin_assets.acquire.records import Failure, Record, Refused, Stopped, failed
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.acquire.streams import (
    BROKEN,
    CHUNK_BYTES,
    HEAD_BYTES,
    Budget,
    MeteredStream,
    Piecewise,
    Readable,
    Wanted,
    read_document,
)

MAX_TAR_HEADER_BYTES = 256 * 1024
"""Bytes of one extended header (a long name, extended attributes); tarfile reads it in one piece."""

BREAKS = ("container.truncated", "container.corrupt")
"""A tar cannot be read beyond a member that ends so."""

ZERO_BLOCK = bytes(tarfile.BLOCKSIZE)
ZIP_ENTRY = b"PK\x01\x02"
MIN_ZIP_ENTRY_BYTES = 46


def zip_records(raw: BinaryIO, wanted: Wanted, budget: Budget, settings: AcquireSettings) -> Iterator[Record]:
    """The members of a zip in the order of its directory. Stopped when the directory is unreadable."""
    _check_entries(raw, settings)
    try:
        archive = zipfile.ZipFile(raw)
    except (*BROKEN, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise Stopped("container.corrupt", f"zip directory: {type(error).__name__}") from None
    locators = _Locators()
    for member in archive.infolist():
        budget.spend_member()
        if member.is_dir():
            continue
        locator = locators.of(member.filename)
        if wanted(locator):
            yield _zip_record(archive, member, locator, raw, budget, settings)


def tar_records(
    stream: io.BufferedReader, wanted: Wanted, budget: Budget, settings: AcquireSettings
) -> Iterator[Record]:
    """The members of an unpacked tar stream in their order. Stopped at the point where it cannot be read
    further.
    """
    tape = _Tape(stream)
    locators = _Locators()
    try:
        archive = tarfile.TarFile(
            fileobj=cast(BinaryIO, tape), errorlevel=0, encoding="utf-8", errors="surrogateescape"
        )
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every header otherwise
            budget.spend_member()
            if member.isdir():
                continue
            locator = locators.of(member.name)
            if wanted(locator):
                record = _tar_record(archive, member, locator, settings)
                yield record
                if record.failure is not None and record.failure.rule in BREAKS:
                    return
    except (tarfile.TarError, ValueError, RecursionError, EOFError) as error:
        raise Stopped("container.corrupt", f"tar header: {type(error).__name__}") from None
    _check_end(tape, stream)


def single_record(stream: Readable, name: str, settings: AcquireSettings) -> Record:
    """The one document of a compressed file, under the name that it has without the compression's suffix."""
    return _document(_Locators().of(name), name, stream, settings)


def _zip_record(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    locator: str,
    raw: BinaryIO,
    budget: Budget,
    settings: AcquireSettings,
) -> Record:
    refused = _refuse_zip(member)
    if refused is not None:
        return failed(locator, BINARY, refused)
    try:
        with archive.open(member) as packed:
            stream = MeteredStream(cast(Piecewise, packed), raw.tell, budget)
            return _document(locator, member.filename, io.BufferedReader(stream), settings)
    except NotImplementedError:
        return failed(locator, BINARY, Failure("container.unsupported", f"zip method {member.compress_type}"))
    except (*BROKEN, ValueError, EOFError, RuntimeError) as error:
        return failed(locator, BINARY, Failure("container.corrupt", f"zip member: {type(error).__name__}"))
    except Stopped as stopped:
        if stopped.failure.rule == "container.too_large":
            raise
        return failed(locator, BINARY, stopped.failure)


def _refuse_zip(member: zipfile.ZipInfo) -> Failure | None:
    if _leads_out(member.filename):
        return Failure("container.path_traversal")
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return Failure("container.special_file")
    return Failure("container.encrypted") if member.flag_bits & 0x1 else None


def _tar_record(archive: tarfile.TarFile, member: tarfile.TarInfo, locator: str, settings: AcquireSettings) -> Record:
    if _leads_out(member.name):
        return failed(locator, BINARY, Failure("container.path_traversal"))
    packed = archive.extractfile(member) if member.isreg() and not member.issparse() else None
    if packed is None:
        return failed(locator, BINARY, Failure("container.special_file"))
    try:
        return _document(locator, member.name, packed, settings)
    except tarfile.ReadError:
        return failed(locator, BINARY, Failure("container.truncated", "the archive ends within the member"))
    except Stopped as stopped:
        if isinstance(stopped, Refused) or stopped.failure.rule in BREAKS:
            return failed(locator, BINARY, stopped.failure)
        raise


def _document(locator: str, name: str, packed: Readable, settings: AcquireSettings) -> Record:
    data = read_document(packed, settings)
    media_type = detect(name, data[:HEAD_BYTES])
    if not data:
        return failed(locator, media_type, Failure("file.empty"))
    return Record(locator, media_type, data)


class _Locators:
    """Locators of members: unique although names may repeat, and without the "!" that separates nested
    locators.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, name: str) -> str:
        locator = "member:" + re.sub("[%!\x00-\x1f\x7f\ud800-\udfff]", _escape, name)
        self._seen[locator] += 1
        number = self._seen[locator]
        return locator if number == 1 else f"{locator}!duplicate:{number}"


def _escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def _leads_out(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return parts[0] == "" or ".." in parts or re.match(r"[A-Za-z]:", name) is not None


def _check_entries(raw: BinaryIO, settings: AcquireSettings) -> None:
    """Stopped before zipfile makes an object for each of too many entries. Counts marks, so it may count
    too many.
    """
    size = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    if size > settings.max_members * MIN_ZIP_ENTRY_BYTES:
        entries = sum(piece.count(ZIP_ENTRY) for piece in iter(lambda: raw.read(CHUNK_BYTES), b""))
        raw.seek(0)
        if entries > settings.max_members:
            raise Stopped("container.too_many_members", value=float(entries), threshold=f"..{settings.max_members}")


class _Tape:
    """What tarfile may do with the stream: read in bounded pieces, go forward. Keeps what it read last."""

    def __init__(self, stream: io.BufferedReader):
        self._stream = stream
        self.last = b""

    def read(self, size: int) -> bytes:
        if not 0 <= size <= MAX_TAR_HEADER_BYTES:
            raise Stopped("container.corrupt", "tar header: a size out of bounds")
        self.last = self._stream.read(size)
        return self.last

    def seek(self, offset: int) -> int:
        return self._stream.seek(offset)

    def tell(self) -> int:
        return self._stream.tell()


def _check_end(tape: _Tape, stream: io.BufferedReader) -> None:
    """Tarfile takes a damaged header for the end of the archive; only a block of zeros is one."""
    if len(tape.last) < tarfile.BLOCKSIZE:
        raise Stopped("container.truncated", "no end-of-archive block")
    if tape.last != ZERO_BLOCK:
        raise Stopped("container.corrupt", "tar header: damaged")
    while piece := stream.read(CHUNK_BYTES):
        if piece.strip(b"\x00"):
            raise Stopped("container.trailing_data")
