"""The columns of documents, of links between them, and of those that lost."""

import polars as pl

DOCUMENTS: dict[str, pl.DataType] = {
    "root_id": pl.String(),
    "id": pl.String(),
    "batch": pl.String(),
    "level": pl.String(),
    "ultradata_tier": pl.String(),
    "text_sha256": pl.String(),
    "verdict": pl.String(),
    "published_at": pl.String(),
}
"""`level` is the deepest level at which the document is published, `published_at` the time of the verdict that did it."""
SIDE: dict[str, str] = {
    "id": "id",
    "root_id": "root_id",
    "level": "level",
    "tier": "ultradata_tier",
    "verdict": "verdict",
}
"""What a link tells of each side, and the column of a document that it comes from."""
LINKS: dict[str, pl.DataType] = {
    "batch": pl.String(),
    **{f"{side}_{name}": pl.String() for side in ("loser", "survivor") for name in SIDE},
    "cosine": pl.Float64(),
    "embedder": pl.String(),
    "recipe": pl.String(),
}
LOSERS: dict[str, pl.DataType] = {
    "root_id": pl.String(),
    "survivor_root_id": pl.String(),
    "cosine": pl.Float64(),
}
