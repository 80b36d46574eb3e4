"""The kinds of reports, each as files by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from darwin_assets.markdown import to_html
from darwin_assets.reports.eu.provider import FILE_NAME, Provider, blank_toml
from darwin_assets.reports.eu.summary import TITLE, summarize
from darwin_assets.reports.evidence import Evidence, answer_csv
from resources.errors import DarwinError, redacted
from resources.raw_store import RawStore

Files = Mapping[str, str]


@dataclass(frozen=True)
class Order:
    """What a report is asked for. `row`: id of one row, for `prov`; `name`: what the data set is called."""

    evidence: Evidence
    provider: Provider
    name: str
    raw: RawStore
    row: str | None = None


def _eu_summary(order: Order) -> Files:
    page = summarize(order.evidence, order.provider).markdown
    return _page("eu-summary", page, TITLE)


def _data_card(order: Order) -> Files:
    from darwin_assets.reports.data_card import data_card

    return _page("data-card", data_card(order.evidence, order.name), f"{order.name}: data card")


def _levels(order: Order) -> Files:
    from darwin_assets.reports.figures import density_svg, level_figures, volume_svg
    from darwin_assets.reports.levels_report import levels_report

    found = level_figures(order.evidence)
    plots = {"volume.svg": volume_svg(found), "density.svg": density_svg(found)}
    return {**_page("levels", levels_report(order.evidence), "Levels"), **plots}


def _croissant(order: Order) -> Files:
    from darwin_assets.reports.croissant import croissant, without_empty

    return {"croissant.json": _json(without_empty(croissant(order.evidence, order.provider, order.name)))}


def _prov(order: Order) -> Files:
    from darwin_assets.lineage.tables import Tables
    from darwin_assets.lineage.trace import Tracer
    from darwin_assets.reports.prov import prov_of_batches, prov_of_row

    if order.row is None:
        return {"prov.json": _json(prov_of_batches(order.evidence))}
    trace = Tracer.of(Tables(order.evidence.snapshot.lake), order.raw).trace(order.row)
    return {f"prov-{trace.row}.json": _json(prov_of_row(trace))}


def _spdx(order: Order) -> Files:
    from darwin_assets.reports.spdx import spdx

    return {"spdx.json": _json(spdx(order.evidence, order.provider, order.name))}


def _provenance_standard(order: Order) -> Files:
    from darwin_assets.reports.provenance_standard import provenance_record

    return {"provenance-standard.json": _json(provenance_record(order.evidence, order.provider, order.name))}


def _openlineage(order: Order) -> Files:
    from darwin_assets.reports.openlineage import events, lines

    snapshot = order.evidence.snapshot
    return {"openlineage.jsonl": lines(events(snapshot.lake, snapshot.scan("gates").collect()))}


def provider_file() -> Files:
    """What a provider fills in."""
    return {FILE_NAME: blank_toml()}


KINDS: dict[str, Callable[[Order], Files]] = {
    "eu-summary": _eu_summary,
    "data-card": _data_card,
    "levels": _levels,
    "croissant": _croissant,
    "prov": _prov,
    "spdx": _spdx,
    "provenance-standard": _provenance_standard,
    "openlineage": _openlineage,
}
"""Reports on the lake, by kind."""


def make(kind: str, order: Order) -> dict[str, str]:
    """The files of a report, by name, with the answers of the queries that it used. DarwinError for an unknown kind."""
    if kind not in KINDS:
        raise DarwinError(f"there is no report {kind!r}; the kinds are {', '.join(KINDS)}")
    order = replace(order, evidence=order.evidence.for_another())
    with redacted(f"report {kind}"):
        files = dict(KINDS[kind](order))
    answers = {f"queries/{name}.csv": answer_csv(answer) for name, answer in order.evidence.answers.items()}
    return {**files, **answers}


def _page(name: str, markdown: str, title: str) -> Files:
    return {f"{name}.md": markdown, f"{name}.html": to_html(markdown, title)}


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
