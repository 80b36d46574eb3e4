"""What a level shows in the Dagster UI: schema, lineage, counts, the rejected-by-rule table, a preview and the funnel."""

import json
import re
from typing import Any

import dagster as dg
import polars as pl

from darwin_assets.contract import COMMON
from darwin_assets.funnel import INLINE_MARKDOWN_CHARS, funnel_svg, svg_markdown
from darwin_assets.levels import LEVELS, Level
from darwin_assets.meanings import MEANING
from darwin_assets.promotion import Promotion
from resources.lake import Lake

PREVIEW_ROWS = 5
PREVIEW_HEAD = "| id | document | characters | excerpt |\n| --- | --- | --- | --- |"
SHOWN_ID_DIGITS = 12
SHOWN_URI_CHARS = 40
NEVER_NULL = ("id", "parents", "root_id", "batch", "source", "uri", "licence", "level", "ultradata_tier", "recipe")


def static_metadata(level: str, columns: dict[str, pl.DataType], below: str, carried: list[str]) -> dict[str, Any]:
    """Column schema and column lineage: known before anything runs."""
    one = LEVELS[level]
    return {
        "dagster/column_schema": column_schema(columns, below, carried),
        "dagster/column_lineage": column_lineage(below, carried),
        "level": f"{level} {one.title}",
        "actor": one.actor,
        "permissions": permissions(one),
    }


def permissions(level: Level) -> str:
    """What operations of the level may do to a document, in words."""
    may = {"drop": level.may_drop, "edit": level.may_edit, "add": level.may_add}
    allowed = " and ".join(name for name, permitted in may.items() if permitted)
    forbidden = " nor ".join(name for name, permitted in may.items() if not permitted)
    return "; ".join(part for part in (allowed and f"may {allowed}", forbidden and f"may not {forbidden}") if part)


def column_schema(columns: dict[str, pl.DataType], below: str, carried: list[str]) -> dg.TableSchema:
    """Dagster's own UI has no view of column lineage, so the description of a column says where it comes from too."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name,
                str(dtype),
                description=_description(name, below, carried),
                constraints=dg.TableColumnConstraints(nullable=name not in NEVER_NULL),
            )
            for name, dtype in {**COMMON, **columns}.items()
        ]
    )


def _description(name: str, below: str, carried: list[str]) -> str:
    source = f"Comes from {below}.{'id' if name == 'parents' else name}." if name in (*carried, "parents") else ""
    return " ".join(part for part in (MEANING.get(name, ""), source) if part)


def column_lineage(below: str, carried: list[str]) -> dg.TableColumnLineage:
    """Each carried column comes from its namesake in the level below; `parents` from its `id`."""
    here = {name: [dg.TableColumnDep(dg.AssetKey(below), name)] for name in carried}
    return dg.TableColumnLineage({**here, "parents": [dg.TableColumnDep(dg.AssetKey(below), "id")]})


def promotion_metadata(
    lake: Lake, outcome: Promotion, ladder: list[tuple[str, int, int]], preview_chars: int
) -> dict[str, Any]:
    """Metadata of one materialization. `ladder`: (level, in, kept) of every level the batch has passed so far."""
    verdict = outcome.verdict
    facts = json.loads(verdict.facts)
    if outcome.version is None:
        return {}
    rows = first_rows(lake.scan("published", verdict.level, outcome.version), verdict.batch)
    judged = verdict.n_kept + verdict.n_rejected
    return {
        "funnel": dg.MetadataValue.md(svg_markdown(funnel_svg(ladder), "funnel")),
        "dagster/row_count": verdict.n_kept,
        # of the documents found, not of the files: a file of L0 holds one document, many or none
        "retention": round(verdict.n_kept / judged, 4) if judged else 0.0,
        "rejected": verdict.n_rejected,
        **({"rejected_by_rule": rejected_table(facts["rejected_by"])} if facts["rejected_by"] else {}),
        "preview": dg.MetadataValue.md(preview(rows, preview_chars)),
        "gate": "waived" if verdict.waived else "passed",
        **({"kept_chars": facts["kept_chars"]} if facts["kept_chars"] else {}),
        "seconds": round(verdict.seconds, 2),
        "reused": outcome.reused,
        "recipe": verdict.recipe,
        "delta_version": outcome.version,
        "verdict_id": verdict.verdict,
    }


def rejected_table(counts: dict[str, int]) -> dg.TableMetadataValue:
    schema = dg.TableSchema(columns=[dg.TableColumn("rule", "string"), dg.TableColumn("rows", "int")])
    return dg.MetadataValue.table([dg.TableRecord({"rule": k, "rows": v}) for k, v in counts.items()], schema=schema)


def first_rows(table: pl.LazyFrame, batch: str) -> pl.DataFrame:
    """What a preview shows, without reading the rest of the batch."""
    return table.filter(pl.col("batch") == batch).select("id", "uri", "n_chars", "text").head(PREVIEW_ROWS).collect()


def preview(rows: pl.DataFrame, preview_chars: int) -> str:
    """The rows as a Markdown table, with an excerpt of each text no longer than `preview_chars`.

    After the first, no more rows than Dagster shows in place.
    """
    shown = PREVIEW_HEAD
    for index, row in enumerate(rows.iter_rows(named=True)):
        # at L0 the bytes are kept, and there is no text of so many characters yet
        n_chars = "–" if row["text"] is None else str(row["n_chars"])
        cells = (tail(row["uri"] or "", SHOWN_URI_CHARS), n_chars, excerpt(row["text"], preview_chars))
        line = f"\n| `{row['id'][:SHOWN_ID_DIGITS]}` | {' | '.join(map(literal, cells))} |"
        if index and len(shown + line) >= INLINE_MARKDOWN_CHARS:
            break
        shown += line
    return shown


def excerpt(text: str | None, chars: int) -> str:
    """The beginning of a text on one line, cut at `chars` characters."""
    flat = " ".join((text or "")[: chars * 2].split())
    return flat if len(flat) <= chars else flat[:chars] + "…" if chars else ""


def tail(value: str, chars: int) -> str:
    """The end of an address, where documents of one source differ, from a slash on if it has one."""
    if len(value) <= chars:
        return value
    end = value[-chars:]
    return "…" + end[max(end.find("/"), 0) :]


def literal(value: str) -> str:
    """A document's own words, as Markdown that shows them as they are: an image in them must not be fetched."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", value)
