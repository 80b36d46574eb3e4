"""Proposed actions on the data, as a manifest of which two can be compared line by line (papers.md §2.3, C20)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from darwin_assets.closed_loop.affordance.settings import ActionSettings
from darwin_assets.closed_loop.holdings import fits, is_dense
from darwin_assets.closed_loop.mapping import WANTED, ActionName, Status, Values

REPAIRED_AT = {"L3": "L5", "Q5": "Q3"}
"""The level that writes what a row of a level leaves out: Cognitive Completion, and the refinement of questions."""
ON_ROWS: tuple[ActionName, ...] = ("remove", "repair")
"""Actions on rows that are named; the others are on all rows that fit."""


class Action(BaseModel):
    """What a rule proposes for a weakness, given what the lake holds.

    What is held is told by level: the questions of Q5 stand in the documents of L3, so that the two do not add up.
    `tokens_missing` is that of `add`; `rows` are those of `remove` and `repair`, ids by level. A sampler weighs the rows of
    `reweight` by `weakness`.
    """

    model_config = ConfigDict(frozen=True)

    profile: str
    action: ActionName
    rule: str
    rule_sha256: str
    status: Status
    checkpoints: Values
    cells: Values
    weakness: float
    wanted: dict[str, Any]
    rows_held: dict[str, int]
    tokens_held: dict[str, int]
    tokens_missing: int | None = None
    rows: dict[str, Values] = {}
    repaired_at: dict[str, str] = {}


def propose(profile: pl.DataFrame, affordances: pl.DataFrame, settings: ActionSettings) -> tuple[Action, ...]:
    """An action a row of PROFILE, in its order; none where there is no row to remove or repair.

    More of what the lake hardly holds has to be added, and of what it holds enough of has to be taken more often: `add` and
    `reweight` become each other accordingly.
    """
    found = (_proposed(wanted, affordances, settings) for wanted in profile.iter_rows(named=True))
    return tuple(action for action in found if action.action not in ON_ROWS or action.rows)


def manifest(actions: Sequence[Action]) -> str:
    """JSON with a line a value, in a stable order: the same actions give the same text."""
    said = [action.model_dump(mode="json", exclude_defaults=True) for action in actions]
    return json.dumps({"actions": said}, indent=1, sort_keys=True) + "\n"


def outline(actions: Sequence[Action]) -> list[dict[str, Any]]:
    """The same for a page: how many rows an action names, and not which."""
    said = [action.model_dump(mode="json", exclude_defaults=True) for action in actions]
    return [{**one, "rows": {level: len(ids) for level, ids in one.get("rows", {}).items()}} for one in said]


def _proposed(wanted: dict[str, Any], affordances: pl.DataFrame, settings: ActionSettings) -> Action:
    fitting = affordances.filter(fits(wanted))
    dense = (
        fitting.filter(is_dense(wanted)).group_by("level").agg(n=pl.len(), tokens=pl.col("tokens").sum()).sort("level")
    )
    most = max(dense["tokens"].to_list(), default=0)
    action = _given(wanted["action"], most, settings)
    rows = _ids(fitting.filter(_is_meant(action), ~is_dense(wanted))) if action in ON_ROWS else {}
    return Action(
        **{name: wanted[name] for name in ("profile", "rule", "rule_sha256", "status", "weakness")},
        action=action,
        checkpoints=tuple(wanted["checkpoints"]),
        cells=tuple(wanted["cells"]),
        wanted={name: wanted[name] for name in WANTED},
        rows_held=dict(dense.select("level", "n").iter_rows()),
        tokens_held=dict(dense.select("level", "tokens").iter_rows()),
        tokens_missing=settings.min_tokens - most if action == "add" else None,
        rows=rows,
        repaired_at={level: REPAIRED_AT[level] for level in rows} if action == "repair" else {},
    )


def _is_meant(action: ActionName) -> pl.Expr:
    """What shows nothing of the steps, a damaged text say, is no row to repair."""
    return pl.col("supervision_density") > 0 if action == "repair" else pl.lit(True)


def _ids(rows: pl.DataFrame) -> dict[str, Values]:
    by_level = rows.sort("level", "id").group_by("level", maintain_order=True).agg("id")
    return {level: tuple(ids) for level, ids in by_level.iter_rows()}


def _given(action: ActionName, tokens_held: int, settings: ActionSettings) -> ActionName:
    if action in ON_ROWS:
        return action
    return "add" if tokens_held < settings.min_tokens else "reweight"
