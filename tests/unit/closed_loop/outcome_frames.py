"""Samples and labels from a few words: what each checkpoint scored on an item, and which slice the item is of."""

from collections.abc import Mapping, Sequence

import polars as pl

from darwin_assets.closed_loop.columns import LABELS, SAMPLES
from darwin_assets.closed_loop.statistics.cells import MEMBERS


def samples(scores: Mapping[str, Sequence[float]], benchmark: str = "b") -> pl.DataFrame:
    """Items are numbered in the order of the scores: `b0`, `b1`, ..."""
    rows = [
        {
            "checkpoint": checkpoint,
            "benchmark": benchmark,
            "item": f"{benchmark}{place}",
            "score": float(score),
            "primary": True,
        }
        for checkpoint, of_items in scores.items()
        for place, score in enumerate(of_items)
    ]
    return pl.DataFrame(rows, schema=SAMPLES)


def labels(operations: Sequence[Sequence[str]], benchmark: str = "b", **fields: str) -> pl.DataFrame:
    """A label an item; other fields are the same for all."""
    rows = [
        {
            "item": f"{benchmark}{place}",
            "benchmark": benchmark,
            "background": "none",
            "task_type": "maths",
            "operations": sorted(names),
            "form": "number",
            "scorer": "exact",
            "rigidity": "free",
            "slice": f"{fields.get('background')} {' '.join(sorted(names))}",
            "slice_name": " + ".join(sorted(names)),
        }
        | fields
        for place, names in enumerate(operations)
    ]
    return pl.DataFrame(rows, schema=LABELS)


def members(score: Sequence[float], ref_score: Sequence[float], cell: Sequence[str] | None = None) -> pl.DataFrame:
    """MEMBERS of one benchmark; with `cell` of its slices."""
    rows = {
        "checkpoint": "new",
        "benchmark": "b",
        "level": "slice" if cell else "benchmark",
        "cell": cell or "b",
        "item": [f"b{place}" for place in range(len(score))],
        "score": score,
        "ref_score": ref_score,
        "passage": [None] * len(score),
    }
    return pl.DataFrame(rows, schema=MEMBERS)
