"""`darwin audit` names every kind of tampering, and nothing on a healthy lake with a past."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from typer.testing import CliRunner

from darwin_assets.acquire.blocked import shed
from darwin_assets.acquire.remnant import read_remnant, write_remnant
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.cli import app
from darwin_assets.levels import BUILT
from darwin_assets.lineage.findings import CHECKS
from darwin_assets.lineage.integrity import Audit, audit, inspect
from darwin_assets.project import Project, open_project
from darwin_assets.runs import run_batch
from resources.block_list import BlockList, entries_sha256
from resources.chain import Chain, link_hash
from resources.gate_ledger import SCHEMA as GATES
from resources.workplace import Workplace
from tests.drops import land
from tests.unit.lineage.lakes import Past, make_past

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return make_past(tmp_path_factory.mktemp("past"))


@pytest.fixture
def lake(past: Past, tmp_path: Path) -> Project:
    """A copy of the healthy lake, to be spoilt."""
    shutil.copytree(past.home, tmp_path / "home")
    return open_project(Workplace(home=str(tmp_path / "home")))


def file_of(project: Project, zone: str, level: str, batch: str) -> Path:
    """The one data file of a partition."""
    listed = project.lake.files(zone, level, project.lake.version(zone, level))
    (path,) = listed.filter(pl.col("batch") == batch)["path"]
    return Path(project.lake.table_uri(zone, level)) / path


def rewrite_file(path: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    change(pl.read_parquet(path, hive_partitioning=False)).write_parquet(path)


def rows_of(project: Project, zone: str, level: str, batch: str) -> pl.DataFrame:
    return project.lake.read(zone, level, batch, project.lake.version(zone, level))


def delta(project: Project, zone: str, level: str) -> Any:
    return project.lake._open(zone, level)


def named(found: Audit, check: str) -> list[tuple[str, set[str]]]:
    """Place and ids of what a check has found."""
    assert check in CHECKS
    return [(one.place, set(one.ids)) for one in found.findings if one.check == check]


def test_a_healthy_lake_with_a_past_is_sound(past: Past, lake: Project) -> None:
    found = inspect(lake)
    assert found.findings == []
    assert found.looked_at["verdicts"] >= 16
    assert found.looked_at["files"] > 10
    assert {one.check for one in found.remarks} <= {"row.parents"}, "L3 and up stand on an older L2"


def test_the_outcome_is_entered_in_the_chain_and_told(lake: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARWIN_HOME", lake.work.home)
    first = CliRunner().invoke(app, ["audit", "--json"])
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    links = Chain(lake=lake.lake).read("audited")
    assert links.height == 1
    assert json.loads(links["payload"][0])["findings"] == {}
    assert told["chain"] == {"links": links["seq"][0] - 1, "hash": links["previous"][0]}
    delta(lake, "ledger", "gates").delete("level = 'L2'")
    second = CliRunner().invoke(app, ["audit"])
    assert second.exit_code == 1
    assert "ledger.deleted" in second.output
    payload = json.loads(Chain(lake=lake.lake).read("audited")["payload"][1])
    assert set(payload["findings"]) >= {"ledger.deleted", "commit"}


@pytest.mark.parametrize(
    ("zone", "column", "value"),
    [
        ("published", "text", "Another text."),
        ("published", "education_score", None),
        ("rejected", "rejected_by", "size.bytes"),
    ],
)
def test_an_edited_row_of_a_file(past: Past, lake: Project, zone: str, column: str, value: str | None) -> None:
    level, batch = ("L3", past.first) if zone == "published" else ("L2", past.second)
    path = file_of(lake, zone, level, batch)
    victim = pl.read_parquet(path, hive_partitioning=False)["id"][0]
    spoilt = pl.when(pl.col("id") == victim).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    rewrite_file(path, lambda rows: rows.with_columns(spoilt.cast(rows.schema[column])))
    found = inspect(lake)
    assert [(one.check, one.place, one.ids) for one in found.findings] == [
        ("file.edited", f"{zone}/{level}/{batch}/{path.name}", (victim,))
    ]
    assert column in found.findings[0].said


def test_rows_put_into_and_taken_out_of_a_file(past: Past, lake: Project) -> None:
    path = file_of(lake, "published", "L2", past.first)
    ids = pl.read_parquet(path, hive_partitioning=False)["id"].to_list()
    forged = "f" * 32
    rewrite_file(path, lambda rows: pl.concat([rows[1:], rows[1:2].with_columns(id=pl.lit(forged))]))
    ((place, about),) = named(inspect(lake), "file.edited")
    assert place.endswith(path.name)
    assert about == {ids[0], forged}


def test_an_edited_row_whose_candidate_is_gone(past: Past, lake: Project) -> None:
    shutil.rmtree(Path(lake.lake.table_uri("candidate", "L3")))
    path = file_of(lake, "published", "L3", past.first)
    victim = pl.read_parquet(path, hive_partitioning=False)["id"][1]
    spoilt = pl.when(pl.col("id") == victim).then(pl.lit("Other words.")).otherwise("text").alias("text")
    rewrite_file(path, lambda rows: rows.with_columns(spoilt))
    found = inspect(lake)
    assert named(found, "file.edited") == [(f"published/L3/{past.first}/{path.name}", {victim})]
    assert named(found, "file.unreadable") == [("candidate/L3", set())]


def test_rows_changed_by_commits_that_no_gate_made(past: Past, lake: Project) -> None:
    victim = rows_of(lake, "published", "L3", past.first)["id"][0]
    delta(lake, "published", "L3").update(predicate=f"id = '{victim}'", updates={"licence": "'CC0-1.0'"})
    gone = rows_of(lake, "rejected", "L2", past.second)["id"][0]
    delta(lake, "rejected", "L2").delete(f"id = '{gone}'")
    found = inspect(lake)
    assert {place for place, _ in named(found, "commit")} == {"published/L3", "rejected/L2"}
    assert {victim} in [ids for _, ids in named(found, "file.unsealed")]
    assert [place.rpartition("/")[0] for place, _ in named(found, "file.removed")] == [
        f"published/L3/{past.first}", f"rejected/L2/{past.second}",
    ]  # fmt: skip
    assert named(found, "row.count"), "a rejected row is missing"


def test_a_partition_overwritten_with_forged_metadata(past: Past, lake: Project) -> None:
    rows = rows_of(lake, "published", "L3", past.first)
    metadata = {"verdict": rows["verdict"][0], "batch": past.first, "run": "forged"}
    lake.lake.write("published", "L3", past.first, rows.with_columns(source=pl.lit("elsewhere")), metadata)
    found = inspect(lake)
    assert named(found, "commit") == []
    ((place, ids),) = named(found, "file.unsealed")
    assert place.startswith(f"published/L3/{past.first}/")
    assert ids == set(rows["id"])


def test_a_deleted_ledger_row(past: Past, lake: Project) -> None:
    verdicts = lake.ledger.all().filter(pl.col("batch") == past.waived, pl.col("level") == "L2")
    closed = verdicts.filter(~pl.col("waived"))["verdict"].item()
    delta(lake, "ledger", "gates").delete(f"verdict = '{closed}'")
    found = inspect(lake)
    assert named(found, "ledger.deleted") == [("ledger/gates", {closed})]
    assert [place for place, _ in named(found, "commit")] == ["ledger/gates"]


def test_an_edited_ledger_row(past: Past, lake: Project) -> None:
    waived = lake.ledger.all().filter(pl.col("waived"))["verdict"].item()
    delta(lake, "ledger", "gates").update(predicate=f"verdict = '{waived}'", updates={"approver": "'somebody else'"})
    assert named(inspect(lake), "ledger.edited") == [("ledger/gates", {waived})]


def test_an_inserted_ledger_row(past: Past, lake: Project) -> None:
    forged = lake.ledger.all().head(1).with_columns(verdict=pl.lit("f" * 32), waived=pl.lit(True))
    lake.lake.append("ledger", "gates", forged.select(list(GATES)))
    assert named(inspect(lake), "ledger.inserted") == [("ledger/gates", {"f" * 32})]


def test_two_swapped_files(past: Past, lake: Project) -> None:
    left, right = (file_of(lake, "published", "L1", batch) for batch in (past.first, past.second))
    aside = left.with_suffix(".aside")
    left.rename(aside)
    right.rename(left)
    aside.rename(right)
    found = inspect(lake)
    assert {place for place, _ in named(found, "file.swapped")} == {
        f"published/L1/{past.first}/{left.name}", f"published/L1/{past.second}/{right.name}",
    }  # fmt: skip
    assert named(found, "file.edited") == []


def test_the_end_of_the_chain_is_taken_away(past: Past, lake: Project) -> None:
    """The commits, and the files that they added, as if they had never been."""
    log = Path(lake.lake.table_uri("ledger", "chain")) / "_delta_log"
    n_links = Chain(lake=lake.lake).head()[0]
    for commit in sorted(log.glob("*.json"))[-5:]:
        for path in lake.lake.touched_files("ledger", "chain", int(commit.stem)):
            (log.parent / path).unlink()
        commit.unlink()
    found = inspect(lake)
    assert found.head[0] == n_links - 5
    assert [place for place, _ in named(found, "chain.tail")] == ["ledger/chain"]
    assert named(found, "seal.missing")
    assert named(found, "chain.gap") == named(found, "chain.edited") == []


def test_a_link_that_was_kept_shows_a_chain_that_was_written_anew(
    lake: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARWIN_HOME", lake.work.home)
    seq, hash_ = Chain(lake=lake.lake).head()
    cut = Chain(lake=lake.lake).append("audited", "lake", {})
    assert inspect(lake, (seq, hash_)).findings == inspect(lake, (cut.seq, cut.hash)).findings == []
    delta(lake, "ledger", "chain").delete(f"seq = {cut.seq}")
    assert [(one.check, one.ids) for one in inspect(lake, (cut.seq, cut.hash)).findings] == [
        ("chain.tail", (str(cut.seq),)), ("commit", inspect(lake).findings[0].ids),
    ]  # fmt: skip
    Chain(lake=lake.lake).append("audited", "lake", {"findings": {}})
    assert named(inspect(lake, (cut.seq, cut.hash)), "chain.edited") == [("ledger/chain", {str(cut.seq)})]
    said = CliRunner().invoke(app, ["audit", "--head", f"{cut.seq}:{cut.hash}"])
    assert said.exit_code == 1
    assert "chain.edited" in said.output


def chain_file(project: Project, seq: int) -> Path:
    files = project.lake.files("ledger", "chain", project.lake.version("ledger", "chain"), ["kind"], ["seq"])
    holding = files.filter(pl.col("min.seq") <= seq, pl.col("max.seq") >= seq)
    return Path(project.lake.table_uri("ledger", "chain")) / holding["path"].item()


def test_an_edited_link(lake: Project) -> None:
    rewrite_file(chain_file(lake, 3), lambda rows: rows.with_columns(payload=pl.lit("{}")))
    assert {"3"} in [ids for _, ids in named(inspect(lake), "chain.edited")]


def test_a_link_edited_with_its_hash(lake: Project) -> None:
    def forge(rows: pl.DataFrame) -> pl.DataFrame:
        link = rows.row(0, named=True)
        kind = Chain(lake=lake.lake).read().row(2, named=True)["kind"]
        forged = link_hash(link["seq"], link["at"], kind, link["subject"], "{}", link["previous"])
        return rows.with_columns(payload=pl.lit("{}"), hash=pl.lit(forged))

    rewrite_file(chain_file(lake, 3), forge)
    found = inspect(lake)
    assert named(found, "chain.edited") == []
    assert named(found, "chain.broken") == [("ledger/chain", {"4"})]


def test_a_link_taken_out_of_the_middle(lake: Project) -> None:
    delta(lake, "ledger", "chain").delete("seq = 4")
    found = inspect(lake)
    assert named(found, "chain.gap") == [("ledger/chain", {"5"})]
    assert [place for place, _ in named(found, "commit")] == ["ledger/chain"]


def test_raw_bytes_missing_and_changed(past: Past, lake: Project) -> None:
    landed = rows_of(lake, "landed", "files", past.first).sort("path")
    gone, changed = landed["raw_sha256"][:2]
    raw = Path(lake.raw.uri)
    (raw / gone[:2] / gone).unlink()
    with (raw / changed[:2] / changed).open("ab") as file:
        file.write(b" ")
    found = inspect(lake)
    everywhere = lake.lake.scan("landed", "files", lake.lake.version("landed", "files")).collect()
    for check, one in (("raw.missing", gone), ("raw.changed", changed)):
        ids = set(everywhere.filter(pl.col("raw_sha256") == one)["id"])
        assert named(found, check) == [(f"raw/{one[:2]}/{one}", ids)]


def test_a_row_that_others_were_made_from_is_gone(past: Past, lake: Project) -> None:
    """At L1, which nobody has published anew since."""
    children = rows_of(lake, "published", "L2", past.first)
    parent = children["parents"][0][0]
    delta(lake, "published", "L1").delete(f"id = '{parent}'")
    found = inspect(lake)
    assert (f"published/L2/{past.first}", {children["id"][0]}) in named(found, "row.parents")
    ((place, ids),) = named(found, "row.count")
    assert place == f"published/L1/{past.first}"
    assert ids <= set(rows_of(lake, "published", "L0", past.first)["id"])


def test_a_landed_file_renamed_in_the_table(past: Past, lake: Project) -> None:
    rows = rows_of(lake, "landed", "files", past.second)
    spoilt = rows.with_columns(path=pl.lit("other/") + pl.col("path"))
    lake.lake.write("landed", "files", past.second, spoilt, {"run": "forged", "batch": past.second})
    assert named(inspect(lake), "row.landed") == [(f"landed/files/{past.second}", set(rows["id"]))]


def test_erased_roots_that_still_stand(past: Past, lake: Project) -> None:
    root = rows_of(lake, "published", "L5", past.first)["root_id"][0]
    BlockList(lake=lake.lake).block("request-1", [("root", root)])
    places = {place for place, _ in named(inspect(lake), "erased.stands")}
    assert places == {f"{zone}/{level}/{past.first}" for zone in ("candidate", "published") for level in BUILT}


@pytest.mark.parametrize("zone", ["published", "candidate", "landed"])
def test_files_that_cannot_be_read(past: Past, lake: Project, zone: str) -> None:
    level = "files" if zone == "landed" else "L2"
    path = file_of(lake, zone, level, past.first)
    path.write_bytes(path.read_bytes()[:-100])
    found = inspect(lake)
    check = "file.edited" if zone == "published" else "file.unreadable"
    assert [place for place, _ in named(found, check)] == [f"{zone}/{level}/{past.first}/{path.name}"]


@pytest.mark.parametrize("zone", ["rejected", "candidate"])
def test_files_that_are_missing(past: Past, lake: Project, zone: str) -> None:
    path = file_of(lake, zone, "L2", past.second)
    path.unlink()
    found = inspect(lake)
    assert (f"{zone}/L2/{past.second}/{path.name}", set()) in named(found, "file.missing")


def test_a_table_whose_log_is_gone(past: Past, lake: Project) -> None:
    shutil.rmtree(Path(lake.lake.table_uri("published", "L4")) / "_delta_log")
    assert ("published/L4", set()) in named(inspect(lake), "file.unreadable")


def test_rows_made_again_show_an_edit_too(past: Past, lake: Project) -> None:
    """What the file's hash says of a whole file, replay says of the row."""
    assert audit(lake, sample=1, seed=5).findings == []
    child = rows_of(lake, "published", "L2", past.first).row(0, named=True)
    (victim,) = child["parents"]
    delta(lake, "published", "L1").update(predicate=f"id = '{victim}'", updates={"licence": "'CC0-1.0'"})
    found = audit(lake, sample=50, seed=5)
    # the child carries the licence that its parent had
    assert (f"published/L2/{past.first}", {child["id"]}) in named(found, "replay")
    assert found.looked_at["seed"] == 5
    assert found.sample is not None
    assert found.looked_at["replayed"] == found.sample.height > 20


