"""A lake with labelled rows and a diagnosed evaluation, so that a mix can be drawn from it without the levels below."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts, Validates
from darwin_assets.closed_loop.affordance.settings import AffordanceSettings
from darwin_assets.closed_loop.columns import AFFORDANCES, DIAGNOSES, LABELS, OPERATIONS, PASSAGES, SAMPLES
from darwin_assets.closed_loop.digest import digest
from darwin_assets.closed_loop.evaluation_samples import judged
from darwin_assets.closed_loop.gated import publish as publish_gated
from darwin_assets.closed_loop.mix.assets import Mixed, mix_evaluation
from darwin_assets.closed_loop.mix.settings import MixSettings
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import (
    AFFORDANCES_TABLE,
    DIAGNOSES_TABLE,
    LABELS_TABLE,
    MANIFESTS_TABLE,
    OPERATIONS_TABLE,
    SAMPLES_TABLE,
)
from darwin_assets.project import Project
from darwin_assets.recipe import Recipe
from tests.published import publish
from tests.unit.closed_loop.mix_pools import PAIR, one_passage

N_OTHERS = 400
BATCH = "2026-01-31.test.0001"
EVALUATION, VALIDATION = "2026-02-01.evaluations.0001", "2026-03-01.evaluations.0001"
ROWS = 60
WEAK = 6
"""Of them hold the diagnosed pair."""


def text_of(number: int) -> str:
    """Thirty words that no other row has."""
    return " ".join(f"term{number}x{place}" for place in range(30))


@dataclass(frozen=True)
class MixLake:
    project: Project
    rows: pl.DataFrame

    def mix(self, key: str = EVALUATION, **settings: object) -> Mixed:
        """A mix with words as tokens and the benchmarks of the project."""
        loop = ClosedLoopSettings(mix=MixSettings(**settings), affordance=AffordanceSettings(tokenizer="words"))
        project = self.project
        return mix_evaluation(
            project.lake,
            project.ledger,
            Recipe(closed_loop=loop),
            project.work.benchmarks_path(),
            project.embedder,
            key,
            "run",
        )

    def published(self) -> pl.DataFrame:
        """The rows of the mix."""
        lake = self.project.lake
        return lake.read("mixture", "targeted", EVALUATION, lake.version("mixture", "targeted"))


def mix_lake(
    project: Project, questions: Sequence[str] = ("What is two and two?",), texts: Sequence[str] = ()
) -> MixLake:
    """A batch of L3 of `ROWS` texts and these, in the loop."""
    rows = publish(project, "L3", BATCH, [*map(text_of, range(ROWS)), *texts]).sort("parents")
    return in_the_loop(project, rows, BATCH, questions)


def in_the_loop(
    project: Project, rows: pl.DataFrame, batch: str, questions: Sequence[str] = ("What is two and two?",)
) -> MixLake:
    """Published rows of L3 labelled as of three sources; the first `WEAK` hold `PAIR`, every third arithmetic. The evaluation
    asks `questions`, and one checkpoint is weak in `PAIR`.
    """
    operations = [PAIR if place < WEAK else ["arithmetic"] if place % 3 == 0 else [] for place in range(rows.height)]
    labelled = rows.with_columns(
        level=pl.lit("L3"),
        source=pl.Series([f"source{place % 3}" for place in range(rows.height)]),
        tokens=pl.col("text").str.count_matches(r"\S+").cast(pl.Int64),
        tokenizer=pl.lit("words"),
        operations=pl.Series(operations, dtype=pl.List(pl.String)),
        passages=pl.Series([*map(one_passage, operations)], dtype=PASSAGES),
        supervision_density=pl.lit(2),
        discourse=pl.lit("worked_example"),
    )
    AFFORDANCES_TABLE.write(project.lake, batch, filled(labelled, AFFORDANCES), "run")
    numbers = [str(place) for place in range(len(questions))]
    asked = pl.DataFrame(
        {
            "benchmark": "sums", "question": questions, "prompt": questions, "gold": [["4"]] * len(questions),
            "item": numbers, "item_id": numbers, "checkpoint": "one", "sample": 0, "score": 1.0, "primary": True,
            "file": "a.jsonl", "file_sha256": "f" * 64, "line": range(1, len(questions) + 1),
        }
    )  # fmt: skip
    publish_samples(project, EVALUATION, filled(asked, SAMPLES))
    diagnose(project, weakness=0.04)
    return MixLake(project, rows)


def publish_samples(project: Project, key: str, samples: pl.DataFrame) -> None:
    """Through their gate."""
    opened = publish_gated(
        project.lake, project.ledger, SAMPLES_TABLE, key, lambda: judged(samples),
        upstream=digest(samples), recipe="test/1", run_id="run",
    )  # fmt: skip
    assert opened.verdict.opens


def validation(project: Project, samples: pl.DataFrame, labels: pl.DataFrame, stated: Validates) -> None:
    """The evaluation `VALIDATION` in the lake."""
    publish_samples(project, VALIDATION, samples)
    LABELS_TABLE.write(project.lake, VALIDATION, labels, "run")
    facts = EvaluationFacts(validates=stated).model_dump_json(exclude_defaults=True)
    MANIFESTS_TABLE.write(project.lake, VALIDATION, pl.DataFrame({"facts": [facts]}), "run")


def diagnose(project: Project, weakness: float) -> None:
    """Say that the data are at fault for a weakness in `PAIR`; none for 0."""
    weak = pl.DataFrame(
        {
            "checkpoint": "one",
            "benchmark": "sums",
            "operation": PAIR[0],
            "other": PAIR[1],
            "weakness": weakness,
            "kept": True,
        }
    )
    OPERATIONS_TABLE.write(project.lake, EVALUATION, filled(weak, OPERATIONS).filter(pl.col("weakness") > 0), "run")
    cell = pl.DataFrame(
        {"checkpoint": "one", "benchmark": "sums", "level": "benchmark", "cell": "sums", "verdict": "data"}
    )
    DIAGNOSES_TABLE.write(project.lake, EVALUATION, filled(cell, DIAGNOSES), "run")


def results(
    diagnosed: Mapping[str, int], others: Mapping[str, int], n: int = 60, n_others: int = N_OTHERS
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Samples and labels: `n` items that hold `PAIR` and `n_others` that do not. `diagnosed` and `others`: checkpoint → how
    many of them it has right, which are drawn.
    """
    items = [f"d{place}" for place in range(n)] + [f"o{place}" for place in range(n_others)]
    rows = []
    for name in diagnosed:
        luck = random.Random(name)
        right = {*luck.sample(items[:n], diagnosed[name]), *luck.sample(items[n:], others[name])}
        rows += [{"checkpoint": name, "item": one, "item_id": one, "score": float(one in right)} for one in items]
    samples = pl.DataFrame(rows).with_columns(
        benchmark=pl.lit("sums"), sample=0, primary=pl.lit(True), file=pl.col("checkpoint") + ".jsonl",
        line=pl.int_range(1, pl.len() + 1),
    )  # fmt: skip
    operations = [[*PAIR, "arithmetic"]] * n + [["arithmetic"]] * n_others
    labels = pl.DataFrame({"item": items, "operations": operations, "benchmark": "sums"})
    return filled(samples, SAMPLES), filled(labels, LABELS)


def filled(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """With null where a column is missing."""
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None).alias(name)).cast(dtype)
        for name, dtype in schema.items()
    )


def register(question: str, manifest: Path) -> None:
    """Register one benchmark of one item."""
    folder = manifest.parent
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"q": question, "a": "4"}) + "\n"
    (folder / "sums.jsonl").write_text(content)
    entry = '[[benchmark]]\nname = "registered"\nformat = "jsonl"\nquestion = "q"\nanswer = "a"\n'
    digest = hashlib.sha256(content.encode()).hexdigest()
    manifest.write_text(f'{entry}[benchmark.files]\n"sums.jsonl" = "{digest}"\n')
