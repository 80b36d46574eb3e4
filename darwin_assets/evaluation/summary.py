"""What the runs of one model come to: the benchmarks of a suite with their average, and pass@k of repeated runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from darwin_assets.evaluation.benchmark import Suite
from darwin_assets.evaluation.pass_at_k import mean_pass_at_k
from darwin_assets.evaluation.records import Metrics, Prediction


@dataclass(frozen=True)
class SuiteResult:
    """Accuracies in percent by benchmark. The average is null while one that counts towards it is among `missing`: averages
    over other sets of benchmarks cannot be compared."""

    accuracies: dict[str, float]
    average: float | None
    missing: list[str]


def suite_result(suite: Suite, metrics: Mapping[str, Metrics]) -> SuiteResult:
    """A benchmark of several entries counts each item once; one that lacks an entry is missing. `metrics` are by entry."""
    accuracies = {
        name: 100 * weighted_accuracy(metrics[entry] for entry in entries)
        for name, entries in suite.entries.items()
        if entries and all(entry in metrics for entry in entries)
    }
    missing = [name for name in suite.entries if name not in accuracies]
    counted = [accuracies[name] for name in suite.averaged if name in accuracies]
    is_whole = len(counted) == len(suite.averaged)
    return SuiteResult(accuracies, sum(counted) / len(counted) if is_whole else None, missing)


def mean_of_repeats(repeats: Sequence[Metrics]) -> Metrics:
    """Runs of the same items as one: the mean accuracy, and the counts of the first."""
    return {**repeats[0], "accuracy": sum(one["accuracy"] for one in repeats) / len(repeats)}


def weighted_accuracy(metrics: Iterable[Metrics]) -> float:
    """The mean over all samples of several runs. ValueError where they have none."""
    runs = list(metrics)
    n_samples = sum(one["n_samples"] for one in runs)
    if not n_samples:
        raise ValueError("accuracy of no samples")
    return sum(one["accuracy"] * one["n_samples"] for one in runs) / n_samples


def pass_at(repeats: Sequence[Sequence[Prediction]], k: int) -> float:
    """Pass@k of the predictions of repeated runs, the mean over items. ValueError where the runs differ in their items, or
    are fewer than k."""
    n_right = Counter({one["id"]: 0 for one in repeats[0]}) if repeats else Counter()
    for predictions in repeats:
        if {one["id"] for one in predictions} != n_right.keys():
            raise ValueError("the repeats differ in their items")
        n_right.update({one["id"]: one["accuracy"] for one in predictions})
    return mean_pass_at_k(((len(repeats), right) for right in n_right.values()), k)
