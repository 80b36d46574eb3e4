"""JSONL and Parquet with a text column: one record a row.

Blank lines of JSONL are no records. A text of null is a row without a document. Parquet is decoded a row
group at a time, which is what bounds its memory.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from darwin_assets.acquire.licences import NOASSERTION, of_row
from darwin_assets.acquire.media_types import BINARY, PLAIN, named_type
from darwin_assets.acquire.parquet_size import unpacked_bytes
from darwin_assets.acquire.records import ATTRIBUTION, Failure, Record, Stopped, failed
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.acquire.streams import Budget, Source, Wanted

MAX_EXTRA_CHARS = 200
MAX_ATTRIBUTION_CHARS = 1000
BATCH_ROWS = 512
BUFFER_BYTES = 32 * 1024 * 1024
"""Text that is held as Python objects at a time; rows of Parquet may share one long text, which costs the file nothing."""
MAX_LINE_VALUES = 4_000_000
"""Values of one JSON line, at some 100 bytes of memory each; brackets and commas are counted, so text may be full of them."""
MAGIC = b"PAR1"
ADDRESS = re.compile(r"\S{1,2048}")


def jsonl_records(
    stream: io.BufferedReader, wanted: Wanted, budget: Budget, settings: AcquireSettings
) -> Iterator[Record]:
    """The lines of a JSONL file, each on its own: a bad line is a record with the reason, the next one is
    read.
    """
    for number, line in enumerate(_lines(stream, settings.max_member_bytes + 1), 1):
        if len(line) > settings.max_member_bytes:
            raise Stopped(
                "container.member_too_large",
                f"line {number}",
                threshold=f"..{settings.max_member_bytes} bytes",
            )
        if not line.strip():
            continue
        budget.spend_member()
        locator = f"line:{number}"
        if wanted(locator):
            yield _line_record(locator, line, settings)


def _lines(stream: io.BufferedReader, limit: int) -> Iterator[bytes]:
    """The lines in UTF-8, cut at `limit`. How JSON begins tells its encoding, also without a mark of it (RFC 4627 §3)."""
    encoding = json.detect_encoding(stream.peek(4)[:4])
    if encoding.startswith("utf-8"):
        yield from iter(lambda: stream.readline(limit), b"")
        return
    text = io.TextIOWrapper(stream, encoding, "replace", newline="\n")
    yield from (line.encode() for line in iter(lambda: text.readline(limit), ""))


def parquet_records(source: Source, wanted: Wanted, budget: Budget, settings: AcquireSettings) -> Iterator[Record]:
    """The rows of a Parquet file. Stopped when it is encrypted, damaged or has no text column of type
    String.
    """
    _check_magic(source)
    number = 0
    n_bytes_out = 0
    for row in _parquet_rows(source, budget, settings):
        number += 1
        budget.spend_member()
        locator = f"row:{number}"
        if not wanted(locator):
            continue
        record = _row_record(locator, row, settings)
        n_bytes_out += len(record.data)
        budget.spend_bytes(len(record.data))
        budget.check_ratio(n_bytes_out, source.n_bytes)
        yield record


def _line_record(locator: str, line: bytes, settings: AcquireSettings) -> Record:
    n_values = sum(map(line.count, (b"[", b"{", b",")))
    if n_values > MAX_LINE_VALUES:
        return failed(
            locator, BINARY, Failure("container.bad_line", "too many values", n_values, f"..{MAX_LINE_VALUES}")
        )
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return failed(locator, BINARY, Failure("container.bad_line", type(error).__name__))
    if not isinstance(row, dict):
        return failed(locator, BINARY, Failure("container.bad_line", f"a JSON {type(row).__name__}, not an object"))
    return _row_record(locator, row, settings)


def _row_record(locator: str, row: Mapping[str, Any], settings: AcquireSettings) -> Record:
    column = next((name for name in settings.text_columns if name in row), None)
    if column is None:
        return failed(locator, BINARY, Failure("container.no_text_column", f"{len(row)} other columns"))
    text = row[column]
    stated_type = _first_text(row, settings.media_type_columns)
    media_type = (named_type(stated_type) if stated_type else None) or PLAIN
    if text is None or text == "":
        return failed(locator, media_type, Failure("record.empty"))
    if not isinstance(text, str):
        return failed(locator, BINARY, Failure("container.no_text_column", f"{column} holds {type(text).__name__}"))
    data = _utf8(text)
    if len(data) > settings.max_member_bytes:
        limit = f"..{settings.max_member_bytes} bytes"
        return failed(locator, media_type, Failure("container.member_too_large", "", float(len(data)), limit))
    licence, extra = _stated_licence(row, settings)
    source_id = _first(row, settings.id_columns)
    if isinstance(source_id, str | int):
        extra["source_id"] = str(source_id)[:MAX_EXTRA_CHARS]
    if named := _first_text(row, settings.attribution_columns):
        extra[ATTRIBUTION] = " ".join(named.split())[:MAX_ATTRIBUTION_CHARS]
    return Record(
        locator,
        media_type,
        data,
        uri=_address(row, settings),
        title=_first_text(row, settings.title_columns),
        licence=licence,
        extra=extra,
    )


def _address(row: Mapping[str, Any], settings: AcquireSettings) -> str | None:
    """What a row states as its address, unless it is prose: previews show addresses, and may show no text."""
    stated = _first_text(row, settings.uri_columns)
    return stated if stated and ADDRESS.fullmatch(stated) else None


def _stated_licence(row: Mapping[str, Any], settings: AcquireSettings) -> tuple[str | None, dict[str, str]]:
    """A row that states a licence which is not SPDX must not inherit the drop's: it becomes NOASSERTION.

    Of several in a list all hold at once.
    """
    columns = (_licence_terms(row.get(name)) for name in settings.licence_columns)
    terms = next((found for found in columns if found), [])
    if not terms:
        return None, {}
    if licence := of_row(terms) if all(isinstance(term, str) for term in terms) else None:
        return licence, {}
    said = ", ".join(term if isinstance(term, str) else f"a {type(term).__name__}" for term in terms)
    return NOASSERTION, {"stated_licence": _utf8(said[:MAX_EXTRA_CHARS]).decode()}


def _licence_terms(stated: Any) -> list[Any]:
    """What one column says, by itself or in a list; white space says nothing."""
    terms = stated if isinstance(stated, list) else [stated]
    return [term for term in terms if term is not None and not (isinstance(term, str) and not term.strip())]


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _first_text(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    value = _first(row, names)
    return _utf8(value.strip()).decode() if isinstance(value, str) and value.strip() else None


def _utf8(text: str) -> bytes:
    """JSON may hold half of a surrogate pair, which UTF-8 cannot: it becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return re.sub(
            "[\ud800-\udfff]", "�", text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        ).encode()


