"""A weakness in a pair of operations, planted in real outcomes: is it found, and is nothing found where nothing is?

    python -m benchmarks.planted_weakness ../shared/data [--write]

Outcomes are those of real systems on GSM8K and MATH-500. For every item two checkpoints get the verdict of a system that is
drawn for each of them, so that neither is weaker. Then right answers of the target are turned wrong, with the probability
that is called strength here, on the items that hold both operations of a pair. `closed_loop.statistics` sees outcomes and
labels only.
Prints Markdown tables and, as the last line, JSON; `--write` puts the tables into docs/closed-loop-statistics.md and the
curves into docs/pictures/planted_weakness.svg.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovery_plot import Curve, Point, recovery_svg
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.statistics.cells import cells
from darwin_assets.closed_loop.statistics.outcomes import outcomes
from darwin_assets.closed_loop.statistics.pairs import pairs
from darwin_assets.closed_loop.statistics.settings import StatisticsSettings
from darwin_assets.closed_loop.statistics.shares import wilson

ROOT = Path(__file__).resolve().parent.parent
PAGE, PLOT = ROOT / "docs" / "closed-loop-statistics.md", ROOT / "docs" / "pictures" / "planted_weakness.svg"
SOURCES = {
    "GSM8K, 4 systems": "gsm8k-example-solutions",
    "GSM8K, 2 systems of ToRA": "tora-gsm8k",
    "MATH-500, 4 models": "evalscope-math500",
}
STRENGTHS = (0.2, 0.4, 0.6, 0.8, 1.0)
N_SEEDS, N_NULL = 20, 400
TURNED = (0, 5, 10, 20, 40, 80, 1000)
"""Bounds of the table by right answers that were turned wrong."""
MOST_ITEMS = 0.5
"""Share of a benchmark's items above which a pair is not planted: it would be no special weakness."""
SETTINGS = StatisticsSettings()
TARGET, REFERENCE = "target", "reference"


@dataclass(frozen=True)
class Real:
    """Outcomes of real systems: `verdicts` a row an item, a column a system; `labels` in the same order."""

    benchmark: str
    labels: pl.DataFrame
    verdicts: np.ndarray

    def items(self, term: tuple[str, ...]) -> np.ndarray:
        """Which items hold all operations of a term."""
        return np.array([set(term) <= set(names) for names in self.labels["operations"]])

    @property
    def plantable(self) -> list[tuple[str, ...]]:
        """Pairs of operations with enough items, but not too many."""
        names = sorted({name for of_item in self.labels["operations"] for name in of_item})
        sizes = {pair: self.items(pair).sum() for pair in combinations(names, 2)}
        most = MOST_ITEMS * self.labels.height
        return [pair for pair, n in sizes.items() if SETTINGS.min_items <= n <= most]


@dataclass(frozen=True)
class Found:
    """`is_verdict`: some row of `cells` is not noise. `weaknesses`: terms that were kept, the weakest first; none unless a
    row is significantly weaker, as in the diagnosis."""

    is_verdict: bool
    weaknesses: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Run:
    """`n_turned`: right answers that were turned wrong; `is_pair`: of each term that was kept, whether it is the planted
    one."""

    strength: float
    n_turned: int
    is_pair: tuple[bool, ...]


def read(folder: Path) -> Real:
    """What all systems were scored on."""
    samples = read_folder(folder).samples
    table = outcomes(samples).pivot("checkpoint", index="item", values="score").drop_nulls().sort("item")
    labels = table.select("item").join(label(samples), on="item", maintain_order="left")
    return Real(str(labels["benchmark"][0]), labels, table.drop("item").to_numpy())


