"""The evaluation made after training on a mix: what it changed, and what that says about the rules behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from darwin_assets.closed_loop.columns import RULE_EVIDENCE, VALIDATIONS
from darwin_assets.closed_loop.drop import read_facts
from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.mix.draw import ARMS, TARGETED, TARGETS
from darwin_assets.closed_loop.mix.read import read_arm
from darwin_assets.closed_loop.mix.repeated import hold_against
from darwin_assets.closed_loop.mix.trail import trail
from darwin_assets.closed_loop.mix.trained_on import expect_trained_on
from darwin_assets.closed_loop.mix.validate import ROLES, evidence_for, shared_items, validate
from darwin_assets.closed_loop.tables import LABELS_TABLE, RULE_EVIDENCE_TABLE, SAMPLES_TABLE, VALIDATIONS_TABLE
from darwin_assets.recipe import Recipe
from resources.embedder import Embedder
from resources.errors import DarwinError
from resources.gate_ledger import GateLedger
from resources.lake import Lake


@dataclass(frozen=True)
class Validated:
    """`rows` in VALIDATIONS, `evidence` in RULE_EVIDENCE: one row a rule that the mix tried."""

    rows: pl.DataFrame
    evidence: pl.DataFrame


def validate_evaluation(
    lake: Lake, ledger: GateLedger, recipe: Recipe, embedder: Embedder, key: str, run_id: str
) -> Validated | None:
    """Hold an evaluation against the mix that its manifest names, and store the result; None where it names none.

    Unpublished without that mix or the labels of this evaluation. DarwinError where it names itself or a mix that stands no
    longer, where it does not say which of several was trained on, and where its three checkpoints share no item. Raises as
    the embedder does.
    """
    stated = read_facts(lake, key).validates
    if stated is None:
        return None
    if stated.evaluation == key:
        raise DarwinError(
            f"{key} validates itself: `validates.evaluation` names the one that was diagnosed before training"
        )
    _, samples = read_gated(lake, ledger, SAMPLES_TABLE, key)
    arms = {name: read_arm(lake, ledger, stated.evaluation, name) for name in ARMS}
    mix = arms[TARGETED].verdict
    expect_trained_on(mix, stated, key, ledger)
    sampling = arms[TARGETED].manifest["sampling"]
    targets = pl.DataFrame(sampling["targets"], schema=TARGETS)
    try:
        items = shared_items(samples, LABELS_TABLE.expect(lake, key), stated, recipe.closed_loop.statistics)
    except ValueError as error:
        raise DarwinError(f"validation of {stated.evaluation} by {key}: {error}") from None
    drawn = pl.concat([arm.rows for arm in arms.values()]).unique("id", maintain_order=True)
    held = hold_against(lake, ledger, drawn, samples, recipe.decontamination, embedder)
    items = items.with_columns(
        is_repeated=pl.col("item").is_in(held.repeated), is_unseen=pl.col("item").is_in(held.unseen)
    )
    found = validate(items, targets, recipe.closed_loop)
    told = trail(lake, ledger, arms, key, {role: getattr(stated, role) for role in ROLES}, held)
    written = json.dumps(told, sort_keys=True, ensure_ascii=False)
    rows = found.with_columns(evaluation=pl.lit(stated.evaluation), trail=pl.lit(written)).select(list(VALIDATIONS))
    evidence = [
        {**rule, "evaluation": stated.evaluation, "validation": key, "mix": mix, **about}
        for rule in sampling["rules"]
        if (about := evidence_for(rule["wanted"]["operations"], items, targets, found, recipe.closed_loop.statistics))
    ]
    of_rules = pl.DataFrame(evidence, schema=RULE_EVIDENCE)
    VALIDATIONS_TABLE.write(lake, key, rows, run_id)
    # what counts for a rule is written last: it never stands without the validation behind it
    RULE_EVIDENCE_TABLE.write(lake, key, of_rules, run_id)
    return Validated(rows, of_rules)
