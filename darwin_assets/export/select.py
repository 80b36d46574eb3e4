"""Published rows of a batch together with the terms of every document that they were made from."""

from __future__ import annotations

import polars as pl

from darwin_assets.export.request import Wanted
from darwin_assets.levels import TABLES, level_below
from darwin_assets.promotion import Publication, find_publication, published, read_published
from resources.errors import DarwinError
from resources.gate_ledger import GateLedger
from resources.lake import Lake

EXPORTED = (
    "id", "root_id", "batch", "source", "uri", "licence", "level", "ultradata_tier", "title", "document_kind", "n_chars",
    "subject", "question_tokens", "answer_tokens", "text_sha256",
)  # fmt: skip
TEXTS = ("text", "question_chars", "section", "reference_answer")
"""Columns of the rows that go into an export; those that a level does not have are left out."""

_FIRST_WITH_TEXT = "L1"
_UNKNOWN = "unknown"
"""Stands for a document that cannot be found any more; no row has it as its id."""
_ORIGIN = ("id", "title", "uri", "licence", "attribution", "rights_basis", "opt_outs")


def find_batches(lake: Lake, ledger: GateLedger, wanted: Wanted) -> list[Publication]:
    """The publications to export, in order of their batches; all of the level unless some are named, or a mix is exported.

    DarwinError for a level that has no text or does not exist, for a batch that is not published, and for none at all.
    """
    level, batches = wanted.level, wanted.batches
    if level not in TABLES[1:]:
        raise DarwinError(f"{level} has no texts to export; give one of {', '.join(TABLES[1:])}")
    if batches:
        return [published(lake, ledger, level, batch) for batch in sorted(set(batches))]
    drawn = wanted.mix.rows["row_batch"].unique().sort().to_list() if wanted.mix else None
    names = lake.batches("published", level) if drawn is None else drawn
    found = [find_publication(lake, ledger, level, batch) for batch in names]
    if not (kept := [one for one in found if one]):
        raise DarwinError(f"no batch is published at {level}: run `darwin run` first")
    return kept


def rows_with_terms(lake: Lake, ledger: GateLedger, found: Publication, *, with_text: bool) -> pl.DataFrame:
    """The rows of a publication by id, with what is known of their documents.

    Beside `EXPORTED` (and `TEXTS` where asked): origin_ids, origin_licences, credits (title, attribution, address and licence
    of each document), opt_outs, rights as lists, n_origins (documents it was made from) and n_found (of them, in L0).
    """
    known = lake.scan("published", found.level, found.version).collect_schema()
    columns = [name for name in (*EXPORTED, *(TEXTS if with_text else ())) if name in known]
    rows = read_published(lake, found, [*columns, "parents"])
    terms = _terms(lake, ledger, found, rows)
    return rows.drop("parents").join(terms, on="id", how="left", maintain_order="left").sort("id")


def wanted_rows(lake: Lake, ledger: GateLedger, found: Publication, wanted: Wanted, *, with_text: bool) -> pl.DataFrame:
    """`rows_with_terms`; of a mix those that its arm holds, as it holds them."""
    rows = rows_with_terms(lake, ledger, found, with_text=with_text)
    return rows if wanted.mix is None else wanted.mix.take(rows)


def _terms(lake: Lake, ledger: GateLedger, found: Publication, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a row id: its documents' terms as lists, in order of the documents' ids."""
    title = pl.col("title") if "title" in rows.columns else pl.lit(None, pl.String)
    own = rows.select("id", origin="root_id", own_title=title)
    pairs = _origins(lake, ledger, found, rows).unique().join(own, on=["id", "origin"], how="left")
    known = pairs.join(_documents(lake, ledger, found.batch), on="origin", how="left").sort("id", "origin")
    # a plain file has no title of its own: the one that was read from its text stands for it
    credit = pl.struct(pl.coalesce("title", "own_title").alias("title"), "attribution", "uri", "licence")
    return known.group_by("id", maintain_order=True).agg(
        origin_ids=pl.col("origin"),
        origin_licences=pl.col("licence").filter("known"),
        credits=credit.filter("known"),
        opt_outs=pl.col("opt_outs").list.explode(keep_nulls=False, empty_as_null=False).unique().sort(),
        rights=pl.col("rights_basis").filter("known").fill_null(""),
        n_origins=pl.col("origin").count(),
        n_found=pl.col("known").count(),
    )


def _documents(lake: Lake, ledger: GateLedger, batch: str) -> pl.DataFrame:
    """What L0 says of the documents of a batch, by `origin`; nothing where it is no longer published."""
    found = find_publication(lake, ledger, "L0", batch)
    if found is None:
        schema: dict[str, pl.DataType] = {"origin" if name == "id" else name: pl.String() for name in _ORIGIN}
        return pl.DataFrame(schema={**schema, "opt_outs": pl.List(pl.String()), "known": pl.Boolean()})
    return read_published(lake, found, list(_ORIGIN)).rename({"id": "origin"}).with_columns(known=pl.lit(True))


def _origins(lake: Lake, ledger: GateLedger, found: Publication, rows: pl.DataFrame) -> pl.DataFrame:
    """(id, origin): the L0 rows that each row was made from. Above L1 they stand at L1, where documents are joined."""
    if found.level == _FIRST_WITH_TEXT:
        return rows.select("id", origin=pl.col("parents")).explode("origin")
    roots = pl.concat([rows.select("id", "root_id"), _quoted(lake, ledger, found, rows)])
    level1 = find_publication(lake, ledger, _FIRST_WITH_TEXT, found.batch)
    if level1 is None:
        return roots.rename({"root_id": "origin"})
    made = read_published(lake, level1, ["root_id", "parents"]).rename({"parents": "origin"})
    joined = roots.join(made, on="root_id", how="left").explode("origin")
    # a root that is no longer at L1 stands for itself: the other documents of its row cannot be known any more
    return joined.select("id", origin=pl.col("origin").fill_null(_UNKNOWN))


def _quoted(lake: Lake, ledger: GateLedger, found: Publication, rows: pl.DataFrame) -> pl.DataFrame:
    """(id, root_id): the documents whose words a row holds beside its own, as L5 quotes definitions: its further parents."""
    further = rows.select("id", parent=pl.col("parents").list.slice(1))
    further = further.explode("parent", keep_nulls=False, empty_as_null=False)
    below = find_publication(lake, ledger, level_below(found.level), found.batch) if further.height else None
    if below is None:
        return further.select("id", root_id=pl.lit(_UNKNOWN))
    known = read_published(lake, below, ["id", "root_id"]).rename({"id": "parent"})
    return further.join(known, on="parent", how="left").select("id", pl.col("root_id").fill_null(_UNKNOWN))
