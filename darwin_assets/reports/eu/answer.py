"""What stands in a field of the summary, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from darwin_assets.markdown import words
from darwin_assets.reports.eu.provider import Provider
from darwin_assets.reports.eu.template import BY_ID

TEXT = "Text."


class State(StrEnum):
    """Every field is in one of these."""

    LINEAGE = "from the lake"
    PROVIDER = "stated by the provider"
    OPEN = "for the provider to fill"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Answer:
    """`blocks` are Markdown; `queries` made them. `left`: what of the question the lake cannot tell."""

    state: State
    blocks: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    left: str | None = None
    added: str | None = None


def told(blocks: str | list[str], *queries: str, left: str | None = None) -> Answer:
    """A statement that these queries made."""
    found = (blocks,) if isinstance(blocks, str) else tuple(blocks)
    return Answer(State.LINEAGE, found, queries, left)


def not_applicable(because: str, *queries: str) -> Answer:
    return Answer(State.NOT_APPLICABLE, (because,), queries)


def open_(why: str = "", *queries: str) -> Answer:
    return Answer(State.OPEN, (why,) if why else (), queries)


def with_provider(field_id: str, answer: Answer | None, provider: Provider) -> Answer:
    """The answer of the lake and what the provider says. A comment that nobody makes is not applicable, not open."""
    said = provider.fields.get(field_id)
    if answer is None:
        if said is not None:
            return Answer(State.PROVIDER, (words(said),))
        return not_applicable("No comments.") if BY_ID[field_id].optional else open_()
    if said is None:
        return answer
    if answer.state is State.OPEN:
        return Answer(State.PROVIDER, (*answer.blocks, words(said)), answer.queries)
    return replace(answer, added=said, left=None)
