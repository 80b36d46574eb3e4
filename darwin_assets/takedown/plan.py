"""What a take-down will erase: the documents, and all that was made of them, before anything is touched."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from darwin_assets.levels import BUILT, LEVELS, TABLES
from darwin_assets.project import Project
from darwin_assets.takedown.former import all_ids, all_roots, recipes_of, under_all_ids
from darwin_assets.takedown.request import Request
from darwin_assets.takedown.resolve import find_roots, read_roots
from darwin_assets.takedown.state import State
from darwin_assets.taken_down import ERASED
from resources.block_list import BlockList
from resources.erasing import newest
from resources.errors import DarwinError
from resources.lake import ZONES, Lake

ROWS: dict[str, pl.DataType] = {
    "zone": pl.String(),
    "level": pl.String(),
    "batch": pl.String(),
    "id": pl.String(),
    "root_id": pl.String(),
    "text_sha256": pl.String(),
}
"""A row that goes: of L0 the one that becomes a remark, of the levels above the one that vanishes."""
IDS: dict[str, pl.DataType] = {"id": pl.String(), "level": pl.String()}
PLAN_FILE = "plan.zip"
PARTS = ("roots", "rows", "ids")
Joined = list[tuple[str, list[str]]]
"""Documents of several files: the root of each, and all the L0 rows that it was joined from."""


@dataclass(frozen=True)
class Plan:
    """`roots` (resolve.ROOTS), `rows` (ROWS), and `ids` (IDS): of these rows and of those that stood there before them."""

    roots: pl.DataFrame
    rows: pl.DataFrame
    ids: pl.DataFrame

    @property
    def root_ids(self) -> list[str]:
        """What rows made of the documents bear as their root: ids of L0, also those of earlier recipes."""
        earlier = self.ids.filter(pl.col("level") == BUILT[0])["id"]
        return pl.concat([self.roots["root_id"].drop_nulls(), earlier]).unique().sort().to_list()

    @property
    def size(self) -> tuple[int, int]:
        """Of plans that were united the later one is the greater."""
        return self.roots.height, self.ids.height

    @property
    def batches(self) -> list[str]:
        return sorted(self.roots["batch"].unique().to_list())


def make_plan(project: Project, request: Request) -> Plan:
    """Look up everything; nothing is changed. DarwinError as `find_roots`, and where rows cannot be told apart."""
    plan = plan_of(project, find_roots(project, request))
    _check_known(project, plan.batches)
    return plan


def _check_known(project: Project, batches: list[str]) -> None:
    """DarwinError when rows of these batches, or of any where there are none, stem from no document that L0 knows.

    So it is where a changed setting of L0 finds other documents in the same file, and the levels above wait for their turn.
    """
    here = pl.col("batch").is_in(batches) if batches else pl.lit(True)
    made = pl.concat(
        newest(project.lake, zone, level, lambda rows: rows.filter(here).select("batch", "root_id").unique())
        for zone in ZONES
        for level in TABLES[1:]
    ).unique()
    # read after the rows: what is published meanwhile is known, and what another take-down erases is on the list
    known = all_roots(project.ledger, read_roots(project.lake))["root_id"]
    blocked = BlockList(lake=project.lake).read().values("root")
    unknown = made.filter(~pl.col("root_id").is_in(known.implode()) & ~pl.col("root_id").is_in(list(blocked)))
    if unknown.height:
        raise DarwinError(
            f"{unknown.height} documents of {', '.join(unknown['batch'].unique().sort())} stand at levels above L0, which "
            "does not know them any more, so that nobody can tell whether they are meant: run the batch again first"
        )


def plan_of(project: Project, asked: pl.DataFrame) -> Plan:
    """The plan for documents (resolve.ROOTS) and for those that cannot stay without them."""
    known = read_roots(project.lake)
    names = all_roots(project.ledger, pl.concat([asked, known]))
    whole = under_all_ids(asked["root_id"].drop_nulls(), names)
    whole = with_documents(whole, read_joined(project.lake)) | _companions(asked, known) | _opened(asked, known)
    whole = under_all_ids(whole, names)
    roots = pl.concat([asked, known.filter(pl.col("root_id").is_in(list(whole)))])
    roots = roots.unique(["root_id", "landed_id", "locator"], keep="first", maintain_order=True)
    roots = roots.sort("batch", "landed_id", "locator", nulls_last=True)
    rows = erased_rows(project.lake, whole)
    return Plan(roots, rows, _ids(project, roots, rows, whole))


def with_documents(roots: Iterable[str], joined: Joined) -> set[str]:
    """Roots with the documents that one of them is a part of, and the parts of these that no other document has.

    A document whose part goes, goes as a whole. A part that a document which stays has too, stays.
    """
    gone = {*roots}
    gone |= {document for document, files in joined if gone.intersection(files)}
    users: dict[str, set[str]] = {}
    for document, files in joined:
        for file in files:
            users.setdefault(file, set()).add(document)
    return gone | {file for file, documents in users.items() if documents <= gone}


def read_joined(lake: Lake) -> Joined:
    found: dict[str, list[str]] = {}
    for zone in ZONES:
        several = newest(
            lake, zone, "L1", lambda rows: rows.filter(pl.col("parents").list.len() > 1).select("root_id", "parents")
        )
        found |= dict(several.iter_rows())
    return list(found.items())


def _companions(asked: pl.DataFrame, known: pl.DataFrame) -> set[str]:
    """Records of a crawl about the same address that are no documents: they hold the request, and what came back."""
    beside = known.filter(pl.col("rejected_by").str.starts_with("warc."))
    return {*beside.join(asked, on=["landed_id", "uri"], how="semi")["root_id"].drop_nulls()}


def _opened(asked: pl.DataFrame, known: pl.DataFrame) -> set[str]:
    """The documents of files that have been opened since they were asked for."""
    unopened = asked.filter(pl.col("root_id").is_null()).select("landed_id")
    return {*known.join(unopened, on="landed_id", how="semi")["root_id"].drop_nulls()}


def erased_rows(lake: Lake, roots: Iterable[str]) -> pl.DataFrame:
    """All rows made from some documents that stand in any zone now, as ROWS: by root, and by parents level by level."""
    wanted = pl.DataFrame({"root_id": sorted(roots)}, schema={"root_id": pl.String()}).lazy()
    found = [pl.DataFrame(schema=ROWS)]
    ids: dict[str | None, pl.DataFrame] = {None: wanted.select(id="root_id").collect()}
    for level in TABLES:
        above = ids[LEVELS[level].below].lazy()
        here = [_rows_from(lake, zone, level, wanted, above) for zone in ZONES]
        found += here
        ids[level] = pl.concat([one.select("id") for one in here]).unique()
    return pl.concat(found)


def _rows_from(lake: Lake, zone: str, level: str, roots: pl.LazyFrame, above: pl.LazyFrame) -> pl.DataFrame:
    def query(rows: pl.LazyFrame) -> pl.LazyFrame:
        if "rejected_by" in rows.collect_schema().names():
            rows = rows.filter(pl.col("rejected_by").ne_missing(ERASED))
        by_root = rows.select("id", "root_id").join(roots, on="root_id", how="semi").select("id")
        by_parent = (
            rows.select("id", "parents").explode("parents").join(above, left_on="parents", right_on="id", how="semi")
        )
        wanted = pl.concat([by_root, by_parent.select("id")]).unique()
        return rows.select("batch", "id", "root_id", "text_sha256").join(wanted, on="id", how="semi")

    rows = newest(lake, zone, level, query)
    return rows.select(
        pl.lit(zone).alias("zone"), pl.lit(level).alias("level"), "batch", "id", "root_id", "text_sha256"
    )


def _ids(project: Project, roots: pl.DataFrame, rows: pl.DataFrame, whole: set[str]) -> pl.DataFrame:
    """IDS of the rows, of the documents (`whole`) and of whatever was made of them in earlier runs."""
    recipes = recipes_of(project.ledger, roots["batch"].unique())
    former = [(one, BUILT[0]) for one in sorted(whole)]
    former += [
        one
        for landed_id, batch, locator in roots.select("landed_id", "batch", "locator").iter_rows()
        for one in all_ids(landed_id, locator or "", recipes.get(batch, {}))
    ]
    earlier = pl.DataFrame(former, schema=IDS, orient="row")
    return pl.concat([rows.select(list(IDS)), earlier]).unique("id", keep="first", maintain_order=True).sort("id")


def united(one: Plan, other: Plan) -> Plan:
    """Both together: rows that are gone already stay in the plan."""
    roots = pl.concat([one.roots, other.roots])
    rows = pl.concat([one.rows, other.rows])
    ids = pl.concat([one.ids, other.ids])
    return Plan(
        roots.unique(["root_id", "landed_id", "locator"], keep="first", maintain_order=True),
        rows.unique(["zone", "id"], keep="first", maintain_order=True),
        ids.unique("id", keep="first", maintain_order=True).sort("id"),
    )


def new_in(grown: Plan, before: Plan) -> Plan:
    """What a plan has that it did not have before."""
    return Plan(
        grown.roots.join(before.roots, on=["root_id", "landed_id", "locator"], how="anti", nulls_equal=True),
        grown.rows.join(before.rows, on=["zone", "id"], how="anti"),
        grown.ids.join(before.ids, on="id", how="anti"),
    )


def store_plan(state: State, plan: Plan, *, again: bool = False) -> Plan:
    """Write a plan down in one object; the one that stands there afterwards, unless `again` says to replace it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as parts:
        for name in PARTS:
            part = io.BytesIO()
            getattr(plan, name).write_parquet(part)
            parts.writestr(name, part.getvalue())
    if again:
        state.put(PLAN_FILE, buffer.getvalue())
        return plan
    return _unpacked(state.put_new(PLAN_FILE, buffer.getvalue()))


def stored_plan(state: State) -> Plan | None:
    """The plan that was written down, None before that."""
    data = state.get(PLAN_FILE)
    return None if data is None else _unpacked(data)


def _unpacked(data: bytes) -> Plan:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return Plan(*(pl.read_parquet(io.BytesIO(parts.read(name))) for name in PARTS))