def _check_magic(source: Source) -> None:
    """Polars is asked only when both ends of the file are Parquet's: a cut file is told apart from a
    damaged one.
    """
    with source.open() as raw:
        head = raw.read(4)
        raw.seek(max(0, source.n_bytes - 4))
        tail = raw.read(4)
    if b"PARE" in (head, tail):
        raise Stopped("container.encrypted", "an encrypted Parquet footer")
    if head != MAGIC:
        raise Stopped("container.corrupt", "not a Parquet file")
    if tail != MAGIC or source.n_bytes < 12:
        raise Stopped("container.truncated", "no Parquet footer")


def _parquet_rows(source: Source, budget: Budget, settings: AcquireSettings) -> Iterator[dict[str, Any]]:
    try:
        yield from _scan(source, budget, settings)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise Stopped("container.corrupt", f"Parquet: {type(error).__name__}") from None
    except (OSError, ValueError, LookupError, TypeError, OverflowError) as error:
        raise Stopped("container.corrupt", f"Parquet: {type(error).__name__}") from None


def _check_unpacked(source: Source, columns: frozenset[str], budget: Budget, settings: AcquireSettings) -> None:
    with source.open() as raw:
        n_bytes = unpacked_bytes(raw, source.n_bytes, columns)
    budget.check_ratio(n_bytes, source.n_bytes)
    if n_bytes > settings.max_expanded_bytes:
        limit = f"..{settings.max_expanded_bytes} bytes"
        raise Stopped("container.too_large", value=float(n_bytes), threshold=limit)


def _scan(source: Source, budget: Budget, settings: AcquireSettings) -> Iterator[dict[str, Any]]:
    table = pl.scan_parquet(source.content, glob=False)
    schema = table.collect_schema()
    text = next((name for name in settings.text_columns if schema.get(name) == pl.String), None)
    if text is None:
        raise Stopped(
            "container.no_text_column",
            f"none of {', '.join(settings.text_columns)} among {len(schema)} columns",
        )
    others = (
        *settings.uri_columns,
        *settings.title_columns,
        *settings.attribution_columns,
        *settings.media_type_columns,
        *settings.id_columns,
    )
    plain = {name for name, dtype in schema.items() if name in others and (dtype == pl.String or dtype.is_integer())}
    # a licence counts in whatever type it is stated
    wanted = plain.union(settings.licence_columns) - {text}
    columns = [text, *(name for name in schema if name in wanted)]
    _check_unpacked(source, frozenset(columns), budget, settings)
    for batch in table.select(columns).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
        longest = batch.select(pl.sum_horizontal(pl.col(pl.String).str.len_bytes().max())).item() or 1
        yield from batch.iter_rows(named=True, buffer_size=max(1, min(BATCH_ROWS, BUFFER_BYTES // longest)))
