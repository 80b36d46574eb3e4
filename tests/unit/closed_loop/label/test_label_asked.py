import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from darwin_assets.asking import RULES
from darwin_assets.closed_loop.columns import LABELS
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.label.asked import Labelled, Unusable, label_with_model, messages, parse, prompt_id
from darwin_assets.closed_loop.label.asked import Question as Asked
from darwin_assets.closed_loop.label.rules import annotator
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.taxonomy import OTHER, taxonomy
from darwin_assets.project import Project
from darwin_assets.recipe import Recipe
from darwin_assets.tier import Step
from resources.language_model import LanguageModel
from tests.chat_server import ChatServer
from tests.unit.closed_loop.label.samples_shown import samples_of

SURE = {"background": 0.9, "task_type": 0.8, "operations": 0.6, "form": 0.7}
SAID = {
    "background": "dialogue",
    "task_type": "judgement",
    "operations": ["coreference", "paraphrase_matching"],
    "form": "short_span",
    "confidence": SURE,
}
SAMPLES = samples_of(
    {"benchmark": "gsm8k", "question": "What are 3 pens and 4 pens?", "gold": ["7"]},
    {"benchmark": "house_quiz", "question": "Ann: it broke. Bob: what broke? Who asked?", "gold": ["Bob"]},
    {"benchmark": "house_quiz", "question": "Is Carl meant?", "gold": ["yes"]},
)

Answer = Callable[[str], str]


@pytest.fixture
def asked(project: Project) -> Callable[..., Labelled]:
    def run(server: ChatServer, **settings: Any) -> Labelled:
        model = LanguageModel(engine="openai", base_urls=[server.url], window=4, self_test=False, retry_temperatures=[])
        closed_loop = ClosedLoopSettings.model_validate({"label": {"by_model": True, "compared": 0, **settings}})
        recipe = Recipe().model_copy(update={"closed_loop": closed_loop})
        return label_with_model(
            Step("slices", "e", "r", recipe, project.lake, project.raw, model, n_parsers=1), SAMPLES
        )

    return run


def server_of(answer: Answer) -> ChatServer:
    return ChatServer(script=lambda said: answer(said[-1]["content"]))


def by_benchmark(found: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    return {name: found.filter(benchmark=name).to_dicts() for name in ("gsm8k", "house_quiz")}


def test_the_model_fills_in_what_the_rules_cannot_tell_and_nothing_else(asked):
    with server_of(lambda _item: f"<think>hm</think>It is this:\n{json.dumps(SAID)}") as server:
        found = asked(server)
        assert len(server.bodies) == 2  # the rules are sure of gsm8k
    assert found.rows.schema == LABELS
    rows = by_benchmark(found.rows)
    assert rows["gsm8k"] == by_benchmark(label(SAMPLES))["gsm8k"]
    for row in rows["house_quiz"]:
        assert (row["task_type"], row["background"]) == ("judgement", "dialogue")
        assert row["operations"] == ["coreference", "paraphrase_matching"]
        assert row["scorer"] == OTHER  # nobody asks a model how a harness scores
        assert row["confidence"] == min(SURE.values())
        assert row["annotator"].endswith(prompt_id())
    assert found.agreed.is_empty()


def test_answers_given_once_are_not_paid_for_again(asked):
    with server_of(lambda _item: json.dumps(SAID)) as server:
        first = asked(server)
        paid = len(server.bodies)
        again = asked(server)
        assert len(server.bodies) == paid == 2
    assert again.rows.equals(first.rows)


@pytest.mark.parametrize(
    "reply",
    [
        "I cannot say.",
        "",
        "{" * 5000,
        json.dumps(SAID | {"operations": "counting"}),
        json.dumps(SAID | {"operations": [1]}),
        json.dumps({key: value for key, value in SAID.items() if key != "form"}),
        json.dumps({key: value for key, value in SAID.items() if key != "task_type"}),
    ],
)
def test_an_answer_of_no_use_leaves_the_labels_by_rules(asked, reply: str):
    with server_of(lambda _item: reply) as server:
        found = asked(server)
    assert found.rows.equals(label(SAMPLES))


def test_what_the_model_cannot_tell_either_stays_as_the_rules_have_it(asked):
    with server_of(lambda _item: json.dumps(SAID | {"task_type": OTHER, "background": "aether"})) as server:
        row = by_benchmark(asked(server).rows)["house_quiz"][0]
    assert row["task_type"] == OTHER
    assert row["background"] != OTHER
    assert row["operations"] == ["coreference", "paraphrase_matching"]
    assert row["confidence"] == 0.0


def test_the_two_are_compared_on_items_that_both_labelled(asked):
    agreeing = {"background": "short_context", "task_type": "mathematical_problem", "operations": ["arithmetic"],
                "form": "number", "confidence": SURE}  # fmt: skip
    with server_of(lambda item: json.dumps(agreeing if "pens" in item else SAID)) as server:
        found = asked(server, compared=3)
        assert len(server.bodies) == 3
    rows = {row["operation"] or row["field"]: row for row in found.agreed.to_dicts()}
    assert rows["task_type"]["items"] == 3
    assert rows["task_type"]["agreed"] == pytest.approx(1 / 3)
    assert rows["arithmetic"]["kappa"] == 1.0
    assert by_benchmark(found.rows)["gsm8k"] == by_benchmark(label(SAMPLES))["gsm8k"]


def test_without_a_model_the_labels_are_those_by_rules(project: Project):
    step = Step("slices", "e", "r", Recipe(), project.lake, project.raw, LanguageModel(engine=RULES), n_parsers=1)
    found = label_with_model(step, SAMPLES)
    assert found.rows.equals(label(SAMPLES))
    assert set(found.rows["annotator"]) == {annotator()}
    assert found.agreed.is_empty()


def test_confidence_that_is_no_share_is_none():
    odd = {"background": 7, "task_type": "high", "operations": None, "form": 0.5}
    assert parse(json.dumps(SAID | {"confidence": odd})).sure == {
        "background": 0.0,
        "task_type": 0.0,
        "operations": 0.0,
        "form": 0.5,
    }
    assert set(parse(json.dumps(SAID | {"confidence": None})).sure.values()) == {0.0}


def test_a_reason_quotes_nothing_of_the_item():
    with pytest.raises(Unusable, match=r"^value_background$"):
        parse(json.dumps(SAID | {"background": ["secret"]}))


def test_the_prompt_holds_every_value_and_the_item_stands_apart():
    system, user = messages(Asked("1", "Is it?"))
    for field in ("background", "task_type", "operations", "form"):
        assert all(f"- {value}: " in system["content"] for value in taxonomy().evaluation[field])
    assert (user["role"], user["content"]) == ("user", "Is it?")
