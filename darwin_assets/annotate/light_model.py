"""The light model: five linear heads on static embeddings and style ratios, trained at first use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from darwin_assets.annotate.embedding import embedding_version
from darwin_assets.annotate.examples import education_values, examples_sha256, labelled, toxicity
from darwin_assets.annotate.reading import Reading, read
from darwin_assets.annotate.taxonomy import Discipline, DocumentType, EducationLevel, EducationScore, Toxicity
from darwin_assets.annotate.train import Floats, Head, fit

NAME = "darwin-light"
VERSION = "2"
PENALTY = 3e-4
STYLE_CLIP = 2.5
STYLE_WEIGHT: dict[str, float] = {
    "discipline": 0.0,
    "document_type": 1.0,
    "education_level": 1.0,
    "education_score": 1.0,
    "toxicity": 2.0,
}
"""What the style ratios count beside the embedding: nothing for the subject, much for the rest."""
RARE = frozenset({"toxicity"})
"""Label sets with one rare label: its share among the passages is kept, lest every second text be suspected."""

_LABELS: dict[str, type[StrEnum]] = {
    "discipline": Discipline,
    "document_type": DocumentType,
    "education_level": EducationLevel,
    "education_score": EducationScore,
    "toxicity": Toxicity,
}


@dataclass(frozen=True)
class LightModel:
    """Heads by label set, and the scale of the style ratios that all of them share."""

    heads: dict[str, Head]
    style_mean: Floats
    style_deviation: Floats

    def probabilities(self, texts: Reading) -> dict[str, Floats]:
        """Label set → probabilities (n texts, n labels), columns in the order of the head's labels."""
        embedded = texts.vectors.astype(np.float64)
        styled = self._standardize(texts.style)
        return {
            name: head.probabilities(_features(embedded, styled, STYLE_WEIGHT[name]))
            for name, head in self.heads.items()
        }

    def _standardize(self, ratios: Floats) -> Floats:
        return _standardize(ratios, self.style_mean, self.style_deviation)


def examples_of(label_set: str) -> list[tuple[str, str]]:
    """(passage, label) pairs that a head is trained on."""
    if label_set == "education_score":
        return education_values()
    return toxicity() if label_set == "toxicity" else list(labelled(label_set, _LABELS[label_set]))


def train(examples: dict[str, list[tuple[str, str]]]) -> LightModel:
    """A model from (passage, label) pairs by label set."""
    passages = [passage for pairs in examples.values() for passage, _ in pairs]
    seen = read(passages)
    embedded, ratios = seen.vectors.astype(np.float64), seen.style
    mean, deviation = ratios.mean(axis=0), ratios.std(axis=0) + 1e-3
    styled = _standardize(ratios, mean, deviation)

    heads = {}
    start = 0
    for name, pairs in examples.items():
        rows = slice(start, start + len(pairs))
        features = _features(embedded[rows], styled[rows], STYLE_WEIGHT[name])
        heads[name] = fit(features, [label for _, label in pairs], PENALTY, name not in RARE)
        start += len(pairs)
    return LightModel(heads, mean, deviation)


@cache
def light_model() -> LightModel:
    """The model of this version, trained once a process on the passages in `examples/`."""
    return train({name: examples_of(name) for name in _LABELS})


@cache
def fingerprint() -> str:
    """12 hex digits over the passages, the embedding package's version, this model's name and version."""
    payload = "\x1f".join([NAME, VERSION, embedding_version(), examples_sha256()])
    return hashlib.sha256(payload.encode()).hexdigest()[:12]


def annotator() -> str:
    """What stands on every row and in the recipe: "darwin-light/1 wordllama/0.4.0.post1 0123456789ab"."""
    return f"{NAME}/{VERSION} {embedding_version()} {fingerprint()}"


def _standardize(ratios: Floats, mean: Floats, deviation: Floats) -> Floats:
    return np.clip((ratios - mean) / deviation, -STYLE_CLIP, STYLE_CLIP)


def _features(embedded: Floats, styled: Floats, style_weight: float) -> npt.NDArray[np.float64]:
    return np.hstack([embedded, styled * (style_weight / np.sqrt(styled.shape[1]))])
