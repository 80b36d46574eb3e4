"""Which of the proposed actions a mix carries out, so that its validation can speak for or against their rules (C05, C21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from darwin_assets.closed_loop.actions import ON_ROWS, Action
from darwin_assets.closed_loop.holdings import fits, is_dense
from darwin_assets.closed_loop.mix.draw import CONTROL, TARGETED, share_of

TOLD = ("profile", "rule", "rule_sha256", "action", "checkpoints", "cells", "weakness", "wanted")


def tried(
    actions: Sequence[Action], drawn: pl.DataFrame, labelled: pl.DataFrame, min_times_control: float
) -> list[dict[str, Any]]:
    """`TOLD` of the actions that ask for more of some rows, where these have `min_times_control` times the tokens in the
    targeted arm that they have in the control. Of a row those tokens count that show the operations which the action wants.
    `drawn`: id, arm, tokens_used; `labelled`: AFFORDANCES.
    """
    found = []
    for action in actions:
        wanted = action.wanted["operations"]
        share = share_of(wanted) if wanted else pl.lit(1.0)
        fitting = labelled.filter(fits(action.wanted), is_dense(action.wanted)).select("id", share=share)
        of_arms = drawn.join(fitting, on="id").group_by("arm").agg(pl.col("share").dot("tokens_used"))
        tokens = dict(of_arms.iter_rows())
        is_more = tokens.get(TARGETED, 0) >= max(1, min_times_control * tokens.get(CONTROL, 0))
        if is_more and action.action not in ON_ROWS:
            found.append(action.model_dump(mode="json", include={*TOLD}))
    return found
