"""Whole take-downs of small lakes: what is covered though it is hard to see, and what stays."""

import json
from pathlib import Path

import pytest

from darwin_assets.ladder import SPECS
from darwin_assets.lineage.integrity import audit
from darwin_assets.project import Project
from darwin_assets.promotion import Promotion
from darwin_assets.recipe import load_recipe
from darwin_assets.takedown import run
from darwin_assets.takedown.request import Request
from darwin_assets.takedown.run import STEPS, dry_run, take_down
from darwin_assets.tier import Step, run_level
from resources.errors import DarwinError
from resources.lake import ZONES
from tests.drops import accept_small_documents
from tests.faults.prose import prose
from tests.unit.reports.lakes import carry_up
from tests.unit.takedown.ladder import climb, land, one_row, rows

OTHER_SETTING = "[acquire]\nmax_members = 500000\n"


@pytest.fixture
def small(project: Project) -> Project:
    accept_small_documents(project)
    return project


def acquire_anew(project: Project, batch: str) -> None:
    """L0 alone, under ids of its own."""
    recipe = project.work.recipe_path()
    recipe.write_text(recipe.read_text(encoding="utf-8") + OTHER_SETTING, encoding="utf-8")
    climb(project, batch, "L0")


def complete(project: Project, batch: str) -> Promotion:
    recipe = load_recipe(project.work.recipe_path())
    step = Step("L5", batch, "run", recipe, project.lake, project.raw, project.model, 1)
    return run_level(SPECS["L5"], step, project.ledger)


def everything(project: Project, level: str) -> set[str]:
    return {name for zone in ZONES for name in rows(project, level, zone)["uri"].drop_nulls()}


@pytest.mark.parametrize(
    "kind", ["row", "text", *(pytest.param(kind, marks=pytest.mark.exhaustive) for kind in ("uri", "identifier"))]
)
def test_rows_made_before_l0_was_made_anew_go_too(small, kind):
    words = prose(1)
    batch = land(small, "first", {"a.txt": words.encode("utf-16"), "b.txt": prose(2)})
    climb(small, batch, "L2")
    old = one_row(small, "L2", "a.txt")
    acquire_anew(small, batch)
    assert one_row(small, "L0", "a.txt")["id"] != old["root_id"]
    asked = {
        "uri": Request.make("uri", old["uri"]),
        "row": Request.make("row", old["id"]),
        "identifier": Request.make("identifier", words[:60]),
        "text": Request.of_document(Path("a.txt"), words.encode()),
    }[kind]
    expected = dry_run(small, asked)
    assert (expected.documents, expected.rows["published/L1"], expected.rows["published/L2"]) == (1, 1, 1)
    outcome = take_down(small, None, asked, "a person", "a reason")
    assert outcome.clean
    for level in ("L1", "L2"):
        assert everything(small, level) == {one_row(small, "L0", "b.txt")["uri"]}
    assert not {one.check for one in audit(small).findings} & {"erased.stands", "row.root"}
    climb(small, batch, "L2")
    assert everything(small, "L2") == {one_row(small, "L0", "b.txt")["uri"]}


QUOTES = "[complete]\nmin_shared_words = 1\nmax_document_share = 1.0\n"
STANDING_WAVE = "wave whose crests oscillate in amplitude but stay at one place"
NODE = "point of a string whose amplitude is zero"
PAPER = (
    f"# Strings\n\n{prose(1)}\n\nWe drive a string until a standing wave appears, with crests that stay at one place.\n\n"
    f"Each node of the string, where the amplitude is zero, was marked.\n\n{prose(2)}\n"
)


def test_a_row_that_quotes_an_erased_document_is_made_again_without_it(small):
    recipe = small.work.recipe_path()
    recipe.write_text(recipe.read_text(encoding="utf-8") + QUOTES, encoding="utf-8")
    files = {
        "gone.md": f"# Waves\n\n{prose(3)}\n\n## Glossary\n\n**standing wave**: {STANDING_WAVE}\n",
        "stays.md": f"# Points\n\n{prose(4)}\n\n## Glossary\n\n**node**: {NODE}\n",
        "paper.md": PAPER,
    }
    batch = land(small, "first", files, document_kind="paper")
    climb(small, batch, "L1")
    carry_up(small, batch, "L4")
    assert complete(small, batch).version is not None
    before = one_row(small, "L5", "paper.md")
    assert [STANDING_WAVE in before["text"], NODE in before["text"]] == [True, True]
    asked = Request.make("uri", one_row(small, "L0", "gone.md")["uri"])
    expected = dry_run(small, asked)
    assert (expected.documents, expected.quoting, expected.rows["published/L5"]) == (1, 1, 2)
    outcome = take_down(small, None, asked, "a person", "a reason")
    assert (outcome.clean, outcome.counts) == (True, expected)
    after = one_row(small, "L5", "paper.md")
    assert [STANDING_WAVE in after["text"], NODE in after["text"]] == [False, True]
    assert after["parents"] == [one_row(small, "L4", name)["id"] for name in ("paper.md", "stays.md")]
    assert {one.check for one in audit(small).findings} == {"recipe"}  # of the stand-ins below L5
    assert complete(small, batch).reused


def test_what_lands_while_a_take_down_is_at_work_is_covered_by_its_proof(small, monkeypatch):
    first = land(small, "gamma", {"a.txt": prose(1)})
    climb(small, first, "L1")
    elect_twins = STEPS["twins"]

    def land_more(job: run.Job) -> dict[str, object]:
        if not Path(small.work.home, "copy.txt").exists():
            climb(small, land(small, "gamma", {"b.txt": prose(2), "c.txt": prose(3)}, 2), "L1")
            Path(small.work.home, "copy.txt").write_text(prose(2), encoding="utf-8")
        return elect_twins(job)

    monkeypatch.setitem(STEPS, "twins", land_more)
    outcome = take_down(small, None, Request.make("source", "gamma"), "a person", "a reason")
    assert not outcome.clean
    assert outcome.counts.documents == 3
    assert outcome.counts.rows["published/L1"] == 3
    assert everything(small, "L1") == set()
    certificate = Path(small.lake.uri, "certificates", f"{outcome.request}.json")
    assert json.loads(certificate.read_bytes())["erased"]["documents"] == 3
    Path(small.work.home, "copy.txt").write_text("nothing", encoding="utf-8")
    (again,) = run.resume(small, None, outcome.request)
    assert (again.clean, again.counts) == (True, outcome.counts)


def test_rows_of_documents_that_l0_finds_no_more_are_not_overlooked(small):
    members = "\n".join(json.dumps({"text": prose(n)}) for n in (1, 2))
    batch = land(small, "first", {"many.jsonl": members})
    climb(small, batch, "L1")
    recipe = small.work.recipe_path()
    recipe.write_text(recipe.read_text(encoding="utf-8") + "[acquire]\nmax_members = 1\n", encoding="utf-8")
    climb(small, batch, "L0")
    member = rows(small, "L1")["uri"][1]
    for kind, value in (("source", "first"), ("uri", member)):
        with pytest.raises(DarwinError, match=f"documents of {batch} stand at levels above L0"):
            dry_run(small, Request.make(kind, value))
