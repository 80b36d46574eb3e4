"""The trace of one row in Dagster: an asset that stores nothing and shows what `darwin trace` prints, and its job."""

from typing import Any

import dagster as dg
import polars as pl

from darwin_assets.funnel import svg_markdown
from darwin_assets.ladder import LADDER
from darwin_assets.levels import TABLES
from darwin_assets.presentation import literal
from darwin_assets.tier import OWNERS
from resources.errors import redacted
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.raw_store import RawStore

NOTHING_PUBLISHED = "nothing has been published yet"


class TraceConfig(dg.Config):
    """Which row: its id or the first 8 and more digits, or `exports/NAME:LINE`. Empty: a row of what was published last."""

    row: str = ""


@dg.asset(
    name="row_trace",
    deps=[spec.asset for spec in LADDER],
    group_name="audit",
    description="Where one row comes from, step by step up to the raw bytes: operation, recipe, model, gate, Delta version "
    "and run of each; what was made of it; and whether Dagster's event log says the same. Stores nothing; as `darwin trace`.",
    kinds={"deltalake", "polars"},
    owners=OWNERS,
)
def row_trace(
    context: dg.AssetExecutionContext, config: TraceConfig, lake: Lake, ledger: GateLedger, raw: RawStore
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    with redacted("row_trace"):
        asked = config.row or newest_row(lake, ledger)
        return dg.MaterializeResult(
            metadata=trace_metadata(lake, raw, context.instance, asked) if asked else {"said": NOTHING_PUBLISHED}
        )


TRACE = dg.define_asset_job(
    "trace",
    selection=dg.AssetSelection.assets("row_trace"),
    description="Where a row comes from and what was made of it. Its id goes into the config of row_trace.",
)


def newest_row(lake: Lake, ledger: GateLedger) -> str | None:
    """The first row of what was published last, None where nothing was."""
    opened = ledger.all().filter(pl.col("passed") | pl.col("waived"), pl.col("level").is_in(TABLES))
    for level, batch in opened.select("level", "batch").reverse().iter_rows():
        rows = lake.read("published", level, batch, lake.version("published", level), ["id"])
        if rows.height:
            return str(rows["id"][0])
    return None


def trace_metadata(lake: Lake, raw: RawStore, instance: dg.DagsterInstance, asked: str) -> dict[str, Any]:
    """What the page of the asset shows. Every value that tells something of a document names the ids of the rows that it is
    about: a take-down erases values by them."""
    from darwin_assets.lineage.descendants import descent
    from darwin_assets.lineage.drawing import draw_trace
    from darwin_assets.lineage.event_log import differences, published_in
    from darwin_assets.lineage.picture import mermaid, svg
    from darwin_assets.lineage.shown import DESCENT_HEADER, TRACE_HEADER, descent_rows, trace_rows
    from darwin_assets.lineage.tables import Tables
    from darwin_assets.lineage.trace import Tracer

    tables = Tables(lake)
    above = Tracer.of(tables, raw).trace(asked)
    below = descent(tables, above.row)
    drawing = draw_trace(above)
    ids = ", ".join(node.id for node in above.nodes)
    unlike = differences(instance, published_in(above))
    return {
        "row": above.row,
        "reaches_bytes": above.reaches_bytes,
        "gaps": dg.MetadataValue.md(_list([*above.gaps, *above.notes])),
        "trace": dg.MetadataValue.md(_table(TRACE_HEADER, trace_rows(above))),
        "picture": dg.MetadataValue.md(svg_markdown(svg(drawing), f"made of {ids}")),
        "mermaid": dg.MetadataValue.md(f"```mermaid\n{mermaid(drawing)}```"),
        "made_from_it": dg.MetadataValue.md(_table(DESCENT_HEADER, descent_rows(below))),
        "counts": dg.MetadataValue.json(below.counts()),
        "unlike_in_dagster": dg.MetadataValue.md(_list(unlike)),
    }


def _list(sentences: list[str]) -> str:
    return "\n".join(f"- {literal(one)}" for one in sentences) or "none"


def _table(header: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    # Markdown has no line breaks in a cell
    lines += [f"| {' | '.join(literal(cell.replace(chr(10), ' · ')) for cell in row)} |" for row in rows]
    return "\n".join(lines)
