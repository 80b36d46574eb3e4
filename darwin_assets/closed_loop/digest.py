"""The hash of a frame's values."""

import hashlib

import polars as pl

ROWS_AT_ONCE = 1_024
"""Are in memory as text; the hash does not depend on it."""


def digest(rows: pl.DataFrame) -> str:
    """SHA-256 over the values of rows, in their order, hex."""
    found = hashlib.sha256()
    for part in rows.iter_slices(ROWS_AT_ONCE):
        found.update(part.write_ndjson().encode())
    return found.hexdigest()
