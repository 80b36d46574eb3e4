"""Published rows as documents: each counted once, where it has come furthest, best first."""

import polars as pl

from darwin_assets.tier_twins.columns import DOCUMENTS


def furthest(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a document (`root_id`) of published rows of several levels (DOCUMENTS): its highest tier, deepest level.

    They come in the order in which they survive: highest tier first, then published first, then the smaller id.
    """
    return (
        rows.select(list(DOCUMENTS))
        .sort("ultradata_tier", "level", "id", descending=[True, True, False])
        .unique("root_id", keep="first", maintain_order=True)
        .sort("ultradata_tier", "published_at", "id", descending=[True, False, False])
    )
