"""Did training on a mix move what it was aimed at, and nothing else (papers.md §2.3, C19)?

Three checkpoints on the items that all of them have: before, after the targeted arm, after the control. Only the sampling
differs between the last two, so that a gain is credited where the targeted one is above the control. An item that a row of
the mix repeats may have been learnt by heart, and does not count.
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
from darwin_assets.closed_loop.statistics.outcomes import equally_often, outcomes
from darwin_assets.closed_loop.statistics.paired import compare
from darwin_assets.closed_loop.statistics.passages import passages
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings

DIAGNOSED, OTHERS = "diagnosed", "others"
ROLES = ("before", "targeted", "control")
RESULT = pl.Schema({name: dtype for name, dtype in VALIDATIONS.items() if name not in ("evaluation", "trail")})
FLOAT_ERROR = 1e-9
"""A difference of exactly the margin is within it."""

CREDITED = "above the control, and the others have stayed"
TOO_FEW = "too few items"
REPEATED = "too few items that no row of the mix repeats"
NOT_ABOVE = "not above the control beyond chance"
BELOW_BEFORE = "above the control, but not above the checkpoint before"
NO_OTHERS = "no other items that show whether the rest has stayed"
OTHERS_MOVED = "other items moved by more than the margin"


def validate(items: pl.DataFrame, targets: pl.DataFrame, settings: ClosedLoopSettings) -> pl.DataFrame:
    """RESULT from `shared_items`, with is_repeated and is_unseen (`repeated.Held`), and the `draw.TARGETS` of a mix: first
    the cells (a benchmark and diagnosed operations), then what else the benchmarks hold, both followed by all of them
    together.
    """
    rows = pl.DataFrame(list(_groups(items, targets, settings.statistics)), schema=RESULT)
    cells = pl.col("kind").eq(DIAGNOSED) & pl.col("operations").is_not_null()
    of_cells = rows.select(pl.when(cells).then("p").cast(pl.Float64)).to_series()
    rows = rows.with_columns(pl.Series("p_holm", holm(of_cells.to_numpy())).fill_nan(None))
    stayed = _have_stayed(rows, settings.validation.margin)
    reason = (
        pl.when(pl.col("n") + pl.col("n_repeated") < settings.statistics.min_items).then(pl.lit(TOO_FEW))
        .when(pl.col("p").is_null()).then(pl.lit(REPEATED))
        .when((pl.col("p_holm") > settings.statistics.alpha) | (pl.col("over_control") <= 0)).then(pl.lit(NOT_ABOVE))
        .when(pl.col("gain") <= 0).then(pl.lit(BELOW_BEFORE))
        .when(pl.lit(stayed is None)).then(pl.lit(NO_OTHERS))
        .when(pl.lit(stayed is False)).then(pl.lit(OTHERS_MOVED))
        .otherwise(pl.lit(CREDITED))
    )  # fmt: skip
    said = rows.with_columns(reason=pl.when(cells).then(reason)).with_columns(credited=pl.col("reason") == CREDITED)
    return said.select(pl.col(name).cast(dtype) for name, dtype in RESULT.items())


def shared_items(
    samples: pl.DataFrame, labels: pl.DataFrame, stated: Validates, settings: StatisticsSettings
) -> pl.DataFrame:
    """benchmark, item, operations, passage, and a score (0 to 1) for each of `ROLES`: the items that all three have, from
    SAMPLES and LABELS. ValueError where there are none, and where the three are not scored alike.
    """
    named = {role: getattr(stated, role) for role in ROLES}
    of_three = samples.filter(pl.col("checkpoint").is_in(list(named.values())))
    scored = outcomes(equally_often(of_three))
    of_items = passages(of_three, settings.min_passage_chars)
    items = labels.select("item", "operations").join(of_items, on="item", how="left")
    for role, checkpoint in named.items():
        of_role = scored.filter(checkpoint=checkpoint).select("item", pl.col("score").alias(role))
        if of_role.is_empty():
            known = ", ".join(outcomes(samples)["checkpoint"].unique().sort()) or "none"
            raise ValueError(f"{role} is {checkpoint}, which has no scored item; checkpoints that have: {known}")
        items = items.join(of_role, on="item")
    if items.is_empty():
        raise ValueError("before, targeted and control share no item: ask all three the same")
    _expect_scored_alike(of_three, items)
    return items.join(scored.select("item", "benchmark").unique(), on="item").sort("benchmark", "item")


def _expect_scored_alike(samples: pl.DataFrame, items: pl.DataFrame) -> None:
    """ValueError where other metrics or scorers than another's told what a checkpoint has right."""
    scored_by = pl.concat_str("metric", "scorer", separator=" ", ignore_nulls=True)
    of_items = samples.filter("primary").join(items, on="item", how="semi")
    ways = of_items.group_by("benchmark", "checkpoint").agg(way=scored_by.unique().sort().str.join(" and "))
    differ = ways.group_by("benchmark").agg(pl.col("way").unique().sort()).filter(pl.col("way").list.len() > 1)
    if differ.height:
        told = "; ".join(f"{benchmark} by {' or '.join(by)}" for benchmark, by in differ.sort("benchmark").iter_rows())
        raise ValueError(f"before, targeted and control are not scored alike, so that no gain shows: {told}")


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
    counted = items.filter(~pl.col("is_repeated"))
    told = {
        "kind": kind, "benchmark": benchmark, "operations": operations, "n": counted.height,
        "n_repeated": items.height - counted.height, "n_unseen": int(counted["is_unseen"].sum()),
    }  # fmt: skip
    if counted.is_empty():
        return told
    before, targeted, control = (counted[role].to_numpy() for role in ROLES)
    gain, over = (compare(targeted, other, settings, counted["passage"].to_list()) for other in (before, control))
    return told | {
        "before": float(before.mean()), "targeted": float(targeted.mean()), "control": float(control.mean()),
        "gain": gain.delta, "gain_low": gain.low, "gain_high": gain.high,
        "over_control": over.delta, "over_low": over.low, "over_high": over.high,
        "p": over.p if counted.height >= settings.min_items else None,
    }  # fmt: skip


def _have_stayed(rows: pl.DataFrame, margin: float) -> bool | None:
    """Whether all other items together differ between the arms by no more than the margin; None where there are none."""
    others = rows.filter(pl.col("kind") == OTHERS, pl.col("benchmark").is_null())["over_control"].drop_nulls()
    return abs(others[0]) <= margin + FLOAT_ERROR if others.len() else None


def evidence_for(
    wanted: list[str], items: pl.DataFrame, targets: pl.DataFrame, found: pl.DataFrame, settings: StatisticsSettings
) -> dict[str, Any] | None:
    """What a validation (`found`, RESULT) says of a rule that asked for rows with the `wanted` operations: whether a cell
    with one of them is credited, and the gain over the control on the items of these cells. None where all of these have too
    few items: that speaks neither for the rule nor against it.
    """
    about = pl.col("operations").list.set_intersection(pl.lit(wanted)).list.len() > 0
    if found.filter(about)["p"].drop_nulls().is_empty():
        return None
    held = pl.any_horizontal(map(holds, targets.filter(about)["operations"].to_list()))
    ours = items.filter(held, ~pl.col("is_repeated"))
    over = compare(ours["targeted"].to_numpy(), ours["control"].to_numpy(), settings, ours["passage"].to_list())
    credited = bool(found.filter(about)["credited"].any())
    return {"credited": credited, "gain": over.delta, "gain_low": over.low, "gain_high": over.high}
