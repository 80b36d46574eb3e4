"""How much a Parquet file unpacks to, before anything is unpacked.

Polars reserves what the header of each page asks for, so these headers are added up, not the totals that
the footer states. Headers are Thrift structs in the compact protocol; only the few fields that are needed
have names here (parquet-format, parquet.thrift).
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

MAX_FOOTER_BYTES = 64 * 1024 * 1024
MAX_PAGE_HEADER_BYTES = 64 * 1024
MAX_NESTING = 32

ROW_GROUPS, COLUMNS, META_DATA = 4, 1, 3
PATH, COMPRESSED_SIZE, DATA_PAGE_OFFSET, DICTIONARY_PAGE_OFFSET = 3, 7, 9, 11
UNCOMPRESSED_PAGE_SIZE, COMPRESSED_PAGE_SIZE = 2, 3


def unpacked_bytes(raw: BinaryIO, n_bytes: int, columns: frozenset[str]) -> int:
    """Bytes of all pages of the top-level `columns`, unpacked. ValueError where the file is not sound."""
    raw.seek(n_bytes - 8)
    (footer_bytes,) = struct.unpack("<I", raw.read(4))
    if footer_bytes > min(n_bytes - 12, MAX_FOOTER_BYTES):
        raise ValueError("footer out of bounds")
    raw.seek(n_bytes - 8 - footer_bytes)
    footer = _parse(raw.read(footer_bytes))[0]
    chunks = [column[META_DATA] for group in footer.get(ROW_GROUPS, []) for column in group[COLUMNS]]
    wanted = [chunk for chunk in chunks if chunk[PATH][0].decode("utf-8", "replace") in columns]
    return sum(_chunk_bytes(raw, n_bytes, chunk) for chunk in wanted)


def _chunk_bytes(raw: BinaryIO, n_bytes: int, chunk: dict[int, Any]) -> int:
    """Walk the pages of one column of one row group."""
    first = chunk[DATA_PAGE_OFFSET]
    start = min(first, chunk.get(DICTIONARY_PAGE_OFFSET) or first)
    end = start + chunk[COMPRESSED_SIZE]
    if not 0 < start <= end <= n_bytes:
        raise ValueError("column out of bounds")
    total = 0
    while start < end:
        raw.seek(start)
        header, header_bytes = _parse(raw.read(MAX_PAGE_HEADER_BYTES))
        if header[UNCOMPRESSED_PAGE_SIZE] < 0 or header[COMPRESSED_PAGE_SIZE] < 0:
            raise ValueError("page out of bounds")
        total += header[UNCOMPRESSED_PAGE_SIZE]
        start += header_bytes + header[COMPRESSED_PAGE_SIZE]
    return total


def _parse(data: bytes) -> tuple[dict[int, Any], int]:
    reader = _Compact(data)
    try:
        return reader.struct(0), reader.at
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(f"Thrift: {type(error).__name__}") from None


class _Compact:
    """Thrift's compact protocol, as much of it as Parquet uses: structs as field number -> value."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def struct(self, depth: int) -> dict[int, Any]:
        if depth > MAX_NESTING:
            raise ValueError("Thrift: nested too deep")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            kind = head & 15
            fields[number] = kind == 1 if kind in (1, 2) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2, 3):
            return self._byte()
        if kind in (4, 5, 6):
            return self._zigzag()
        if kind == 7:
            return self._take(8)
        if kind == 8:
            return self._take(self._varint())
        if kind in (9, 10):
            head = self._byte()
            size = head >> 4 if head >> 4 < 15 else self._varint()
            return [self._value(head & 15, depth + 1) for _ in range(size)]
        if kind == 12:
            return self.struct(depth + 1)
        raise ValueError("Thrift: unknown type")

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise ValueError("Thrift: number too long")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise ValueError("Thrift: string out of bounds")
        self.at += size
        return self.data[self.at - size : self.at]