def drawn(real: Real, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Outcomes of two checkpoints that differ by chance alone."""
    n, n_systems = real.verdicts.shape
    return {name: real.verdicts[np.arange(n), generator.integers(n_systems, size=n)] for name in (TARGET, REFERENCE)}


def planted(scores: np.ndarray, inside: np.ndarray, strength: float, generator: np.random.Generator) -> np.ndarray:
    """Right answers on the items of a pair turned wrong with a probability."""
    return np.where(inside & (generator.random(scores.size) < strength), 0.0, scores)


def found(real: Real, scores: dict[str, np.ndarray]) -> Found:
    """What the statistics say of two checkpoints."""
    samples = pl.concat(
        real.labels.select(
            "benchmark",
            "item",
            checkpoint=pl.lit(name),
            primary=True,
            **{empty: pl.lit(None, pl.String) for empty in ("error", "subset", "prompt", "question", "file")},
            **{empty: pl.lit(None, pl.Int64) for empty in ("n_shot", "line")},
            score=pl.Series(values),
            verdict=pl.Series(values == 1),
        )
        for name, values in scores.items()
    )
    told = cells(samples, real.labels, REFERENCE, SETTINGS)
    significant = told.rows.filter(pl.col("p_holm") <= SETTINGS.alpha)
    if significant.filter(pl.col("delta") < 0).is_empty():
        return Found(not significant.is_empty(), ())
    kept = pairs(told.members, real.labels, SETTINGS).filter("kept")
    names = kept.select("operation", "other").iter_rows()
    return Found(True, tuple(tuple(name for name in term if name) for term in names))


def planted_run(real: Real, strength: float, seed: int) -> Run:
    """A pair drawn from those that can be planted.

    A term on the same items as the pair is the pair: where all items hold one operation, the other one says as much.
    """
    generator = np.random.default_rng(seed)
    inside = real.items(real.plantable[generator.integers(len(real.plantable))])
    scores = drawn(real, generator)
    weaker = planted(scores[TARGET], inside, strength, generator)
    told = found(real, scores | {TARGET: weaker})
    is_pair = tuple(bool((real.items(term) == inside).all()) for term in told.weaknesses)
    return Run(strength, int(scores[TARGET].sum() - weaker.sum()), is_pair)


def false_verdicts(real: Real) -> int:
    """Of N_NULL runs in which nothing was planted."""
    return sum(found(real, drawn(real, np.random.default_rng(10_000 + seed))).is_verdict for seed in range(N_NULL))


def point(strength: float, hits: int, n: int) -> Point:
    low, high = wilson([hits], [n], SETTINGS.confidence)
    return Point(strength, hits / n, low[0], high[0])


def recall_of(runs: list[Run], strength: float = 0.0) -> Point:
    return point(strength, sum(any(run.is_pair) for run in runs), len(runs))


def precision_of(runs: list[Run], strength: float = 0.0) -> Point | None:
    """Of all terms that were reported: a run can report none, and several."""
    reported = [one for run in runs for one in run.is_pair]
    return point(strength, sum(reported), len(reported)) if reported else None


def at_strength(runs: list[Run]) -> dict[float, list[Run]]:
    return {strength: [run for run in runs if run.strength == strength] for strength in STRENGTHS}


def curve(name: str, runs: list[Run]) -> Curve:
    of = at_strength(runs)
    precision = (precision_of(some, strength) for strength, some in of.items())
    return Curve(
        name,
        tuple(recall_of(some, strength) for strength, some in of.items()),
        tuple(one for one in precision if one),
    )


def recovery_row(name: str, runs: list[Run]) -> str:
    recall, precision = recall_of(runs), precision_of(runs)
    n_found, n_reported = sum(any(run.is_pair) for run in runs), sum(len(run.is_pair) for run in runs)
    first = sum(run.is_pair[:1] == (True,) for run in runs)
    shown = f"{precision.share:.0%} | {precision.low:.0%} to {precision.high:.0%}" if precision else " | "
    return f"| {name} | {n_found} of {len(runs)} | {recall.low:.0%} to {recall.high:.0%} | {first} | {n_reported} | {shown} |"


def recovery_table(head: str, rows: dict[str, list[Run]]) -> str:
    lines = [f"| {head} | pair found | 95 % interval | named first | terms named in all | precision | 95 % interval |"]
    return "\n".join([*lines, "| --- " * 7 + "|", *(recovery_row(name, runs) for name, runs in rows.items())])


def by_turned(runs: list[Run]) -> dict[str, list[Run]]:
    edges = [*pairwise(TURNED)]
    return {f"{low} to {high - 1}": [run for run in runs if low <= run.n_turned < high] for low, high in edges}


def null_table(false: dict[str, int]) -> str:
    counts = {name: (n, N_NULL) for name, n in false.items()} | {"together": (sum(false.values()), N_NULL * len(false))}
    lines = ["| outcomes | runs without an effect | with a verdict | rate | 95 % interval |", "| --- " * 5 + "|"]
    for name, (hits, n) in counts.items():
        rate = point(0.0, hits, n)
        lines.append(f"| {name} | {n} | {hits} | {rate.share:.1%} | {rate.low:.1%} to {rate.high:.1%} |")
    return "\n".join(lines)


def pairs_table(real: dict[str, Real]) -> str:
    lines = ["| outcomes | items | pairs that are planted, with their items |", "| --- " * 3 + "|"]
    for name, one in real.items():
        named = (f"{' + '.join(pair)} {one.items(pair).sum()}" for pair in one.plantable)
        lines.append(f"| {name} | {one.labels.height} | {', '.join(named)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    real = {name: read(arguments.data / "eval-samples" / folder) for name, folder in SOURCES.items()}
    runs = {
        name: [planted_run(one, strength, seed) for strength in STRENGTHS for seed in range(N_SEEDS)]
        for name, one in real.items()
    }
    false = {name: false_verdicts(one) for name, one in real.items()}
    by_strength = {f"{name}, {at}": some for name, of in runs.items() for at, some in at_strength(of).items()}
    shown = {
        "pairs": pairs_table(real),
        "recovery": recovery_table("outcomes, strength", by_strength),
        "turned": recovery_table("right answers turned wrong", by_turned([run for of in runs.values() for run in of])),
        "null": null_table(false),
    }
    print("\n\n".join(shown.values()))
    if arguments.write:
        PLOT.write_text(recovery_svg([curve(name, of) for name, of in runs.items()]), encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        for name, text in shown.items():
            page = re.sub(
                rf"(<!-- measured {name} -->\n).*?(<!-- /measured -->)", rf"\g<1>{text}\n\g<2>", page, flags=re.DOTALL
            )
        PAGE.write_text(page, encoding="utf-8")
    annotators = sorted({str(one.labels["annotator"][0]) for one in real.values()})
    n_found = {name: sum(any(run.is_pair) for run in some) for name, some in by_strength.items()}
    print(json.dumps({"annotators": annotators, f"found_of_{N_SEEDS}": n_found, f"false_verdicts_of_{N_NULL}": false}))


if __name__ == "__main__":
    main()
