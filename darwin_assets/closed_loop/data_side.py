"""What a diagnosis means for the data: the profile that they should have, how much of it is held, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from darwin_assets.closed_loop.actions import Action, propose
from darwin_assets.closed_loop.holdings import HOLDINGS, holdings
from darwin_assets.closed_loop.mapping import profile, rules, weaknesses
from darwin_assets.closed_loop.rule_status import statuses
from darwin_assets.closed_loop.settings import ClosedLoopSettings


@dataclass(frozen=True)
class DataSide:
    """Frames of PROFILE and HOLDINGS, and an action a row of the profile that calls for one. `is_known`: whether
    it was looked at what is held; where it was not, only the profile is told.
    """

    profile: pl.DataFrame
    holdings: pl.DataFrame
    actions: tuple[Action, ...]
    is_known: bool


def data_side(
    cells: pl.DataFrame,
    operations: pl.DataFrame,
    affordances: pl.DataFrame | None,
    evidence: pl.DataFrame,
    settings: ClosedLoopSettings,
) -> DataSide:
    """From frames of DIAGNOSES, OPERATIONS, AFFORDANCES and RULE_EVIDENCE. Where no verdict is *data* all of it is empty.

    Without affordances, which is without a lake, it is not known what is held.
    """
    known = rules()
    wanted = profile(weaknesses(cells, operations), known, statuses(known, evidence, settings.rules))
    if affordances is None:
        return DataSide(wanted, HOLDINGS.to_frame(), (), is_known=False)
    actions = propose(wanted, affordances, settings.actions)
    return DataSide(wanted, holdings(wanted, affordances), actions, is_known=True)
