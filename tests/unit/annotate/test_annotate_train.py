import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.annotate.train import fit, softmax

LABELS = ["red", "green", "blue"]


@given(st.lists(st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3), min_size=1, max_size=20))
def test_softmax_rows_are_probabilities(rows: list[list[float]]) -> None:
    probabilities = softmax(np.array(rows))
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(1.0)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_fit_reaches_the_point_where_the_gradient_vanishes(seed: int) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(30, 4))
    labels = [LABELS[i % 3] for i in range(30)]
    penalty = 0.01

    head = fit(features, labels, penalty)

    target = np.eye(3)[[head.labels.index(label) for label in labels]]
    error = (head.probabilities(features) - target) / 30  # ten rows a label, so all weigh alike
    assert np.abs(features.T @ error + penalty * head.weights).max() < 1e-4
    assert np.abs(error.sum(axis=0)).max() < 1e-4


def test_fit_separates_what_can_be_separated_and_is_deterministic() -> None:
    centres = {"red": (4.0, 0.0), "green": (0.0, 4.0), "blue": (-4.0, -4.0)}
    random = np.random.default_rng(1)
    labels = [label for label in LABELS for _ in range(20)]
    features = np.array([centres[label] for label in labels]) + random.normal(size=(60, 2))

    head, again = fit(features, labels, 1e-3), fit(features, labels, 1e-3)

    best = head.probabilities(features).argmax(axis=1)
    assert [head.labels[i] for i in best] == labels
    assert np.array_equal(head.weights, again.weights)


def test_a_label_with_few_examples_weighs_as_much_as_one_with_many() -> None:
    features = np.zeros((10, 1))
    head = fit(features, ["many"] * 9 + ["few"], 1e-3)
    assert head.probabilities(np.zeros((1, 1)))[0] == pytest.approx([0.5, 0.5], abs=1e-6)
