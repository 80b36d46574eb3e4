"""The sentences and tables of a report, from frames of DIAGNOSES and OPERATIONS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis
from darwin_assets.closed_loop.diagnose.side import CELL
from darwin_assets.closed_loop.diagnose.verdict import CAUSES, VERDICTS
from darwin_assets.closed_loop.report import numbers
from darwin_assets.markdown import table, words

Row = Mapping[str, Any]
WEAK = ("data", "supervision", "channel")
"""Verdicts of a weakness."""


def headline(whole: Row, parts: pl.DataFrame, kept: pl.DataFrame) -> str:
    """One checkpoint in one benchmark; `parts`: all its rows of DIAGNOSES, `kept`: its operations that stand out."""
    told = (
        f"**{words(whole['checkpoint'])}** in **{words(whole['benchmark'])}**: {numbers.score(whole['score'])} against "
        f"{numbers.score(whole['ref_score'])} of {words(whole['reference'])} on {whole['n']:,} items, "
        f"{numbers.change(whole['ref_score'], whole['score'])} (95 %: "
        f"{numbers.interval(whole['delta_low'], whole['delta_high'])} points). "
        f"*{whole['verdict']}*: {VERDICTS[whole['verdict']]}."
    )
    if whole["explained"]:
        points = ", ".join(f"{one['points']:.1f} by {words(one['cause'])}" for one in whole["explained"])
        told += f" Points of the gap: {points} ({CAUSES[whole['cause']]})."
    told += f" Slices: {_counts(parts.filter(level='slice'))}."
    if "data" in parts["verdict"]:
        told += f" Operations that stand out: {', '.join(map(operation_name, kept.iter_rows(named=True))) or 'none'}."
    return told


def _counts(slices: pl.DataFrame) -> str:
    ordered = slices.group_by("verdict").agg(n=pl.len()).sort("n", "verdict", descending=[True, False])
    return ", ".join(f"{n} {verdict}" for verdict, n in ordered.iter_rows()) or "none"


def scores_table(diagnosis: Diagnosis) -> str:
    """Every checkpoint on all that it was scored on."""
    rows = diagnosis.scores.iter_rows(named=True)
    header = ["checkpoint", "benchmark", "items", "score"]
    return table(
        header,
        ([words(one["checkpoint"]), words(one["benchmark"]), one["n"], numbers.score(one["score"])] for one in rows),
    )


def slices_table(slices: pl.DataFrame) -> str:
    """The weakest first."""
    header = [
        "slice",
        "items",
        "score (95 %)",
        "reference",
        "change, points (95 %)",
        "p (Holm)",
        "weight in the failure",
        "verdict",
        "cause",
    ]
    return table(
        header,
        (
            [
                words(one["cell_name"]), one["n"], numbers.score_interval(one["score"], one["low"], one["high"]),
                numbers.score(one["ref_score"]),
                f"{numbers.signed(numbers.POINTS * one['delta'])} ({numbers.interval(one['delta_low'], one['delta_high'])})",
                numbers.p_value(one["p_holm"]), f"{one['weight_in_failure']:.1%}", one["verdict"], words(one["cause"]),
            ]
            for one in slices.iter_rows(named=True)
        ),
    )  # fmt: skip


def weak_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Rows with a weakness. Those of operations overlap: they are told only where a weakness shows in no other row."""
    weak = cells.filter(pl.col("verdict").is_in(WEAK))
    elsewhere = weak.filter(pl.col("level") != "operations").select("checkpoint", "benchmark")
    return pl.concat(
        [
            weak.filter(pl.col("level") != "operations"),
            weak.filter(level="operations").join(elsewhere, on=["checkpoint", "benchmark"], how="anti"),
        ]
    )


def evidence_lines(cells: pl.DataFrame, lost: pl.DataFrame) -> Iterator[str]:
    """What was found in weak cells and looked for in vain, an entry for all cells of a checkpoint of which the same is told;
    below it the cells, with items to look at.
    """
    items = {tuple(one[name] for name in CELL): one["items"] for one in lost.iter_rows(named=True)}
    told: dict[str, list[str]] = {}
    for one in cells.iter_rows(named=True):
        shown = ", ".join(words(item) for item in items.get(tuple(one[name] for name in CELL), ()))
        told.setdefault(_found(one), []).append(words(cell_title(one)) + (f"; items lost: {shown}" if shown else ""))
    for found, of_cells in told.items():
        yield "\n".join([f"- {found}", *(f"  - {cell}" for cell in of_cells)])


