"""What keeps an erased document from coming back: entries of the block list."""

from collections.abc import Iterator

import polars as pl

from darwin_assets.takedown.plan import Plan
from darwin_assets.takedown.request import Kind
from darwin_assets.takedown.resolve import read_roots
from darwin_assets.taken_down import WHOLE_FILE
from resources.block_list import BlockList
from resources.erasing import newest
from resources.lake import Lake

OWN_ADDRESS = "drop:"
"""Begins the address of a file that came without one: its name in the drop, which the next drop may use for another."""
BY_TERMS = (Kind.SOURCE, Kind.LICENCE)
"""What is taken back for where it comes from or its terms may come again from elsewhere or under others: not its address."""

Entries = list[tuple[str, str]]


def entries(lake: Lake, kind: Kind, value: str | None, plan: Plan) -> Entries:
    """(kind, value) for the block list: the documents themselves, and by what they would be known again.

    Nothing that a document which stays has too is blocked: the same bytes under another licence are another document.
    `value`: of the request where it may be stored.
    """
    blocking = BlockList(lake=lake)
    roots = plan.roots.filter(pl.col("root_id").is_not_null())
    found = [("root", one) for one in plan.root_ids]
    places = [*roots.select("landed_id", pl.col("locator").fill_null("")).iter_rows()]
    unopened = plan.roots.filter(pl.col("root_id").is_null())["landed_id"]
    places += [(one, locator) for one in unopened for locator in ("", WHOLE_FILE)]
    found += [("record", one) for one in blocking.record_hashes(places)]
    staying = read_roots(lake).join(plan.roots, on=["landed_id", "locator"], how="anti", nulls_equal=True)
    for column, name in (("content_sha256", "bytes"), ("raw_sha256", "raw")):
        gone = plan.roots.filter(pl.col("n_bytes") > 0)[column].drop_nulls().unique()
        found += [(name, one) for one in gone.filter(~gone.is_in(staying[column].implode()))]
    found += [("text", one) for one in _texts(lake, plan)]
    if kind not in BY_TERMS:
        addresses = plan.roots["uri"].drop_nulls().unique()
        addresses = addresses.filter(
            ~addresses.is_in(staying["uri"].implode()) & ~addresses.str.starts_with(OWN_ADDRESS)
        )
        found += [("uri", blocking.uri_hash(one)) for one in addresses]
    if kind == Kind.URI and value:
        found.append(("uri", blocking.uri_hash(value)))
    if kind == Kind.PREFIX and value:
        found.append(("prefix", value))
    return list(dict.fromkeys(found))


def _texts(lake: Lake, plan: Plan) -> Iterator[str]:
    """Texts of L1 that go and that no row of L1 which stays has."""
    gone = plan.rows.filter(pl.col("level") == "L1")["text_sha256"].drop_nulls().unique()
    here = pl.col("text_sha256").is_in(gone.implode())
    rows = newest(lake, "published", "L1", lambda rows: rows.filter(here).select("id", "text_sha256"))
    staying = rows.filter(~pl.col("id").is_in(plan.rows["id"].implode()))["text_sha256"]
    yield from gone.filter(~gone.is_in(staying.implode()))
