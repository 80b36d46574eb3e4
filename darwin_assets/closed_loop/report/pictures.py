"""The pictures of a report: slices with intervals, what explains the gaps, and operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis
from darwin_assets.closed_loop.report.numbers import POINTS, signed
from darwin_assets.closed_loop.report.sentences import cell_title, weak_cells
from darwin_assets.closed_loop.report.svg import Bar, Row, Spot, bars_svg, intervals_svg

MOST_ROWS = 40
"""Rows of a picture, the weakest first; tables hold them all."""
VERDICT_COLOURS = {
    "data": "#e45756", "supervision": "#f58518", "channel": "#4c78a8", "noise": "#9d9d9d", "better": "#54a24b",
}  # fmt: skip
REFERENCE = "#1a1a1a"
CHECKPOINT = "#e45756"


def pictures(diagnosis: Diagnosis) -> Iterator[tuple[str, str, str]]:
    """(name without ending, caption, SVG); those that would be empty are left out."""
    slices = weakest_first(diagnosis.cells.filter(level="slice"))
    if slices.height:
        yield "slices", _caption("change against the reference by slice, points, 95 %", slices), _slices(slices)
    gaps = weakest_first(weak_cells(diagnosis.cells))
    if gaps.height:
        yield "gaps", _caption("points of the gap by verdict", gaps), _gaps(gaps)
    kept = diagnosis.operations.filter("kept")
    if kept.height:
        yield (
            "operations",
            _caption("score of the checkpoint and of the reference by operations", kept),
            _operations(kept),
        )


def weakest_first(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.sort("weakness", "checkpoint", "benchmark", "level", "cell", descending=[True, *[False] * 4])


def _slices(slices: pl.DataFrame) -> str:
    shown = slices.head(MOST_ROWS)
    rows = [
        Row(
            _name(one, shown),
            (
                Spot(
                    POINTS * one["delta"],
                    VERDICT_COLOURS[one["verdict"]],
                    POINTS * one["delta_low"],
                    POINTS * one["delta_high"],
                ),
            ),
            signed(POINTS * one["delta"]),
        )
        for one in shown.iter_rows(named=True)
    ]
    low = min(0.0, *(spot.low or 0.0 for row in rows for spot in row.spots))
    high = max(0.0, *(spot.high or 0.0 for row in rows for spot in row.spots))
    found = set(shown["verdict"])
    legend = [(verdict, colour) for verdict, colour in VERDICT_COLOURS.items() if verdict in found]
    return intervals_svg("Change by slice", rows, low, high, legend)


def _gaps(gaps: pl.DataFrame) -> str:
    shown = gaps.head(MOST_ROWS)
    bars = [
        Bar(
            _name(one, shown),
            tuple((part["points"], VERDICT_COLOURS[part["verdict"]]) for part in one["explained"]),
            f"{-POINTS * one['delta']:.1f}",
        )
        for one in shown.iter_rows(named=True)
    ]
    found = {part["verdict"] for parts in shown["explained"] for part in parts}
    legend = [(verdict, colour) for verdict, colour in VERDICT_COLOURS.items() if verdict in found]
    return bars_svg("What explains the gaps", bars, legend)


def _operations(kept: pl.DataFrame) -> str:
    rows = [
        Row(
            f"{one['checkpoint']}, {one['benchmark']}: " + " + ".join(filter(None, (one["operation"], one["other"]))),
            (Spot(POINTS * one["ref_score"], REFERENCE), Spot(POINTS * one["score"], CHECKPOINT)),
            signed(POINTS * (one["score"] - one["ref_score"])),
        )
        for one in kept.head(MOST_ROWS).iter_rows(named=True)
    ]
    return intervals_svg("Operations", rows, 0.0, POINTS, [("reference", REFERENCE), ("checkpoint", CHECKPOINT)])


def _name(one: Mapping[str, Any], shown: pl.DataFrame) -> str:
    """Of a cell; the checkpoint is left out where there is only one."""
    return cell_title(one) if shown["checkpoint"].n_unique() == 1 else f"{one['checkpoint']}: {cell_title(one)}"


def _caption(what: str, rows: pl.DataFrame) -> str:
    return what if rows.height <= MOST_ROWS else f"{what}; {MOST_ROWS} of {rows.height}, the weakest first"
