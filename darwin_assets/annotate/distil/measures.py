"""How good a classifier is on documents that it has not seen: accuracy, F1, AUC, calibration, each with an interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from darwin_assets.annotate.train import Floats

Integers = npt.NDArray[np.int64]
N_BINS = 10
N_RESAMPLES = 500
Z_95 = 1.959964


@dataclass(frozen=True)
class Measured:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


@dataclass(frozen=True)
class Bin:
    """Documents whose best label has a probability of `low` to `high`: how many, their mean probability, the share right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Report:
    """Figures on a held-out set of n documents. `auc`: label against all others."""

    n: int
    accuracy: Measured
    macro_f1: Measured
    auc: dict[str, Measured]
    expected_calibration_error: float
    bins: tuple[Bin, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def evaluate(probabilities: Floats, right: Integers, labels: tuple[str, ...]) -> Report:
    """Figures of (n, k) probabilities whose right labels are numbered 0 to k - 1. ValueError for no documents."""
    if not right.size:
        raise ValueError("no document was held out: more labelled documents are needed")
    best = probabilities.argmax(axis=1)
    hits = best == right
    bins = reliability(probabilities.max(axis=1), hits)
    return Report(
        n=int(right.size),
        accuracy=wilson(int(hits.sum()), int(right.size)),
        macro_f1=resampled(lambda rows: macro_f1(best[rows], right[rows], len(labels)), right.size),
        auc={
            label: resampled(lambda rows, i=i: auc(probabilities[rows, i], right[rows] == i), right.size)  # type: ignore[misc]
            for i, label in enumerate(labels)
        },
        expected_calibration_error=calibration_error(bins),
        bins=bins,
    )


def wilson(hits: int, n: int, z: float = Z_95) -> Measured:
    """A share with Wilson's score interval."""
    centre = (hits + z * z / 2) / (n + z * z)
    margin = z / (n + z * z) * float(np.sqrt(hits * (n - hits) / n + z * z / 4))
    return Measured(hits / n, max(0.0, centre - margin), min(1.0, centre + margin))


def resampled(measure: Callable[[Integers], float], n: int, seed: int = 0) -> Measured:
    """A measure of rows 0 to n - 1 with the percentile interval of 500 resamples; NaN values are left out."""
    chance = np.random.default_rng(seed)
    values = np.array([measure(chance.integers(0, n, n)) for _ in range(N_RESAMPLES)])
    values = values[~np.isnan(values)]
    low, high = np.percentile(values, [2.5, 97.5]) if values.size else (np.nan, np.nan)
    return Measured(float(measure(np.arange(n))), float(low), float(high))


def macro_f1(best: Integers, right: Integers, n_labels: int) -> float:
    """The mean of 2 · both / (said + true) over the labels that are right for a document at least."""
    both = np.bincount(right[best == right], minlength=n_labels)
    said, true = np.bincount(best, minlength=n_labels), np.bincount(right, minlength=n_labels)
    occur = true > 0
    return float((2 * both[occur] / (said + true)[occur]).mean())


def auc(scores: Floats, positive: npt.NDArray[np.bool_]) -> float:
    """The chance that a positive scores above a negative, ties counted half; NaN when one kind is absent."""
    n_positive = int(positive.sum())
    n_negative = positive.size - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def reliability(confidence: Floats, hits: npt.NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Ten bins of equal width over the probability of the best label; empty ones are left out."""
    number = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    return tuple(
        Bin(
            low=i / N_BINS,
            high=(i + 1) / N_BINS,
            n=int((number == i).sum()),
            confidence=float(confidence[number == i].mean()),
            accuracy=float(hits[number == i].mean()),
        )
        for i in range(N_BINS)
        if (number == i).any()
    )


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """The mean distance of probability and accuracy over bins, weighted by their documents (ECE)."""
    n = sum(one.n for one in bins)
    return sum(one.n * abs(one.confidence - one.accuracy) for one in bins) / n
