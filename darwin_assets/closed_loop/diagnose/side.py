"""What a checkpoint did with the items of a cell: scores, and how often each sign shows, as means over an item's samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from darwin_assets.closed_loop.statistics.shares import Floats

CELL = ("checkpoint", "benchmark", "level", "cell")
"""What names a cell."""

KEY = ("checkpoint", "item")
REFERENCE = "_reference"
"""Ending of the reference's columns in a frame of pairs."""

MEASURES = ("prefix", "unended", "endless", "cut_gain", "form", "form_gain", "cut_short")


@dataclass(frozen=True)
class Side:
    """Arrays with a value an item, in the same order on both sides.

    `prefix`: right answers that were scored wrong for what follows them. `unended`: outputs that were cut off or go on behind
    a complete answer. `endless`: both. `cut_gain`: what a cut behind the answer adds to the score. `form`: right answers in
    another form that do end; `form_gain`: what they add to the score. `cut_short`: wrong outputs that end before any answer.
    `worked` and `likelihood` are NaN where unknown. `passages` that items share; empty where none do.
    """

    score: Floats
    prefix: Floats
    unended: Floats
    endless: Floats
    cut_gain: Floats
    form: Floats
    form_gain: Floats
    cut_short: Floats
    worked: Floats
    likelihood: Floats
    frame: list[str | None]
    scored_by: list[str | None]
    letter: list[str | None]
    gold_letter: list[str | None]
    passages: list[str | None] = field(default_factory=list)


def by_item(signs: pl.DataFrame) -> pl.DataFrame:
    """SIGNS as a row a checkpoint and item. What a sign does not know is no sign."""
    wrong = ~pl.col("correct")
    prefix = wrong & pl.col("answer_is_prefix")
    unended = pl.any_horizontal(pl.col("cut_off", "runs_on").fill_null(value=False))
    endless = (prefix & unended).fill_null(value=False)
    form = wrong & pl.col("only_format") & ~endless
    answers = pl.any_horizontal(pl.col("answer_is_prefix", "only_format").fill_null(value=False))
    measures = {
        "prefix": prefix,
        "unended": unended,
        "endless": endless,
        "cut_gain": endless & pl.col("correct_when_cut"),
        "form": form,
        "form_gain": form,
        "cut_short": wrong & ~answers & pl.col("cut_short"),
    }
    return (
        signs.sort(*KEY, "sample")
        .group_by(KEY, maintain_order=True)
        .agg(
            *(measure.fill_null(value=False).mean().alias(name) for name, measure in measures.items()),
            pl.col("worked", "likelihood").mean(),
            pl.col("frame", "scored_by", "letter", "gold_letter").first(),
        )
    )


def pairs_of(members: pl.DataFrame, items: pl.DataFrame, reference: str) -> pl.DataFrame:
    """The members of cells with the measures of the checkpoint and, ending in REFERENCE, of the reference."""
    others = items.filter(pl.col("checkpoint") == reference).drop("checkpoint")
    return members.join(items, on=KEY, how="left").join(others, on="item", how="left", suffix=REFERENCE)


def sides(cell: pl.DataFrame) -> tuple[Side, Side]:
    """The checkpoint and the reference, of the rows of one cell of `pairs_of`."""
    return _side(cell, "score", ""), _side(cell, "ref_score", REFERENCE)


def _side(cell: pl.DataFrame, score: str, ending: str) -> Side:
    unknown = float("nan")
    return Side(
        score=cell[score].to_numpy(),
        **{name: cell[name + ending].fill_null(0.0).to_numpy() for name in MEASURES},
        worked=cell["worked" + ending].fill_null(unknown).to_numpy(),
        likelihood=cell["likelihood" + ending].fill_null(unknown).to_numpy(),
        frame=cell["frame" + ending].to_list(),
        scored_by=cell["scored_by" + ending].to_list(),
        letter=cell["letter" + ending].to_list(),
        gold_letter=cell["gold_letter" + ending].to_list(),
        passages=cell["passage"].to_list(),
    )
