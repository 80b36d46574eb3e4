"""Whether exports and certificates of take-downs are what the chain says was written."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from darwin_assets.export.copies import COPIES
from darwin_assets.lineage.evidence import Evidence
from darwin_assets.lineage.exports import export_names
from darwin_assets.lineage.findings import Finding
from resources.erasing import PARTIAL_MARK
from resources.errors import LakeError
from resources.export_store import MANIFEST, ExportStore
from resources.object_store import open_store, sha256_of

CERTIFICATES = "certificates"
UNKNOWN = "the chain has no link"
FILES = {"certificate": "json", "page": "html"}
"""Field of a `takedown` link that holds the hash, and the ending of the file."""


def check_papers(evidence: Evidence) -> Iterator[Finding]:
    """Certificates against their newest link; manifests of exports likewise, and the files that a manifest lists."""
    yield from _check_certificates(evidence)
    told_of = evidence.newest("exported")
    store = ExportStore(evidence.lake)
    try:
        names = export_names(evidence.lake)
        files = {name: [one for one in store.files(name) if PARTIAL_MARK not in one] for name in {*names, *told_of}}
    except LakeError as error:
        yield Finding("file.unreadable", "exports", str(error))
        return
    for name in sorted(files):
        place = f"exports/{name}"
        if name not in told_of:
            yield Finding("paper", f"{place}/{MANIFEST}", f"{UNKNOWN} of this export: cut off, or put there")
        elif not files[name]:
            yield Finding("paper", place, "the export is not there any more", serious=False)
        else:
            yield from _check_export(evidence, store, name, told_of[name].get("manifest_sha256"), files[name])


def _check_certificates(evidence: Evidence) -> Iterator[Finding]:
    told_of = evidence.newest("takedown")
    for request, told in told_of.items():
        for field, ending in FILES.items():
            name = f"{CERTIFICATES}/{request}.{ending}"
            yield from _compared(name, told.get(field), _hash(evidence, name))
    known = {f"{request}.{ending}" for request in told_of for ending in FILES.values()}
    for name in sorted({*_listed(evidence, CERTIFICATES)} - known):
        said = f"{UNKNOWN} of this certificate: cut off (`darwin takedown --resume`), or put there"
        yield Finding("paper", f"{CERTIFICATES}/{name}", said)


def _check_export(
    evidence: Evidence, store: ExportStore, name: str, told: str | None, files: list[str]
) -> Iterator[Finding]:
    place = f"exports/{name}"
    manifest = store.read(name, MANIFEST)
    found = None if manifest is None else hashlib.sha256(manifest).hexdigest()
    if wrong := list(_compared(f"{place}/{MANIFEST}", told, found)):
        yield from wrong
        return
    listed = {one["path"]: one["sha256"] for one in json.loads(manifest or b"")["files"]}
    for path, sha256 in listed.items():
        yield from _compared(f"{place}/{path}", sha256, _hash(evidence, f"{place}/{path}"))
    for path in sorted({*files} - {*listed, MANIFEST, COPIES}):
        yield Finding("paper", f"{place}/{path}", "the manifest does not list it: put there")


def _compared(place: str, told: str | None, found: str | None) -> Iterator[Finding]:
    if told is not None and found is None:
        yield Finding("paper", place, "it was written, and is not there any more")
    elif told is not None and told != found:
        yield Finding("paper", place, "it is not what was written: its hash is not the one in the chain")


def _hash(evidence: Evidence, name: str) -> str | None:
    try:
        return sha256_of(evidence.lake.uri.rstrip("/"), evidence.lake.storage_options, name)
    except FileNotFoundError:
        return None


def _listed(evidence: Evidence, folder: str) -> list[str]:
    """Names of the finished objects in a folder of the lake."""
    lake = evidence.lake
    if lake.is_local() and not (Path(lake.uri) / folder).is_dir():
        return []
    store = open_store(f"{lake.uri.rstrip('/')}/{folder}", lake.storage_options)
    return [str(one["path"]) for page in store.list() for one in page]
