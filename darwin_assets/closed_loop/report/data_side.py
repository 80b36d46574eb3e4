"""What the data should offer, how much of it the lake holds, and what is proposed, as blocks of a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from darwin_assets.closed_loop.actions import Action
from darwin_assets.closed_loop.data_side import DataSide
from darwin_assets.closed_loop.report import numbers
from darwin_assets.markdown import heading, table, words

ANY = "any"
STATUSES = (
    "Rules are hypotheses about what may help, not laws. *supported* and *refuted* are those that validated interventions "
    "have borne out or not; a refuted rule proposes nothing."
)


def blocks(side: DataSide) -> list[str]:
    """Nothing where there is no weakness that the data are at fault for."""
    if side.profile.is_empty():
        return []
    profile = [heading(2, "What the data should offer"), STATUSES, _profile_table(side.profile)]
    if not side.is_known:
        return [*profile, "No lake was looked at for what it holds of this."]
    return [
        *profile,
        heading(3, "What the lake holds of it"),
        _holdings_table(side.holdings) if side.holdings.height else "Nothing that is labelled fits.",
        heading(3, "Proposed actions"),
        "\n".join(_lines(side.actions)),
    ]


def _profile_table(profile: pl.DataFrame) -> str:
    header = [
        "profile",
        "checkpoints",
        "weakness, points",
        "operations",
        "fields",
        "discourse",
        "density",
        "rule",
        "status",
    ]
    return table(header, (_profile_cells(one) for one in profile.iter_rows(named=True)))


def _profile_cells(one: dict[str, Any]) -> list[str]:
    return [
        f"`{one['profile']}`",
        _listed(one["checkpoints"], ", "),
        f"{numbers.POINTS * one['weakness']:.1f}",
        _listed(one["operations"], " + "),
        _listed(one["content_world"], ", "),
        _listed(one["discourse"], ", "),
        f"{one['min_supervision_density']} or more",
        words(one["rule"]),
        one["status"],
    ]


def _holdings_table(holdings: pl.DataFrame) -> str:
    header = ["profile", "level", "source", "licence", "rows", "tokens", "rows of less density", "tokens of these"]
    return table(
        header,
        (
            [f"`{profile}`", level, words(source), words(licence), *counts]
            for profile, level, source, licence, *counts in holdings.iter_rows()
        ),
    )


def _lines(actions: tuple[Action, ...]) -> Iterator[str]:
    for one in actions:
        yield f"- **{one.action}** for `{one.profile}` ({words(one.rule)}, *{one.status}*): {_said(one)}"


def _said(action: Action) -> str:
    tokens = (f"{level} {n:,} tokens" for level, n in action.tokens_held.items())
    held = f"held at {', '.join(tokens)}" if action.tokens_held else "nothing is held"
    n_rows = sum(map(len, action.rows.values()))
    if action.action == "add":
        return f"{held}; tokens missing: {action.tokens_missing:,}."
    if action.action == "reweight":
        return f"{held}: take these rows more often."
    if action.action == "remove":
        return f"leave out the rows that would fit but for their density ({n_rows:,}); {held}."
    levels = ", ".join(f"{level} at {at}" for level, at in action.repaired_at.items())
    return f"have the steps written of the rows that would fit but for their density ({n_rows:,}; {levels}); {held}."


def _listed(values: list[str], between: str) -> str:
    return between.join(map(words, values)) or ANY
