"""L1: documents as Markdown with LaTeX formulas."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import polars as pl

from darwin_assets.acquire.assets import L0_COLUMNS
from darwin_assets.acquire.code_types import file_title
from darwin_assets.contract import COMMON
from darwin_assets.levels import LEVELS
from darwin_assets.tier import LevelSpec, Step, level_asset, published_rows

if TYPE_CHECKING:
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
    "text": pl.String(),
    **{name: dtype for name, dtype in L1_COLUMNS.items() if name not in ("media_type", "document_kind")},
    "rejected_by": pl.String(),
    "rejected_kind": pl.String(),
    "rejected_value": pl.Float64(),
    "rejected_threshold": pl.String(),
    "rejected_detail": pl.String(),
}


def build_l1(step: Step, documents: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """One row a document, in the order of L0: its text, or the named reason why there is none."""
    from darwin_assets.normalize.workers import parse_all

    settings = step.recipe.normalize
    documents = documents.with_columns(title=_clean_titles(documents["title"], settings))
    with closing(parse_all(_tasks(step, documents), settings, step.n_parsers)) as outcomes:
        rows = [_row(document, outcome) for document, outcome in outcomes]
    return pl.DataFrame(rows, schema=_BUILT, infer_schema_length=None)


def _clean_titles(titles: pl.Series, settings: "NormalizeSettings") -> pl.Series:
    """Titles that come from manifests and containers, after the operations that the recipe runs on every text."""
    if not settings.clean:
        return titles
    from darwin_assets.normalize.clean import clean_line

    return pl.Series([title and (clean_line(title, settings) or None) for title in titles], dtype=pl.String)


def _tasks(step: Step, documents: pl.DataFrame) -> "Iterator[Task[dict[str, Any]]]":
    """The documents with their bytes, each file opened once."""
    from darwin_assets.acquire.expand import read
    from darwin_assets.normalize.workers import Task

    for _, members in documents.group_by("path", maintain_order=True):
        wanted = {row["locator"]: row for row in members.iter_rows(named=True)}
        first = members.row(0, named=True)
        with step.raw.local_path(first["raw_sha256"]) as path:
            for record in read(path, first["path"], set(wanted), step.recipe.acquire):
                document = wanted[record.locator]
                yield Task(document, document["media_type"], record.data)


def _row(document: dict[str, Any], outcome: "Outcome") -> dict[str, Any]:
    from darwin_assets.normalize.document import Unreadable

    base = dict.fromkeys(_BUILT) | {"id": document["id"]}
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


def _file_title(document: dict[str, Any]) -> str | None:
    return file_title(document["path"], document["locator"], document["media_type"])


def _ingredients(step: Step) -> list[str]:
    from darwin_assets.normalize.clean import ingredients

    return ingredients(step.recipe.normalize)


SPEC = LevelSpec(
    level="L1",
    asset="l1_normalized",
    stage="normalize",
    version=2,
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
)
l1_normalized = level_asset(SPEC)
