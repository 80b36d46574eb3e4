"""From labelled texts to a folder with a model, its card and its calibration plot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from darwin_assets.annotate.distil.card import card
from darwin_assets.annotate.distil.classifier import Classifier, calibrate, fit_classifier, save
from darwin_assets.annotate.distil.labels import LabelledTexts
from darwin_assets.annotate.distil.measures import Report, evaluate
from darwin_assets.annotate.distil.plot import calibration_svg
from darwin_assets.annotate.documents import Documents, read_documents
from darwin_assets.annotate.settings import AnnotateSettings
from darwin_assets.annotate.train import softmax

PARTS = ("train", "calibration", "test")


@dataclass(frozen=True)
class Distilled:
    """A trained model and what was measured on documents that it has not seen."""

    model: Classifier
    report: Report
    counts: dict[str, dict[str, int]]
    error_without_temperature: float


def distil(texts: LabelledTexts, name: str, settings: AnnotateSettings) -> Distilled:
    """Train on the train part, calibrate on the calibration part, measure on the test part.

    ValueError when a label is absent from the train part, or nothing is in the test part.
    """
    parts = {part: texts.part(part) for part in PARTS}
    counts = {part: dict(sorted(rows["label"].value_counts().iter_rows())) for part, rows in parts.items()}
    absent = sorted(set(texts.rows["label"]) - set(counts["train"]))
    if absent:
        raise ValueError(f"no document of {', '.join(absent)} falls into the train part: label more of them")
    seen = {part: _read(rows, settings) for part, rows in parts.items()}
    raw = fit_classifier(seen["train"], parts["train"]["label"].to_list(), name, texts.sha256)
    model = calibrate(raw, seen["calibration"], parts["calibration"]["label"].to_list())
    right = np.array([model.labels.index(label) for label in parts["test"]["label"].to_list()], dtype=np.int64)
    logits = model.logits(seen["test"])
    report = evaluate(softmax(logits / model.temperature), right, model.labels)
    return Distilled(model, report, counts, evaluate(softmax(logits), right, model.labels).expected_calibration_error)


def write(found: Distilled, folder: Path, by: str) -> None:
    """model.safetensors, model.json, card.md and calibration.svg in a folder."""
    save(found.model, folder, found.report.as_dict())
    text = card(found.model, found.report, found.counts, by, found.error_without_temperature)
    (folder / "card.md").write_text(text, encoding="utf-8")
    title = f"{found.model.name}: {found.report.n} documents"
    (folder / "calibration.svg").write_text(calibration_svg(found.report.bins, title), encoding="utf-8")


def _read(rows: pl.DataFrame, settings: AnnotateSettings) -> Documents:
    return read_documents(rows.select("text"), settings)
