"""Symbolic systems that a Markdown text is written in, told by their share of its characters."""

from __future__ import annotations

import polars as pl

FORMULA = r"(?s)\$\$.+?\$\$|\$[^$\n]+\$|\\\[.+?\\\]|\\\(.+?\\\)"
CODE = r"(?ms)^[ \t]*```.*?(?:^[ \t]*```|\z)|^[ \t]*~~~.*?(?:^[ \t]*~~~|\z)"
TABLE = r"(?m)^[ \t]*\|.*\|[ \t]*$"
ELEMENT = (
    r"(?:A[cglrstu]|B[aeir]|C[adelorsu]|F[er]|G[ae]|H[efg]|I[nr]|Kr|L[aiu]|M[gno]|N[aei]|Os|P[bdtu]|R[abnu]|S[bceinr]|T[ei]"
    r"|Xe|Zn|[BCFHIKNOPSUVW])"
)
SUBSTANCE = (
    rf"{ELEMENT}[₂-₉][₀-₉]?"  # H₂O; not H₀, a hypothesis
    r"|\\text\{\d*(?:[A-Z][a-z]?\d*)+\}(?:_\{\d+\}|\^\{\d*[+−-]\}|\((?:aq|s|l|g)\))"  # \text{H}_{2}
    rf"|{ELEMENT}[²³⁴]?[⁺⁻]"  # Na⁺
    r"|\((?:aq|\*(?:aq|s|l|g)\*)\)"
)
CHEMISTRY_WEIGHT = 5
"""A substance is told by a few of its letters only."""


def symbols(min_share: float) -> pl.Expr:
    """Systems of `text`, sorted."""
    shares = {
        "chemistry": CHEMISTRY_WEIGHT * share(SUBSTANCE),
        "code": share(CODE),
        "mathematics": share(FORMULA),
        "natural_language": 1 - share(f"{FORMULA}|{CODE}|{TABLE}"),
        "table": share(TABLE),
    }
    held = [pl.when(one >= min_share).then(pl.lit(name)) for name, one in shares.items()]
    return pl.concat_list(held).list.drop_nulls()


def share(pattern: str) -> pl.Expr:
    """Share of the characters of `text` that a pattern matches; 0 for an empty text."""
    text = pl.col("text")
    left = text.str.replace_all(pattern, "").str.len_chars().cast(pl.Float64)
    n_chars = text.str.len_chars()
    return pl.when(n_chars > 0).then(1 - left / n_chars).otherwise(0.0)
