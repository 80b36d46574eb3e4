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
from annotate_samples import TYPES, Sample, frame, looked_at, samples, type_of

from darwin_assets.annotate import light_model as light
from darwin_assets.annotate.annotate import annotate
from darwin_assets.annotate.distil import measures
from darwin_assets.annotate.examples import passages
from darwin_assets.annotate.perplexity import packaged_model
from darwin_assets.annotate.reading import read
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.taxonomy import Discipline, DocumentType

FOLDS = 10
N_RUNS = 5


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson's score interval)."""
    found = measures.wilson(hits, n)
    return round(found.low, 3), round(found.high, 3)


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
        "artefacts": dict(Counter(rows["extraction_artifacts"].to_list()).most_common(3)),
        "missing": dict(Counter(rows["missing_content"].to_list()).most_common(3)),
        "toxicity_highest": rows["toxicity"].max(),
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
            best = model.probabilities(read([text for text, _ in tested]))[label_set].argmax(axis=1)
            hits += sum(model.heads[label_set].labels[i] == label for i, (_, label) in zip(best, tested, strict=True))
        report[label_set] = {
            "n": len(pairs),
            "accuracy": round(hits / len(pairs), 3),
            "interval": wilson(hits, len(pairs)),
        }
    return report


def document_types(all_samples: list[Sample], labels: list[str]) -> dict[str, Any]:
    """Accuracy (an abstention is not right) by group, over all, and macro F1 over types with its interval."""
    asked = [(sample, type_of(sample), label) for sample, label in zip(all_samples, labels, strict=True)]
    asked = [one for one in asked if one[1] is not None]
    groups: dict[str, list[bool]] = {}
    for sample, right, label in asked:
        groups.setdefault(
            sample.group.split(" ")[0] if sample.group.startswith(("mmlu", "scib")) else sample.group, []
        ).append(right == label)
    names = sorted({str(right) for _, right, _ in asked} | {label for _, _, label in asked})
    right = np.array([names.index(str(one)) for _, one, _ in asked])
    best = np.array([names.index(label) for _, _, label in asked])
    f1 = measures.resampled(lambda rows: measures.macro_f1(best[rows], right[rows], len(names)), len(asked))
    return {
        "all": {
            "n": len(asked),
            "accuracy": str(measures.wilson(int((best == right).sum()), len(asked))),
            "macro_f1": str(f1),
        },
        **{
            group: {"n": len(hits), "accuracy": str(measures.wilson(sum(hits), len(hits)))}
            for group, hits in groups.items()
        },
    }


def disciplines(all_samples: list[Sample], labels: list[str]) -> dict[str, Any]:
    """Macro F1 over groups with one right discipline, and accuracy on the halves that were and were not looked at."""
    asked = [(sample, label) for sample, label in zip(all_samples, labels, strict=True) if len(sample.accepted) == 1]
    names = sorted({str(one) for one in Discipline})
    right = np.array([names.index(next(iter(sample.accepted))) for sample, _ in asked])
    best = np.array([names.index(label) for _, label in asked])
    seen = np.array([looked_at(sample) for sample, _ in asked])
    hits = best == right
    f1 = measures.resampled(lambda rows: measures.macro_f1(best[rows], right[rows], len(names)), len(asked))
    report = {"all": {"n": len(asked), "macro_f1": str(f1)}}
    for name, half in (("looked at", seen), ("not looked at", ~seen)):
        report[name] = {"n": int(half.sum()), "accuracy": str(measures.wilson(int(hits[half].sum()), int(half.sum())))}
        for group in ("physics book", "chemistry books", "statistics books", "open logic"):
            of_group = half & np.array([sample.group == group for sample, _ in asked])
            found = measures.wilson(int(hits[of_group].sum()), int(of_group.sum()))
            report[f"{name}, {group}"] = {"n": int(of_group.sum()), "accuracy": str(found)}
    return report


