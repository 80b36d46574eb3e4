"""Certificates and exports that are not what the chain says was written."""

import hashlib
import json
from pathlib import Path

from darwin_assets.lineage.integrity import inspect
from darwin_assets.project import Project
from resources.chain import Chain


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wrong(project: Project) -> list[str]:
    return [one.place for one in inspect(project).findings if one.check == "paper"]


def put(project: Project, name: str, data: bytes) -> Path:
    path = Path(project.lake.uri) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_certificate_is_held_by_the_chain(project: Project) -> None:
    certificate, page = put(project, "certificates/r-1.json", b"{}"), put(project, "certificates/r-1.html", b"<p>")
    payload = {"certificate": sha256(b"{}"), "page": sha256(b"<p>")}
    Chain(lake=project.lake).append("takedown", "r-1", payload)
    assert wrong(project) == []
    certificate.write_bytes(b"{ }")
    page.unlink()
    assert wrong(project) == ["certificates/r-1.json", "certificates/r-1.html"]


def test_an_export_is_held_by_the_chain(project: Project) -> None:
    data = put(project, "exports/spring/data.jsonl", b"line")
    manifest = json.dumps({"files": [{"path": "data.jsonl", "sha256": sha256(b"line")}]}).encode()
    path = put(project, "exports/spring/manifest.json", manifest)
    assert wrong(project) == ["exports/spring/manifest.json"], "nobody exported it"
    Chain(lake=project.lake).append("exported", "spring", {"manifest_sha256": sha256(manifest)})
    assert wrong(project) == []
    data.write_bytes(b"lime")
    assert wrong(project) == ["exports/spring/data.jsonl"]
    path.write_bytes(manifest.replace(sha256(b"line").encode(), sha256(b"lime").encode()))
    assert wrong(project) == ["exports/spring/manifest.json"]
    data.write_bytes(b"line")
    path.write_bytes(manifest)
    more = put(project, "exports/spring/data-2.jsonl", b"another line")
    assert wrong(project) == ["exports/spring/data-2.jsonl"], "whoever reads all files reads it too"
    more.unlink()
    path.unlink()
    assert wrong(project) == ["exports/spring/manifest.json"]
    data.unlink()
    told = inspect(project)
    assert told.findings == [], "a person may remove an export"
    assert [one.place for one in told.remarks] == ["exports/spring"]


def test_a_certificate_that_nobody_wrote(project: Project) -> None:
    put(project, "certificates/r-2.json", b"{}")
    assert wrong(project) == ["certificates/r-2.json"]
