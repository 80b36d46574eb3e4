"""What a running step does when documents of its batch are taken down: on real tables, without gates."""

from dataclasses import replace

import polars as pl
import pytest

from darwin_assets.contract import conform
from darwin_assets.ladder import LADDER
from darwin_assets.project import Project
from darwin_assets.promotion import schema_of
from darwin_assets.taken_down import Watch, take_out
from resources.block_list import BlockList
from resources.chain import Chain
from resources.errors import Conflict
from resources.lake import Lake

BATCH = "2026-01-01.test.0001"
COLUMNS = {spec.level: spec.columns for spec in LADDER}


def rows(lake: Lake, zone: str, level: str, documents: dict[str, list[str]], **said: str) -> pl.DataFrame:
    """Rows `<root>-<level>` with their parents, written to a zone."""
    found = pl.DataFrame(
        {
            "id": [f"{root}-{level}" if level != "L0" else root for root in documents],
            "root_id": [*documents],
            "parents": [*documents.values()],
        }
    ).with_columns(
        batch=pl.lit(BATCH), uri=pl.lit("https://a.example"), verdict=pl.lit("v"), text_sha256=pl.lit("t"), n_chars=0,
        n_words=0, locator=pl.lit(""), **{name: pl.lit(value) for name, value in said.items()},
    )  # fmt: skip
    schema = schema_of(zone, COLUMNS[level])
    whole = found.select(conform(found.columns, schema))
    lake.write(zone, level, BATCH, whole, {})
    return whole


def ids(lake: Lake, zone: str, level: str) -> list[str]:
    return sorted(lake.read(zone, level, BATCH, lake.version(zone, level))["id"])


def block(lake: Lake, *entries: tuple[str, str]) -> None:
    """Records are given as landed file and locator, with "!" between them."""
    blocking = BlockList(lake=lake)
    records = blocking.record_hashes(tuple(value.split("!", 1)) for kind, value in entries if kind == "record")
    blocking.block("request-1", [one for one in entries if one[0] != "record"] + [("record", one) for one in records])


def answers(project: Project, *keys: str) -> None:
    schema = project.lake.scan("answers", "chat", project.lake.version("answers", "chat")).collect_schema()
    known = {"request_key": [*keys], "prompt_id": ["p"] * len(keys), "text": ["said"] * len(keys)}
    found = pl.DataFrame(known).select(conform([*known], dict(schema)))
    project.lake.append("answers", "chat", found)


def test_nothing_is_asked_of_a_batch_without_blocked_documents(project):
    made = rows(project.lake, "published", "L2", {"a": ["a-L1"], "b": ["b-L1"]})
    block(project.lake, ("root", "other"), ("record", "other!"))
    watch = Watch(project.lake, "L2", BATCH, rows(project.lake, "published", "L1", {"a": ["a"], "b": ["b"]}))
    watch.before_writing(made)
    watch.take_back(made)
    assert ids(project.lake, "published", "L2") == ["a-L2", "b-L2"]


def test_parents_that_were_taken_down_stop_a_step_before_it_writes(project):
    parents = rows(project.lake, "published", "L1", {"a": ["a"], "b": ["b"]})
    block(project.lake, ("root", "a"))
    with pytest.raises(Conflict, match="taken down meanwhile"):
        Watch(project.lake, "L2", BATCH, parents).before_writing()


def test_what_was_published_meanwhile_is_taken_back_with_its_answers(project):
    lake, parent = project.lake, f"{'a' * 32}"
    parents = rows(lake, "published", "L3", {"a": ["a-L2"], "b": ["b-L2"]}).with_columns(
        id=pl.Series([parent, "b" * 32])
    )
    made = rows(lake, "published", "L4", {"a": [parent], "b": ["b" * 32]})
    rows(lake, "candidate", "L4", {"a": [parent], "b": ["b" * 32]})
    answers(project, f"{parent}:0", f"{'b' * 32}:0")
    block(lake, ("root", "a"))
    watch = Watch(lake, "L4", BATCH, parents)
    with pytest.raises(Conflict):
        watch.take_back(made)
    assert ids(lake, "published", "L4") == ids(lake, "candidate", "L4") == ["b-L4"]
    left = lake.scan("answers", "chat", lake.version("answers", "chat")).collect()
    assert left["request_key"].to_list() == [f"{'b' * 32}:0"]
    assert Chain(lake=lake).read("sealed", f"L4/{BATCH}").height == 1
    replace(watch, parents=parents.filter(pl.col("root_id") == "b")).take_back(made.filter(pl.col("root_id") == "b"))


def test_a_document_that_was_joined_from_an_erased_part_is_made_again(project):
    parents = rows(project.lake, "published", "L0", {"thesis": ["f1"], "chapter": ["f2"], "paper": ["f3"]})
    made = rows(project.lake, "published", "L1", {"thesis": ["thesis", "chapter"], "paper": ["paper"]})
    block(project.lake, ("root", "chapter"))
    with pytest.raises(Conflict):
        Watch(project.lake, "L1", BATCH, parents).take_back(made)
    assert ids(project.lake, "published", "L1") == []


@pytest.mark.parametrize("entry", [("root", "a"), ("record", "f1!"), ("record", "f1!*")])
def test_of_l0_a_remark_remains(project, entry):
    lake = project.lake
    made = rows(lake, "published", "L0", {"a": ["f1"], "b": ["f2"]})
    rows(lake, "candidate", "L0", {"a": ["f1"], "b": ["f2"]})
    block(lake, entry)
    with pytest.raises(Conflict):
        Watch(lake, "L0", BATCH, pl.DataFrame({"id": ["f1", "f2"]})).take_back(made)
    assert ids(lake, "published", "L0") == ["b"]
    assert ids(lake, "candidate", "L0") == ["a", "b"]
    remark = lake.read("rejected", "L0", BATCH, lake.version("rejected", "L0")).row(0, named=True)
    assert (remark["id"], remark["rejected_by"], remark["rejected_detail"], remark["uri"]) == (
        "a",
        "erased",
        "request-1",
        None,
    )
    candidate = lake.read("candidate", "L0", BATCH, lake.version("candidate", "L0")).filter(pl.col("id") == "a")
    assert candidate.select("rejected_by", "uri").row(0) == ("erased", None)
    version = lake.version("rejected", "L0")
    take_out(lake, "published", "L0", BATCH, ["a"], "request-1")
    assert lake.version("rejected", "L0") == version
    Watch(lake, "L0", BATCH, pl.DataFrame({"id": ["f1", "f2"]})).take_back(candidate)


def test_what_is_known_by_its_address_only_makes_the_next_run_open_its_files_anew(project):
    lake = project.lake
    made = rows(lake, "published", "L0", {"a": ["f1"], "b": ["f2"]})
    watch = Watch(lake, "L0", BATCH, pl.DataFrame({"id": ["f1", "f2"]}))
    block(lake, ("uri", BlockList(lake=lake).uri_hash("https://other.example")))
    watch.take_back(made)
    block(lake, ("prefix", "https://a."))
    with pytest.raises(Conflict):
        watch.before_writing(made)
    with pytest.raises(Conflict):
        watch.take_back(made)
    assert ids(lake, "published", "L0") == []
    watch.take_back(made.with_columns(rejected_by=pl.lit("record.blocked")))
