"""A linear classifier over hashed words and word pairs, and a few dense features: scores, and training (compiled)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darwin_assets.filter.kernels.compiled import kernel

Counts = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float32]

_PAIR = np.uint64(0x9E3779B97F4A7C15)
_EPSILON = 1e-8


@kernel
def _buckets(words: Hashes, first: int, last: int, n_buckets: int, found: Counts) -> int:
    """Writes the buckets of all words and of all pairs of neighbours into `found`; how many."""
    n = 0
    for i in range(first, last):
        found[n] = np.int64((words[i] ^ (words[i] >> np.uint64(32))) % np.uint64(n_buckets))
        n += 1
        if i > first:
            pair = words[i - 1] * _PAIR + words[i]
            found[n] = np.int64((pair ^ (pair >> np.uint64(32))) % np.uint64(n_buckets))
            n += 1
    return n


@kernel
def _logits(
    found: Counts, n: int, dense: Floats, sparse_weights: Floats, dense_weights: Floats, bias: Floats, out: Floats
) -> np.float32:
    """Adds up one document's scores; each of its n buckets counts 1 / sqrt(n)."""
    n_labels = bias.size
    scale = np.float32(1.0 / np.sqrt(n)) if n else np.float32(0.0)
    for label in range(n_labels):
        out[label] = bias[label]
    for i in range(n):
        for label in range(n_labels):
            out[label] += scale * sparse_weights[found[i], label]
    for j in range(dense.size):
        for label in range(n_labels):
            out[label] += dense[j] * dense_weights[j, label]
    return scale


@kernel
def linear_logits(
    words: NDArray[np.uint64],
    firsts: NDArray[np.int64],
    dense: NDArray[np.float32],
    sparse_weights: NDArray[np.float32],
    dense_weights: NDArray[np.float32],
    bias: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(documents, labels)."""
    n_documents = firsts.size - 1
    out = np.zeros((n_documents, bias.size), np.float32)
    found = np.empty(2 * words.size + 1, np.int64)
    for document in range(n_documents):
        n = _buckets(words, firsts[document], firsts[document + 1], sparse_weights.shape[0], found)
        _logits(found, n, dense[document], sparse_weights, dense_weights, bias, out[document])
    return out


@kernel
def fit_linear(
    words: NDArray[np.uint64],
    firsts: NDArray[np.int64],
    dense: NDArray[np.float32],
    labels: NDArray[np.int64],
    label_weights: NDArray[np.float32],
    order: NDArray[np.int64],
    n_buckets: int,
    rate: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Softmax regression by Adagrad, one step a document, in `order`: (sparse weights, dense weights, bias)."""
    n_labels = label_weights.size
    sparse = np.zeros((n_buckets, n_labels), np.float32)
    sparse_squares = np.zeros((n_buckets, n_labels), np.float32)
    weights = np.zeros((dense.shape[1], n_labels), np.float32)
    squares = np.zeros((dense.shape[1], n_labels), np.float32)
    bias = np.zeros(n_labels, np.float32)
    bias_squares = np.zeros(n_labels, np.float32)
    error = np.zeros(n_labels, np.float32)
    found = np.empty(2 * words.size + 1, np.int64)
    for document in order:
        n = _buckets(words, firsts[document], firsts[document + 1], n_buckets, found)
        scale = _logits(found, n, dense[document], sparse, weights, bias, error)
        error[:] = np.exp(error - error.max())
        error /= error.sum()
        error[labels[document]] -= np.float32(1.0)
        error *= label_weights[labels[document]]
        for label in range(n_labels):
            for i in range(n):
                gradient = scale * error[label]
                sparse_squares[found[i], label] += gradient * gradient
                sparse[found[i], label] -= rate * gradient / np.sqrt(sparse_squares[found[i], label] + _EPSILON)
            for j in range(dense.shape[1]):
                gradient = dense[document, j] * error[label]
                squares[j, label] += gradient * gradient
                weights[j, label] -= rate * gradient / np.sqrt(squares[j, label] + _EPSILON)
            bias_squares[label] += error[label] * error[label]
            bias[label] -= rate * error[label] / np.sqrt(bias_squares[label] + _EPSILON)
    return sparse, weights, bias
