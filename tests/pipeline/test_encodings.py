"""Files in other encodings than UTF-8 on their way through L0 and L1: each is read rightly, or rejected with the reason."""

import json
import os
import sys
from pathlib import Path

import dagster as dg
import pytest

from darwin_assets.landing_desk import land_path
from darwin_assets.project import Project
from darwin_assets.runs import run_batch
from tests.drops import make_drop
from tests.unit.acquire.containers import response

CZECH = "Rychlost světla ve vakuu je stálá. Tato věta platí v každé soustavě, což později důkladně ukážeme.\n"
KOREAN = "빛의 속도는 똠방각하"
LINES = "\r\n".join(json.dumps({"text": f"Größe, {word}"}, ensure_ascii=False) for word in ("世界", "конец"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_drop(tmp_path / "d", "d", texts={"utf8.txt": CZECH})
    (folder / "manifest.yaml").write_bytes((folder / "manifest.yaml").read_text().encode("utf-16"))
    (folder / "notepad.txt").write_bytes(CZECH.encode("utf-16"))
    (folder / "old.txt").write_bytes(CZECH.encode("cp1250"))
    (folder / "lines.jsonl").write_bytes(LINES.encode("utf-16"))
    (folder / "unclear.txt").write_bytes(bytes(range(0x80, 0x100)) * 20)
    page = f"<html><body><p>{KOREAN}</p></body></html>".encode("cp949")
    (folder / "crawl.warc").write_bytes(response(page, Content_Type="text/html; charset=euc-kr"))
    return folder


def test_every_encoding_is_read_or_refused(project: Project, instance: dg.DagsterInstance, folder: Path) -> None:
    batch = land_path(project, instance, folder, None, None, None).batch
    assert batch
    assert run_batch(project, instance, batch, "L1").error is None
    lake = project.lake
    published, rejected = (lake.read(zone, "L1", batch, lake.version(zone, "L1")) for zone in ("published", "rejected"))
    assert sorted(published["text"]) == sorted([*[CZECH.strip()] * 3, "Größe, 世界", "Größe, конец", KOREAN])
    assert rejected["rejected_by"].to_list() == ["encoding.unknown"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_whose_name_is_not_utf8_is_a_row_like_any_other(
    project: Project, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    folder = make_drop(tmp_path / "d", "d", texts={"a.txt": CZECH})
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text(CZECH + CZECH)
    with (folder / "manifest.yaml").open("a") as manifest:
        manifest.write("overrides:\n  - path: caf%E9.txt\n    licence: MIT\n")
    batch = land_path(project, instance, folder, None, None, None).batch
    assert batch
    assert run_batch(project, instance, batch, "L1").error is None
    rows = project.lake.read("published", "L0", batch, project.lake.version("published", "L0"))
    assert sorted(rows.select("path", "licence").iter_rows()) == [("a.txt", "CC-BY-4.0"), ("caf%E9.txt", "MIT")]
