"""The evaluation made after training on a mix: what it changed, and what that says about the rules behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from darwin_assets.closed_loop.columns import RULE_EVIDENCE, VALIDATIONS
from darwin_assets.closed_loop.drop import read_facts
from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.mix.draw import ARMS, TARGETS
from darwin_assets.closed_loop.mix.read import read_arm
from darwin_assets.closed_loop.mix.trail import trail
from darwin_assets.closed_loop.mix.validate import ROLES, evidence_for, shared_items, validate
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import LABELS_TABLE, RULE_EVIDENCE_TABLE, SAMPLES_TABLE, VALIDATIONS_TABLE
from resources.errors import DarwinError
from resources.gate_ledger import GateLedger
from resources.lake import Lake


@dataclass(frozen=True)
class Validated:
    """`rows` in VALIDATIONS, `evidence` in RULE_EVIDENCE: one row a rule that the mix tried."""

    rows: pl.DataFrame
    evidence: pl.DataFrame


def validate_evaluation(
    lake: Lake, ledger: GateLedger, settings: ClosedLoopSettings, key: str, run_id: str
) -> Validated | None:
    """Hold an evaluation against the mix that its manifest names, and store the result; None where it names none.

    Unpublished without that mix or the labels of this evaluation. DarwinError where it names itself or a mix that stands no
    longer, and where its three checkpoints share no item.
    """
    stated = read_facts(lake, key).validates
    if stated is None:
        return None
    if stated.evaluation == key:
        raise DarwinError(
            f"{key} validates itself: `validates.evaluation` names the one that was diagnosed before training"
        )
    arms = {name: read_arm(lake, ledger, stated.evaluation, name) for name in ARMS}
    mix = arms["targeted"].verdict
    if stated.mix not in (None, mix):
        raise DarwinError(
            f"{key} validates the mix {stated.mix}, and the one of {stated.evaluation} that stands is {mix}: it was drawn "
            "again since; validate it by checkpoints that were trained on it, or draw the other again by its own recipe first"
        )
    sampling = arms["targeted"].manifest["sampling"]
    targets = pl.DataFrame(sampling["targets"], schema=TARGETS)
    _, samples = read_gated(lake, ledger, SAMPLES_TABLE, key)
    try:
        items = shared_items(samples, LABELS_TABLE.expect(lake, key), stated)
    except ValueError as error:
        raise DarwinError(f"validation of {stated.evaluation} by {key}: {error}") from None
    found = validate(items, targets, settings)
    told = trail(lake, ledger, arms, key, {role: getattr(stated, role) for role in ROLES})
    written = json.dumps(told, sort_keys=True, ensure_ascii=False)
    rows = found.with_columns(evaluation=pl.lit(stated.evaluation), trail=pl.lit(written)).select(list(VALIDATIONS))
    evidence = [
        {**rule, "evaluation": stated.evaluation, "validation": key, "mix": mix, **about}
        for rule in sampling["rules"]
        if (about := evidence_for(rule["wanted"]["operations"], items, targets, found, settings.statistics))
    ]
    of_rules = pl.DataFrame(evidence, schema=RULE_EVIDENCE)
    RULE_EVIDENCE_TABLE.write(lake, key, of_rules, run_id)
    VALIDATIONS_TABLE.write(lake, key, rows, run_id)
    return Validated(rows, of_rules)
