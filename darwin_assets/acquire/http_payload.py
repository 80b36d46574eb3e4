"""The codings of an HTTP payload, undone within bounds."""

from __future__ import annotations

import re
import zlib
from typing import Any

from darwin_assets.acquire.records import Refused
from darwin_assets.acquire.settings import AcquireSettings

GZIP_WINDOW = 16 + zlib.MAX_WBITS
RAW_WINDOW = -zlib.MAX_WBITS


def decode(data: bytes, content_encoding: str | None, settings: AcquireSettings) -> bytes:
    """`data` with its content codings (gzip, deflate, br) undone, the last one that was applied first.

    Crawlers often store a payload already decoded but leave the header, so data that does not begin as its
    coding does is taken as it is. Refused("warc.content_encoding") for an unknown or broken coding.
    """
    for coding in reversed([part.strip().lower() for part in (content_encoding or "").split(",") if part.strip()]):
        if coding in ("gzip", "x-gzip"):
            data = _inflate(data, GZIP_WINDOW, settings) if data.startswith(b"\x1f\x8b") else data
        elif coding == "deflate":
            data = _deflate(data, settings)
        elif coding == "br":
            data = _brotli(data, settings)
        elif coding != "identity":
            raise Refused("warc.content_encoding", f"unknown coding {coding[:20]!r}")
    return data


def media_type_of(content_type: str | None) -> str | None:
    """ "text/html" of "text/html; charset=UTF-8"."""
    media_type = (content_type or "").split(";")[0].strip().lower()
    return media_type or None


def charset(content_type: str | None) -> str | None:
    """ "utf-8" of "text/html; charset=UTF-8"."""
    found = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", content_type or "", re.IGNORECASE)
    return found[1].lower() if found else None


def _deflate(data: bytes, settings: AcquireSettings) -> bytes:
    """With or without the zlib wrapper: servers send both. Neither: it had been decoded before."""
    for window in (zlib.MAX_WBITS, RAW_WINDOW):
        try:
            return _inflate(data, window, settings)
        except Refused as stopped:
            if stopped.failure.rule != "warc.content_encoding":
                raise
    return data


def _inflate(data: bytes, window: int, settings: AcquireSettings) -> bytes:
    decompressor = zlib.decompressobj(window)
    try:
        decoded = decompressor.decompress(data, settings.max_member_bytes + 1)
    except zlib.error:
        raise Refused("warc.content_encoding", "broken data") from None
    _check_size(decoded, len(data), settings)
    if not decompressor.eof:
        raise Refused("warc.content_encoding", "data end early")
    return decoded


def _brotli(data: bytes, settings: AcquireSettings) -> bytes:
    try:
        import brotli  # type: ignore[import-untyped]
    except ImportError:
        raise Refused("warc.content_encoding", "br: install the package 'brotli'") from None
    decompressor: Any = brotli.Decompressor()
    try:
        decoded: bytes = decompressor.process(data, output_buffer_limit=settings.max_member_bytes + 1)
    except brotli.error:
        raise Refused("warc.content_encoding", "broken data") from None
    _check_size(decoded, len(data), settings)
    if not decompressor.is_finished():
        raise Refused("warc.content_encoding", "data end early")
    return decoded


def _check_size(decoded: bytes, n_bytes_in: int, settings: AcquireSettings) -> None:
    if len(decoded) > settings.max_member_bytes:
        limit = f"..{settings.max_member_bytes} bytes"
        raise Refused("container.member_too_large", value=float(len(decoded)), threshold=limit)
    ratio = len(decoded) / max(n_bytes_in, 1)
    if len(decoded) > settings.expansion_floor_bytes and ratio > settings.max_expansion_ratio:
        limit = f"..{settings.max_expansion_ratio:g}"
        raise Refused("container.expansion_ratio", "HTTP content coding", value=round(ratio, 1), threshold=limit)
