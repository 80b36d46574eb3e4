"""The data card: what the data are, how they were made and what to mind, as Markdown."""

from __future__ import annotations

from darwin_assets.levels import LEVELS
from darwin_assets.markdown import document, heading, table, words
from darwin_assets.presentation import permissions
from darwin_assets.reports.eu.general import labels
from darwin_assets.reports.eu.sources import dataset_table, read_sources
from darwin_assets.reports.evidence import Evidence, cite
from darwin_assets.reports.figures import figures_blocks
from darwin_assets.reports.pinned import pinned

_LABELLED = ("languages", "disciplines", "document_types")


def data_card(evidence: Evidence, name: str) -> str:
    """The page. `name`: what the data set is called."""
    snapshot = evidence.snapshot
    level = LEVELS[snapshot.level]
    sources = read_sources(evidence.ask("sources"))
    documents = sum(one.documents for one in sources)
    scope = "all batches" if snapshot.batches is None else f"the batches {', '.join(snapshot.batches)}"
    return document(
        [
            heading(1, f"{words(name)}: data card"),
            f"{documents:,} documents of text at level {level.name} ({level.title}), {scope}, as of {snapshot.as_of[:10]}.",
            f"{evidence.tokens(snapshot.level).told().capitalize()} ({cite('sources')}, {cite('tokens')}).",
            heading(2, "Sources"),
            dataset_table(sources),
            f"Query: {cite('sources')}.",
            heading(2, "Licences"),
            labels(evidence, "licences", "licence"),
            f"A document made of several bears the strictest of their licences. Query: {cite('licences')}.",
            *_attributions(evidence),
            heading(2, "Languages and contents"),
            labels(evidence, "languages"),
            labels(evidence, "disciplines"),
            labels(evidence, "document_types"),
            f"Labels of classifiers, which can be wrong: {', '.join(map(cite, _LABELLED))}.",
            heading(2, "How the data were made"),
            *figures_blocks(evidence),
            *_steps(evidence),
            heading(2, "Text written by models"),
            *_synthetic(evidence),
            heading(2, "Rights reserved, and what was taken down"),
            *_rights(evidence),
            heading(2, "What to mind"),
            *_limits(evidence),
            *evidence.annex(),
            *pinned(snapshot),
        ]
    )


def _attributions(evidence: Evidence) -> list[str]:
    found = evidence.ask("attributions")
    if found.is_empty():
        return []
    rows = [[words(value) for value in row] for row in found.iter_rows()]
    return [
        f"To be named, as the licences ask ({cite('attributions')}):",
        table(["source", "licence", "attribution"], rows),
    ]


def _steps(evidence: Evidence) -> list[str]:
    rows = [
        [level, LEVELS[level].title, permissions(LEVELS[level]), f"`{recipe}`", n]
        for level, recipe, n in evidence.ask("recipes").iter_rows()
    ]
    waivers = evidence.ask("waivers")
    waived = [[level, batch, words(reason), at[:10]] for level, batch, reason, at in waivers.iter_rows()]
    return [
        f"Each level is one operation; its recipe names version and settings ({cite('recipes')}):",
        table(["level", "operation", "what it may do", "recipe", "documents"], rows),
        "What is published at a level has passed its gate."
        if not waived
        else f"What is published at a level has passed its gate, or a person let it through ({cite('waivers')}):",
        table(["level", "batch", "reason", "date"], waived) if waived else "",
    ]


def _synthetic(evidence: Evidence) -> list[str]:
    found = evidence.ask("engines")
    if found.is_empty():
        return ["None: no document at this level was rewritten or completed."]
    rows = [[level, words(engine), words(prompt), n, chars] for level, engine, prompt, n, chars in found.iter_rows()]
    return [
        "Documents that an engine worked on at L4 and L5. Engines called `rules` are programs without a model.",
        table(["level", "engine", "prompt", "documents", "characters"], rows),
        f"Query: {cite('engines')}.",
    ]


def _rights(evidence: Evidence) -> list[str]:
    found = evidence.ask("opt_outs")
    rows = [[f"`{signal}`", n, kept] for signal, n, kept in found.iter_rows()]
    n = evidence.ask("takedowns").height
    return [
        f"Signals by which rightsholders reserve their works, as found or stated at landing ({cite('opt_outs')}):",
        table(["signal", "documents acquired", f"of which at {evidence.snapshot.level}"], rows)
        if rows
        else "None was found.",
        f"Take-downs carried out: {n:,}" + (f" ({cite('takedowns')})." if evidence.can("takedowns") else "."),
    ]


def _limits(evidence: Evidence) -> list[str]:
    found = evidence.ask("rejections")
    rows = [[level, kind, f"`{rule}`", n] for level, kind, rule, n in found.iter_rows()]
    return [
        f"What was not kept, by rule ({cite('rejections')}); a rule that drops much says what the data lack:",
        table(["level", "kind", "rule", "documents"], rows) if rows else "Nothing was rejected.",
        "Names and other personal data of people can stand in documents, as they stood in the sources.",
    ]
