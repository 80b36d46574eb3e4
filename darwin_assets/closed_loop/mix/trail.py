"""From a failure to the result of what was done about it: one record, each step by the ids under which it is kept (C21)."""

from __future__ import annotations

from typing import Any

import polars as pl

from darwin_assets.closed_loop.digest import digest
from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.mix.read import Arm
from darwin_assets.closed_loop.mix.repeated import Held
from darwin_assets.closed_loop.mix.targets import targets_of
from darwin_assets.closed_loop.tables import DIAGNOSES_TABLE, OPERATIONS_TABLE, SAMPLES_TABLE
from resources.gate_ledger import GateLedger
from resources.lake import Lake


def trail(
    lake: Lake, ledger: GateLedger, arms: dict[str, Arm], key: str, checkpoints: dict[str, str], held: Held
) -> dict[str, Any]:
    """`arms`: both of the mix; `key`: the evaluation made after training; `checkpoints`: of it, by role; `held`: its items
    against the rows of the mix.

    Steps: the failure (an evaluation with its files), what was diagnosed, the rules that the mix tried, the mix, and the
    evaluation of its result. Files are in the raw store under their hashes.
    """
    targeted = arms["targeted"]
    return {
        "failure": _evaluation(lake, ledger, targeted.evaluation),
        "diagnosis": _diagnosed(lake, targeted),
        "rules": targeted.manifest["sampling"]["rules"],
        "targets": targeted.manifest["sampling"]["targets"],
        "mix": {"verdict": targeted.verdict, "arms": {name: _arm(arm, held) for name, arm in arms.items()}},
        "validation": {**_evaluation(lake, ledger, key), "checkpoints": checkpoints, "repeated": held.repeated},
    }


def _evaluation(lake: Lake, ledger: GateLedger, key: str) -> dict[str, Any]:
    verdict, samples = read_gated(lake, ledger, SAMPLES_TABLE, key)
    return {
        "evaluation": key,
        "verdict": verdict.verdict,
        "files": sorted(samples["file_sha256"].drop_nulls().unique()),
    }


def _diagnosed(lake: Lake, targeted: Arm) -> dict[str, Any]:
    """As it stands; `gives_targets`: whether the mix is still what it aims at."""
    cells = DIAGNOSES_TABLE.read(lake, targeted.evaluation)
    targets = targets_of(OPERATIONS_TABLE.read(lake, targeted.evaluation), cells)
    blamed = cells.filter(pl.col("verdict") == "data").sort("checkpoint", "benchmark", "level", "cell")
    return {
        "gives_targets": targets.to_dicts() == targeted.manifest["sampling"]["targets"],
        "sha256": digest(cells),
        "code_sha256": sorted(cells["code_sha256"].drop_nulls().unique()),
        "settings_sha256": sorted(cells["settings_sha256"].drop_nulls().unique()),
        "cells": blamed.select("checkpoint", "reference", "benchmark", "level", "cell", "weakness").to_dicts(),
    }


def _arm(arm: Arm, held: Held) -> dict[str, Any]:
    """`tokens_missing`: of rows that are gone since, so that nothing could be held against them."""
    return {
        "rows": arm.rows.height,
        "tokens": int(arm.rows["tokens_used"].sum()),
        "tokens_missing": arm.tokens_missing(held.rows),
        "sha256": digest(arm.rows),
    }
