"""Files in which a site speaks about all its pages: robots.txt, ai.txt and tdmrep.json, and what they say of an address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from darwin_assets.acquire.signals import robots, signal
from darwin_assets.acquire.signals.robots import Rule, forbids
from darwin_assets.file_names import name_in_drop

Asked = Callable[[str, str], Iterator[str]]
"""(path of a page, where the file stands) → signals."""

SITE_FILES = ("robots.txt", "ai.txt", ".well-known/ai.txt", ".well-known/tdmrep.json", "tdmrep.json")
"""Where such files stand, from the root of a site; the last one is where a copy of a site may have it."""


def reader(path: str, data: bytes) -> Asked | None:
    """What the file at `path`, one of SITE_FILES, says; None when it is none of them or says nothing."""
    name = path.rpartition("/")[2]
    if name == "robots.txt":
        found = robots.parse(data)
        return lambda page, where: robots.signals(found, page, where)
    if name == "ai.txt":
        stated = robots.parse(data)
        return lambda page, where: robots.ai_txt_signals(stated, page, where)
    if name == "tdmrep.json":
        rules = _reservations(data)
        return lambda page, where: _tdm_signals(rules, page, where)
    return None


def _reservations(data: bytes) -> list[Rule]:
    """The entries of a tdmrep.json as rules: a reservation disallows."""
    try:
        entries = json.loads(data[: robots.MAX_BYTES])
    except (ValueError, RecursionError):
        return []
    entries = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    stated = [(one.get("location"), str(one.get("tdm-reservation"))) for one in entries]
    return [Rule(value == "0", place) for place, value in stated if isinstance(place, str) and value in ("0", "1")]


def _tdm_signals(rules: list[Rule], page: str, where: str) -> Iterator[str]:
    if forbids(rules, page):
        yield signal("tdm", where)


@dataclass
class Sites:
    """What the sites of a batch say, host by host; filled from the records of a crawl in any order."""

    hosts: dict[str, list[tuple[str, Asked]]] = field(default_factory=dict)

    def hear(self, uri: str | None, data: bytes) -> None:
        """Take note when the record at `uri` is such a file of its site."""
        host, path = place_of(uri)
        if host and path.lstrip("/") in SITE_FILES and (asked := reader(path, data)):
            self.hosts.setdefault(host, []).append((f"{path} of {host}", asked))

    def signals(self, uri: str | None) -> list[str]:
        """What was heard about an address."""
        host, path = place_of(uri)
        return [one for where, asked in self.hosts.get(host, ()) for one in asked(path, where)]


def place_of(uri: str | None) -> tuple[str, str]:
    """Host in lower case and path with query of a web address; ("", "") for any other."""
    try:
        parts = urlsplit(uri or "")
        host = (parts.netloc.rpartition("@")[2]).lower()
    except ValueError:
        return "", ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return "", ""
    return host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def site_files(folder: Path) -> dict[str, bytes]:
    """The SITE_FILES in a folder and below, `.well-known` among them, by their path with forward slashes."""
    found = {}
    for name in sorted({ending.rpartition("/")[2] for ending in SITE_FILES}):
        for path in sorted(folder.rglob(name)):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    found[name_in_drop(path.relative_to(folder))] = file.read(robots.MAX_BYTES)
    return found


def drop_signals(files: Mapping[str, bytes], name: str, uri: str | None) -> list[str]:
    """What site files that lie in a drop say about its file `name`.

    `files`: path in the drop → content, of the SITE_FILES found in any folder. Each speaks for what lies beside and below
    it, by the page's path from there, and by the path of its address where it has one.
    """
    found: list[str] = []
    for path, data in files.items():
        ending = next((one for one in sorted(SITE_FILES, key=len, reverse=True) if _ends(path, one)), None)
        asked = reader(path, data) if ending else None
        if ending is None or asked is None:
            continue
        root = path.removesuffix(ending)
        if name.startswith(root):
            pages = {"/" + name.removeprefix(root), place_of(uri)[1] or "/" + name.removeprefix(root)}
            found += [one for page in sorted(pages) for one in asked(page, f"{path} in the drop")]
    return sorted(set(found))


def _ends(path: str, ending: str) -> bool:
    return path == ending or path.endswith("/" + ending)
