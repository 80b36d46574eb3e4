"""How much of the diagnosed operations both arms of a mix show: `python -m benchmarks.targeted_mix ../shared/data HOME`.

HOME is a folder for a lake of three textbooks and a logic book at L3, labelled; one that stands there already is used again.
Mixes are aimed at weaknesses as they could be planted, and at what is diagnosed from the real outputs on GSM8K. Prints a
Markdown table, shares of tokens as median and range over seeds: `pool` is what a uniform arm shows on average, `at most` what
the richest rows would under the same budget and caps, `below` in how many draws the targeted arm has less than twice the
control's. A second one tells the same of the diagnosis on GSM8K by `mix.sharpness`, a third by each of its targets.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from darwin_assets.benchmark_gate import gate_with
from darwin_assets.closed_loop.affordance.assets import LEVEL, label_batch
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.diagnose.diagnose import diagnose
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.mix.assets import draw_arms
from darwin_assets.closed_loop.mix.draw import CONTROL, TARGETED, TARGETS, budget_of
from darwin_assets.closed_loop.mix.evaluated import evaluated_items
from darwin_assets.closed_loop.mix.facts import diagnosed_share, mix_facts
from darwin_assets.closed_loop.mix.pool import labelled_rows, read_pool, read_texts
from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.closed_loop.mix.targets import targets_of
from darwin_assets.closed_loop.outputs_folder import Outputs, read_folder
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.decontamination.registry import DEFAULT_MANIFEST
from darwin_assets.landing_desk import land_path
from darwin_assets.project import Project, dagster_instance, initialize, open_project
from darwin_assets.recipe import Recipe
from darwin_assets.runs import run_batch
from darwin_assets.tier import Step
from resources.workplace import Workplace

BOOKS = ("openstax-university-physics-vol1", "openstax-chemistry", "openstax-introductory-statistics", "openlogic")
OUTPUTS = "gsm8k-example-solutions"
WEAKNESS = 0.02
PLANTED = {
    "one pair": [("comparison", "unit_handling")],
    "another pair": [("arithmetic", "counting")],
    "two pairs": [("case_analysis", "deduction"), ("comparison", "symbolic_transformation")],
    "what the lake hardly holds": [("constraint_tracking", "counting")],
}
REAL = "GSM8K, as diagnosed"
SHARPNESS = (1.0, 2.0, 4.0, 8.0, 16.0)
RICHEST = 64.0
"""A sharpness that leaves nothing to luck."""
HEAD = ("pool", "at most", "targeted", "control", "ratio", "below", "rows")
FAULTS = ("n_tokens_off", "n_sources_over", "n_clusters_over", "n_repeated")


def lake(data: Path, home: Path) -> Project:
    """The books at L3, labelled by the rules as they are now, and all benchmarks registered."""
    project = open_project(Workplace(home=str(home)))
    initialize(project)
    if not project.lake.batches("published", "L3"):
        _climb(project, data)
    for batch in project.lake.batches("published", "L3"):
        label_batch(Step(LEVEL, batch, "run", Recipe(), project.lake, project.raw, project.model, 1), project.ledger)
    return project


def _climb(project: Project, data: Path) -> None:
    manifest = project.work.benchmarks_path()
    shutil.copytree(data / "benchmarks", manifest.parent, dirs_exist_ok=True)
    shutil.copyfile(DEFAULT_MANIFEST, manifest)
    with dagster_instance(project) as instance:
        for book in BOOKS:
            batch = land_path(project, instance, data / "textbooks" / book, book, "CC-BY-4.0", None).batch or ""
            done = run_batch(project, instance, batch, "L3")
            if done.error:
                raise SystemExit(f"{book}: {done.error}")


def diagnosed(outputs: Outputs) -> pl.DataFrame:
    """TARGETS of real outputs."""
    loop, samples = ClosedLoopSettings(), outputs.samples
    found = diagnose(samples, label(samples), signs(samples, loop.channel), outputs.facts, loop)
    return targets_of(found.operations, found.cells)


def aimed_at(pairs: Iterable[Sequence[str]]) -> pl.DataFrame:
    """TARGETS of equal weakness."""
    return pl.DataFrame([(list(pair), WEAKNESS) for pair in pairs], schema=TARGETS, orient="row")


class Draws:
    """The draws of all seeds for one aim; `looked_at` is what their shares are counted of, the aim itself unless given."""

    def __init__(
        self,
        pool: pl.DataFrame,
        aim: pl.DataFrame,
        seeds: range,
        sharpness: float,
        looked_at: pl.DataFrame | None = None,
    ) -> None:
        self.aim = aim if looked_at is None else looked_at
        self.facts, self.arms = [], []
        for seed in seeds:
            how = MixSettings(seed=seed, sharpness=sharpness)
            budget = budget_of(pool, how)
            self.arms.append(draw_arms(pool, aim, budget, how))
            self.facts.append(mix_facts(self.arms[-1], self.aim, budget, how))

    @property
    def ids(self) -> pl.DataFrame:
        return pl.concat(self.arms).select("id").unique()

    @property
    def faults(self) -> int:
        return int(sum(one[name] for one in self.facts for name in FAULTS))

    def told(self) -> list[str]:
        """The cells that differ by the draw."""
        targeted, control = ([one[f"{arm}_share"] for one in self.facts] for arm in (TARGETED, CONTROL))
        ratios = [one / other for one, other in zip(targeted, control, strict=True) if other]
        below = sum(one["above_twice_control"] <= 0 for one in self.facts)
        rows = [arms.filter(arm=TARGETED).height for arms in self.arms]
        without = len(control) - len(ratios)
        times = ", ".join(filter(None, (ratios and _range(ratios, ".1f"), without and f"{without} × none")))
        shares = [_range(one, ".1%") for one in (targeted, control)]
        return [*shares, times, f"{below} of {len(self.facts)}", _range(rows, ".0f")]


def of_pool(pool: pl.DataFrame, targets: pl.DataFrame) -> float:
    return diagnosed_share(pool.with_columns(tokens_used="tokens"), targets)


def _range(values: Sequence[float], form: str) -> str:
    low, high = min(values), max(values)
    return f"{statistics.median(values):{form}} ({low:{form}} to {high:{form}})"


def _table(title: str, rows: Iterable[Sequence[str]]) -> None:
    print(f"\n| {title} | {' | '.join(HEAD)} |\n|{' --- |' * (len(HEAD) + 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    given = parser.parse_args()
    seeds, default = range(1, given.seeds + 1), MixSettings().sharpness
    project, outputs = lake(given.data, given.home), read_folder(given.data / "eval-samples" / OUTPUTS)
    items = evaluated_items(outputs.samples)
    gate = gate_with(items, project.lake, project.work.benchmarks_path(), Recipe().decontamination, project.embedder)
    pool = read_pool(project.lake, project.ledger, labelled_rows(project.lake, "L3"), gate, MixSettings(), ())
    rows, real = pool.rows, diagnosed(outputs)
    print(f"{rows.height} rows, {rows['tokens'].sum()} tokens; left out: {pool.left_out}")

    def shown(name: str, draws: Draws) -> list[str]:
        richest = Draws(rows, draws.aim, range(1, 2), RICHEST).facts[0][f"{TARGETED}_share"]
        return [name, f"{of_pool(rows, draws.aim):.1%}", f"{richest:.1%}", *draws.told()]

    aims = {name: aimed_at(pairs) for name, pairs in PLANTED.items()} | {REAL: real}
    found = {name: Draws(rows, aim, seeds, default) for name, aim in aims.items()}
    _table("aim", (shown(name, draws) for name, draws in found.items()))
    _table(f"{REAL}: sharpness", (shown(f"{one:g}", Draws(rows, real, seeds, one)) for one in SHARPNESS))
    alone = (Draws(rows, real, seeds, default, real[place : place + 1]) for place in range(real.height))
    _table(f"{REAL}: target", (shown(" + ".join(draws.aim["operations"][0]), draws) for draws in alone))
    drawn = rows.join(pl.concat([draws.ids for draws in found.values()]).unique(), on="id", how="semi")
    labelled = labelled_rows(project.lake, "L3").join(drawn, on="id", how="semi")
    leaks = sum(
        gate.find(texts, by_meaning=False).removals.height
        for texts in read_texts(project.lake, project.ledger, labelled)
    )
    faults = sum(draws.faults for draws in found.values())
    print(f"\ntokens off the budget, broken caps and repeated rows in all draws: {faults}")
    print(f"{drawn.height} rows drawn, of which {leaks} repeat one of {sum(gate.items.values())} benchmark items")


if __name__ == "__main__":
    main()
