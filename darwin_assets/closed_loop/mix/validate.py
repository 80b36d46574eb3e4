"""Did training on a mix move what it was aimed at, and nothing else (papers.md §2.3, C19)?

Three checkpoints on the items that all of them have: before, after the targeted arm, after the control. Only the sampling
differs between the last two, so that a gain is credited where the targeted one is above the control.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from darwin_assets.acquire.evaluation_manifest import Validates
from darwin_assets.closed_loop.columns import VALIDATIONS
from darwin_assets.closed_loop.mix.draw import holds
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.statistics.many import holm
from darwin_assets.closed_loop.statistics.outcomes import outcomes
from darwin_assets.closed_loop.statistics.paired import compare
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings

DIAGNOSED, OTHERS = "diagnosed", "others"
ROLES = ("before", "targeted", "control")
RESULT = pl.Schema({name: dtype for name, dtype in VALIDATIONS.items() if name not in ("evaluation", "trail")})
FLOAT_ERROR = 1e-9
"""A difference of exactly the margin is within it."""

CREDITED = "above the control, and the others have stayed"
TOO_FEW = "too few items"
NOT_ABOVE = "not above the control beyond chance"
BELOW_BEFORE = "above the control, but not above the checkpoint before"
NO_OTHERS = "no other items that show whether the rest has stayed"
OTHERS_MOVED = "other items moved by more than the margin"


def validate(items: pl.DataFrame, targets: pl.DataFrame, settings: ClosedLoopSettings) -> pl.DataFrame:
    """RESULT from `shared_items` and the `draw.TARGETS` of a mix: first the cells (a benchmark and diagnosed operations),
    then what else the benchmarks hold, both followed by all of them together.
    """
    rows = pl.DataFrame(list(_groups(items, targets, settings.statistics)), schema_overrides=RESULT, orient="row")
    cells = pl.col("kind").eq(DIAGNOSED) & pl.col("operations").is_not_null()
    of_cells = rows.select(pl.when(cells).then("p").cast(pl.Float64)).to_series()
    rows = rows.with_columns(pl.Series("p_holm", holm(of_cells.to_numpy())).fill_nan(None))
    stayed = _have_stayed(rows, settings.validation.margin)
    reason = (
        pl.when(pl.col("p").is_null()).then(pl.lit(TOO_FEW))
        .when((pl.col("p_holm") > settings.statistics.alpha) | (pl.col("over_control") <= 0)).then(pl.lit(NOT_ABOVE))
        .when(pl.col("gain") <= 0).then(pl.lit(BELOW_BEFORE))
        .when(pl.lit(stayed is None)).then(pl.lit(NO_OTHERS))
        .when(pl.lit(stayed is False)).then(pl.lit(OTHERS_MOVED))
        .otherwise(pl.lit(CREDITED))
    )  # fmt: skip
    said = rows.with_columns(reason=pl.when(cells).then(reason)).with_columns(credited=pl.col("reason") == CREDITED)
    return said.select(pl.col(name).cast(dtype) for name, dtype in RESULT.items())


def shared_items(samples: pl.DataFrame, labels: pl.DataFrame, stated: Validates) -> pl.DataFrame:
    """benchmark, item, operations, and a score (0 to 1) for each of `ROLES`: the items that all three have, from SAMPLES and
    LABELS. ValueError where there are none.
    """
    scored = outcomes(samples)
    items = labels.select("item", "operations")
    for role in ROLES:
        checkpoint = getattr(stated, role)
        of_role = scored.filter(checkpoint=checkpoint).select("item", pl.col("score").alias(role))
        if of_role.is_empty():
            known = ", ".join(scored["checkpoint"].unique().sort()) or "none"
            raise ValueError(f"{role} is {checkpoint}, which has no scored item; checkpoints that have: {known}")
        items = items.join(of_role, on="item")
    if items.is_empty():
        raise ValueError("before, targeted and control share no item: ask all three the same")
    return items.join(scored.select("item", "benchmark").unique(), on="item").sort("benchmark", "item")


def _groups(items: pl.DataFrame, targets: pl.DataFrame, settings: StatisticsSettings) -> Iterator[dict[str, Any]]:
    """A row a group of items, without what takes all rows together."""
    aimed_at = pl.any_horizontal(map(holds, targets["operations"].to_list()))
    for operations in targets["operations"].to_list():
        for (benchmark,), cell in items.filter(holds(operations)).group_by("benchmark", maintain_order=True):
            yield _compared(cell, DIAGNOSED, benchmark, operations, settings)
    for kind, group in ((DIAGNOSED, items.filter(aimed_at)), (OTHERS, items.filter(~aimed_at))):
        if kind == OTHERS:
            for (benchmark,), rest in group.group_by("benchmark", maintain_order=True):
                yield _compared(rest, OTHERS, benchmark, None, settings)
        if group.height:
            yield _compared(group, kind, None, None, settings)


def _compared(
    items: pl.DataFrame, kind: str, benchmark: object, operations: list[str] | None, settings: StatisticsSettings
) -> dict[str, Any]:
    before, targeted, control = (items[role].to_numpy() for role in ROLES)
    gain, over = compare(targeted, before, settings), compare(targeted, control, settings)
    return {
        "kind": kind, "benchmark": benchmark, "operations": operations, "n": items.height,
        "before": float(before.mean()), "targeted": float(targeted.mean()), "control": float(control.mean()),
        "gain": gain.delta, "gain_low": gain.low, "gain_high": gain.high,
        "over_control": over.delta, "over_low": over.low, "over_high": over.high,
        "p": over.p if items.height >= settings.min_items else None,
    }  # fmt: skip


def _have_stayed(rows: pl.DataFrame, margin: float) -> bool | None:
    """Whether all other items together differ between the arms by no more than the margin; None where there are none."""
    others = rows.filter(pl.col("kind") == OTHERS, pl.col("benchmark").is_null())["over_control"]
    return abs(others[0]) <= margin + FLOAT_ERROR if others.len() else None


def evidence_for(
    wanted: list[str], items: pl.DataFrame, targets: pl.DataFrame, found: pl.DataFrame, settings: StatisticsSettings
) -> dict[str, Any] | None:
    """What a validation (`found`, RESULT) says of a rule that asked for rows with the `wanted` operations: whether a cell
    with one of them is credited, and the gain over the control on the items of these cells. None without such an item.
    """
    about = pl.col("operations").list.set_intersection(pl.lit(wanted)).list.len() > 0
    held = pl.any_horizontal(pl.lit(False), *map(holds, targets.filter(about)["operations"].to_list()))
    if (ours := items.filter(held)).is_empty():
        return None
    over = compare(ours["targeted"].to_numpy(), ours["control"].to_numpy(), settings)
    credited = bool(found.filter(about)["credited"].any())
    return {"credited": credited, "gain": over.delta, "gain_low": over.low, "gain_high": over.high}
