"""The alarm for a source that vanishes as duplicates: a fact for the gate, which a mean over the whole batch would hide."""

import polars as pl

MIN_SOURCE_DOCUMENTS = 100
"""Below this a source says nothing: a handful of files may well be a second landing of known ones."""

DUPLICATE_RULES = "duplicate."


def duplicate_share_of_sources(rows: pl.DataFrame) -> pl.DataFrame:
    """Of the built rows (source, rejected_by): source, n_documents and duplicate_share, the largest share first.

    Sources of fewer than `MIN_SOURCE_DOCUMENTS` documents are left out.
    """
    return (
        rows.group_by("source")
        .agg(
            n_documents=pl.len(),
            duplicate_share=pl.col("rejected_by").str.starts_with(DUPLICATE_RULES).fill_null(False).mean(),
        )
        .filter(pl.col("n_documents") >= MIN_SOURCE_DOCUMENTS)
        .sort("duplicate_share", "source", descending=[True, False])
    )


def wipe_out_facts(rows: pl.DataFrame) -> dict[str, float]:
    """`max_source_duplicate_share`: of the source that lost most of its documents to duplicates; 0 without a large one."""
    shares = duplicate_share_of_sources(rows)
    return {"max_source_duplicate_share": float(shares["duplicate_share"][0]) if shares.height else 0.0}
