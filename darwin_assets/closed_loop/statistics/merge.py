"""Slices with enough items: small ones go into what they have in common, the next field left out (papers.md §2.3)."""

from __future__ import annotations

from hashlib import sha256

import polars as pl

CONSTRAINT = ("form", "scorer", "rigidity")
FIELDS = ("background", "task_type", *CONSTRAINT)
LEVELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("operations", FIELDS),
    ("background", ("task_type", *CONSTRAINT)),
    ("constraint", ("task_type",)),
    ("task_type", ()),
)
"""What is left out last, and the fields that the merged items still agree on; after the last one, all of a benchmark."""

ANY = "any"


def merged(items: pl.DataFrame, min_items: int) -> pl.DataFrame:
    """`items` with `cell`, `slice_name` and `merged_to`: the field that was left out last, null for a slice as it is.

    Columns that are read: checkpoint, benchmark, slice, slice_name, and FIELDS. Every item comes into exactly one cell of its
    checkpoint and benchmark; what is left at the end can have fewer than `min_items`.
    """
    as_labelled = items.with_columns(cell="slice", merged_to=pl.lit(None, pl.String))
    kept, left = _large_enough(as_labelled, ("cell",), min_items)
    done = [kept]
    for dropped, fields in LEVELS:
        kept, left = _large_enough(left.with_columns(merged_to=pl.lit(dropped)), fields, min_items)
        done.append(_named(kept, fields))
    return pl.concat([*done, _named(left, ())])


def _large_enough(items: pl.DataFrame, fields: tuple[str, ...], min_items: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Those in groups of at least `min_items`, and the others."""
    is_large = pl.len().over("checkpoint", "benchmark", *fields) >= min_items
    return items.filter(is_large), items.filter(~is_large)


def _named(items: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    """With the name of what the items have in common, written as a slice's, and its hash."""
    background, task_type, *constraint = (pl.col(name) if name in fields else pl.lit(ANY) for name in FIELDS)
    output = pl.concat_str(constraint, separator=", ") if CONSTRAINT[0] in fields else pl.lit(ANY)
    named = items.with_columns(slice_name=pl.concat_str(background, task_type, pl.lit(ANY), output, separator=" / "))
    hashes = {name: sha256(name.encode()).hexdigest()[:16] for name in named["slice_name"].unique()}
    return named.with_columns(cell=pl.col("slice_name").replace_strict(hashes, return_dtype=pl.String))
