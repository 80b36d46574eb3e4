"""What rows would teach, as a language model sees it: what it is asked, and what becomes of its answers (C04)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.annotate.asked_taxonomy import excerpt
from darwin_assets.asking import ask, uses_rules
from darwin_assets.closed_loop.affordance.passages import as_one_passage
from darwin_assets.closed_loop.columns import AFFORDANCES
from darwin_assets.closed_loop.taxonomy import taxonomy
from darwin_assets.prompts import Messages, identity, instructions
from darwin_assets.reply_text import without_fence, without_reasoning
from darwin_assets.tier import Step
from resources.language_model import ChatReply

PROMPT = Path(__file__).parents[1] / "prompts" / "affordances.v1.md"
MAX_TOKENS = 400
ONE, SEVERAL, GRADE = ("content_world", "discourse"), ("symbols", "operations"), "supervision_density"


@dataclass(frozen=True)
class Row:
    """A row that is asked about, by its id."""

    key: str
    text: str


class Unusable(ValueError):
    """An answer cannot be used; the message is a code, never document text."""


def label_with_model(step: Step, rows: pl.DataFrame, by_rules: pl.DataFrame) -> pl.DataFrame:
    """AFFORDANCES of rows (`id`, `text`): the model's labels, and those by rules where it gives none of use.

    Where no model is set all labels are those by rules. `annotator` says for each row whose labels it bears. It is asked what
    a row shows, not where: a question with its answer is one passage and shows what the row does, the passages of a document
    stay those by rules.
    """
    if uses_rules(step):
        return by_rules
    max_chars = step.recipe.closed_loop.affordance.model_chars
    tasks = [Row(key, excerpt(text, max_chars)) for key, text in rows.select("id", "text").iter_rows()]
    replies = ask(step, tasks, messages, lambda _row: MAX_TOKENS, prompt_id(), refused)
    said = [
        {"id": key, **parse(reply.text), "annotator": f"{step.model.fingerprint()} {prompt_id()}"}
        for key, reply in replies
        if reply.ok
    ]
    columns = ("id", *ONE, *SEVERAL, GRADE, "annotator")
    answered = pl.DataFrame(said, schema={name: AFFORDANCES[name] for name in columns})
    labelled = by_rules.update(answered, on="id", how="left")
    of_pairs = pl.when(pl.col("level") == "Q5").then(as_one_passage()).otherwise("passages")
    return labelled.with_columns(passages=of_pairs).select(list(AFFORDANCES))


def messages(row: Row) -> Messages:
    """The constant part, with the values of the taxonomy, first; the row's text alone as the user's message."""
    return (
        {"role": "system", "content": f"{instructions(PROMPT)}\n\n{_values()}"},
        {"role": "user", "content": row.text},
    )


def prompt_id() -> str:
    """The prompt and the taxonomy whose values it lists."""
    return f"{identity(PROMPT)}.{taxonomy().version}"


def refused(_row: Row, reply: ChatReply) -> str | None:
    """Why an answer cannot be used, a code; None where it can."""
    try:
        parse(reply.text)
    except Unusable as why:
        return str(why)
    return None


def parse(text: str | None) -> dict[str, Any]:
    """The labels in an answer; a value that the taxonomy lacks is `other`. Raises Unusable: not_json, keys, value_<key>."""
    body = without_fence(without_reasoning(text or ""))
    try:
        found = json.loads(body[body.find("{") : body.rfind("}") + 1])
    except (ValueError, RecursionError):
        raise Unusable("not_json") from None
    if not isinstance(found, Mapping) or not {*ONE, *SEVERAL, GRADE} <= set(found):
        raise Unusable("keys")
    known = taxonomy()
    labels: dict[str, Any] = {}
    for field in ONE:
        labels[field] = known.known(field, _checked(found, field, str), "data")
    for field in SEVERAL:
        values = _checked(found, field, list)
        labels[field] = known.all_known(field, filter(_is_text, values), "data")
    grade = _checked(found, GRADE, int)
    if isinstance(grade, bool) or str(grade) not in known.data[GRADE]:
        raise Unusable(f"value_{GRADE}")
    return {**labels, GRADE: grade}


def _checked(found: Mapping[str, Any], field: str, kind: type) -> Any:
    if not isinstance(found[field], kind):
        raise Unusable(f"value_{field}")
    return found[field]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _values() -> str:
    """Every value of the data side with what it means."""
    return "\n\n".join(
        "\n".join([f"{field}:", *(f"- {value}: {meaning}" for value, meaning in values.items())])
        for field, values in taxonomy().data.items()
    )
