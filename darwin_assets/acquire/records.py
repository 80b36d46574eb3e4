"""What a reader yields: one record a document, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

RULES: dict[str, str] = {
    "file.empty": "The file or member has no bytes. Land it again if it should have some.",
    "file.too_large": "The file is over the limit. Split it, or raise acquire.max_file_bytes or max_member_bytes.",
    "file.special_file": "A link, device or pipe in the drop. Put a regular file in its place.",
    "file.unreadable": "The file may not be read. Give the service read permission.",
    "file.blocked": "A take-down forbids these bytes or this address; nothing of the file was stored. The detail names "
    "the request.",
    "file.erased": "All documents of the file were taken down. The detail names the request.",
    "container.empty": "The container holds no record.",
    "container.truncated": "The data ends before the container does. Fetch the file again.",
    "container.corrupt": "The data does not follow the container's format. Fetch the file again.",
    "container.trailing_data": "Data follows the end of the archive and was not read. Pack the archive anew.",
    "container.encrypted": "A password is needed. Land an unencrypted file.",
    "container.unsupported": "No reader for this container or compression. Land it as zip, tar, gzip, bzip2 or xz.",
    "container.expansion_ratio": "It unpacks to far more than its size. Raise "
    "acquire.max_expansion_ratio if it is honest.",
    "container.too_large": "The container unpacks to too much. Split it, or raise acquire.max_expanded_bytes.",
    "container.member_too_large": "One document is over the limit. Raise acquire.max_member_bytes.",
    "container.too_many_members": "Too many records. Split the file, or raise acquire.max_members.",
    "container.too_deep": "An archive in an archive in an archive. Unpack it, or raise acquire.max_depth.",
    "container.path_traversal": "The member's name leads out of the archive. Pack the archive anew.",
    "container.special_file": "A link, device or sparse file in an archive. Pack the file itself.",
    "container.no_text_column": "No text in any of acquire.text_columns. Rename a column or name it in the recipe.",
    "container.bad_line": "The line is not a JSON object in UTF-8, or in the UTF-16 or UTF-32 of the whole file.",
    "record.empty": "The record has no bytes of its own.",
    "record.blocked": "A take-down forbids this document or its address. The detail names the request.",
    "record.erased": "The document was taken down. The detail names the request.",
    "warc.not_a_document": "A request, warcinfo, metadata or revisit record: kept for the count, not a document.",
    "warc.http_status": "The server did not answer with 200: an error or a redirect, not a document.",
    "warc.content_encoding": "The payload's content coding is unknown or broken.",
    "warc.segmented": "The record is one segment of several, which no reader joins. Join them before landing.",
}
"""Every rule id of L0 with its meaning and what to do about it."""


ATTRIBUTION = "attribution"
"""Key in `Record.extra`: whom the record itself names as its authors."""

CHARSET = "charset"
"""Key in `Record.extra`: the encoding that the server declared."""

OPT_OUTS = "opt_outs"
"""Key in `Record.extra`: the opt-out signals of the answer's own headers, one a line."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record has no document. `detail` never quotes the document; `value` and `threshold` are what
    was measured.
    """

    rule: str
    detail: str = ""
    value: float | None = None
    threshold: str | None = None

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"{self.rule!r} is not in RULES: add it there with its meaning")


class Stopped(Exception):
    """A reader cannot go on with this container; carries the `failure` that says why."""

    def __init__(self, rule: str, detail: str = "", *, value: float | None = None, threshold: str | None = None):
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.failure = Failure(rule, detail, value, threshold)


class Refused(Stopped):
    """There is no document here, but the reader can go on with the next one."""


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a landed file, or one reason.

    `locator` finds the record again in its file, whatever the run: "" is the file itself,
    "member:dir/a.html" an archive's member, "record:17" a WARC or ARC record, "line:5" a line of JSONL,
    "row:5" a row of Parquet (all counted from 1), joined by "!" where containers nest. The locator "rest"
    stands for everything behind the point where a container could not be read any further. `data` is empty
    where there is a failure.
    """

    locator: str
    media_type: str
    data: bytes = b""
    uri: str | None = None
    title: str | None = None
    licence: str | None = None
    """SPDX expression as the record itself states it; None: it states none and the manifest's holds."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Small metadata: collected_at (ISO 8601), charset, warc_type, http_status, source_id, stated_licence,
    opt_outs, attribution."""
    failure: Failure | None = None


def failed(locator: str, media_type: str, failure: Failure) -> Record:
    """The row that stands where a document should have been."""
    return Record(locator, media_type, failure=failure)
