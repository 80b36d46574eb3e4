"""Taking documents back out of exports, and personal data on the way out."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.export.copies import copies_of, copy_out
from darwin_assets.export.erase import erase_rows, exports_with
from darwin_assets.export.request import ExportRefused
from darwin_assets.project import Project
from resources.block_list import BlockList
from resources.chain import Chain
from resources.errors import Conflict, DarwinError
from resources.export_store import ExportStore
from tests.unit.export.climbed import climb, exported, training
from tests.unit.export.test_export_files import contents
from tests.unit.export.test_export_gate import PARTS

CANARY = "the heron stands in the reeds"
NOTES = {"a.md": f"# A\n\nHere {CANARY}.\n", "b.md": "# B\n\nText of b.\n", "c.md": "# C\n\nText of c.\n"}
CONTACT = (
    "# Contact\n\nWrite to jo.berg@uni-turin.it or call +49 30 1234567.\n\n```\nmail('jo.berg@uni-turin.it')\n```\n"
)


def roots(project: Project, title: str) -> list[str]:
    rows = project.lake.scan("published", "L1", project.lake.version("published", "L1")).collect()
    return rows.filter(title=title)["root_id"].to_list()


@pytest.mark.parametrize("fmt", ["parquet", "jsonl"])
def test_a_document_is_taken_out_of_every_file(project: Project, fmt, tmp_path):
    climb(project, "notes", NOTES)
    done = exported(project, format=fmt)
    exported(project, "b", format=fmt)
    copy_out(project.lake, "a", done.manifest, tmp_path)
    root = roots(project, "A")
    assert exports_with(project.lake, root) == {"a": 1, "b": 1}
    erased = erase_rows(project.lake, root)
    assert [(one.name, one.n_rows, one.copies) for one in erased] == [("a", 1, (str(tmp_path / "a"),)), ("b", 1, ())]
    for name in ("a", "b"):
        index = pl.read_parquet(Path(project.lake.uri) / "exports" / name / "rows.parquet")
        assert index["line"].to_list() == [1, 2]
        path = Path(project.lake.uri) / "exports" / name / f"data-00000.{fmt}"
        data = pl.read_parquet(path) if fmt == "parquet" else pl.read_ndjson(path)
        assert data["id"].to_list() == index["id"].to_list()
        manifest = json.loads(contents(project, name)["manifest.json"])
        assert (manifest["rows"], manifest["erased"]) == (2, 1)
        assert manifest["chars"] == data["text"].str.len_chars().sum()
        for facts in manifest["files"]:
            assert len(contents(project, name)[facts["path"]]) == facts["bytes"]
        assert all(
            CANARY.encode() not in data and root[0].encode() not in data for data in contents(project, name).values()
        )
    assert erase_rows(project.lake, root) == []
    assert exports_with(project.lake, root) == {}


def test_a_joined_row_goes_with_any_of_its_documents(project: Project):
    climb(project, "book", PARTS)
    exported(project)
    level0 = project.lake.scan("published", "L0", project.lake.version("published", "L0")).collect()
    part = level0.filter(pl.col("path") == "book/optics.tex")["id"].to_list()
    assert [one.n_rows for one in erase_rows(project.lake, part)] == [1]
    assert b"thin lens" not in b"".join(contents(project).values())


def test_an_erasure_that_was_cut_off_anywhere_is_finished_by_the_next(project: Project, monkeypatch):
    climb(project, "notes", NOTES)
    root = roots(project, "A") if exported(project) else []
    whole, cuts = None, 0
    for n_puts in range(6):
        exported(project, f"x{n_puts}")
        rewrite, done = ExportStore.rewrite, []

        def cut_off(self, *call, done=done, limit=n_puts, rewrite=rewrite):
            if len(done) == limit:
                raise KeyboardInterrupt
            done.append(call)
            rewrite(self, *call)

        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(ExportStore, "rewrite", cut_off)
            erase_rows(project.lake, root, names=(f"x{n_puts}",))
        cuts += len(done) == n_puts < 5
        erase_rows(project.lake, root, names=(f"x{n_puts}",))
        files = contents(project, f"x{n_puts}")
        manifest = json.loads(files.pop("manifest.json"))
        assert (manifest["rows"], manifest["erased"]) == (2, 1)
        assert all(CANARY.encode() not in data for data in files.values())
        whole = whole or files
        assert files == whole
    assert cuts == 5  # data, left-out, attribution, manifest, index: the sixth time nothing was cut off


def test_an_export_beside_a_take_down_does_not_hold_what_was_erased(project: Project):
    climb(project, "notes", NOTES)
    root = roots(project, "A")
    BlockList(lake=project.lake).block("request-1", [("root", root[0])])
    with pytest.raises(Conflict, match="taken down"):
        exported(project)
    assert CANARY.encode() not in b"".join(contents(project).values())


def test_a_copy_is_whole_noted_and_never_written_over(project: Project, tmp_path):
    climb(project, "notes", NOTES)
    done = exported(project)
    target = copy_out(project.lake, "a", done.manifest, tmp_path)
    assert copy_out(project.lake, "a", done.manifest, tmp_path) == target
    copied = {path.name: path.read_bytes() for path in target.iterdir()}
    assert copied == {name: data for name, data in contents(project).items() if name != "copies.json"}
    climb(project, "more", {"d.md": "# D\n\nText of d.\n"})
    exported(project, replace=True)
    assert copies_of(ExportStore(project.lake), "a") == [str(target)], "a copy of the former content is still known"
    (target / "manifest.json").write_text("{}")
    with pytest.raises(DarwinError, match="holds something else"):
        copy_out(project.lake, "a", done.manifest, tmp_path)


def test_personal_data_is_masked_in_code_too_and_only_counted(project: Project):
    climb(project, "notes", {"a.md": CONTACT})
    done = exported(project)
    files = b"".join(contents(project).values())
    assert b"uni-turin" not in files
    assert b"1234567" not in files
    text = pl.read_parquet(f"{project.lake.uri}/exports/a/data-00000.parquet")["text"][0]
    assert text.count("<EMAIL>") == 2
    assert text.count("<PHONE>") == 1
    assert done.manifest["personal_data"]["found"] == {"email": 2, "phone": 1}
    index = pl.read_parquet(f"{project.lake.uri}/exports/a/rows.parquet")
    assert index["masked"].to_list() == [3]


def test_titles_are_masked_wherever_they_stand(project: Project):
    climb(project, "notes", {"a.md": "# Letters of jo.berg@uni-turin.it\n\nText.\n"}, attribution="Ada Byron")
    exported(project, format="jsonl")
    assert b"uni-turin" not in b"".join(contents(project).values())
    assert rb"- Letters of \<EMAIL\> " + b"\xe2\x80\x94 Ada Byron" in contents(project)["ATTRIBUTION.md"]


def test_rows_with_personal_data_can_be_dropped_reviewed_or_kept(project: Project):
    climb(project, "notes", {"a.md": CONTACT, "b.md": "# B\n\nText.\n"})
    dropped = exported(project, "dropped", policy=training(pii={"email": "drop"}))
    assert dropped.manifest["rows"] == 1
    assert dropped.manifest["left_out"] == {"rows": 1, "reasons": {"pii.email": 1}}
    review = training(pii={"email": "review", "phone": "keep"})
    with pytest.raises(ExportRefused) as refused:
        exported(project, "review", policy=review)
    assert refused.value.rows["reasons"].to_list() == [["pii.email"]]
    assert "uni-turin" not in str(refused.value)
    looked_at = frozenset(refused.value.rows["id"])
    passed = exported(project, "review", policy=review, reviewed=looked_at)
    assert passed.manifest["rows"] == 2
    kept = exported(project, "kept", policy=training(pii=dict.fromkeys(("email", "phone"), "keep")))
    assert kept.manifest["rows"] == 2
    assert (
        b"uni-turin"
        in b"".join(path.read_bytes() for path in (Path(project.lake.uri) / "exports" / "kept").glob("data*"))
        or kept.manifest["personal_data"]["found"] == {}
    )


@pytest.mark.slow
def test_a_killed_export_is_not_there_and_the_next_one_is_whole(project: Project):
    climb(project, "notes", {f"{n}.md": f"# N{n}\n\nText {n}. {CANARY}\n" for n in range(60)})
    whole = exported(project, "whole").manifest
    code = "from darwin_assets.cli import main; main()"
    darwin = [sys.executable, "-c", code, "export", "--level", "L1", "--name", "killed"]
    for delay in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0):
        process = subprocess.Popen(darwin, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (Path(project.lake.uri) / "exports" / "killed").exists():
            assert "manifest.json" in contents(project, "killed")
            ExportStore(project.lake).remove("killed")
    subprocess.run(darwin, check=True, stdout=subprocess.DEVNULL)
    assert json.loads(contents(project, "killed")["manifest.json"])["files"] == whole["files"]
    assert list((Path(project.lake.uri) / ".staging" / "exports").iterdir()) == []
    assert Chain(lake=project.lake).read("exported", "killed").height >= 1
