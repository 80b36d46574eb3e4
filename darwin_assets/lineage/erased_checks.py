"""Whether anything stands of documents that were taken down, and whether the list of them is whole."""

from collections.abc import Iterator

import polars as pl

from darwin_assets.closed_loop.tables import AFFORDANCES_TABLE, MIX_TABLE
from darwin_assets.levels import TABLES
from darwin_assets.lineage.evidence import Evidence
from darwin_assets.lineage.exports import lines_of
from darwin_assets.lineage.findings import Finding
from darwin_assets.taken_down import ERASED
from resources.block_list import entries_sha256
from resources.delta import without_row_contents
from resources.errors import LakeError
from resources.lake import ZONES

LIST = "ledger/blocked"


def check_block_list(evidence: Evidence) -> Iterator[Finding]:
    """Entries of each take-down against what the link of its certificate says of them."""
    told_of = evidence.newest("takedown")
    for request in sorted({*evidence.block_list["request"], *told_of}):
        told = told_of.get(request)
        if told is None:
            said = f"the chain does not know take-down {request}: it was cut off (`darwin takedown --resume`), or put there"
            yield Finding("blocked", LIST, said, (request,))
        elif told.get("clean") and told.get("blocked") not in (None, entries_sha256(evidence.block_list, request)):
            said = f"the entries of take-down {request} are not those that it was finished with"
            yield Finding("blocked", LIST, said, (request,))


def check_erased(evidence: Evidence) -> Iterator[Finding]:
    """Rows of erased roots in any zone, level or export. What stands in their place at L0 is no such row."""
    roots = sorted(evidence.blocked.values("root"))
    if not roots:
        return
    is_erased = pl.col("root_id").is_in(roots)
    for zone in ZONES:
        for level in TABLES:
            columns = ["id", "root_id", "batch", *(["rejected_by"] if zone != "published" else [])]
            rows = evidence.rows(zone, level, columns).filter(is_erased)
            if "rejected_by" in rows.columns:
                rows = rows.filter(pl.col("rejected_by").ne_missing(ERASED))
            yield from _standing(f"{zone}/{level}", rows)
    for table in (AFFORDANCES_TABLE, MIX_TABLE):
        rows = evidence.rows(table.zone, table.name, ["id", "root_id", "batch"]).filter(is_erased)
        yield from _standing(f"{table.zone}/{table.name}", rows)
    try:
        with without_row_contents("read the exports"):
            lines = list(lines_of(evidence.lake, is_erased))
    except LakeError as error:
        yield Finding("file.unreadable", "exports", str(error))
        return
    for name in sorted({one["export"] for one in lines}):
        ids = tuple(one["id"] for one in lines if one["export"] == name)
        yield Finding("erased.stands", f"exports/{name}", f"{len(ids)} lines of documents that were taken down", ids)


def _standing(table: str, rows: pl.DataFrame) -> Iterator[Finding]:
    for batch, part in sorted(rows.partition_by("batch", as_dict=True).items()):
        said = f"{part.height} rows of documents that were taken down"
        yield Finding("erased.stands", f"{table}/{batch[0]}", said, (*part["id"],))
