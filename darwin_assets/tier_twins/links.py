"""Links between twins, and what they say about which document to leave out."""

import numpy as np
import polars as pl

from darwin_assets.nearest import Vectors, pairs_above
from darwin_assets.tier_twins.columns import LINKS, LOSERS, SIDE
from darwin_assets.tier_twins.settings import TierTwinsSettings


class TooManyTwins(ValueError):
    """The embedder does not tell the documents apart; the message has counts and the setting to change."""


def find_links(
    documents: pl.DataFrame, vectors: Vectors, batch: str, settings: TierTwinsSettings, embedder: str, recipe: str
) -> pl.DataFrame:
    """One row of LINKS for each pair of twins of which at least one is in `batch`.

    `documents` are those of `documents.furthest` in its order, `vectors` (documents, dimensions) their unit vectors. The
    earlier one of a pair survives. Raises TooManyTwins.
    """
    is_own = (documents["batch"] == batch).to_numpy()
    own = np.flatnonzero(is_own)
    limit, n_links = settings.max_links * len(own), 0
    found = []
    for query, right, cosines in pairs_above(vectors[own], vectors, settings.min_cosine):
        left = own[query]
        # a pair inside of the batch is met from both sides, and every document meets itself
        once = (left < right) | ((left > right) & ~is_own[right])
        met = {"survivor": np.minimum(left, right), "loser": np.maximum(left, right), "cosine": cosines}
        found.append(pl.DataFrame({name: values[once] for name, values in met.items()}))
        n_links += found[-1].height
        if n_links > limit:
            raise TooManyTwins(
                f"more than {limit} pairs of the {len(own)} documents of {batch} have a cosine of {settings.min_cosine:g} "
                "or more: raise tier_twins.min_cosine for this embedder, or tier_twins.max_links if they are twins"
            )
    schema = {"survivor": pl.Int64(), "loser": pl.Int64(), "cosine": pl.Float64()}
    pairs = pl.concat([pl.DataFrame(schema=schema), *found])
    sides = [
        documents[pairs[side]].select(pl.col(column).alias(f"{side}_{name}") for name, column in SIDE.items())
        for side in ("loser", "survivor")
    ]
    constants = {"batch": batch, "embedder": embedder, "recipe": recipe}
    rows = pl.concat([*sides, pairs.select("cosine")], how="horizontal").with_columns(
        pl.lit(value).alias(name) for name, value in constants.items()
    )
    return rows.select(list(LINKS)).sort("loser_id", "survivor_id")


def losers(links: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The documents to leave out, one row of LOSERS each, best first: those with a twin that stays and is better.

    `documents` as of `documents.furthest`, `links` of any batches. Best first: a document that has lost takes nobody with
    it, so no group of twins is ever left without one. A link counts while both its sides are what is published: when a
    document has gone further since, its batch is to be linked again, and until then both twins stay.
    """
    places = documents.with_row_index("place").select("place", "id", "verdict")
    pairs = links.select("loser_root_id", "survivor_root_id", "cosine", *_keys("loser"), *_keys("survivor"))
    for side in ("loser", "survivor"):
        side_places = places.rename({"place": side, "id": f"{side}_id", "verdict": f"{side}_verdict"})
        pairs = pairs.join(side_places, on=_keys(side), how="inner")
    pairs = pairs.unique(["loser", "survivor"]).sort("loser", "survivor")
    lost: dict[int, tuple[str, str, float]] = {}
    rows = pairs.select("loser", "survivor", "loser_root_id", "survivor_root_id", "cosine").iter_rows()
    for loser, survivor, loser_root, survivor_root, cosine in rows:
        if survivor not in lost and loser not in lost:
            lost[loser] = (loser_root, survivor_root, cosine)
    return pl.DataFrame(list(lost.values()), schema=LOSERS, orient="row")


def without_losers(rows: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
    """Published rows without those of documents that lost, at whatever level they stand."""
    return rows.join(lost, on="root_id", how="anti", maintain_order="left")


def _keys(side: str) -> list[str]:
    return [f"{side}_id", f"{side}_verdict"]
