"""Evaluations made by hand: outcomes of checkpoints on items whose operations are given, and signs of their outputs."""

from collections.abc import Mapping, Sequence

import polars as pl

from darwin_assets.closed_loop.columns import LABELS, SAMPLES, SIGNS

CANARY = "words of a document"
"""Stands in every prompt, output and answer: no report may hold it."""


def samples(scores: Mapping[str, Sequence[float]], benchmark: str = "sums") -> pl.DataFrame:
    """A frame of SAMPLES: by checkpoint the score of every item."""
    rows = [
        {
            "benchmark": benchmark, "subset": "easy", "item_id": str(place), "item": f"{benchmark}-{place:05}",
            "model": checkpoint, "checkpoint": checkpoint, "primary": True, "metric": "accuracy", "sample": 0,
            "score": float(score), "verdict": score == 1 if score in (0, 1) else None,
            "prompt": CANARY, "question": CANARY, "output": CANARY, "gold": [CANARY], "prediction": [CANARY],
        }
        for checkpoint, of_items in scores.items()
        for place, score in enumerate(of_items)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SAMPLES)


def labels(operations: Sequence[Sequence[str]], benchmark: str = "sums") -> pl.DataFrame:
    """A frame of LABELS: the operations of every item, all else alike."""
    rows = [
        {
            "item": f"{benchmark}-{place:05}", "benchmark": benchmark, "background": "none", "task_type": "puzzle",
            "operations": sorted(of_item), "form": "number", "scorer": "exact", "rigidity": "free",
            "slice": " + ".join(sorted(of_item)), "slice_name": f"none / puzzle / {' + '.join(sorted(of_item))}",
            "confidence": 1.0, "annotator": "hand", "taxonomy": "closed-loop.0",
        }
        for place, of_item in enumerate(operations)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=LABELS)


def signs(of: pl.DataFrame, endless: Mapping[str, int] | None = None) -> pl.DataFrame:
    """A frame of SIGNS without any, but that of `endless`: how many wrong outputs of a checkpoint, the first ones, are right
    answers that run on.
    """
    none = {name: False for name, dtype in SIGNS.items() if dtype == pl.Boolean() and name != "correct"}
    found = of.select("item", "checkpoint", "sample", correct="verdict", frame=pl.lit("one way"), **none)
    wrong = ~pl.col("correct")
    n_wrong = wrong.cum_sum().over("checkpoint")
    allowed = pl.col("checkpoint").replace_strict(endless or {}, default=0, return_dtype=pl.Int64)
    runs_on = wrong & (n_wrong <= allowed)
    told = found.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in SIGNS.items() if name not in found.columns
    )
    return told.with_columns(
        answer_is_prefix=runs_on, runs_on=runs_on, correct_when_cut=runs_on | pl.col("correct")
    ).select(pl.col(name).cast(dtype) for name, dtype in SIGNS.items())
