"""How good the light models of L3 are, on real documents that they were not trained on.

    python benchmarks/annotate_quality.py [SHARED_DATA] [--json]

SHARED_DATA is the folder of real documents (default: DARWIN_SHARED_DATA, else ../shared/data). The figures of
docs/models/light-models.md come from here.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from annotate_samples import Sample, samples

from darwin_assets.annotate import light_model as light
from darwin_assets.annotate.annotate import annotate
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.taxonomy import Discipline

FOLDS = 10


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson's score interval)."""
    centre = (hits + z * z / 2) / (n + z * z)
    margin = z / (n + z * z) * np.sqrt(hits * (n - hits) / n + z * z / 4)
    return round(max(0.0, float(centre - margin)), 3), round(min(1.0, float(centre + margin)), 3)


def frame(all_samples: list[Sample], max_chars: int | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [str(position) for position in range(len(all_samples))],
            "text": [sample.text[:max_chars] for sample in all_samples],
            "title": pl.Series([None] * len(all_samples), dtype=pl.String),
            "document_kind": pl.Series([None] * len(all_samples), dtype=pl.String),
            "media_type": [sample.media_type for sample in all_samples],
        }
    )


def discipline_accuracy(group: list[Sample], labels: list[str]) -> dict[str, Any]:
    """Right, wrong and abstained; accuracy counts an abstention as not right."""
    right = [label in sample.accepted for sample, label in zip(group, labels, strict=True)]
    return {
        "n": len(group),
        "accuracy": round(sum(right) / len(group), 3),
        "interval": wilson(sum(right), len(group)),
        "abstained": labels.count(Discipline.ABSTAIN),
    }


def group_report(rows: pl.DataFrame) -> dict[str, Any]:
    quantiles = [rows["education_score"].quantile(q, "linear") for q in (0.0, 0.05, 0.5, 0.95)]
    return {
        "n": rows.height,
        "types": dict(Counter(rows["document_type"].to_list()).most_common(4)),
        "levels": dict(Counter(rows["education_level"].to_list()).most_common(4)),
        "kinds": dict(Counter(rows["document_kind"].to_list()).most_common(3)),
        "education_score_min_p05_median_p95": [round(q, 2) for q in quantiles if q is not None],
        "dropped": dict(Counter(rows["rejected_by"].drop_nulls().to_list())),
    }


def cross_validation() -> dict[str, Any]:
    """10-fold accuracy on the passages that the models are trained on."""
    report = {}
    for label_set in light.STYLE_WEIGHT:
        pairs = light.examples_of(label_set)
        fold = np.random.default_rng(0).permutation(len(pairs)) % FOLDS
        hits = 0
        for one in range(FOLDS):
            kept = [pair for pair, number in zip(pairs, fold, strict=True) if number != one]
            tested = [pair for pair, number in zip(pairs, fold, strict=True) if number == one]
            model = light.train({label_set: kept})
            best = model.probabilities([text for text, _ in tested])[label_set].argmax(axis=1)
            hits += sum(model.heads[label_set].labels[i] == label for i, (_, label) in zip(best, tested, strict=True))
        report[label_set] = {
            "n": len(pairs),
            "accuracy": round(hits / len(pairs), 3),
            "interval": wilson(hits, len(pairs)),
        }
    return report


def speed(rows: pl.DataFrame) -> dict[str, float]:
    """CPU time, so that threads do not flatter it: documents and megabytes a second of one core."""
    started = time.process_time()
    annotate(rows, AnnotateSettings())
    seconds = time.process_time() - started
    n_bytes = rows["text"].str.len_bytes().sum()
    return {
        "documents": rows.height,
        "mean_chars": round(rows["text"].str.len_chars().sum() / rows.height),
        "documents_per_cpu_second": round(rows.height / seconds, 1),
        "megabytes_per_cpu_second": round(int(n_bytes) / 1e6 / seconds, 2),
    }


def measure(data: Path) -> dict[str, Any]:
    all_samples = samples(data)
    whole, head = frame(all_samples), frame(all_samples, 2000)
    result = annotate(whole, AnnotateSettings())
    result_of_head = annotate(head, AnnotateSettings())
    report: dict[str, Any] = {
        "annotator": light.annotator(),
        "cross_validation": cross_validation(),
        "groups": {},
    }
    for group in dict.fromkeys(sample.group for sample in all_samples):
        positions = [i for i, sample in enumerate(all_samples) if sample.group == group]
        members = [all_samples[i] for i in positions]
        entry = group_report(result[positions])
        if members[0].accepted:
            entry["discipline"] = discipline_accuracy(members, result[positions]["discipline"].to_list())
            entry["discipline_first_2000"] = discipline_accuracy(
                members, result_of_head[positions]["discipline"].to_list()
            )
        report["groups"][group] = entry
    report["speed_whole"], report["speed_first_2000"] = speed(whole), speed(head)
    return report


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("shared_data", nargs="?", type=Path)
    arguments.add_argument("--json", action="store_true", help="print one JSON object")
    given = arguments.parse_args()
    data = given.shared_data or Path(os.environ.get("DARWIN_SHARED_DATA", "../shared/data"))
    if not data.is_dir():
        arguments.error(f"{data} is not a folder: name the folder of shared data, or set DARWIN_SHARED_DATA")
    report = measure(data)
    if given.json:
        print(json.dumps(report, indent=2))
        return
    for name, value in report.items():
        entries = value.items() if isinstance(value, dict) else [("", value)]
        for key, entry in entries:
            print(f"{name}  {key}  {entry}")


if __name__ == "__main__":
    main()
