"""Probabilities of the classifiers that users have trained, as one column that any number of models fits into."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from darwin_assets.annotate.distil.classifier import Classifier, load
from darwin_assets.annotate.documents import Documents

COLUMNS: dict[str, pl.DataType] = {
    "scores": pl.List(pl.Struct({"model": pl.String(), "label": pl.String(), "score": pl.Float64()}))
}
"""One entry a label of each model, in the order of the setting; empty without models or without words. A table's columns
do not depend on which models are in use, so another model needs no new table."""
_DECIMALS = 4

_load = cache(load)


class TrainedAnnotator:
    """The models of the setting `annotate.models`, side by side. ValueError when two have the same name."""

    columns = COLUMNS

    def __init__(self, folders: tuple[str, ...]) -> None:
        self.models: tuple[Classifier, ...] = tuple(_load(folder) for folder in folders)
        names = [model.name for model in self.models]
        if len(set(names)) < len(names):
            raise ValueError(f"annotate.models: two models have the same name among {', '.join(names)}; train one anew")

    @property
    def identity(self) -> str:
        return ", ".join(model.identity for model in self.models)

    def annotate(self, documents: Documents) -> pl.DataFrame:
        first_word = documents.windows.first_word[documents.first_window]
        found = [(model.name, model.labels, model.probabilities(documents).round(_DECIMALS)) for model in self.models]
        entries = [
            [
                {"model": name, "label": label, "score": float(score)}
                for name, labels, scores in found
                for label, score in zip(labels, scores[row], strict=True)
                if n_words
            ]
            for row, n_words in enumerate(np.diff(first_word).tolist())
        ]
        return pl.DataFrame({"scores": entries}, schema=COLUMNS)
