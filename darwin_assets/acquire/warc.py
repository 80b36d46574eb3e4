"""WARC (with WET and WAT) and ARC: one record a record, whatever its type.

Documents are `response`, `resource` and `conversion` records with a payload; a response must have been
answered with 200. All others (request, warcinfo, metadata, revisit, an ARC file's own header) are records
with the failure "warc.not_a_document", and other answers with "warc.http_status": so kept plus rejected is
the number of records that the file holds, and anybody can check it against a count of its headers.

The stream that comes in is already unpacked: whether every record was compressed on its own, as the
standard recommends, or the file as a whole makes no difference to somebody who reads from the beginning to
the end.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException
from warcio.timeutils import timestamp_to_iso_date

from darwin_assets.acquire.http_payload import charset, decode, media_type_of
from darwin_assets.acquire.media_types import BINARY, PLAIN, detect
from darwin_assets.acquire.records import CHARSET, OPT_OUTS, Failure, Record, Refused, Stopped
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.acquire.signals.page import header_signals
from darwin_assets.acquire.streams import CHUNK_BYTES, HEAD_BYTES, Budget, Wanted, read_document

MAX_HEADER_BYTES = 1024 * 1024
"""Bytes from the end of one record to the payload of the next; warcio reads a line of any length otherwise.
"""

# It prints target URIs, which in a damaged file may be anything, document text too.
logging.getLogger("warcio.recordloader").addFilter(lambda _record: False)

DOCUMENT_TYPES = frozenset({"response", "resource", "conversion"})
NAME_SERVICES = ("dns:", "whois:", "ntp:")


def warc_records(
    stream: io.BufferedReader, wanted: Wanted, budget: Budget, settings: AcquireSettings
) -> Iterator[Record]:
    """The records of a WARC or ARC stream in their order. Stopped where it cannot be read any further."""
    tape = _Tape(stream)
    capture = _QuietIterator(tape, no_record_parse=True)
    number = 0
    while True:
        tape.expect_header()
        try:
            record = next(capture)
        except StopIteration:
            return
        except (ArchiveLoadFailed, StatusAndHeadersParserException) as error:
            raise Stopped("container.corrupt", f"no record header: {type(error).__name__}") from None
        number += 1
        budget.spend_member()
        locator = f"record:{number}"
        result = _read(record, locator, tape, settings) if wanted(locator) else None
        finished = _finish(record, capture, tape)
        if result is not None:
            yield _settle(result, finished)


class _QuietIterator(ArchiveIterator):  # type: ignore[misc]
    """warcio writes the bytes that follow a record of wrong length to stderr; document text must not go
    there.
    """

    INC_RECORD = ""


class _Tape:
    """What warcio reads from: a piece at a time, so that nothing before a break is lost; headers are
    bounded.
    """

    def __init__(self, stream: io.BufferedReader):
        self._stream = stream
        self._n_bytes = 0
        self._limit: int | None = None

    def expect_header(self) -> None:
        self._limit = self._n_bytes + MAX_HEADER_BYTES

    def expect_payload(self) -> None:
        self._limit = None

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        if self._limit is not None and self._n_bytes > self._limit:
            raise Stopped("container.corrupt", f"a header of more than {MAX_HEADER_BYTES} bytes")
        piece = self._stream.read1(size)
        self._n_bytes += len(piece)
        return piece

    def tell(self) -> int:
        return self._n_bytes


def _read(record: Any, locator: str, tape: _Tape, settings: AcquireSettings) -> Record:
    headers = record.rec_headers
    uri = _repaired_uri(headers.get_header("WARC-Target-URI") or headers.get_header("uri"))
    extra = _metadata(record)
    failure = _refuse(record, uri, settings)
    if failure is not None:
        return Record(locator, BINARY, uri=uri, extra=extra, failure=failure)
    content_type = headers.get_header("Content-Type")
    try:
        if record.rec_type == "response" and _is_http(content_type, uri):
            data, declared = _http_payload(record, tape, extra, settings)
        else:
            tape.expect_payload()
            data, declared = read_document(record.raw_stream, settings), content_type
    except Refused as refused:
        return Record(locator, BINARY, uri=uri, extra=extra, failure=refused.failure)
    media_type = _media_type(record, uri, data[:HEAD_BYTES], media_type_of(declared))
    stated_charset = charset(declared)
    if stated_charset:
        extra[CHARSET] = stated_charset
    if not data:
        return Record(locator, media_type, uri=uri, extra=extra, failure=Failure("record.empty"))
    return Record(locator, media_type, data, uri=uri, extra=extra)


def _media_type(record: Any, uri: str | None, head: bytes, declared: str | None) -> str:
    """Of a conversion (WET) the address names what it was made from, and the archive's own word is no server's."""
    if record.rec_type == "conversion":
        return PLAIN if declared == PLAIN else detect("", head, declared)
    return detect(re.sub(r"[?#].*", "", uri or ""), head, declared)


def _refuse(record: Any, uri: str | None, settings: AcquireSettings) -> Failure | None:
    """What the record's own header says against it."""
    if record.rec_type not in DOCUMENT_TYPES or (uri or "").startswith(NAME_SERVICES):
        return Failure("warc.not_a_document", str(record.rec_type)[:40])
    stated = record.rec_headers.get_header("Content-Length") or record.rec_headers.get_header("length")
    if not re.fullmatch(r"\d{1,15}", stated or ""):
        return Failure("container.corrupt", "the record has no valid length")
    if record.length > settings.max_member_bytes:
        limit = f"..{settings.max_member_bytes} bytes"
        return Failure("container.member_too_large", "", float(record.length), limit)
    if record.rec_headers.get_header("WARC-Segment-Number"):
        return Failure("warc.segmented")
    return None


