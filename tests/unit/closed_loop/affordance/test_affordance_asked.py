"""Labels by a language model over real HTTP, and the labels of a batch in a real lake."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from darwin_assets.closed_loop.affordance.asked import Row as AskedRow
from darwin_assets.closed_loop.affordance.asked import Unusable, label_with_model, messages, parse
from darwin_assets.closed_loop.affordance.assets import LEVEL, label_batch
from darwin_assets.closed_loop.affordance.label import label_rows
from darwin_assets.closed_loop.affordance.settings import AffordanceSettings
from darwin_assets.closed_loop.columns import AFFORDANCES
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE
from darwin_assets.project import Project
from darwin_assets.recipe import Recipe
from darwin_assets.tier import Step
from resources.block_list import BlockList
from resources.errors import Conflict, Unpublished
from resources.language_model import LanguageModel
from tests.chat_server import ChatServer
from tests.published import publish
from tests.unit.closed_loop.affordance.test_affordance_labels import EXPOSITION, WORKED, documents

BATCH = "2026-01-01.books.0001"
SAID = {
    "content_world": "physics", "symbols": ["natural_language"], "discourse": "argument",
    "operations": ["deduction", "comparison"], "supervision_density": 2,
}  # fmt: skip
FIELDS = ("content_world", "symbols", "discourse", "operations", "supervision_density")


def step(project: Project, model: LanguageModel | None = None, **settings: Any) -> Step:
    affordance = AffordanceSettings(tokenizer="words", **settings)
    recipe = Recipe(closed_loop=ClosedLoopSettings(affordance=affordance))
    return Step(LEVEL, BATCH, "run", recipe, project.lake, project.raw, model or project.model, n_parsers=1)


def of_server(server: ChatServer) -> LanguageModel:
    return LanguageModel(
        engine="openai", base_urls=[server.url], self_test=False, retry_temperatures=[0.5], backoff_seconds=0.02,
        max_attempts=2,
    )  # fmt: skip


def test_an_answer_in_the_form_that_was_asked_for() -> None:
    found = parse(f"<think>Hm.</think>```json\n{json.dumps(SAID)}\n```")
    assert found == {**SAID, "operations": ("comparison", "deduction"), "symbols": ("natural_language",)}


def test_values_that_the_taxonomy_lacks_become_other() -> None:
    found = parse(
        json.dumps({**SAID, "content_world": "sport", "operations": ["guessing"], "symbols": ["code", "runes"]})
    )
    assert (found["content_world"], found["operations"], found["symbols"]) == ("other", ("other",), ("code",))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "not_json"),
        ("I cannot say.", "not_json"),
        ("[1, 2]", "not_json"),
        (json.dumps({"content_world": "physics"}), "keys"),
        (json.dumps({**SAID, "discourse": ["argument"]}), "value_discourse"),
        (json.dumps({**SAID, "operations": "deduction"}), "value_operations"),
        (json.dumps({**SAID, "supervision_density": 4}), "value_supervision_density"),
        (json.dumps({**SAID, "supervision_density": True}), "value_supervision_density"),
    ],
)
def test_an_answer_of_no_use_is_refused_by_a_code(answer: str | None, code: str) -> None:
    with pytest.raises(Unusable, match=f"^{code}$"):
        parse(answer)


def test_the_prompt_lists_every_value_and_the_text_stands_alone() -> None:
    asked = messages(AskedRow("a", "The text."))
    assert "- worked_example: a task with its solution, step by step" in asked[0]["content"]
    assert asked[1] == {"role": "user", "content": "The text."}


def test_the_models_labels_stand_where_it_gives_some_and_those_by_rules_elsewhere(project: Project) -> None:
    def script(asked: Sequence[Mapping[str, Any]]) -> str:
        return json.dumps(SAID) if "Heat" in asked[-1]["content"] else "No."

    rows = documents(EXPOSITION, WORKED)
    by_rules = label_rows(rows, "L3", AffordanceSettings(tokenizer="words"))
    with ChatServer(script=script) as server:
        labelled = label_with_model(step(project, of_server(server)), rows, by_rules)
        paid = server.paid.copy()
        again = label_with_model(step(project, of_server(server)), rows.head(1), by_rules.head(1))
        assert server.paid == paid
    assert labelled.schema == AFFORDANCES
    assert again.equals(labelled.head(1))
    first, second = labelled.iter_rows(named=True)
    assert {name: first[name] for name in FIELDS} == {**SAID, "operations": ["comparison", "deduction"]}
    assert first["annotator"].startswith("openai")
    assert first["tokens"] == by_rules["tokens"][0]
    assert second == by_rules.row(1, named=True)
    assert first["passages"] == by_rules["passages"][0].to_list()


def test_the_models_operations_are_those_of_a_question_which_is_one_passage(project: Project) -> None:
    rows = documents("What is heat?\n\nEnergy.").with_columns(question_chars=13, question_kind=pl.lit("exercise"))
    by_rules = label_rows(rows, "Q5", AffordanceSettings(tokenizer="words"))
    with ChatServer(script=lambda _: json.dumps(SAID)) as server:
        (row,) = label_with_model(step(project, of_server(server)), rows, by_rules).iter_rows(named=True)
    assert (
        row["passages"]
        == [{"operations": ["comparison", "deduction"], "share": 1.0}]
        != by_rules["passages"][0].to_list()
    )


def test_without_a_model_all_labels_are_those_by_rules(project: Project) -> None:
    rows = documents(EXPOSITION)
    by_rules = label_rows(rows, "L3", AffordanceSettings(tokenizer="words"))
    assert label_with_model(step(project, by_model=True), rows, by_rules).equals(by_rules)


def stored(project: Project) -> pl.DataFrame:
    return AFFORDANCES_TABLE.read(project.lake, BATCH)


def test_what_is_published_of_a_batch_is_labelled(project: Project) -> None:
    rows = publish(project, "L3", BATCH, [EXPOSITION, WORKED], discipline="physics")
    labelled = label_batch(step(project), project.ledger)
    assert labelled.by_level == {"L3": 2, "Q5": 0}
    found = stored(project)
    assert found.equals(labelled.rows)
    assert set(found["id"]) == set(rows["id"])
    assert set(found["root_id"]) == set(rows["root_id"])
    assert set(found["content_world"]) == {"physics"}
    assert set(found["licence"]) == {"CC0-1.0"}


def test_labelling_again_replaces_the_labels(project: Project) -> None:
    publish(project, "L3", BATCH, [EXPOSITION])
    first = label_batch(step(project), project.ledger)
    second = label_batch(step(project), project.ledger)
    assert (second.version, second.rows.height) == (first.version + 1, 1)
    assert stored(project).height == 1


def test_a_batch_that_is_not_published_is_told_what_to_do(project: Project) -> None:
    with pytest.raises(Unpublished, match="materialize l3_annotated for it first"):
        label_batch(step(project), project.ledger)


def test_documents_that_are_taken_down_meanwhile_are_not_labelled(project: Project) -> None:
    rows = publish(project, "L3", BATCH, [EXPOSITION, WORKED])
    BlockList(lake=project.lake).block("request", [("root", rows["root_id"][0])])
    with pytest.raises(Conflict, match="taken down meanwhile"):
        label_batch(step(project), project.ledger)
    assert stored(project)["root_id"].to_list() == [rows["root_id"][1]]
