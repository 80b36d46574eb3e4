"""One key for the ways in which one address is written (D12; RFC 3986 §6.2.2 to 6.2.3 and common practice).

`http` and `https` are one, as are hosts with and without `www.`; default ports, user names, trailing slashes, empty
queries and parameters that only track the visitor go; escapes are written one way; parameters are sorted. A fragment goes,
unless it chooses a page of its own (`#!`, `#/`) or names a record of a container (`#member:…`, as L0 writes it). Addresses
of other schemes have no key.
"""

from __future__ import annotations

import re
from posixpath import normpath
from urllib.parse import quote, unquote, urlsplit

import polars as pl

_TRACKING = re.compile(
    r"utm_\w+|mc_[ce]id|pk_\w+|mtm_\w+|hsa_\w+|_hs(?:enc|mi)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid"
    r"|igshid|_ga|_gl|ref_src|phpsessid|jsessionid|sessionid",
    re.IGNORECASE,
)
_OF_A_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_ESCAPED_SLASH = re.compile("%2f", re.IGNORECASE)
_DEFAULT_PORTS = {80, 443}
_UNESCAPED = ":@!$&'()*+,;=~-._"


def url_keys(addresses: pl.Series) -> pl.Series:
    """Return the key of each address; null where there is none."""
    keys = (None if address is None else url_key(address) for address in addresses)
    return pl.Series("url_key", keys, dtype=pl.String)


def url_key(address: str) -> str | None:
    """Return the normalized address without its scheme, or None when it is not a readable `http` or `https` address."""
    if address[:4].lower() != "http":
        return None
    try:
        parts = urlsplit(address.strip())
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode() if parts.hostname else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    host = host.removeprefix("www.") + ("" if port is None or port in _DEFAULT_PORTS else f":{port}")
    path = _plain_path(parts.path)
    fragment = parts.fragment if ":" in parts.fragment or parts.fragment.startswith(("!", "/")) else ""
    query = _plain_query(parts.query)
    return host + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _plain_path(path: str) -> str:
    path = _OF_A_PATH.sub("", path)
    if "." in path or "//" in path:
        path = "/" + normpath(path).lstrip("/")
    if "%" in path or not path.isascii():
        path = "/".join(quote(unquote(part), safe=_UNESCAPED) for part in _ESCAPED_SLASH.sub("%252F", path).split("/"))
    return path.rstrip("/")


def _plain_query(query: str) -> str:
    parameters = (part for part in query.split("&") if part and not _TRACKING.fullmatch(part.partition("=")[0]))
    return "&".join(sorted(parameters))
