"""Samples as an importer leaves them, with what a test says of them."""

from typing import Any

import polars as pl

from darwin_assets.closed_loop.columns import SAMPLES


def samples_of(*rows: dict[str, Any]) -> pl.DataFrame:
    """A row each; the item is named after benchmark, subset and item id unless said otherwise."""
    return pl.DataFrame([{**_shown(place, row), **row} for place, row in enumerate(rows)], schema=SAMPLES)


def _shown(place: int, row: dict[str, Any]) -> dict[str, Any]:
    name = [row.get("benchmark") or "gsm8k", row.get("subset") or "", row.get("item_id", str(place))]
    return {
        "format": "test", "benchmark": "gsm8k", "item_id": str(place), "checkpoint": "m", "output": "so it is", "file": "f",
        "line": place, "item": "/".join(name), "primary": True, "sample": 0,
    }  # fmt: skip
