"""Mapping rules: from weaknesses to the data that may mend them (papers.md §2.3, C05). They propose, and prove nothing."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Literal, Self

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from darwin_assets.closed_loop.taxonomy import OTHER, taxonomy

ActionName = Literal["add", "remove", "reweight", "repair"]
Status = Literal["hypothesis", "supported", "refuted"]
Values = tuple[str, ...]

FILE = Path(__file__).parent / "mapping_rules.yaml"
POINTS = 100

WEAKNESSES = pl.Schema(
    {
        "checkpoint": pl.String(),
        "benchmark": pl.String(),
        "cell": pl.String(),  # of the diagnosis, or its operations
        "background": pl.String(),
        "task_type": pl.String(),
        "operations": pl.List(pl.String()),
        "form": pl.String(),
        "weakness": pl.Float64(),
    }
)
"""What the data are to blame for: a row a cell, operation or pair of operations; a field that is null is not known of it."""

PROFILE = pl.Schema(
    {
        "profile": pl.String(),  # 12 hex digits of the rule and of what is wanted
        "rule": pl.String(),
        "rule_sha256": pl.String(),
        "status": pl.String(),
        "action": pl.String(),
        "checkpoints": pl.List(pl.String()),  # that are weak so
        "cells": pl.List(pl.String()),
        "weakness": pl.Float64(),  # the greatest: they overlap
        "content_world": pl.List(pl.String()),  # one of these; empty: whatever
        "discourse": pl.List(pl.String()),
        "operations": pl.List(pl.String()),  # all of these
        "min_supervision_density": pl.Int8(),
    }
)
"""What the data should offer: a row a rule and wanted operations."""

WANTED = ("content_world", "discourse", "operations", "min_supervision_density")


class When(BaseModel):
    """The weaknesses that a rule is about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    background: Values = ()
    task_type: Values = ()
    operations: Values = ()
    form: Values = ()
    min_weakness: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def known(self) -> Self:
        for field in ("background", "task_type", "operations", "form"):
            _expect(getattr(self, field), field, "evaluation")
        return self

    def holds(self) -> pl.Expr:
        """Of WEAKNESSES; a field that is not known fulfils no condition."""
        one_of = [
            pl.col(field).is_in(values).fill_null(False)
            for field in ("background", "task_type", "form")
            if (values := getattr(self, field))
        ]
        all_of = [pl.col("operations").list.contains(one) for one in self.operations]
        return pl.all_horizontal(pl.col("weakness") >= self.min_weakness, *one_of, *all_of)


class Then(BaseModel):
    """The rows that may help. Without operations: those of the weakness."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content_world: Values = ()
    discourse: Values = ()
    operations: Values = ()
    min_supervision_density: int = Field(ge=0, le=3)

    @model_validator(mode="after")
    def known(self) -> Self:
        for field in ("content_world", "discourse", "operations"):
            _expect(getattr(self, field), field, "data")
        return self


class Rule(BaseModel):
    """One hypothesis. `status` is where it starts; `standing` says what evidence has made of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    when: When
    then: Then
    action: ActionName
    rationale: str = Field(min_length=1)
    status: Literal["hypothesis"] = "hypothesis"

    @property
    def sha256(self) -> str:
        """12 hex digits of what it says, without its name and rationale."""
        said = self.model_dump(mode="json", include={"when", "then", "action"})
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


@cache
def rules(path: Path = FILE) -> tuple[Rule, ...]:
    """The rules of a file, in its order. ValueError for a value that the taxonomy lacks, or an id that repeats."""
    found = tuple(Rule.model_validate(one) for one in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"])
    ids = [rule.id for rule in found]
    if len(set(ids)) < len(ids):
        raise ValueError(f"{path.name}: an id stands twice")
    return found


def weak_slices(cells: pl.DataFrame) -> pl.DataFrame:
    """Slices of DIAGNOSES with the verdict *data*. `weakness` is what is left to the data there: the points of the gap that
    the output channel or training takes away are no matter of theirs.
    """
    cause = pl.element().struct
    left = pl.when(cause.field("verdict") == "data").then(cause.field("points")).otherwise(0.0)
    weakness = pl.col("explained").list.eval(left).list.sum() / POINTS * pl.col("share")
    return cells.filter(level="slice", verdict="data").with_columns(weakness=weakness)


def weaknesses(cells: pl.DataFrame, operations: pl.DataFrame) -> pl.DataFrame:
    """WEAKNESSES from DIAGNOSES and OPERATIONS: slices with the verdict *data*, and operations that stand out."""
    slices = weak_slices(cells)
    standing_out = operations.filter("kept", pl.col("weakness") > 0).with_columns(
        operations=pl.concat_list("operation", "other").list.drop_nulls().list.sort()
    )
    combined = standing_out.with_columns(cell=pl.col("operations").list.join(" + "))
    found = pl.concat([_typed(slices), _typed(combined)])
    return found.sort("checkpoint", "weakness", "benchmark", "cell", descending=[False, True, False, False])


def profile(weak: pl.DataFrame, known: tuple[Rule, ...], statuses: dict[str, Status]) -> pl.DataFrame:
    """PROFILE of WEAKNESSES: what each rule that holds proposes, the weakest first. A refuted rule proposes nothing.

    A weakness whose operations are not known, or `other`, is no reason to look for any.
    """
    proposals = [
        _proposed(weak.filter(one.when.holds(), pl.lit(statuses[one.id] != "refuted")), one, statuses[one.id])
        for one in known
    ]
    wanted = pl.concat(proposals).filter(pl.col("operations").list.len() > 0)
    key = ["rule", "rule_sha256", "status", "action", *WANTED]
    rows = wanted.group_by(key, maintain_order=True).agg(
        checkpoints=pl.col("checkpoint").unique().sort(),
        cells=pl.concat_str("benchmark", pl.lit(": "), "cell").unique().sort(),
        weakness=pl.col("weakness").max(),
    )
    named = rows.with_columns(
        profile=pl.Series([_digest(row) for row in rows.select("rule_sha256", *WANTED).rows()], dtype=pl.String)
    )
    ordered = named.sort("weakness", "rule", "profile", descending=[True, False, False])
    return ordered.select(pl.col(name).cast(dtype) for name, dtype in PROFILE.items())


def _proposed(weak: pl.DataFrame, rule: Rule, status: Status) -> pl.DataFrame:
    then = rule.then
    own = pl.col("operations").list.set_difference(pl.lit([OTHER])).list.sort()
    return weak.select(
        "checkpoint", "benchmark", "cell", "weakness",
        rule=pl.lit(rule.id), rule_sha256=pl.lit(rule.sha256), status=pl.lit(status), action=pl.lit(rule.action),
        content_world=_list(then.content_world), discourse=_list(then.discourse),
        operations=_list(then.operations) if then.operations else own.fill_null([]),
        min_supervision_density=pl.lit(then.min_supervision_density, pl.Int8()),
    )  # fmt: skip


def _list(values: Values) -> pl.Expr:
    return pl.lit(list(values), pl.List(pl.String()))


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in WEAKNESSES.items()
    )


def _digest(row: tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(row).encode()).hexdigest()[:12]


def _expect(values: Values, field: str, side: Literal["evaluation", "data"]) -> None:
    unknown = [value for value in values if taxonomy().known(field, value, side) != value]
    if unknown:
        raise ValueError(f"{field}: the taxonomy has no {', '.join(unknown)}")