def cell_title(one: Row) -> str:
    """What a row of DIAGNOSES is about."""
    titles = {"benchmark": "all of {}", "operations": "items that need {}"}
    return titles.get(one["level"], "{}").format(one["cell_name"])


def _found(one: Row) -> str:
    held = [e for e in one["evidence"] if e["holds"] and e["sign"] != "difference"]
    of_cause = "; ".join(_evidence(e) for e in held if e["sign"] == one["cause"]) or CAUSES["capability"]
    also = "; ".join(_evidence(e) for e in held if e["sign"] != one["cause"])
    looked_for = dict.fromkeys(e["sign"] for e in one["evidence"] if e["sign"] != "difference")
    vain = [words(sign) for sign in looked_for if sign not in {e["sign"] for e in held}]
    return (
        f"**{words(one['checkpoint'])}**: *{one['verdict']}*, {words(one['cause'])}: {of_cause}."
        + (f" Also seen: {also}." if also else "")
        + (f" Looked for in vain: {', '.join(vain)}." if vain else "")
    )


def _evidence(one: Row) -> str:
    """`measure value against reference (setting threshold)`."""
    against = "" if one["reference"] is None else f" against {numbers.measure(one['reference'])}"
    bound = "" if one["setting"] is None else f" (`{one['setting']}` {numbers.measure(one['threshold'])})"
    return f"{one['measure']} {numbers.measure(one['value'])}{against}{bound}"


def operations_table(operations: pl.DataFrame) -> str:
    header = [
        "checkpoint",
        "benchmark",
        "operations",
        "items",
        "score",
        "reference",
        "interaction",
        "p (Holm)",
        "weakness, points",
    ]
    return table(
        header,
        (
            [
                words(one["checkpoint"]), words(one["benchmark"]), operation_name(one), one["n"], numbers.score(one["score"]),
                numbers.score(one["ref_score"]), _interaction(one), numbers.p_value(one["p_holm"]),
                f"{numbers.POINTS * one['weakness']:.1f}",
            ]
            for one in operations.iter_rows(named=True)
        ),
    )  # fmt: skip


def operation_name(one: Row) -> str:
    return words(one["operation"] if one["other"] is None else f"{one['operation']} + {one['other']}")


def _interaction(one: Row) -> str:
    """Points below the lower of the two operations alone, and the same of the reference."""
    if one["interaction"] is None:
        return numbers.NONE
    ours, theirs = (numbers.signed(numbers.POINTS * one[name]) for name in ("interaction", "ref_interaction"))
    return f"{ours} (reference {theirs})"


def stability_table(stability: pl.DataFrame) -> str:
    header = ["checkpoint", "benchmark", "slices", "Spearman (95 %)", "Kendall (95 %)", "same weakest slice"]
    return table(
        header,
        (
            [
                words(one["checkpoint"]), words(one["benchmark"]), one["n_cells"],
                _correlation(one, "spearman"), _correlation(one, "kendall"),
                numbers.NONE if one["same_weakest"] is None else f"{one['same_weakest']:.0%}",
            ]
            for one in stability.iter_rows(named=True)
        ),
    )  # fmt: skip


def _correlation(one: Row, name: str) -> str:
    """Slices that all lose the same have no ranks."""
    if one[name] is None:
        return numbers.NONE
    return f"{one[name]:.2f} ({one[f'{name}_low']:.2f} to {one[f'{name}_high']:.2f})"


def vocabulary() -> list[str]:
    return [
        table(["verdict", "meaning"], ([f"*{name}*", meaning] for name, meaning in VERDICTS.items())),
        table(["cause", "meaning"], ([words(name), meaning] for name, meaning in CAUSES.items())),
    ]


def without_terms(cells: pl.DataFrame, operations: pl.DataFrame) -> Iterable[str]:
    """Where the data are at fault and no operation stands out, said so."""
    weak = cells.filter(verdict="data").select("checkpoint", "benchmark").unique().sort("checkpoint", "benchmark")
    named = operations.filter("kept").select("checkpoint", "benchmark").unique()
    for checkpoint, benchmark in weak.join(named, on=["checkpoint", "benchmark"], how="anti").iter_rows():
        yield f"- {words(checkpoint)} in {words(benchmark)}: the weakness is general, no operation and no pair stands out."
