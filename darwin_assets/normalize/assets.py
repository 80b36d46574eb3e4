"""L1: documents as Markdown with LaTeX formulas."""

from typing import Any

import polars as pl

from darwin_assets.acquire.assets import L0_COLUMNS
from darwin_assets.contract import COMMON
from darwin_assets.levels import LEVELS
from darwin_assets.tier import LevelSpec, Step, level_asset, published_rows

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
    "rejected_detail": pl.String(),
}


def build_l1(step: Step, documents: pl.DataFrame, _seen: int) -> pl.DataFrame:
    """One row a document, in the order of L0: its text, or the named reason why there is none."""
    from darwin_assets.acquire.expand import read

    rows: list[dict[str, Any]] = []
    for _, members in documents.group_by("path", maintain_order=True):
        wanted = {row["locator"]: row for row in members.iter_rows(named=True)}
        first = members.row(0, named=True)
        with step.raw.local_path(first["raw_sha256"]) as path:
            for record in read(path, first["path"], set(wanted), step.recipe.acquire):
                rows.append(_row(step, wanted[record.locator], record.data))
    return pl.DataFrame(rows, schema=_BUILT, infer_schema_length=None)


def _row(step: Step, document: dict[str, Any], data: bytes) -> dict[str, Any]:
    from darwin_assets.normalize.document import Unreadable
    from darwin_assets.normalize.parse import parse

    base = dict.fromkeys(_BUILT) | {"id": document["id"]}
    try:
        parsed = parse(data, document["media_type"], step.recipe.normalize)
    except Unreadable as error:
        failed = {"rejected_by": error.rule, "rejected_kind": "failure", "rejected_detail": error.detail}
        return base | failed | {"title": document["title"]}
    return base | {
        "text": parsed.text,
        "title": parsed.title or document["title"],
        "stated_language": parsed.language,
        "sections": list(parsed.sections),
        "parser": parsed.parser,
        "n_formulas_in": parsed.n_formulas_in,
        "n_formulas_out": parsed.n_formulas_out,
        "n_tables": parsed.n_tables,
        "n_code_blocks": parsed.n_code_blocks,
        "notes": list(parsed.notes),
    }


SPEC = LevelSpec(
    level="L1",
    asset="l1_normalized",
    stage="normalize",
    version=1,
    columns=L1_COLUMNS,
    build=build_l1,
    kinds=frozenset({"deltalake", "polars"}),
    description=f"{LEVELS['L1'].title}: Markdown with LaTeX formulas from every format; an unreadable document is a "
    "rejected row with the reason.",
    below="l0_raw",
    # L0 has no text: the bytes are in the raw store
    below_columns={name: dtype for name, dtype in {**COMMON, **L0_COLUMNS}.items() if name != "text"},
    parents=published_rows("L0"),
)
l1_normalized = level_asset(SPEC)
