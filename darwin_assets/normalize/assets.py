"""L1: documents as Markdown with LaTeX formulas."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import polars as pl

from darwin_assets.acquire.assets import L0_COLUMNS
from darwin_assets.acquire.code_types import file_title
from darwin_assets.acquire.records import CHARSET, Record
from darwin_assets.audit import JOINED
from darwin_assets.contract import COMMON, text_sha256
from darwin_assets.levels import LEVELS
from darwin_assets.tier import LevelSpec, Step, level_asset, published_rows
from resources.block_list import BlockList
from resources.language_model import ChatRequest

if TYPE_CHECKING:
    from darwin_assets.normalize.joining import Row, Tree
    from darwin_assets.normalize.scans import PageTask
    from darwin_assets.normalize.settings import NormalizeSettings
    from darwin_assets.normalize.workers import Outcome, Task

L1_COLUMNS: dict[str, pl.DataType] = {
    "media_type": pl.String(),
    "document_kind": pl.String(),
    "title": pl.String(),
    "stated_language": pl.String(),
    "sections": pl.List(pl.String()),
    "parser": pl.String(),
    "n_formulas_in": pl.Int64(),
    "n_formulas_out": pl.Int64(),
    "n_tables": pl.Int64(),
    "n_code_blocks": pl.Int64(),
    "notes": pl.List(pl.String()),
}
_BUILT: dict[str, pl.DataType] = {
    "id": pl.String(),
    "extra_parents": pl.List(pl.String()),
    "licence": pl.String(),
    "text": pl.String(),
    **{name: dtype for name, dtype in L1_COLUMNS.items() if name not in ("media_type", "document_kind")},
    "rejected_by": pl.String(),
    "rejected_kind": pl.String(),
    "rejected_value": pl.Float64(),
    "rejected_threshold": pl.String(),
    "rejected_detail": pl.String(),
}


def build_l1(step: Step, documents: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """One row a file, in the order of L0: its text, or the named reason why there is none.

    A document in several LaTeX files is one text; its licence is that of all of them together.
    """
    from darwin_assets.normalize.document import Document

    documents = documents.with_columns(title=_clean_titles(documents["title"], step.recipe.normalize))
    rows = list(documents.iter_rows(named=True))
    trees = _trees(step, rows)
    outcomes = _parsed(step, rows, trees)
    whole = {tree.document["id"]: tree for tree in trees if isinstance(outcomes.get(tree.document["id"]), Document)}
    document_of = {part["id"]: found for found, tree in whole.items() for part in reversed(tree.parts)}
    apart = [
        row for tree in trees if tree.document["id"] not in whole for row in tree.rows if row["id"] not in document_of
    ]
    outcomes |= _parsed(step, list({row["id"]: row for row in apart}.values()), [])
    outcomes |= _read_scans(step, rows, outcomes)
    built = [
        _part(row, document_of[row["id"]])
        if row["id"] in document_of
        else _row(row, outcomes[row["id"]]) | _joined(whole.get(row["id"]))
        for row in rows
    ]
    built = _refuse_blocked(step, rows, built, document_of)
    return pl.DataFrame(built, schema=_BUILT, infer_schema_length=None)


def _refuse_blocked(
    step: Step, rows: "list[Row]", built: list[dict[str, Any]], document_of: dict[str, str]
) -> list[dict[str, Any]]:
    """The built rows, without texts that were taken down; of a document in several files every file goes."""
    from darwin_assets.normalize.document import Unreadable

    blocked = BlockList(lake=step.lake).read()
    if not blocked.values("text"):
        return built
    request_of = {one["id"]: blocked.request_of("text", text_sha256(one["text"])) for one in built}
    requests = [request_of[document_of.get(row["id"], row["id"])] for row in rows]
    return [
        _row(row, Unreadable("text.blocked", f"take-down {request}")) | {"title": None} if request else one
        for row, one, request in zip(rows, built, requests, strict=True)
    ]


def _trees(step: Step, rows: "list[Row]") -> "list[Tree]":
    from darwin_assets.normalize.joining import find_trees

    return find_trees(rows, partial(_read, step)) if step.recipe.normalize.latex_join_inputs else []


def _parsed(step: Step, rows: "list[Row]", trees: "list[Tree]") -> "dict[str, Outcome]":
    """What became of each row by its id, each tree read as one document: its parts, and one too large, have no outcome."""
    from darwin_assets.normalize.workers import parse_all

    settings = step.recipe.normalize
    with closing(parse_all(_tasks(step, rows, trees), settings, step.n_parsers)) as outcomes:
        return {row["id"]: outcome for row, outcome in outcomes}


def _clean_titles(titles: pl.Series, settings: "NormalizeSettings") -> pl.Series:
    """Titles that come from manifests and containers, after the operations that the recipe runs on every text."""
    if not settings.clean:
        return titles
    from darwin_assets.normalize.clean import clean_line

    return pl.Series([title and (clean_line(title, settings) or None) for title in titles], dtype=pl.String)


def _tasks(step: Step, rows: "list[Row]", trees: "list[Tree]") -> "Iterator[Task[Row]]":
    from darwin_assets.normalize.joining import joined_source
    from darwin_assets.normalize.workers import Task

    in_trees = {row["id"] for tree in trees for row in tree.rows}
    for row, record in _records(step, (row for row in rows if row["id"] not in in_trees)):
        charset = record.extra.get(CHARSET)
        yield Task(row, f"{row['media_type']}; charset={charset}" if charset else row["media_type"], record.data)
    for tree in trees:
        source = joined_source(tree, partial(_read, step), step.recipe.normalize.max_document_bytes)
        if source is not None:
            yield Task(tree.document, tree.document["media_type"], source)


def _read(step: Step, rows: "Iterable[Row]") -> "Iterator[tuple[Row, bytes]]":
    return ((row, record.data) for row, record in _records(step, rows))


def _records(step: Step, rows: "Iterable[Row]") -> "Iterator[tuple[Row, Record]]":
    """Rows with what they were made from; rows of one file that follow each other open it once."""
    from darwin_assets.acquire.expand import read

    for _, members in groupby(rows, key=itemgetter("path")):
        wanted = {row["locator"]: row for row in members}
        first = next(iter(wanted.values()))
        with step.raw.local_path(first["raw_sha256"]) as path:
            for record in read(path, first["path"], set(wanted), step.recipe.acquire):
                yield wanted[record.locator], record


def _read_scans(step: Step, rows: "list[Row]", outcomes: "dict[str, Outcome]") -> "dict[str, Outcome]":
    """PDFs without a usable text layer, read from their pictures, where a vision model is set."""
    from darwin_assets.normalize.document import Unreadable
    from darwin_assets.normalize.page_reader import READABLE
    from darwin_assets.normalize.scans import read_scans

    scans = [row for row in rows if isinstance(found := outcomes.get(row["id"]), Unreadable) and found.rule in READABLE]
    if not scans or not step.vision.is_set:
        return {}
    return read_scans(
        scans, partial(_read, step), partial(_ask, step), step.recipe.normalize, step.vision.fingerprint()
    )


def _ask(step: Step, tasks: "Iterable[PageTask]") -> Iterator[tuple[str, str | None]]:
    from darwin_assets.normalize.page_answer import messages, prompt_id, schema, unusable

    prompt = prompt_id()
    requests = (
        ChatRequest(task.key, messages(task.png), step.recipe.normalize.page_max_tokens, schema=schema())
        for task in tasks
    )
    replies = step.vision.answer(
        requests,
        store=step.answers,
        prompt_id=prompt,
        ledger=replace(step, model=step.vision).calls(prompt),
        refused=lambda reply: unusable(reply.text),
    )
    for reply in replies:
        yield reply.key, reply.text if reply.ok else None


def _row(document: "Row", outcome: "Outcome") -> dict[str, Any]:
    from darwin_assets.normalize.document import Unreadable

    base = dict.fromkeys(_BUILT) | {"id": document["id"], "licence": document["licence"]}
    if isinstance(outcome, Unreadable):
        return base | {
            "title": document["title"],
            "rejected_by": outcome.rule,
            "rejected_kind": "failure",
            "rejected_value": None if outcome.value is None else float(outcome.value),
            "rejected_threshold": outcome.threshold,
            "rejected_detail": outcome.detail,
        }
    return base | {
        "text": outcome.text,
        "title": outcome.title or document["title"] or _file_title(document),
        "stated_language": outcome.language,
        "sections": list(outcome.sections),
        "parser": outcome.parser,
        "n_formulas_in": outcome.n_formulas_in,
        "n_formulas_out": outcome.n_formulas_out,
        "n_tables": outcome.n_tables,
        "n_code_blocks": outcome.n_code_blocks,
        "notes": list(outcome.notes),
    }


def _joined(tree: "Tree | None") -> dict[str, Any]:
    """What a document has from its parts."""
    from darwin_assets.acquire.licences import strictest

    if tree is None:
        return {}
    licences = [row["licence"] for row in tree.rows]
    return {"extra_parents": [row["id"] for row in tree.parts], "licence": strictest(licences)}


def _part(row: "Row", document_id: str) -> dict[str, Any]:
    from darwin_assets.normalize.joining import PART

    return dict.fromkeys(_BUILT) | {
        "id": row["id"], "title": row["title"], "licence": row["licence"], "rejected_by": PART, "rejected_kind": JOINED,
        "rejected_detail": f"its text stands in document {document_id}",
    }  # fmt: skip


def _file_title(document: "Row") -> str | None:
    return file_title(document["path"], document["locator"], document["media_type"])


def _ingredients(step: Step) -> list[str]:
    from darwin_assets.normalize.clean import ingredients
    from darwin_assets.normalize.page_answer import prompt_id

    read_by = [step.vision.fingerprint(), prompt_id()] if step.vision.is_set else []
    return [*ingredients(step.recipe.normalize), *read_by]


SPEC = LevelSpec(
    level="L1",
    asset="l1_normalized",
    stage="normalize",
    version=7,
    columns=L1_COLUMNS,
    build=build_l1,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L1'].title}: Markdown with LaTeX formulas from every format; an unreadable document is a "
    "rejected row with the reason.",
    below="l0_raw",
    # L0 has no text: the bytes are in the raw store
    below_columns={name: dtype for name, dtype in {**COMMON, **L0_COLUMNS}.items() if name != "text"},
    parents=published_rows("L0"),
    ingredients=_ingredients,
    models=lambda step: {"vision": step.vision} if step.vision.is_set else {},
)
l1_normalized = level_asset(SPEC)