def _http_payload(
    record: Any, tape: _Tape, extra: dict[str, str], settings: AcquireSettings
) -> tuple[bytes, str | None]:
    """The payload of an HTTP answer with its transfer and content codings undone, and its declared content
    type.
    """
    tape.expect_header()
    try:
        http = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False).parse(record.raw_stream)
    except (EOFError, StatusAndHeadersParserException):
        raise Refused("record.empty", "no HTTP header") from None
    tape.expect_payload()
    status = http.get_statuscode()
    extra["http_status"] = status[:3]
    extra[OPT_OUTS] = "\n".join(header_signals(http.headers))
    if status != "200":
        value = float(status) if re.fullmatch(r"\d{3}", status) else None
        raise Refused("warc.http_status", value=value, threshold="200")
    chunked = "chunked" in (http.get_header("Transfer-Encoding") or "").lower()
    body = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    data = read_document(body, settings)
    stated = http.get_header("Content-Length") or ""
    if not chunked and re.fullmatch(r"\d{1,15}", stated) and len(data) >= int(stated):
        extra["complete"] = "true"
    return decode(data, http.get_header("Content-Encoding"), settings), http.get_header("Content-Type")


def _finish(record: Any, capture: Any, tape: _Tape) -> Failure | None:
    """Go to the end of the record; what is wrong with its length, if anything is."""
    tape.expect_payload()
    while record.raw_stream.read(CHUNK_BYTES):
        pass
    missing = getattr(record.raw_stream, "limit", 0)
    n_errors = capture.err_count
    tape.expect_header()
    capture.read_to_end()
    if missing > 0:
        return Failure("container.truncated", f"{missing} bytes of the record are missing")
    if capture.err_count > n_errors:
        return Failure("container.corrupt", "the record's length is wrong")
    return None


def _settle(result: Record, finished: Failure | None) -> Record:
    """A record whose length is wrong is no document, unless its HTTP payload has the length that the server
    gave.
    """
    extra = {key: value for key, value in result.extra.items() if key != "complete"}
    whole = finished is None or ("complete" in result.extra and finished.rule == "container.truncated")
    failure = result.failure if whole or finished is None else finished
    data = b"" if failure else result.data
    return Record(result.locator, result.media_type, data, uri=result.uri, extra=extra, failure=failure)


def _metadata(record: Any) -> dict[str, str]:
    headers = record.rec_headers
    date = headers.get_header("WARC-Date")
    stamp = headers.get_header("archive-date") or ""
    if date is None and re.fullmatch(r"\d{14}", stamp[:14]):
        date = timestamp_to_iso_date(stamp[:14])
    found = {
        "collected_at": date,
        "warc_type": str(record.rec_type),
        "warc_record_id": headers.get_header("WARC-Record-ID"),
        "warc_truncated": headers.get_header("WARC-Truncated"),
    }
    return {key: value[:200] for key, value in found.items() if value}


def _is_http(content_type: str | None, uri: str | None) -> bool:
    return (content_type or "").startswith("application/http") or (uri or "").startswith(("http:", "https:"))


def _repaired_uri(uri: str | None) -> str | None:
    """Without the angle brackets that Wget 1.19 wrote, and with blanks and controls percent-encoded."""
    if uri is None:
        return None
    uri = uri.strip().removeprefix("<").removesuffix(">")
    return re.sub(r"[\x00-\x20\x7f]", lambda match: f"%{ord(match[0]):02X}", uri) or None
