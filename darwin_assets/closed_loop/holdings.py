"""How much of a wanted profile the lake holds, by level, source and licence."""

from __future__ import annotations

from typing import Any

import polars as pl

HOLDINGS = pl.Schema(
    {
        "profile": pl.String(),
        "level": pl.String(),
        "source": pl.String(),
        "licence": pl.String(),
        "rows": pl.Int64(),  # that fit
        "tokens": pl.Int64(),
        "short_rows": pl.Int64(),  # that would fit but for their supervision density
        "short_tokens": pl.Int64(),
    }
)


def fits(wanted: dict[str, Any]) -> pl.Expr:
    """Whether a row of AFFORDANCES offers what a row of PROFILE wants, whatever its supervision density."""
    one_of = [pl.col(field).is_in(wanted[field]) for field in ("content_world", "discourse") if wanted[field]]
    all_of = [pl.col("operations").list.contains(one) for one in wanted["operations"]]
    return pl.all_horizontal(pl.lit(True), *one_of, *all_of)


def is_dense(wanted: dict[str, Any]) -> pl.Expr:
    """Whether a row shows as much of the steps as is wanted."""
    return pl.col("supervision_density").ge(wanted["min_supervision_density"])


def holdings(profile: pl.DataFrame, affordances: pl.DataFrame) -> pl.DataFrame:
    """HOLDINGS of each row of PROFILE in rows of AFFORDANCES; what the lake does not hold has no row."""
    found = [_held(wanted, affordances) for wanted in profile.iter_rows(named=True)]
    return pl.concat([pl.DataFrame(schema=HOLDINGS), *found])


def _held(wanted: dict[str, Any], affordances: pl.DataFrame) -> pl.DataFrame:
    dense = is_dense(wanted)
    told = (
        affordances.filter(fits(wanted))
        .group_by("level", "source", "licence")
        .agg(
            rows=dense.sum(),
            tokens=pl.col("tokens").filter(dense).sum(),
            short_rows=(~dense).sum(),
            short_tokens=pl.col("tokens").filter(~dense).sum(),
        )
        .sort("level", "source", "licence", nulls_last=True)
    )
    return told.with_columns(profile=pl.lit(wanted["profile"])).select(
        pl.col(name).cast(dtype) for name, dtype in HOLDINGS.items()
    )
