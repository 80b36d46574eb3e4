"""The targeted mix of an evaluation and its control: drawn, judged by a gate, and published together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from darwin_assets.benchmark_gate import BenchmarkGate, gate_with, said
from darwin_assets.closed_loop.columns import MIX
from darwin_assets.closed_loop.digest import digest
from darwin_assets.closed_loop.gated import Judged, publish, read_gated
from darwin_assets.closed_loop.mix.draw import ARMS, CONTROL, TARGETED, budget_of, draw, targeted_weights
from darwin_assets.closed_loop.mix.evaluated import evaluated_items, n_without_text
from darwin_assets.closed_loop.mix.facts import mix_facts
from darwin_assets.closed_loop.mix.manifest import UNIFORM, by_weakness, manifest
from darwin_assets.closed_loop.mix.pool import labelled_rows, read_pool, read_texts, standing
from darwin_assets.closed_loop.mix.room import room
from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.closed_loop.mix.targets import Aim, read_aim
from darwin_assets.closed_loop.mix.tried import tried
from darwin_assets.closed_loop.sealed import rewrite_sealed
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import MIX_TABLE, SAMPLES_TABLE
from darwin_assets.closed_loop.taken_down import withdraw_taken_down
from darwin_assets.complete.tokens import counter
from darwin_assets.promotion import Promotion
from darwin_assets.recipe import Recipe
from darwin_assets.verdicts import Waiver
from resources.embedder import Embedder
from resources.errors import Unpublished
from resources.gate_ledger import GateLedger
from resources.lake import Lake

VERSION = 3
NOT_DRAWN = "mix.not_drawn"
"""A row that could have been drawn and was not."""
SHOWN_BATCHES = 3


@dataclass(frozen=True)
class Mixed:
    """What became of a mix. `targets`: what it is aimed at; without any there is nothing to mix, and no `promotion`: what
    was drawn for targets of before is withdrawn.
    """

    targets: pl.DataFrame
    promotion: Promotion | None


def mix_evaluation(
    lake: Lake, ledger: GateLedger, recipe: Recipe, benchmarks: Path, embedder: Embedder, key: str, run_id: str,
    waiver: Waiver | None = None,
) -> Mixed:  # fmt: skip
    """Draw both arms for what an evaluation was diagnosed with, and publish them if their gate opens.

    Unpublished where the evaluation is not diagnosed, or no row of the level is labelled as it is published, by the recipe's
    tokenizer. Conflict when another run drew the same meanwhile, or a document was taken down.
    """
    settings = recipe.closed_loop
    aim = read_aim(lake, key, settings)
    if aim.targets.is_empty():
        _withdraw(lake, key, run_id)
        return Mixed(aim.targets, None)
    labelled = labelled_rows(lake, settings.mix.level)
    if labelled.is_empty():
        raise Unpublished(
            f"no row of {settings.mix.level} is labelled: materialize data_affordances for its batches first"
        )
    tokenizer = counter(settings.affordance.tokenizer).name
    _counted_by(tokenizer, labelled)
    _, samples = read_gated(lake, ledger, SAMPLES_TABLE, key)
    gate = gate_with(evaluated_items(samples), lake, benchmarks, recipe.decontamination, embedder)
    promotion = publish(
        lake, ledger, MIX_TABLE, key,
        lambda: _judged(lake, ledger, key, labelled, aim, gate, n_without_text(samples), settings),
        upstream=f"{digest(labelled)}:{standing(lake, ledger, labelled)}:{aim.sha256}:{gate.fingerprint}",
        recipe=recipe.name_of("closed_loop.mix", VERSION, tokenizer), run_id=run_id, waiver=waiver,
    )  # fmt: skip
    withdraw_taken_down(lake, MIX_TABLE, key)
    return Mixed(aim.targets, promotion)


def _withdraw(lake: Lake, key: str, run_id: str) -> None:
    """Take back the arms that stand: they are aimed at what is no longer diagnosed."""
    why = "nothing to aim at"
    rewrite_sealed(lake, MIX_TABLE, key, lambda rows: rows.clear(), {"run": run_id, "withdrawn": why}, why)


def _counted_by(tokenizer: str, labelled: pl.DataFrame) -> None:
    """Unpublished where the tokens of labelled rows were counted by another tokenizer: they do not add up to a budget."""
    others = labelled.filter(pl.col("tokenizer").ne_missing(tokenizer))
    if others.height:
        named = ", ".join(others["row_batch"].unique().sort().head(SHOWN_BATCHES))
        raise Unpublished(
            f"tokens of {others.height} labelled rows were not counted by {tokenizer}, which the recipe names: "
            f"materialize data_affordances again for {others['row_batch'].n_unique()} batches, such as {named}"
        )


def _judged(
    lake: Lake, ledger: GateLedger, key: str, labelled: pl.DataFrame, aim: Aim, gate: BenchmarkGate,
    n_items_without_text: int, settings: ClosedLoopSettings,
) -> Judged:  # fmt: skip
    how, targets = settings.mix, aim.targets
    pool = read_pool(lake, ledger, labelled, gate, how, aim.actions)
    budget = budget_of(pool.rows, how)
    redraw = partial(draw_arms, pool.rows, targets, budget)
    rows = redraw(how)
    drawn = rows.unique("id", maintain_order=True)
    rules = tried(aim.actions, rows, labelled, how.min_times_control)
    sampling = {TARGETED: by_weakness(targets, how, rules), CONTROL: UNIFORM}
    tokenizer, words = settings.affordance.tokenizer, said(gate, pool.n_leaks)["said"]
    manifests = {arm: manifest(key, pool, budget, tokenizer, how, words, sampling[arm]) for arm in ARMS}
    written = {arm: json.dumps(told, sort_keys=True) for arm, told in manifests.items()}
    leaks = sum(gate.find(texts, by_meaning=False).removals.height for texts in read_texts(lake, ledger, drawn))
    looked = {
        "n_benchmark_items": sum(gate.items.values()),
        "n_benchmark_rows": leaks,
        "n_items_without_text": n_items_without_text,
    }
    return Judged(
        rows.with_columns(manifest=pl.col("arm").replace_strict(written)),
        labelled.height,
        drawn.height,
        {**pool.left_out, NOT_DRAWN: pool.rows.height - drawn.height},
        {**mix_facts(rows, targets, budget, how), **looked, **room(rows, pool.rows["source"], budget, how, redraw)},
    )


def draw_arms(pool: pl.DataFrame, targets: pl.DataFrame, budget: int, settings: MixSettings) -> pl.DataFrame:
    """Both arms, in MIX without manifest."""
    weights = {
        TARGETED: targeted_weights(pool, targets, settings),
        CONTROL: pl.Series([1.0] * pool.height, dtype=pl.Float64),
    }
    arms = [draw(pool, weights[arm], budget, arm, settings) for arm in ARMS]
    return pl.concat(arms).select(pl.col(name).cast(dtype) for name, dtype in MIX.items() if name != "manifest")
