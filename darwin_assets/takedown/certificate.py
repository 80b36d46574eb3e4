"""The certificate of a take-down: what was asked, what was erased, what was searched, and that nothing was found.

`certificates/<request>.json` in the lake, with a page to read beside it; the chain holds the hashes of both. Neither holds
a text, a title, an address, or the identifier that was asked for.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from darwin_assets.project import Project
from darwin_assets.promotion import find_publication
from darwin_assets.takedown.certificate_page import page
from darwin_assets.takedown.findings import Findings, Hit
from darwin_assets.takedown.places import LANDING, lake_place
from darwin_assets.takedown.search_settings import SearchSettings
from resources.block_list import BlockList, entries_sha256
from resources.chain import Chain, link_hash
from resources.errors import DarwinError
from resources.lake import Lake
from resources.object_store import open_store, read_chunks

FOLDER = "certificates"
KIND = "takedown"
FORMAT = 1
NAMED_HITS = 100
SHOWN_DIGITS = 16
LOOKED_FOR = (
    "The texts of the erased rows at every level were cut into windows of so many bytes, and every byte offset of every file "
    "was compared with them: any passage of twice that length, less one, is found. Files were searched as they lie there and "
    "unpacked: gzip, bzip2, xz, zip (EPUB, DOCX), tar, WARC, every text column of Parquet, SQLite with its write-ahead log "
    "and free pages, and values in it that are compressed. Passages were looked for as UTF-8, as JSON and HTML write them, "
    "on one line, and as previews show them."
)
NOT_FOUND_SO = (
    "Not found in this way: what was translated or rewritten, other encodings (UTF-16, base64), text drawn in PDFs or "
    "images, encrypted files, Zstandard, 7z and RAR archives; windows of fewer than "
    f"{SearchSettings().min_distinct_bytes} different bytes, and texts of fewer than {SearchSettings().min_text_bytes}."
)
SHARED_WITH = (
    "A shared window also stands in a row that stays and is not covered by the request. Finding it would prove nothing, so "
    "it was not looked for."
)
OUT_OF_SCOPE = (
    "Weights of models that were trained on earlier versions of the data.",
    "Copies that left the lake before: exports that were carried away, downloads, backups, snapshots of disks and databases.",
    "What a disk or an object store keeps of files that were removed from it, such as older versions of objects.",
    "What language models that run elsewhere, or their providers, keep of what they were sent.",
)


@dataclass(frozen=True)
class Certified:
    """What a take-down has to say for itself. `asked` only where it is no person's identifier and no address."""

    request: str
    kind: str
    by: str
    reason: str
    asked_at: str
    erased: Mapping[str, int]
    """Numbers by what they are about: "published/L1", "answers", "vectors", "raw objects", "exports", ..."""
    elected: Sequence[Mapping[str, str]]
    """Documents that had been left out for an erased one and were judged anew: id, batch, state ("elected" where one
    stands now), level (how far it was published), survivor_id, detail."""
    findings: Findings
    asked: str | None = None


def write(project: Project, certified: Certified, at: datetime | None = None) -> str:
    """Write both files and the link in the chain; the hash of the JSON. One that is written and linked already stays.

    Cut off before the link, it is written anew.
    """
    standing = _link(project.lake, certified.request)
    blocked = entries_sha256(BlockList(lake=project.lake).entries(), certified.request)
    if standing and standing["clean"] and standing.get("blocked") == blocked and _is_whole(project, certified.request):
        return str(standing["certificate"])
    made = _content(project, certified, at or datetime.now(UTC))
    data = json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False).encode()
    shown = page(made, hashlib.sha256(data).hexdigest()).encode()
    store = open_store(_uri(project.lake), project.lake.storage_options)
    store.put(f"{certified.request}.json", data)
    store.put(f"{certified.request}.html", shown)
    sha256 = hashlib.sha256(data).hexdigest()
    payload = {
        "certificate": sha256, "page": hashlib.sha256(shown).hexdigest(), "clean": certified.findings.clean,
        "windows": certified.findings.n_windows, "hits": certified.findings.n_hits, "blocked": blocked,
    }  # fmt: skip
    Chain(lake=project.lake).append(KIND, certified.request, payload)
    return sha256


def read(project: Project, request: str) -> dict[str, Any]:
    """What a certificate says. DarwinError when there is none."""
    return dict(json.loads(_read(project.lake, f"{request}.json")))