def test_a_sample_of_a_lake_that_cannot_be_read_is_named(past: Past, lake: Project) -> None:
    file_of(lake, "published", "L1", past.first).write_bytes(b"no Parquet at all")
    found = audit(lake, sample=1, seed=5)
    assert named(found, "replay") == [("lake", set())]
    assert named(found, "file.edited")


def forge_in_the_name_of(project: Project, request: str, batch: str) -> set[str]:
    rows = rows_of(project, "published", "L5", batch)
    spoilt = rows.with_columns(text=pl.lit("Words of nobody."))
    project.lake.write("published", "L5", batch, spoilt, {"takedown": request, "batch": batch})
    return set(rows["id"])


def finish(project: Project, request: str) -> None:
    """What a take-down that is done leaves in the chain."""
    payload = {"clean": True, "blocked": entries_sha256(BlockList(lake=project.lake).entries(), request)}
    Chain(lake=project.lake).append("takedown", request, payload)


def test_rows_rewritten_in_the_name_of_a_finished_take_down(past: Past, lake: Project) -> None:
    BlockList(lake=lake.lake).block("request-1", [("root", "0" * 32)])
    finish(lake, "request-1")
    assert inspect(lake).findings == []
    ids = forge_in_the_name_of(lake, "request-1", past.first)
    found = inspect(lake)
    assert [about for _, about in named(found, "file.unsealed")] == [ids]
    assert {one.check for one in found.findings} == {"file.unsealed", "file.removed"}


