"""The whole summary: every field of the template, in its order, with what it says and where that comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from darwin_assets.markdown import document, heading, table, words
from darwin_assets.reports.eu.answer import Answer, State, with_provider
from darwin_assets.reports.eu.data_sources import data_sources
from darwin_assets.reports.eu.general import general
from darwin_assets.reports.eu.processing import processing
from darwin_assets.reports.eu.provider import Provider
from darwin_assets.reports.eu.sources import read_sources
from darwin_assets.reports.eu.template import CHAPTERS, FIELDS, SECTIONS
from darwin_assets.reports.evidence import Evidence, cite
from darwin_assets.reports.pinned import pinned

TITLE = "Public summary of training content (Article 53(1)(d) of Regulation (EU) 2024/1689)"


@dataclass(frozen=True)
class Summary:
    """`answers` has every field of the template."""

    answers: Mapping[str, Answer]
    markdown: str

    def count(self, state: State) -> int:
        return sum(one.state is state for one in self.answers.values())


def summarize(evidence: Evidence, provider: Provider) -> Summary:
    """Fill the template from the lake and from what the provider says."""
    sources = read_sources(evidence.ask("sources"))
    found = {
        **general(evidence, sources),
        **data_sources(evidence, sources, provider),
        **processing(evidence),
    }
    answers = {one.id: with_provider(one.id, found.get(one.id), provider) for one in FIELDS}
    return Summary(answers, _page(evidence, provider, answers))


def _page(evidence: Evidence, provider: Provider, answers: Mapping[str, Answer]) -> str:
    snapshot = evidence.snapshot
    earlier = ", ".join(map(words, provider.earlier_versions)) or "none"
    header = [
        ["Version of the summary", words(provider.version)],
        ["Last update", snapshot.as_of[:10]],
        ["Earlier versions", earlier],
        ["Data", f"published rows of level {snapshot.level}, {_scope(snapshot.batches)}"],
    ]
    states = table(
        ["origin of the statement", "fields"],
        [[state.value, sum(one.state is state for one in answers.values())] for state in State],
    )
    blocks = [heading(1, TITLE), table(["this summary", ""], header), states, _LEGEND]
    chapter = ""
    for section, title in SECTIONS.items():
        if section[0] != chapter:
            chapter = section[0]
            blocks.append(heading(2, f"{chapter} {CHAPTERS[chapter]}"))
        blocks.append(heading(3, f"{section} {title}"))
        for one in FIELDS:
            if one.section == section:
                blocks += [heading(4, f"{one.id} {one.title}"), *_field(answers[one.id])]
    return document([*blocks, *evidence.annex(), *pinned(snapshot)])


_LEGEND = (
    "Each field says below its statement where it comes from: from the lake, with links to the queries that made it; stated "
    "by the provider; for the provider to fill; or not applicable."
)


def _field(answer: Answer) -> list[str]:
    links = f"; queries: {', '.join(map(cite, answer.queries))}" if answer.queries else ""
    said = list(answer.blocks)
    if answer.added:
        said.append(f"The provider adds: {words(answer.added)}")
    if answer.left:
        said.append(f"**For the provider to add:** {answer.left}.")
    if answer.state is State.OPEN:
        said.append("**For the provider to fill.**")
    return [*said, f"*Origin: {answer.state.value}{links}.*"]


def _scope(batches: tuple[str, ...] | None) -> str:
    return "all batches" if batches is None else f"batches {', '.join(batches)}"
