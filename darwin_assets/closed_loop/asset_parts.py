"""What the assets of the closed loop have in common: partitions, checks, and how a gate's verdict becomes events."""

import warnings
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl
from polars import selectors

from darwin_assets.batches import EVALUATIONS
from darwin_assets.gate_shown import GATE, check_result, closed_because, summary
from darwin_assets.promotion import Promotion
from darwin_assets.tier import LevelConfig
from darwin_assets.verdicts import Waiver

GROUP, KINDS = "closed_loop", {"deltalake", "polars"}
LABELLED, ENDS_LEARNT = "labelled", "document_ends_learnt"
"""Checks that hold nothing up."""
Told = Iterator[dg.AssetCheckResult | dg.MaterializeResult]  # type: ignore[type-arg]
DECIMALS = 4
_KINDS = {pl.Boolean: "bool", pl.Float64: "float", pl.Int64: "int", pl.UInt32: "int"}


def check_spec(name: str, asset: str, description: str) -> dg.AssetCheckSpec:
    """A check of one evaluation; only a gate holds up what comes after."""
    with warnings.catch_warnings():
        # partitioned checks are in preview; what a reader trusts is the ledger, so a change there costs a view only
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            name, asset=asset, blocking=name == GATE, partitions_def=EVALUATIONS, description=description
        )


def waiver_of(config: LevelConfig) -> Waiver | None:
    return Waiver(config.waive.approver, config.waive.reason) if config.waive else None


def told(context: dg.AssetExecutionContext, outcome: Promotion, metadata: dict[str, Any], advice: str = "") -> Told:
    """What a gate said, as events; a closed one ends the step, and `advice` says what else could be done about it."""
    verdict = outcome.verdict
    context.log.info(f"{verdict.level} of {verdict.batch}: {summary(outcome)}")
    if not verdict.opens:
        yield check_result(outcome)
        said = f"gate of {verdict.level} is closed for {verdict.batch}: {closed_because(outcome)}"
        raise dg.Failure("; ".join(filter(None, (said, advice))), allow_retries=False)
    gate = {
        "gate": "waived" if verdict.waived else "passed",
        "verdict_id": verdict.verdict,
        "delta_version": outcome.version,
        "reused": outcome.reused,
    }
    yield dg.MaterializeResult(metadata={**metadata, **gate}, check_results=[check_result(outcome)])


def table_of(rows: pl.DataFrame) -> dg.TableMetadataValue:
    """A small frame as a table of the UI, lists in one cell."""
    rows = rows.with_columns(selectors.float().round(DECIMALS), selectors.list().list.join(", "))
    schema = dg.TableSchema(
        [dg.TableColumn(name, _KINDS.get(type(dtype), "string")) for name, dtype in rows.schema.items()]
    )
    return dg.MetadataValue.table([dg.TableRecord(row) for row in rows.iter_rows(named=True)], schema=schema)
