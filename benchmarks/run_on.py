"""A planted checkpoint that does not stop: what the closed loop says of it, and the score that it predicts without that.

    python -m benchmarks.run_on ../shared/data [--seeds 3]

Real outputs of one checkpoint stand beside themselves, with 46.82 % of the right ones and of the wrong ones gone on behind
their end (`tests.run_on`; the loss of papers.md §2.4). Prints two Markdown tables, by source and by form of the text behind,
and as the last line JSON.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.closed_loop.channel.settings import ChannelSettings
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.diagnose.diagnose import diagnose
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.evaluation.scoring.settings import ScoringSettings
from tests.run_on import Planted, plant

Row = dict[str, Any]
SETTINGS = ClosedLoopSettings(channel=ChannelSettings(scoring=ScoringSettings(n_workers=1)))
BROKEN = "broken"
SOURCES = (
    ("bbh-code-davinci-002", "code-davinci-002-cot"),
    ("bbh-code-davinci-002", "code-davinci-002-direct"),
    ("gsm8k-example-solutions", "175b_verification"),
    ("evalscope-math500", "doubao-seed-1-6-251015"),
    ("evalscope-math500", "qwen-plus"),
    ("tora-gsm8k", "tora-70b-v1.0"),
)


@dataclass
class Seen:
    """Right outputs that go on: how many, with the sign of it, and right when cut."""

    n: int = 0
    with_sign: int = 0
    right_when_cut: int = 0


def loop(good: pl.DataFrame, seeds: Sequence[int], forms: dict[str, Seen]) -> Row:
    """Verdicts on all items and on the other cells over seeds, and scores in percent; predicted: the one furthest off.
    Adds to `forms`."""
    whole: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    predicted: list[float] = []
    for seed in seeds:
        planted = plant(good, BROKEN, seed)
        samples = pl.concat([good, planted.samples])
        told = signs(samples, SETTINGS.channel)
        cells = diagnose(samples, label(samples), told, EvaluationFacts(), SETTINGS).cells.to_dicts()
        [cell] = [one for one in cells if one["level"] == "benchmark"]
        whole[cell["verdict"]] += 1
        parts += Counter(one["verdict"] for one in cells if one["level"] != "benchmark")
        predicted += [one["value"] for one in cell["evidence"] if one["measure"] == "score when set right"][:1]
        _count(told.join(good.filter("verdict"), on=("item", "sample"), how="semi"), planted, forms)
    score = 100 * float(good["score"].mean())  # type: ignore[arg-type]
    furthest = max((100 * one for one in predicted), key=lambda one: abs(one - score))
    return {
        "score": f"{score:.2f}",
        "planted": f"{100 * cell['score']:.2f}",
        "predicted": f"{furthest:.2f}",
        "error": f"{furthest - score:+.2f}",
        "verdicts": _counts(whole),
        "of slices and operations": _counts(parts),
    }


def _count(told: pl.DataFrame, planted: Planted, forms: dict[str, Seen]) -> None:
    for one in told.filter(checkpoint=BROKEN).iter_rows(named=True):
        if form := planted.forms.get((one["item"], one["sample"])):
            seen = forms.setdefault(form, Seen())
            seen.n += 1
            seen.with_sign += bool(one["answer_is_prefix"] and (one["cut_off"] or one["runs_on"]))
            seen.right_when_cut += bool(one["correct_when_cut"])


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{verdict} {n}" for verdict, n in found.most_common())


def table(rows: Sequence[Row]) -> str:
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(row.values() for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    forms: dict[str, Seen] = {}
    loops = []
    for folder, checkpoint in SOURCES:
        good = read_folder(given.data / "eval-samples" / folder).samples.filter(checkpoint=checkpoint)
        loops.append({"outputs of": checkpoint, **loop(good, range(1, given.seeds + 1), forms)})
    rows = [
        {
            "form": form,
            "outputs": one.n,
            "seen": f"{one.with_sign / one.n:.1%}",
            "right when cut": f"{one.right_when_cut / one.n:.1%}",
        }
        for form, one in sorted(forms.items())
    ]
    print(table(loops), table(rows), json.dumps({"loops": loops, "forms": rows}), sep="\n\n")


if __name__ == "__main__":
    main()
