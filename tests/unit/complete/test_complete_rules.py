"""The rules engine of L5 quotes definitions, changes nothing that is there, and keeps the end."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.complete.assemble import assemble
from darwin_assets.complete.definitions import find_definitions
from darwin_assets.complete.guards import check
from darwin_assets.complete.rules import answers, used_row_ids
from darwin_assets.complete.settings import CompleteSettings
from darwin_assets.complete.tasks import plan

GLOSSARY = (
    "## Glossary\n\n**standing wave**: wave whose crests oscillate in amplitude but stay at one place\n\n"
    "**node**: point of a standing wave whose amplitude is zero\n\n"
    "**shell**: orbitals of an atom with one principal quantum number\n\n"
    "**overtone**: frequency of oscillation above the fundamental one, such as 440 Hz"
)
PAPER = (
    "# Strings\n\nWe drive a string until a standing wave appears.\n\nEach node of it, where the crests' amplitude "
    "is zero, was marked.\n\nThe overtone was recorded, and the shell of a snail lay near.\n\nThe oscillation ends here."
)
EXPLANATION = "> **standing wave**: wave whose crests oscillate in amplitude but stay at one place [defined in g]"


def run(paper: str, glossary: str = GLOSSARY, licence: str = "CC-BY-4.0", **changed: object) -> str:
    """The paper after the engine; both rows in one batch."""
    chosen = CompleteSettings(**{"min_shared_words": 1, "max_document_share": 1.0, **changed})  # type: ignore[arg-type]
    rows = pl.DataFrame(
        {"id": ["g", "p"], "text": [glossary, paper], "uri": ["ug", "up"], "licence": [licence, "CC-BY-4.0"],
         "document_kind": ["book", "paper"]}
    )  # fmt: skip
    tasks = plan(rows, chosen)
    replies = answers(rows, tasks, find_definitions(rows), chosen, lambda quoted, own: quoted == own)
    assert set(replies) == {task.key for task in tasks}
    for task in tasks:
        after = replies[task.key].text
        if after != task.text:
            assert [result for result in check(task.text, after or "", chosen) if not result.passed] == []
    return str(assemble(rows, tasks, replies, chosen, {"g"})["text"][1])


def test_a_term_is_explained_after_the_paragraph_that_uses_it_first() -> None:
    paragraphs = run(PAPER).split("\n\n")
    assert paragraphs[1:3] == ["We drive a string until a standing wave appears.", EXPLANATION]
    assert paragraphs[4] == "> **node**: point of a standing wave whose amplitude is zero [defined in g]"


def test_what_was_there_is_there_in_order_and_the_end_is_kept() -> None:
    completed = run(PAPER)
    assert [part for part in completed.split("\n\n") if not part.startswith("> ")] == PAPER.split("\n\n")
    assert completed.endswith("The oscillation ends here.")
    assert used_row_ids(PAPER, completed) == ["g"]


def test_a_term_in_another_sense_is_left_alone() -> None:
    assert "**shell**" not in run(PAPER)


def test_a_meaning_with_a_quantity_is_not_quoted() -> None:
    assert "**overtone**" not in run(PAPER)


def test_a_licence_that_would_bind_the_row_is_not_used() -> None:
    assert run(PAPER, licence="CC-BY-SA-4.0") == PAPER


def test_the_number_of_explanations_is_limited() -> None:
    assert run(PAPER, max_explanations_per_window=1).count("[defined in") == 1
    assert run(PAPER, max_explanations_per_window=0) == PAPER


def test_differing_definitions_leave_a_term_alone() -> None:
    other = GLOSSARY.replace("**node**", "**standing wave**: group of soldiers that waits for orders\n\n**node**")
    assert "**standing wave**" not in run(PAPER, glossary=other)


@pytest.mark.parametrize(
    "paper",
    [
        "# A standing wave\n\nText about crests.\n\nEnd.",
        "```\nstanding wave\n```\n\nText about crests.\n\nEnd.",
        "| standing wave |\n| --- |\n\nText about crests.\n\nEnd.",
        "Text about crests and the amplitude.\n\nThe standing wave ends it.",
        "A **standing wave** is introduced here, with crests.\n\nEnd.",
        "- a standing wave with crests.\n\nEnd.",
        "## Exercises\n\nDraw a standing wave with its crests.\n\nEnd.",
        "The standing wave, by its crests and amplitude, is\n\n$$\ny = 0\n$$",
        "A **standing wave** is a wave that does not travel along.\n\nThe standing wave has crests.\n\nEnd.",
    ],
)
def test_no_explanation_here(paper: str) -> None:
    assert run(paper) == paper


def test_a_second_window_does_not_explain_again() -> None:
    paper = "\n\n".join(f"Part {n}: a standing wave has crests with an amplitude." for n in range(40)) + "\n\nEnd."
    assert run(paper, window_tokens=64).count("**standing wave**") == 1


def test_a_window_that_begins_inside_code_is_not_taken_for_prose() -> None:
    code = "```\n" + "\n\n".join(["A standing wave has crests with an amplitude."] * 12) + "\n```"
    paper = f"The crests have an amplitude.\n\n{code}"
    assert run(paper, window_tokens=32).count("[defined in") == 0


PARTS = st.sampled_from(
    ["A standing wave has crests.", "The node has an amplitude.", "# T", "$$\nx\n$$", "- node", "| node |", "```", "## Terms"]
)  # fmt: skip


@given(st.lists(PARTS | st.text(max_size=30), max_size=14).map("\n\n".join))
@settings(max_examples=100, deadline=None)
def test_text_is_only_ever_added(paper: str) -> None:
    completed = run(paper, window_tokens=64)
    assert re.sub(r"\n\n> \*\*[^\n]* \[defined in g\]", "", completed) == paper
