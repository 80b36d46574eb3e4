"""Definitions are taken from glossaries and from sentences that can stand by themselves, and from nothing else."""

import polars as pl
import pytest

from darwin_assets.complete.definitions import definitions_in, find_definitions

FOUND = {
    "glossary": ("## Glossary\n\n**bow wave**: wave that a ship drives", "bow wave", "wave that a ship drives"),
    "list": ("# Key Terms\n\n- **node** — point of a wave that stays at rest", "node", "point of a wave that stays at rest"),
    "colon inside": ("## Glossary\n\n**node:** point of a wave at rest", "node", "point of a wave at rest"),
    "defined as": ("Power is defined as the rate at which work is done.", "Power", "the rate at which work is done"),
    "is a": ("A **node** is a point of a wave that stays at rest.", "node", "a point of a wave that stays at rest"),
    "called": (
        "The rate of change of velocity with time is called *acceleration*.",
        "acceleration",
        "The rate of change of velocity with time",
    ),
}  # fmt: skip

NOT_FOUND = {
    "pronoun": "This is defined as the rate at which work is done.",
    "leans on a figure": "A **node** is a point of the wave shown in Figure 3.",
    "leans on a sentence": "A **node** is a point of this wave that stays at rest.",
    "no emphasis": "A mistake is a thing that one regrets later on.",
    "a verb before called": "An atom gains electrons, has a charge and is called an **anion**.",
    "too short to be one": "The easiest method is called a **simple sample**.",
    "an instance": "The **sample** is the 400 people who were asked.",
    "exercise": "Exercise 3. A **node** is a point of a wave that stays at rest.",
    "code": "```\nA **node** is a point of a wave that stays at rest.\n```",
    "ends before its list": "## Glossary\n\n**probability**: a number that depends on",
    "open formula": "## Glossary\n\n**node**: a point at $x",
    "bold outside a glossary": "## Notes\n\n**node**: a point of a wave that stays at rest",
    "after the glossary": "## Glossary\n\n## Exercises\n\n**node**: a point of a wave that stays at rest",
    "several terms": "Phons and decibels are defined to be the same at one frequency.",
}


@pytest.mark.parametrize("name", FOUND)
def test_found(name: str) -> None:
    text, term, meaning = FOUND[name]
    assert [(one[0], one[1]) for one in definitions_in(text)] == [(term, meaning)]


@pytest.mark.parametrize("name", NOT_FOUND)
def test_not_found(name: str) -> None:
    assert list(definitions_in(NOT_FOUND[name])) == []


def test_a_definition_knows_its_row() -> None:
    rows = pl.DataFrame(
        {"id": ["a", "b"], "text": [FOUND["glossary"][0], None], "uri": ["u", None], "licence": ["CC-BY-4.0", None]}
    )
    (found,) = find_definitions(rows)
    assert (found.row_id, found.uri, found.licence, found.source) == ("a", "u", "CC-BY-4.0", "glossary")
