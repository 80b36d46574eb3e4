"""What a page says about itself: HTTP headers and the meta elements of its head."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from darwin_assets.acquire.records import OPT_OUTS, Record
from darwin_assets.acquire.signals import signal
from darwin_assets.acquire.signals.preferences import CONTENT_SIGNAL, CONTENT_USAGE, refusals
from darwin_assets.acquire.wide_text import in_utf8

HEADERS = frozenset({"tdm-reservation", "tdm-policy", "x-robots-tag", CONTENT_SIGNAL, CONTENT_USAGE})
"""Names, in lower case, of the HTTP headers that can hold a signal."""

HEAD_BYTES = 256 * 1024
"""How far into a page its head is looked for."""

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_META = re.compile(rb"<meta\b[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NO_AI = re.compile(r"(?:^|[\s,:])noai(?:$|[\s,;])")


def record_signals(record: Record) -> list[str]:
    """What a record says about itself: in the headers of its HTTP answer, and in its head where it is a page."""
    stated = record.extra.get(OPT_OUTS, "").splitlines()
    return [*stated, *meta_signals(record.media_type, record.data)]


def header_signals(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The signals in the headers of an HTTP answer, as (name, value)."""
    found = [(name.lower(), value.strip()) for name, value in headers]
    policies = [value for name, value in found if name == "tdm-policy"]
    for name, value in found:
        if name == "tdm-reservation" and value == "1":
            yield _reservation("HTTP header", policies)
        elif name == "x-robots-tag" and _NO_AI.search(value.lower()):
            yield signal("noai", "HTTP header X-Robots-Tag")
        elif name in (CONTENT_SIGNAL, CONTENT_USAGE):
            yield from refusals(name, value, "HTTP header")


def meta_signals(media_type: str, data: bytes) -> Iterator[str]:
    """The signals in the meta elements of an HTML page; nothing for other media types."""
    if media_type not in _HTML_TYPES:
        return
    # the standard lets a meta element of this kind stand in the head only, and a page is long
    head = re.split(rb"<body\b", in_utf8(data[:HEAD_BYTES]), maxsplit=1, flags=re.IGNORECASE)[0]
    metas = [_attributes(found[0]) for found in _META.finditer(head)]
    named = [(meta.get("name", meta.get("property", "")).lower(), meta.get("content", "").strip()) for meta in metas]
    policies = [content for name, content in named if name == "tdm-policy"]
    for name, content in named:
        if name == "tdm-reservation" and content == "1":
            yield _reservation("meta element", policies)
        elif name == "robots" and _NO_AI.search(content.lower()):
            yield signal("noai", "meta element robots")


def _reservation(where: str, policies: list[str]) -> str:
    return signal("tdm", f"{where}, policy {policies[0]}" if policies else where)


def _attributes(tag: bytes) -> dict[str, str]:
    text = tag.decode("utf-8", "replace")
    return {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(text)
    }
