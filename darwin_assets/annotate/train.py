"""Softmax regression with an L2 penalty, in numpy: the linear heads of the light models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

N_STEPS = 1000
"""Accelerated gradient steps: three times as many move no probability by more than 0.02."""


@dataclass(frozen=True)
class Head:
    """Weights of one label set: features (n, d) in, probabilities (n, k) in the order of `labels` out."""

    labels: tuple[str, ...]
    weights: Floats
    bias: Floats

    def probabilities(self, features: Floats) -> Floats:
        """One row of probabilities a row of features; each row sums to 1."""
        return softmax(features @ self.weights + self.bias)


def softmax(logits: Floats) -> Floats:
    """Row-wise, safe against overflow."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    normalized: Floats = exponentials / exponentials.sum(axis=1, keepdims=True)
    return normalized


def fit(features: Floats, labels: list[str], penalty: float, balanced: bool = True) -> Head:
    """The minimum of mean cross-entropy plus penalty/2 · |weights|²; `balanced`: every label weighs alike, else every
    example.

    Deterministic: full batch from zero, Nesterov steps as long as the largest possible curvature allows.
    """
    names = tuple(dict.fromkeys(labels))
    target = np.eye(len(names))[[names.index(label) for label in labels]]
    by_label = target.sum(axis=0) * len(names) if balanced else np.full(len(names), len(labels))
    row_weight = (target / by_label).sum(axis=1, keepdims=True)
    step = 1.0 / (0.5 * (1.0 + np.max(np.sum(features**2, axis=1))) + penalty)

    weights = ahead = np.zeros((features.shape[1], len(names)))
    bias = ahead_bias = np.zeros(len(names))
    momentum = 1.0
    for _ in range(N_STEPS):
        error = (softmax(features @ ahead + ahead_bias) - target) * row_weight
        next_weights = ahead - step * (features.T @ error + penalty * ahead)
        next_bias = ahead_bias - step * error.sum(axis=0)
        next_momentum = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        pull = (momentum - 1) / next_momentum
        ahead = next_weights + pull * (next_weights - weights)
        ahead_bias = next_bias + pull * (next_bias - bias)
        weights, bias, momentum = next_weights, next_bias, next_momentum
    return Head(names, weights, bias)
