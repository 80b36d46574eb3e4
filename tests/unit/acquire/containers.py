"""Containers made by hand for the tests of acquisition."""

import io
import tarfile
import zipfile

PAGE = b"<html><body><p>" + b"word " * 300 + b"</p></body></html>"
URI = "http://example.org/a?b"


def record(kind: str, block: bytes, uri: str = URI, content_type: str = "application/http") -> bytes:
    """One WARC record, written by hand from the standard and not by the library that reads it."""
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\n"
        f"WARC-Date: 2025-11-03T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return header.encode() + block + b"\r\n\r\n"


def response(payload: bytes, status: str = "200 OK", uri: str = URI, **headers: str) -> bytes:
    fields = {"Content_Type": "text/html; charset=ISO-8859-1", **headers}
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()]
    return record("response", f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n".encode() + payload, uri)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(members: dict[str, bytes], *special: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in special:
            archive.addfile(info)
    return buffer.getvalue()
