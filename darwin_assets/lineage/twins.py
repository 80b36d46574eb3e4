"""L2 again, a row at a time: signals and rules from its text, and its likeness to the very document that stands for it.

That no other document stands for a row which was kept is a statement about all that was published then, and is not looked at
again; nor are the shares of what the documents before it in its batch say too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.filter.assets import reject_twins
from darwin_assets.filter.deduplicate import DUPLICATION, deduplicate
from darwin_assets.filter.screen import screen
from darwin_assets.filter.settings import FilterSettings
from darwin_assets.filter.signatures import SIGNATURE, sign
from resources.lake import Lake

if TYPE_CHECKING:
    from darwin_assets.filter.shingle_sets import TextsOf

NAMED = ("survivor_id", "older_id")


def rebuild_l2(lake: Lake, settings: FilterSettings, parents: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows (stored) again from their parents; a twin whose survivor is not published any more comes out as kept."""
    screened = screen(parents.select("id", "text"), settings)
    named = dict(rows.select(pl.col("parents").list.first(), pl.coalesce(NAMED)).iter_rows())
    others = _signed_anew(read_named(lake, [one for one in named.values() if one]), settings)
    remaining = screened.filter(pl.col("rejected_by").is_null()).select("id").join(
        parents.select("id", "text", "uri"), on="id", how="left", maintain_order="left"
    )  # fmt: skip
    judged = [
        pl.DataFrame(schema={**DUPLICATION, "rule": pl.String(), "value": pl.Float64(), "threshold": pl.String()})
    ]
    for row in remaining.iter_slices(1):
        other = others.filter(pl.col("id").eq_missing(named.get(row["id"][0])))
        judged.append(deduplicate(row, other.lazy().select("batch", *SIGNATURE), _texts(other), settings))
    return reject_twins(screened, pl.concat(judged))


def read_named(lake: Lake, ids: list[str]) -> pl.DataFrame:
    """Published rows of L2 (batch, text and SIGNATURE) with these ids, of whatever batch."""
    rows = lake.scan("published", "L2", lake.version("published", "L2")).filter(pl.col("id").is_in(ids))
    return rows.select("batch", "text", *SIGNATURE).collect()


def _signed_anew(rows: pl.DataFrame, settings: FilterSettings) -> pl.DataFrame:
    """The rows with the band keys of these settings: their batch may have been made by others since."""
    return rows.with_columns(sign(rows.select("id", "text"), settings)["band_keys"])


def _texts(other: pl.DataFrame) -> TextsOf:
    return lambda wanted: [other.select("id", "text").join(wanted.select("id"), on="id", how="semi")]
