"""Reads what the gates have let through, at pinned versions, as documents."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from darwin_assets.levels import BUILT
from darwin_assets.tier_twins.columns import DOCUMENTS
from darwin_assets.tier_twins.documents import furthest
from resources.errors import Unpublished
from resources.gate_ledger import GateLedger
from resources.lake import Lake

LEVELS = tuple(level for level in BUILT if level not in ("L0", "L1"))
"""Those whose rows have a tier of their own; what is at L1 has not been filtered, not even for exact twins."""
IN_ROWS = [name for name in DOCUMENTS if name not in ("level", "published_at")]


def pinned_versions(lake: Lake) -> dict[str, int]:
    """Version of the published table of each level, to be read again and again without moving."""
    return {level: lake.version("published", level) for level in LEVELS}


def read_documents(lake: Lake, ledger: GateLedger, versions: Mapping[str, int]) -> pl.DataFrame:
    """Every published document of every batch (`documents.furthest`). Unpublished for rows that no gate let through."""
    verdicts = ledger.all().filter(pl.col("passed") | pl.col("waived"))
    # two runs at once may have recorded the same verdict
    opened = verdicts.unique("verdict", keep="first", maintain_order=True).select("verdict", published_at="at")
    found = []
    for level, version in versions.items():
        rows = lake.scan("published", level, version).select(IN_ROWS).collect().with_columns(level=pl.lit(level))
        rows = rows.join(opened, on="verdict", how="left")
        stray = rows.filter(pl.col("published_at").is_null())
        if stray.height:
            batches = ", ".join(sorted(stray["batch"].unique()))
            raise Unpublished(f"{level} holds rows of {batches} whose verdict did not let them through")
        found.append(rows.select(list(DOCUMENTS)))
    return furthest(pl.concat(found))


def read_texts(lake: Lake, versions: Mapping[str, int], documents: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """(text_sha256, text) of documents with different texts, one batch of one level in memory at a time."""
    for (level, batch), part in documents.group_by("level", "batch", maintain_order=True):
        rows = lake.read("published", str(level), str(batch), versions[str(level)], ["text_sha256", "text"])
        wanted: Sequence[str] = part["text_sha256"].to_list()
        yield from rows.filter(pl.col("text_sha256").is_in(wanted)).unique("text_sha256").iter_rows()
