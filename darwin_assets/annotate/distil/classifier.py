"""A trained classifier: hashed words and pairs of words, static embedding, style, one linear layer (papers.md §4.3)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from darwin_assets.annotate.documents import Documents
from darwin_assets.annotate.embedding import embedding_version
from darwin_assets.annotate.train import Floats, softmax

WEIGHTS, CARD = "model.safetensors", "model.json"
FORMAT = 1

N_BUCKETS = 2**16
N_EPOCHS = 10
RATE = 0.1
SEED = 0
STYLE_SCALE = 0.2
"""What a style ratio (0 to 2) counts beside a component of the unit embedding."""
TEMPERATURES = np.exp(np.linspace(np.log(0.25), np.log(8.0), 141))


@dataclass(frozen=True)
class Classifier:
    """Weights (buckets, labels), (dense features, labels), (labels); logits are divided by `temperature`."""

    name: str
    labels: tuple[str, ...]
    sparse: npt.NDArray[np.float32]
    dense: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    temperature: float
    data_sha256: str

    @property
    def identity(self) -> str:
        """ "name/format first 12 digits of the hash of its training data"."""
        return f"{self.name}/{FORMAT} {self.data_sha256[:12]}"

    def logits(self, documents: Documents) -> Floats:
        """(documents, labels), before the temperature."""
        from darwin_assets.annotate.kernels.linear import linear_logits

        words, firsts, dense = features(documents)
        found = linear_logits(words, firsts, dense, self.sparse, self.dense, self.bias)
        return found.astype(np.float64)

    def probabilities(self, documents: Documents) -> Floats:
        """(documents, labels), rows sum to 1."""
        return softmax(self.logits(documents) / self.temperature)


def features(documents: Documents) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """(word hashes, first word of each document, dense features): what a document's windows hold together."""
    seen = documents.windows
    firsts = seen.first_word[documents.first_window]
    dense = np.hstack([documents.mean(seen.vectors.astype(np.float64)), documents.mean(seen.style) * STYLE_SCALE])
    return seen.words, firsts, np.nan_to_num(dense).astype(np.float32)


def fit_classifier(documents: Documents, labels: list[str], name: str, data_sha256: str) -> Classifier:
    """Train on documents with labels, every label weighted alike. The same data give the same weights."""
    from darwin_assets.annotate.kernels.linear import fit_linear

    names = tuple(sorted(set(labels)))
    numbers = np.array([names.index(label) for label in labels])
    weights = len(labels) / (len(names) * np.bincount(numbers, minlength=len(names)))
    words, firsts, dense = features(documents)
    chance = np.random.default_rng(SEED)
    order = np.concatenate([chance.permutation(len(labels)) for _ in range(N_EPOCHS)])
    sparse, dense_weights, bias = fit_linear(
        words, firsts, dense, numbers, weights.astype(np.float32), order, N_BUCKETS, RATE
    )
    return Classifier(name, names, sparse, dense_weights, bias, 1.0, data_sha256)


def calibrate(model: Classifier, documents: Documents, labels: list[str]) -> Classifier:
    """The model with the temperature, of 0.25 to 8, that makes these labels likeliest; unchanged without documents."""
    rows = [i for i, label in enumerate(labels) if label in model.labels]
    if not rows:
        return model
    logits = model.logits(documents)[rows]
    right = np.array([model.labels.index(labels[i]) for i in rows])
    losses = [
        -np.log(softmax(logits / temperature)[np.arange(len(rows)), right] + 1e-12).mean()
        for temperature in TEMPERATURES
    ]
    return replace(model, temperature=float(TEMPERATURES[int(np.argmin(losses))]))


def save(model: Classifier, folder: Path, metrics: dict[str, Any]) -> None:
    """Write the weights (safetensors) and all else (JSON) into a folder."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file({"sparse": model.sparse, "dense": model.dense, "bias": model.bias}, str(folder / WEIGHTS))
    card = {
        "format": FORMAT,
        "name": model.name,
        "labels": list(model.labels),
        "temperature": model.temperature,
        "data_sha256": model.data_sha256,
        "embedding": embedding_version(),
        "metrics": metrics,
    }
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def load(folder: str) -> Classifier:
    """The classifier in a folder. ValueError, which says what to do, when there is none or it does not fit."""
    from safetensors.numpy import load_file

    place = Path(folder)
    if not (place / CARD).is_file() or not (place / WEIGHTS).is_file():
        raise ValueError(f"annotate.models: {folder} holds no model; make one with `darwin annotator train`")
    card = json.loads((place / CARD).read_text(encoding="utf-8"))
    made_with = (card.get("format"), card.get("embedding"))
    if made_with != (FORMAT, embedding_version()):
        raise ValueError(
            f"annotate.models: {folder} was trained with format and embedding {made_with}, here are "
            f"{(FORMAT, embedding_version())}; train it again"
        )
    tensors = load_file(str(place / WEIGHTS))
    return Classifier(
        card["name"], tuple(card["labels"]), tensors["sparse"], tensors["dense"], tensors["bias"],
        card["temperature"], card["data_sha256"],
    )  # fmt: skip
