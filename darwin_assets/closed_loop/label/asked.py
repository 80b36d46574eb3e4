"""The annotator by language model: what it is asked about an item, and what becomes of its answer (C03)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.annotate.asked_taxonomy import excerpt
from darwin_assets.asking import ask, uses_rules
from darwin_assets.closed_loop.label.agreement import AGREEMENT, agreement
from darwin_assets.closed_loop.label.item import Item, shown
from darwin_assets.closed_loop.label.items import frame, rule_labels
from darwin_assets.closed_loop.label.rules import ASKED_FIELDS, Label, annotator
from darwin_assets.closed_loop.label.settings import LabelSettings
from darwin_assets.closed_loop.taxonomy import OTHER, taxonomy
from darwin_assets.judge.json_answer import find_object
from darwin_assets.prompts import Messages, identity, instructions
from darwin_assets.reply_text import without_reasoning
from darwin_assets.tier import Step
from resources.language_model import ChatReply

PROMPT = Path(__file__).parents[1] / "prompts" / "slices.v1.md"
MAX_TOKENS = 300


@dataclass(frozen=True)
class Question:
    """An item that is asked about, by its hash."""

    key: str
    text: str


@dataclass(frozen=True)
class Answer:
    """Values of ASKED_FIELDS and how sure the model is of each, 0 to 1."""

    values: dict[str, Any]
    sure: dict[str, float]


class Unusable(ValueError):
    """An answer cannot be used; the message is a code, never text of an item."""


@dataclass(frozen=True)
class Labelled:
    """`rows` in LABELS; `agreed` in AGREEMENT: of rules and model, on items that both labelled; empty without a model."""

    rows: pl.DataFrame
    agreed: pl.DataFrame


def label_with_model(step: Step, samples: pl.DataFrame) -> Labelled:
    """Labels by rules, and the model's values in fields of which the rules are not sure; `annotator` says whose a row bears.

    What the model cannot tell, or says in a way that cannot be used, stays as the rules have it.
    """
    found = rule_labels(samples)
    settings = step.recipe.closed_loop.label
    if uses_rules(step):
        return Labelled(frame((item, label, annotator()) for item, label in found), AGREEMENT.to_frame(eager=True))
    compared = {item.hash for item, _ in found[: settings.compared]}
    asked = [item for item, label in found if item.hash in compared or _unsure(label, settings)]
    answers = _answers(step, asked, settings)
    model = f"{step.model.fingerprint()} {prompt_id()}"
    rows = []
    for item, label in found:
        answer = answers.get(item.hash)
        taken = _taken(answer, _unsure(label, settings)) if answer else {}
        rows.append((item, _filled(label, answer, taken), model) if answer and taken else (item, label, annotator()))
    both = [(label, answers[item.hash]) for item, label in found if item.hash in compared & answers.keys()]
    return Labelled(frame(rows), agreement([_values(label) for label, _ in both], [said.values for _, said in both]))


def messages(question: Question) -> Messages:
    """The constant part, with the values of the taxonomy, first; the item alone as the user's message."""
    values = taxonomy().definitions("evaluation", ASKED_FIELDS)
    return (
        {"role": "system", "content": f"{instructions(PROMPT)}\n\n{values}"},
        {"role": "user", "content": question.text},
    )


def prompt_id() -> str:
    """The prompt and the taxonomy whose values it lists."""
    return f"{identity(PROMPT)}.{taxonomy().version}"


def parse(text: str | None) -> Answer:
    """The first JSON object that has a task type; a value that the taxonomy lacks is `other`, a confidence that is missing or
    no share is 0. Raises Unusable: no_object, or value_ and the field.
    """
    found = find_object(without_reasoning(text or ""), "task_type")
    if found is None:
        raise Unusable("no_object")
    said = found.get("confidence")
    shares = said if isinstance(said, dict) else {}
    values = {field: _value(field, found.get(field)) for field in ASKED_FIELDS}
    return Answer(values, {field: _share(shares.get(field)) for field in ASKED_FIELDS})


def _value(field: str, value: object) -> str | tuple[str, ...]:
    known = taxonomy()
    if field == "operations":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Unusable("value_operations")
        return known.all_known(field, value)
    if not isinstance(value, str):
        raise Unusable(f"value_{field}")
    return known.known(field, value)


def _share(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else 0.0


def _answers(step: Step, items: Iterable[Item], settings: LabelSettings) -> dict[str, Answer]:
    tasks = [Question(item.hash, excerpt(_shown(item), settings.model_chars)) for item in items]
    replies = ask(step, tasks, messages, lambda _task: MAX_TOKENS, prompt_id(), _refused)
    return {key: parse(reply.text) for key, reply in replies if reply.ok}


def _shown(item: Item) -> str:
    seen = shown(item)
    return "\n".join([seen.question, *(f"- {option}" for option in seen.options)])


def _refused(_question: Question, reply: ChatReply) -> str | None:
    try:
        parse(reply.text)
    except Unusable as why:
        return str(why)
    return None


def _unsure(label: Label, settings: LabelSettings) -> set[str]:
    return {field for field, share in label.sure.items() if share < settings.ask_below}


def _taken(answer: Answer, unsure: set[str]) -> dict[str, Any]:
    return {field: answer.values[field] for field in sorted(unsure) if answer.values[field] not in (OTHER, (OTHER,))}


def _filled(label: Label, answer: Answer, taken: dict[str, Any]) -> Label:
    sure = {field: answer.sure[field] if field in taken else share for field, share in label.sure.items()}
    return Label(replace(label.slice, **taken), sure)


def _values(label: Label) -> dict[str, Any]:
    return {field: getattr(label.slice, field) for field in ASKED_FIELDS}
