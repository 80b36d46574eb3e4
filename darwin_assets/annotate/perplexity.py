"""Perplexity of a text under a small character model: how surprising its spelling is (papers.md U17).

A model of four characters over 32 classes, exact and dense, so that a text is scored by one look-up a character. It tells
English prose from gibberish, number columns and other languages; it knows nothing of meaning.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from darwin_assets.annotate.characters import ASIDE
from darwin_assets.annotate.documents import Documents
from darwin_assets.annotate.examples import all_passages
from darwin_assets.annotate.train import Floats

NAME, VERSION = "darwin-perplexity", "2"
WEIGHTS, CARD = "perplexity.safetensors", "perplexity.json"
COLUMNS: dict[str, pl.DataType] = {"perplexity": pl.Float64(), "perplexity_percentile": pl.Float64()}

ORDER = 4
N_CLASSES = 32
FOLDS = 10
_BLANK, _DIGIT, _NEWLINE, _OTHER, _FOREIGN = 26, 27, 28, 29, 30
_PUNCTUATION = b".,;:!?'\"()-"
_DECIMALS = 3


def _class_of_byte() -> npt.NDArray[np.int32]:
    """Letters by their place in the alphabet, the rest by a few kinds; bytes above ASCII are foreign."""
    table = np.full(256, _OTHER, dtype=np.int32)
    table[128:] = _FOREIGN
    for letter in range(26):
        table[65 + letter] = table[97 + letter] = letter
    table[48:58] = _DIGIT
    table[[9, 13, 32]] = _BLANK
    table[10] = _NEWLINE
    table[list(_PUNCTUATION)] = 31
    return table


_CLASSES = _class_of_byte()


@dataclass(frozen=True)
class PerplexityModel:
    """`log_probabilities` (32^4): of a character given the three before it. `percentiles` (101): of held-out texts."""

    log_probabilities: npt.NDArray[np.float32]
    percentiles: Floats
    identity: str

    def perplexity(self, data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> Floats:
        """Per character, of each text `data[starts[i] : starts[i + 1]]`; NaN for one shorter than four characters."""
        scores = np.concatenate([[0.0], np.cumsum(self.log_probabilities[grams(data)], dtype=np.float64)])
        last = np.maximum(starts[1:] - ORDER + 1, starts[:-1])
        n = last - starts[:-1]
        bound = scores.size - 1
        total = scores[np.minimum(last, bound)] - scores[np.minimum(starts[:-1], bound)]
        return np.where(n > 0, np.exp(-total / np.maximum(n, 1)), np.nan)

    def band(self, low: int, high: int) -> tuple[float, float]:
        """The perplexities at two percentiles of the held-out texts."""
        return round(float(self.percentiles[low]), _DECIMALS), round(float(self.percentiles[high]), _DECIMALS)


def grams(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """The number of each run of four character classes, one less than 32^4; three fewer than there are bytes."""
    classes = _CLASSES[data]
    if classes.size < ORDER:
        return np.zeros(0, dtype=np.int32)
    numbers = classes[: classes.size - ORDER + 1].copy()
    for offset in range(1, ORDER):
        numbers = numbers * N_CLASSES + classes[offset : classes.size - ORDER + 1 + offset]
    return numbers


def fit_counts(texts: list[str]) -> npt.NDArray[np.float32]:
    """Log probabilities of a character after three others, by Witten–Bell interpolation down to equal chances."""
    numbers = [grams(np.frombuffer(text.encode(), dtype=np.uint8)) for text in texts]
    counts = np.bincount(np.concatenate(numbers), minlength=N_CLASSES**ORDER)
    lower: npt.NDArray[np.float64] = np.full(N_CLASSES, 1.0 / N_CLASSES)
    for order in range(1, ORDER + 1):
        of_order = counts.reshape(-1, N_CLASSES ** (order - 1), N_CLASSES).sum(axis=0).astype(np.float64)
        n = of_order.sum(axis=1, keepdims=True)
        kinds = np.count_nonzero(of_order, axis=1)[:, None]
        below = np.tile(lower.reshape(-1, N_CLASSES), (of_order.shape[0] // max(lower.size // N_CLASSES, 1), 1))
        # a context that was never seen leaves the word to the shorter one
        smoothed = np.where(n + kinds > 0, (of_order + kinds * below) / np.maximum(n + kinds, 1), below)
        lower = smoothed.reshape(-1)
    return np.log(lower).astype(np.float32)


def train(texts: list[str], name: str = NAME) -> PerplexityModel:
    """A model of texts, with the percentiles of texts that were left out, in ten folds. ValueError below ten texts.

    Formulas, commands and addresses are set aside first, as they are in a document that is scored.
    """
    if len(texts) < FOLDS:
        raise ValueError(f"a perplexity model needs at least {FOLDS} texts, not {len(texts)}")
    texts = [ASIDE.sub(" ", text) for text in texts]
    held_out = np.concatenate(
        [
            _scores(fit_counts([text for i, text in enumerate(texts) if i % FOLDS != fold]), texts[fold::FOLDS])
            for fold in range(FOLDS)
        ]
    )
    digest = hashlib.sha256("\x1f".join([VERSION, *texts]).encode()).hexdigest()[:12]
    percentiles = np.nanpercentile(held_out, np.arange(101))
    return PerplexityModel(fit_counts(texts), percentiles, f"{name}/{VERSION} {digest}")


def _scores(log_probabilities: npt.NDArray[np.float32], texts: list[str]) -> Floats:
    model = PerplexityModel(log_probabilities, np.zeros(101), "")
    encoded = [text.encode() for text in texts]
    starts = np.cumsum([0, *map(len, encoded)])
    return model.perplexity(np.frombuffer(b"".join(encoded), dtype=np.uint8), starts)


@cache
def packaged_model() -> PerplexityModel:
    """The model of the packaged passages, counted once a process."""
    return train(all_passages())


def save(model: PerplexityModel, folder: Path) -> None:
    """Write `perplexity.safetensors` and `perplexity.json` into a folder."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file({"log_probabilities": model.log_probabilities}, str(folder / WEIGHTS))
    card = {"identity": model.identity, "percentiles": model.percentiles.tolist()}
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


@cache
def load(folder: str) -> PerplexityModel:
    """The model in a folder; the packaged one for "". ValueError when the folder holds none."""
    if not folder:
        return packaged_model()
    from safetensors.numpy import load_file

    place = Path(folder)
    if not (place / CARD).is_file():
        raise ValueError(
            f"{folder} holds no perplexity model: make one with `darwin annotator train --kind perplexity`"
        )
    card = json.loads((place / CARD).read_text(encoding="utf-8"))
    weights = load_file(str(place / WEIGHTS))["log_probabilities"]
    return PerplexityModel(weights, np.array(card["percentiles"]), card["identity"])


class PerplexityAnnotator:
    """`perplexity` of a document's windows together, and its percentile among the model's held-out texts, 0 to 100."""

    columns = COLUMNS

    def __init__(self, folder: str) -> None:
        self.model = load(folder)

    @property
    def identity(self) -> str:
        return self.model.identity

    def annotate(self, documents: Documents) -> pl.DataFrame:
        seen = documents.windows
        starts = seen.first_byte[documents.first_window]
        perplexity = self.model.perplexity(seen.prose, starts)
        percentile = np.interp(perplexity, self.model.percentiles, np.arange(101.0))
        return pl.DataFrame(
            {
                "perplexity": pl.Series(perplexity).fill_nan(None).round(_DECIMALS),
                "perplexity_percentile": pl.Series(percentile).fill_nan(None).round(1),
            },
            schema=COLUMNS,
        )