def test_rows_rewritten_in_the_name_of_a_take_down_that_nobody_asked_for(past: Past, lake: Project) -> None:
    BlockList(lake=lake.lake).block("request-1", [("root", "0" * 32)])
    forge_in_the_name_of(lake, "request-1", past.first)
    found = inspect(lake)
    assert named(found, "seal.missing") == [(f"published/L5/{past.first}", {"request-1"})]
    assert named(found, "blocked") == [("ledger/blocked", {"request-1"})]


def test_a_block_list_that_lost_an_entry_or_has_one_more(lake: Project) -> None:
    blocking = BlockList(lake=lake.lake)
    blocking.block("request-1", [("root", "0" * 32), ("text", "1" * 64)])
    finish(lake, "request-1")
    assert named(inspect(lake), "blocked") == []
    blocking.block("request-1", [("root", "2" * 32)])
    assert named(inspect(lake), "blocked") == [("ledger/blocked", {"request-1"})]
    delta(lake, "ledger", "blocked").delete(f"value in ('{'1' * 64}', '{'2' * 32}')")
    assert named(inspect(lake), "blocked") == [("ledger/blocked", {"request-1"})]


def test_a_recipe_that_was_edited_after_the_fact_or_taken_out(lake: Project) -> None:
    def spoil(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(settings=pl.col("settings").str.replace("true", "false"))

    book = lake.lake.files("ledger", "recipes", lake.lake.version("ledger", "recipes"), ["level"])
    path = Path(lake.lake.table_uri("ledger", "recipes")) / book.filter(pl.col("level") == "L1")["path"][0]
    recipe = pl.read_parquet(path, hive_partitioning=False)["recipe"].item()
    whole = path.read_bytes()
    rewrite_file(path, spoil)
    (found,) = [one for one in inspect(lake).findings if one.check == "recipe"]
    assert recipe in found.said
    path.write_bytes(whole)
    delta(lake, "ledger", "recipes").delete(f"recipe = '{recipe}'")
    found = inspect(lake)
    assert [recipe in one.said for one in found.findings if one.check == "recipe"] == [True]
    assert [place for place, _ in named(found, "commit")] == ["ledger/recipes"]


LINES = [
    {"id": str(number), "text": f"The document of number {number} says what no other says."} for number in range(4)
]


def test_a_remnant_that_was_tampered_with(project: Project, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    """One of four documents of a container is taken out of it, rightly; then a byte of another one is changed."""
    lines = "\n".join(json.dumps(one) for one in LINES)
    batch = land(project, instance, tmp_path, "lines", (), {"lines.jsonl": lines})
    assert run_batch(project, instance, batch, "L0").error is None
    documents = rows_of(project, "published", "L0", batch).sort("locator")
    (raw_sha256,) = rows_of(project, "landed", "files", batch)["raw_sha256"]
    BlockList(lake=project.lake).block("request-1", [("bytes", documents["content_sha256"][0])])
    shed(project.lake, project.raw, [raw_sha256], AcquireSettings())
    found = inspect(project)
    assert named(found, "raw.missing") == [(f"raw/{raw_sha256[:2]}/{raw_sha256}.remnant", {documents["id"][0]})]
    assert named(found, "raw.changed") == []
    remnant = tmp_path / "remnant"
    with project.raw.local_path(raw_sha256) as path:
        records = [*read_remnant(path, "lines.jsonl", lambda _: True)]
    forged = [replace(one, data=one.data.replace(b"says", b"sayz")) for one in records if one.data]
    write_remnant(remnant, [("lines.jsonl", one) for one in forged])
    project.raw.put_remnant(raw_sha256, remnant)
    assert [ids for _, ids in named(inspect(project), "raw.changed")] == [{*documents["id"][1:]}]
