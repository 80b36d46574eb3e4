"""Embeddings in one Delta table, by text and embedder: a text is embedded once, whatever level or batch it stands at."""

import time
from collections.abc import Iterable

import polars as pl

from darwin_assets.nearest import Vectors
from resources.embedder import Embedder, Embedding
from resources.errors import LakeError
from resources.lake import Lake

ZONE, TABLE = "embeddings", "vectors"
VECTORS: dict[str, pl.DataType] = {
    "text_sha256": pl.String(),
    "embedder": pl.String(),
    "n_windows": pl.Int64(),
    "vector": pl.List(pl.Float32()),
}
# So much is embedded again when a run is killed.
COMMIT_ROWS, COMMIT_SECONDS = 2_000, 30.0


def create_vectors(lake: Lake) -> bool:
    return lake.create_table(ZONE, TABLE, VECTORS, "embedder", ["text_sha256"])


def without_vector(lake: Lake, embedder: str, documents: pl.DataFrame) -> pl.DataFrame:
    """One document for each text that this embedder has not seen yet."""
    known = _scan(lake, embedder).select("text_sha256").collect()
    return documents.unique("text_sha256", keep="first", maintain_order=True).join(
        known, on="text_sha256", how="anti", maintain_order="left"
    )


def embed(lake: Lake, model: Embedder, embedder: str, texts: Iterable[tuple[str, str]]) -> int:
    """Embed and store (text_sha256, text); the number stored. What came in before an error is stored as well."""
    waiting: list[Embedding] = []
    n_stored, last = 0, time.monotonic()
    try:
        for embedding in model.embed(texts):
            waiting.append(embedding)
            if len(waiting) >= COMMIT_ROWS or time.monotonic() - last >= COMMIT_SECONDS:
                n_stored += _commit(lake, embedder, waiting)
                last = time.monotonic()
    finally:
        n_stored += _commit(lake, embedder, waiting)
    return n_stored


def read_vectors(lake: Lake, embedder: str, documents: pl.DataFrame) -> Vectors:
    """(documents, dimensions): the stored vector of each document's text. LakeError when one is missing or too short."""
    wanted = documents.select("text_sha256")
    stored = _scan(lake, embedder).select("text_sha256", "vector")
    rows = stored.join(wanted.lazy().unique(), on="text_sha256", how="semi").collect()
    # two runs at once may have embedded the same text
    known = rows.select("text_sha256").with_row_index("place").unique("text_sha256", keep="first", maintain_order=True)
    places = wanted.join(known, on="text_sha256", how="left", maintain_order="left")["place"]
    lengths = rows["vector"].list.len().unique()
    if len(lengths) != 1 or places.has_nulls():
        raise LakeError(
            f"the stored vectors of embedder {embedder} do not fit: {known.height} for {wanted.height} documents, of "
            f"{lengths.sort().to_list()} dimensions; remove its partition of {ZONE}/{TABLE}, then run again"
        )
    matrix = rows["vector"].explode().to_numpy().reshape(rows.height, int(lengths[0]))
    found: Vectors = matrix[places.to_numpy()]
    return found


def _scan(lake: Lake, embedder: str) -> pl.LazyFrame:
    return lake.scan(ZONE, TABLE, lake.version(ZONE, TABLE)).filter(pl.col("embedder") == embedder)


def _commit(lake: Lake, embedder: str, waiting: list[Embedding]) -> int:
    """Append what waits, in the order of the keys, and forget it."""
    if not waiting:
        return 0
    ordered = sorted(waiting, key=lambda one: one.key)
    rows = pl.DataFrame(
        {
            "text_sha256": [one.key for one in ordered],
            "embedder": [embedder] * len(ordered),
            "n_windows": [one.n_windows for one in ordered],
            "vector": [one.vector for one in ordered],
        },
        schema=VECTORS,
    )
    lake.append(ZONE, TABLE, rows)
    waiting.clear()
    return rows.height