def toxicity(rows: pl.DataFrame) -> dict[str, Any]:
    """AUC on passages left out of training; documents of the shared data, none of which is toxic, above one half."""
    pairs = light.examples_of("toxicity")
    fold = np.random.default_rng(0).permutation(len(pairs)) % FOLDS
    scores = np.zeros(len(pairs))
    for one in range(FOLDS):
        model = light.train({"toxicity": [pair for pair, number in zip(pairs, fold, strict=True) if number != one]})
        tested = np.flatnonzero(fold == one)
        column = model.heads["toxicity"].labels.index("toxic")
        scores[tested] = model.probabilities(read([pairs[i][0] for i in tested]))["toxicity"][:, column]
    positive = np.array([label == "toxic" for _, label in pairs])
    own = np.array([text in set(passages("toxicity", "harmless")) for text, _ in pairs])
    auc = measures.resampled(lambda rows: measures.auc(scores[rows], positive[rows]), len(pairs))
    false_alarms = int((rows["toxicity"] > 0.5).sum())
    return {
        "auc_of_passages": str(auc),
        "toxic_found": str(measures.wilson(int((scores[positive] > 0.5).sum()), int(positive.sum()))),
        "harmless_quotes_and_medicine_kept": str(measures.wilson(int((scores[own] <= 0.5).sum()), int(own.sum()))),
        "false_alarms_on_documents": f"{false_alarms} of {rows.height}",
    }


def perplexity(all_samples: list[Sample], rows: pl.DataFrame) -> dict[str, Any]:
    """AUC of documents against the same with their letters shuffled inside of each word, and the share inside of the band."""
    chance = np.random.default_rng(0)
    prose = [i for i, sample in enumerate(all_samples) if TYPES.get(sample.group) == DocumentType.REFERENCE_EDUCATIONAL]
    shuffled = [
        " ".join("".join(chance.permutation(list(word))) for word in all_samples[i].text[:4000].split()) for i in prose
    ]
    garbled = frame([Sample("garbled", frozenset(), text, "text/plain") for text in shuffled])
    scores = np.concatenate(
        [rows["perplexity"].to_numpy()[prose], annotate(garbled, AnnotateSettings())["perplexity"].to_numpy()]
    )
    positive = np.arange(scores.size) >= len(prose)
    low, high = packaged_model().band(*AnnotateSettings().perplexity_percentiles)
    inside = {}
    for group in dict.fromkeys(sample.group for sample in all_samples):
        found = rows["perplexity"].filter(pl.Series([sample.group == group for sample in all_samples]))
        inside[group] = f"{int(found.is_between(low, high).sum())} of {len(found)}"
    auc = measures.resampled(lambda at: measures.auc(scores[at], positive[at]), scores.size)
    return {"band": [low, high], "auc_prose_against_garbled": str(auc), "inside": inside}


def speed(rows: pl.DataFrame) -> dict[str, Any]:
    """CPU time, so that threads do not flatter it: documents and megabytes a second of one core; median of 5."""
    seconds = []
    for _ in range(N_RUNS):
        started = time.process_time()
        annotate(rows, AnnotateSettings())
        seconds.append(time.process_time() - started)
    median = float(np.median(seconds))
    n_bytes = int(rows["text"].str.len_bytes().sum())
    return {
        "documents": rows.height,
        "mean_chars": round(rows["text"].str.len_chars().sum() / rows.height),
        "documents_per_cpu_second": round(rows.height / median, 1),
        "of_runs": [round(rows.height / one, 1) for one in seconds],
        "megabytes_per_cpu_second": round(n_bytes / 1e6 / median, 2),
    }


def measure(data: Path) -> dict[str, Any]:
    all_samples = samples(data)
    whole, head = frame(all_samples), frame(all_samples, 2000)
    result = annotate(whole, AnnotateSettings())
    result_of_head = annotate(head, AnnotateSettings())
    report: dict[str, Any] = {
        "annotator": light.annotator(),
        "cross_validation": cross_validation(),
        "disciplines": disciplines(all_samples, result["discipline"].to_list()),
        "document_types": document_types(all_samples, result["document_type"].to_list()),
        "toxicity": toxicity(result),
        "perplexity": perplexity(all_samples, result),
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
