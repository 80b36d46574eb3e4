"""Exact search: equal to the plain sums, whatever the blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darwin_assets.nearest import COSINE_DECIMALS, pairs_above, top_k


def unit(rows):
    wide = np.asarray(rows, dtype=np.float64)
    return (wide / np.linalg.norm(wide, axis=1, keepdims=True)).astype(np.float32)


def brute(queries, corpus):
    """Every cosine, one pair at a time."""

    def cosine(one, other):
        return np.round(np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other)), COSINE_DECIMALS)

    wide = corpus.astype(np.float64)
    return np.array([[cosine(query, row) for row in wide] for query in queries.astype(np.float64)])


@st.composite
def clouds(draw):
    """Unit vectors in few dimensions, drawn from few directions and a little noise, so that near and equal ones occur."""
    seed, n_queries, n_rows = draw(st.tuples(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 30)))
    dimensions = draw(st.sampled_from([2, 3, 16]))
    generator = np.random.default_rng(seed)
    centres = generator.standard_normal((4, dimensions))
    noise = draw(st.sampled_from([0.0, 0.05, 1.0]))
    rows = centres[generator.integers(0, 4, n_queries + n_rows)]
    rows = unit(rows + noise * generator.standard_normal(rows.shape))
    return rows[:n_queries], rows[n_queries:]


@settings(max_examples=150, deadline=None)
@given(clouds(), st.integers(1, 9), st.integers(1, 9), st.sampled_from([-0.5, 0.0, 0.7, 0.9, 0.999, 1.0]))
def test_pairs_are_those_of_brute_force(cloud, query_rows, corpus_rows, min_cosine):
    queries, corpus = cloud
    found = {
        (int(left), int(right)): float(cosine)
        for block in pairs_above(queries, corpus, min_cosine, query_rows=query_rows, corpus_rows=corpus_rows)
        for left, right, cosine in zip(*block, strict=True)
    }
    cosines = brute(queries, corpus)
    assert found == {(int(q), int(c)): cosines[q, c] for q, c in zip(*np.nonzero(cosines >= min_cosine), strict=True)}


@settings(max_examples=150, deadline=None)
@given(clouds(), st.integers(1, 9), st.integers(1, 9), st.integers(1, 30))
def test_the_nearest_are_those_of_brute_force(cloud, query_rows, corpus_rows, k):
    queries, corpus = cloud
    k = min(k, len(corpus))
    rows, cosines = top_k(queries, corpus, k, query_rows=query_rows, corpus_rows=corpus_rows)
    expected = brute(queries, corpus)
    order = np.argsort(-expected, axis=1, kind="stable")[:, :k]
    assert rows.tolist() == order.tolist()
    assert cosines.tolist() == np.take_along_axis(expected, order, axis=1).tolist()


def test_the_nearest_of_many_rows_in_many_dimensions():
    """Beyond one block of the default size, where single precision alone would order near rows wrongly."""
    generator = np.random.default_rng(0)
    corpus = unit(generator.standard_normal((9_000, 384)))
    queries = unit(corpus[:50] + 1e-5 * generator.standard_normal((50, 384)))
    rows, cosines = top_k(queries, corpus, 5)
    exact = np.round(queries.astype(np.float64) @ corpus.astype(np.float64).T, COSINE_DECIMALS)
    assert rows[:, 0].tolist() == list(range(50))
    assert np.abs(cosines - -np.sort(-exact, axis=1)[:, :5]).max() <= 1.01 * 10.0**-COSINE_DECIMALS


def test_of_rows_that_are_equally_near_the_earlier_ones_come_first():
    """They differ by less than a cosine carries, and single precision would rank them by its own errors."""
    generator = np.random.default_rng(1)
    row = generator.standard_normal(384)
    corpus = unit(row + 1e-5 * generator.standard_normal((60, 384)))
    rows, cosines = top_k(corpus[:5], corpus, 3, corpus_rows=7)
    assert rows.tolist() == [[0, 1, 2]] * 5
    assert (cosines == 1).all()


def test_the_bound_is_inclusive_and_one_step_below_it_is_out():
    first = unit([[1.0, 0.0]])
    angles = {0.9: True, 0.900001: True, 0.899999: False}
    for cosine, holds in angles.items():
        other = unit([[cosine, np.sqrt(1 - cosine**2)]])
        assert bool(list(pairs_above(first, other, 0.9))) is holds, cosine


@pytest.mark.parametrize("k", [0, 4])
def test_more_neighbours_than_there_are_rows_is_an_error(k):
    rows = unit(np.eye(3))
    with pytest.raises(ValueError, match="1 to the 3 rows"):
        top_k(rows, rows, k)


def test_nothing_is_near_nothing():
    empty = np.empty((0, 3), dtype=np.float32)
    assert list(pairs_above(empty, unit(np.eye(3)), 0.9)) == []
    assert list(pairs_above(unit(np.eye(3)), empty, 0.9)) == []