def check(project: Project, request: str) -> list[str]:
    """What is wrong with a certificate, in words; nothing for one that is as it was written.

    Its files against the hashes in the chain, its link, and the versions of the lake's tables that it names. DarwinError
    when there is none.
    """
    lake = project.lake
    link = _link(lake, request)
    data, shown = (_read(lake, f"{request}.{ending}") for ending in ("json", "html"))
    if link is None:
        return ["the chain has no link of this take-down: it was cut off, run it again"]
    wrong = [] if link["sound"] else ["the link in the chain was changed after it was written: run `darwin audit`"]
    if hashlib.sha256(data).hexdigest() != link["certificate"]:
        return [*wrong, f"{request}.json is not what was written: its hash is not the one in the chain"]
    if hashlib.sha256(shown).hexdigest() != link["page"]:
        wrong.append(f"{request}.html is not what was written: its hash is not the one in the chain")
    return wrong + [said for table in json.loads(data)["tables"] for said in _changed(lake, table)]


def _is_whole(project: Project, request: str) -> bool:
    try:
        return not check(project, request)
    except DarwinError:
        return False


def _content(project: Project, certified: Certified, at: datetime) -> dict[str, Any]:
    findings = certified.findings
    seq, head = Chain(lake=project.lake).head()
    gaps = Counter((gap.place, gap.reason) for gap in findings.gaps)
    return {
        "format": FORMAT,
        "made_at": at.isoformat(timespec="seconds"),
        "request": {
            "request": certified.request, "kind": certified.kind, "by": certified.by, "reason": certified.reason,
            "asked_at": certified.asked_at, "asked": certified.asked,
        },
        "clean": findings.clean,
        "erased": dict(certified.erased),
        "elected": [_judged(project, one) for one in certified.elected],
        "search": findings.as_json() | {
            "unread": [{"place": place, "reason": reason, "parts": n} for (place, reason), n in sorted(gaps.items())],
            "named_hits": [_named(hit) for hit in findings.hits[:NAMED_HITS]],
            "looked_for": LOOKED_FOR, "not_found_so": NOT_FOUND_SO, "shared": SHARED_WITH,
        },
        "out_of_scope": list(OUT_OF_SCOPE),
        "tables": [_listed(project.lake, zone, name) for zone, name in _tables(project.lake)],
        "chain": {"links_before": seq, "head_before": head},
    }  # fmt: skip


def _judged(project: Project, one: Mapping[str, str]) -> dict[str, Any]:
    """One of the elected with the verdict that let it through."""
    found = find_publication(project.lake, project.ledger, one["level"], one["batch"]) if one.get("level") else None
    return dict(one) | ({"verdict": found.verdict.verdict} if found else {})


def _named(hit: Hit) -> dict[str, Any]:
    """A hit; names of files that people gave (in the landing zone) may say what they are about, and are hashed."""
    file = hashlib.sha256(hit.file.encode()).hexdigest()[:SHOWN_DIGITS] if hit.place == LANDING else hit.file
    return asdict(hit) | {"file": file}


def _tables(lake: Lake) -> list[tuple[str, str]]:
    """Zone and name of every Delta table of the lake."""
    logs = {name.split("/_delta_log/")[0] for name in lake_place(lake).files() if "/_delta_log/" in name}
    return sorted((zone, table) for zone, _, table in (one.partition("/") for one in logs) if table)


def _listed(lake: Lake, zone: str, name: str, version: int | None = None) -> dict[str, Any]:
    """A table at a version, with a hash over the names and sizes of its files."""
    version = lake.version(zone, name) if version is None else version
    files = lake.files(zone, name, version, [])
    listing = "".join(f"{path}\t{size}\n" for path, size in files.select("path", "size_bytes").iter_rows())
    sha256 = hashlib.sha256(listing.encode()).hexdigest()
    return {"table": f"{zone}/{name}", "version": version, "files": files.height, "sha256": sha256}


def _changed(lake: Lake, table: Mapping[str, Any]) -> list[str]:
    zone, _, name = table["table"].partition("/")
    try:
        if _listed(lake, zone, name, table["version"]) == table:
            return []
    except DarwinError:
        return [f"{table['table']}: version {table['version']} can no longer be read from the table's log"]
    return [f"{table['table']}: version {table['version']} lists other files than it did"]


def _link(lake: Lake, request: str) -> dict[str, Any] | None:
    """What the newest link of this take-down says, and whether the link itself is `sound`."""
    links = Chain(lake=lake).read(KIND, request)
    if links.is_empty():
        return None
    row = links.row(-1, named=True)
    found = link_hash(*(row[name] for name in ("seq", "at", "kind", "subject", "payload", "previous")))
    return {**json.loads(row["payload"]), "sound": found == row["hash"]}


def _uri(lake: Lake) -> str:
    return f"{lake.uri.rstrip('/')}/{FOLDER}"


def _read(lake: Lake, name: str) -> bytes:
    try:
        return b"".join(read_chunks(_uri(lake), lake.storage_options, name))
    except FileNotFoundError:
        raise DarwinError(
            f"no certificate {name} in {FOLDER}/ of the lake; `darwin takedown --list` shows take-downs"
        ) from None
