"""From what was asked for to the documents that are meant: rows of L0, whatever zone they stand in.

A document that only landed has no row of L0 yet: its file stands for it.
"""

from collections.abc import Iterable

import polars as pl

from darwin_assets.acquire.assets import L0_COLUMNS
from darwin_assets.acquire.landed import TABLE as LANDED_TABLE
from darwin_assets.acquire.landed import ZONE as LANDED_ZONE
from darwin_assets.levels import TABLES
from darwin_assets.project import Project
from darwin_assets.recipe import load_recipe
from darwin_assets.takedown.former import all_roots, under_all_ids
from darwin_assets.takedown.request import Kind, Request
from darwin_assets.taken_down import ERASED
from resources.erasing import newest
from resources.errors import DarwinError
from resources.lake import ZONES, Lake

ROOTS: dict[str, pl.DataType] = {
    "root_id": pl.String(),
    "landed_id": pl.String(),
    "batch": pl.String(),
    "locator": pl.String(),
    "raw_sha256": pl.String(),
    "content_sha256": pl.String(),
    "n_bytes": pl.Int64(),
    "uri": pl.String(),
    "source": pl.String(),
    "licence": pl.String(),
    "title": pl.String(),
    "path": pl.String(),
    "rejected_by": pl.String(),
}
"""What is known of a document. `root_id` is null where its file has landed and was not opened yet."""
ERASED_FILE = "file.erased"
SPOKEN_OF = ("uri", "title", "path")


def find_roots(project: Project, request: Request) -> pl.DataFrame:
    """The documents that a request is about, as ROOTS; none where it is about nothing that is here.

    DarwinError for a row that does not exist, or several that begin so.
    """
    documents = read_roots(project.lake)
    match request.kind:
        case Kind.ROW:
            return documents.filter(_of_row(project, request.value, documents))
        case Kind.URI:
            value = request.value
            at_it = (pl.col("uri") == value) | pl.col("uri").str.starts_with(f"{value}#")
            return documents.filter(at_it | pl.col("landed_id").is_in(_landed_at(project.lake, value)))
        case Kind.PREFIX:
            return documents.filter(pl.col("uri").str.starts_with(request.value))
        case Kind.SOURCE | Kind.LICENCE:
            return documents.filter(pl.col(request.kind.value) == request.value)
        case Kind.TEXT:
            from darwin_assets.takedown.similar import like

            found = like(project.lake, request, load_recipe(project.work.recipe_path()))
        case Kind.IDENTIFIER:
            return documents.filter(_named(project, request.value, documents))
    same_bytes = pl.col("content_sha256").is_in([found.content_sha256])
    return documents.filter(_made_into(project, found.roots, documents) | same_bytes)


def _made_into(project: Project, roots: Iterable[str], documents: pl.DataFrame) -> pl.Expr:
    """The documents that rows with these roots were made from, whatever recipe of L0 gave them their ids."""
    return pl.col("root_id").is_in(sorted(under_all_ids(roots, all_roots(project.ledger, documents))))


def read_roots(lake: Lake) -> pl.DataFrame:
    """Every document that is here, as ROOTS, less those that were erased."""
    parts = [_documents(lake, zone) for zone in ZONES]
    known = pl.concat(parts).unique("root_id", keep="first", maintain_order=True)
    landed = newest(lake, LANDED_ZONE, LANDED_TABLE, lambda rows: rows)
    unopened = landed.join(known, left_on="id", right_on="landed_id", how="anti").filter(
        pl.col("refused_by").ne_missing(ERASED_FILE)
    )
    files = unopened.with_columns(landed_id="id", rejected_by="refused_by").select(_conform(unopened.columns))
    return pl.concat([known.filter(pl.col("rejected_by").ne_missing(ERASED)), files])


def _documents(lake: Lake, zone: str) -> pl.DataFrame:
    names = ["id", "parents", "batch", "source", "uri", "licence", *L0_COLUMNS]

    def query(rows: pl.LazyFrame) -> pl.LazyFrame:
        present = rows.collect_schema().names()
        return rows.select(*names, *(["rejected_by"] if "rejected_by" in present else []))

    rows = newest(lake, zone, "L0", query)
    rows = rows.with_columns(root_id="id", landed_id=pl.col("parents").list.first())
    return rows.select(_conform(rows.columns))


def _conform(present: list[str]) -> list[pl.Expr]:
    own = {"root_id", "landed_id", "rejected_by"}
    return [
        pl.col(name).cast(dtype) if name in present or (name in own - {"root_id"} and name != "rejected_by")
        else pl.lit(None, dtype).alias(name)
        for name, dtype in ROOTS.items()
    ]  # fmt: skip


def _of_row(project: Project, prefix: str, documents: pl.DataFrame) -> pl.Expr:
    begins = pl.col("id").str.starts_with(prefix)
    found: dict[str, str] = {}
    for level in TABLES:
        for zone in ZONES:
            rows = newest(project.lake, zone, level, lambda rows: rows.filter(begins).select("id", "root_id"))
            found |= dict(rows.iter_rows())
    files = documents.filter(pl.col("landed_id").str.starts_with(prefix))["landed_id"].unique().to_list()
    if len(found) + len(files) > 1:
        raise DarwinError(f"{len(found) + len(files)} rows have an id that begins with {prefix}: give more digits")
    if not found and not files:
        raise DarwinError(f"no row of any level or zone has an id that begins with {prefix}")
    return _made_into(project, found.values(), documents) | pl.col("landed_id").is_in(files)


def _landed_at(lake: Lake, uri: str) -> list[str]:
    """Files that landed from an address: all that was in them is meant."""
    at_it = newest(lake, LANDED_ZONE, LANDED_TABLE, lambda rows: rows.filter(pl.col("uri") == uri).select("id"))
    return at_it["id"].to_list()


def _named(project: Project, folded: str, documents: pl.DataFrame) -> pl.Expr:
    """Documents whose text, title, address or file name holds an identifier, at whatever level."""
    beside = documents.filter(pl.any_horizontal(_holds(name, folded) for name in SPOKEN_OF))
    roots = set(beside["root_id"].drop_nulls())
    for level in TABLES[1:]:
        for zone in ZONES:

            def query(rows: pl.LazyFrame) -> pl.LazyFrame:
                said = [name for name in ("text", "title") if name in rows.collect_schema().names()]
                if not said:
                    return rows.select("root_id").head(0)
                return rows.filter(pl.any_horizontal(_holds(name, folded) for name in said)).select("root_id")

            roots |= set(newest(project.lake, zone, level, query)["root_id"])
    files = beside.filter(pl.col("root_id").is_null())["landed_id"]
    return _made_into(project, roots, documents) | (
        pl.col("root_id").is_null() & pl.col("landed_id").is_in(files.implode())
    )


def _holds(column: str, folded: str) -> pl.Expr:
    """As `request.fold` of the column, searched for a folded identifier."""
    text = pl.col(column).str.normalize("NFKC").str.to_lowercase().str.replace_all("ς", "σ", literal=True)
    return text.str.normalize("NFKC").str.replace_all(r"\s+", " ").str.contains(folded, literal=True).fill_null(False)
