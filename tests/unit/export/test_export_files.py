"""Exports: which rows go out, in which files, and that each is there as a whole."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

from darwin_assets.acquire.manifest import Override
from darwin_assets.export.attribution import CREDIT, attribution_md
from darwin_assets.export.request import ExportRefused, Wanted
from darwin_assets.markdown import to_html
from darwin_assets.project import Project
from resources.chain import Chain
from resources.errors import DarwinError
from resources.export_store import ExportStore
from tests.unit.export.climbed import climb, exported

NOTES = {"a.md": "# Lenses\n\nA thin lens bends light.\n", "b.md": "# Waves\n\nA wave carries energy.\n"}


def folder_of(project: Project, name: str = "a") -> Path:
    return Path(project.lake.uri) / "exports" / name


def contents(project: Project, name: str = "a") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder_of(project, name).iterdir())}


@pytest.mark.parametrize("fmt", ["parquet", "jsonl"])
def test_rows_go_out_with_what_they_are(project: Project, fmt):
    climb(project, "notes", NOTES, attribution="Ada Byron", origin="https://notes.example/x")
    done = exported(project, format=fmt)
    assert sorted(contents(project)) == [
        "ATTRIBUTION.md", f"data-00000.{fmt}", "left-out.parquet", "manifest.json", "rows.parquet",
    ]  # fmt: skip
    path = folder_of(project) / f"data-00000.{fmt}"
    data = pl.read_parquet(path) if fmt == "parquet" else pl.read_ndjson(path)
    assert sorted(data["title"]) == ["Lenses", "Waves"]
    assert data["text"].str.contains("light|energy").all()
    assert data["attribution"].sort()[0] == "Lenses — Ada Byron — https://notes.example/x/a.md — CC-BY-4.0"
    index = pl.read_parquet(folder_of(project) / "rows.parquet")
    assert index["line"].to_list() == [1, 2]
    assert index["id"].to_list() == data["id"].to_list() == sorted(data["id"])
    assert index["origin_ids"].to_list() == [[root] for root in index["root_id"]]
    assert (done.manifest["rows"], done.left_out.height, done.reused) == (2, 0, False)
    assert json.loads((folder_of(project) / "manifest.json").read_bytes()) == done.manifest


def test_the_attribution_file_names_every_document_and_its_changes(project: Project):
    climb(project, "notes", NOTES, attribution="Ada Byron", overrides=(Override(path="b.md", licence="CC-BY-SA-4.0"),))
    exported(project)
    text = contents(project)["ATTRIBUTION.md"].decode()
    assert "## CC-BY-4.0\n\n- Lenses — Ada Byron — drop:notes/a.md — CC-BY-4.0 (converted to Markdown)\n" in text
    assert "## CC-BY-SA-4.0\n\n- Waves — Ada Byron" in text


def test_the_attribution_file_names_no_model_that_the_rules_did_without():
    credit = {"title": "Sums", "attribution": "Ada Byron", "uri": "x", "licence": "CC-BY-4.0"}
    rows = pl.DataFrame(
        {"level": ["L4", "L5"], "credits": [[credit]] * 2}, schema_overrides={"credits": pl.List(CREDIT)}
    )
    text = attribution_md(rows)
    assert "(converted to Markdown and edited)" in text
    assert "(converted to Markdown, edited and extended)" in text


def test_mark_up_in_what_documents_say_of_themselves_does_not_count(project: Project):
    title = "# <img src=x onerror=alert(1)> [a](javascript:b) **c**\n\nText.\n"
    climb(project, "notes", {"a.md": title}, attribution="<b>Ada</b>", origin="https://notes.example/x")
    exported(project)
    page = to_html(contents(project)["ATTRIBUTION.md"].decode(), "Attribution")
    assert not re.search("<(img|b>|strong)|href=.javascript", page)
    assert '<a href="https://notes.example/x/a.md">' in page
    text = contents(project)["ATTRIBUTION.md"].decode()
    assert not re.search(r"(?<!\\)<(?!https://)", text), "some readers obey HTML in Markdown"


def test_the_same_rows_give_the_same_bytes(project: Project):
    climb(project, "notes", NOTES)
    exported(project, "a")
    exported(project, "b")
    first, second = contents(project, "a"), contents(project, "b")
    assert first.pop("manifest.json") != second.pop("manifest.json")
    assert first == second


def test_an_export_is_found_again_and_never_written_over(project: Project):
    climb(project, "notes", NOTES)
    assert not exported(project).reused
    before = contents(project)
    assert exported(project).reused
    climb(project, "more", {"c.md": "# More\n\nText.\n"})
    with pytest.raises(DarwinError, match="--replace"):
        exported(project)
    assert contents(project) == before
    assert exported(project, replace=True).manifest["rows"] == 3
    assert [json.loads(link)["rows"] for link in Chain(lake=project.lake).read("exported", "a")["payload"]] == [2, 3]


def test_what_a_killed_export_left_goes_with_the_next_one(project: Project):
    climb(project, "notes", NOTES)
    store = ExportStore(project.lake)
    store.put(store.begin("a"), "data-00000.parquet", b"half")
    assert store.names() == []
    exported(project)
    staging = Path(project.lake.uri) / ".staging" / "exports"
    assert list(staging.iterdir()) == []
    assert store.names() == ["a"]


def test_two_that_write_the_same_export_do_not_mix(project: Project):
    store = ExportStore(project.lake)
    first = store.begin("a")
    store.put(first, "x", b"1")
    second = store.begin("a")
    store.put(second, "x", b"2")
    with pytest.raises(DarwinError, match="somebody else"):
        store.finish(first, b"{}")
    store.finish(second, b"{}")
    assert store.read("a", "x") == b"2"


def test_a_refused_export_leaves_nothing(project: Project):
    climb(project, "notes", NOTES, licence="CC-BY-NC-4.0")
    with pytest.raises(ExportRefused) as refused:
        exported(project)
    assert refused.value.rows["reasons"].to_list() == [["licence.non-commercial"]] * 2
    assert ExportStore(project.lake).names() == []


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"name": "../a"}, "name"),
        ({"name": "A"}, "name"),
        ({"format": "csv"}, "format"),
        ({"level": "L0"}, "no texts"),
        ({"level": "L9"}, "no texts"),
        ({"level": "L2"}, "no batch is published at L2"),
        ({"purpose": "fun"}, "knows no purpose 'fun'"),
        ({"batches": ("2026-01-31.none.0001",)}, "not published"),
    ],
)
def test_what_cannot_be_exported(project: Project, wanted, message):
    climb(project, "notes", NOTES)
    with pytest.raises(DarwinError, match=message):
        exported(project, **wanted)


def test_only_the_named_batches_go_out(project: Project):
    climb(project, "notes", NOTES)
    more = climb(project, "more", {"c.md": "# More\n\nText.\n"})
    assert exported(project, batches=(more,)).manifest["rows"] == 1


def test_names():
    assert Wanted("a-1.x_y", "L1", "training").format == "parquet"
