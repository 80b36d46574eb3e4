"""How much a plan is about, for the person who decides: no addresses, no text."""

from dataclasses import dataclass, replace

import polars as pl

from darwin_assets.project import Project
from darwin_assets.takedown.erasure import find_links, find_vectors
from darwin_assets.takedown.loop_rows import find_loop_rows
from darwin_assets.takedown.plan import Plan
from darwin_assets.takedown.quoting import find_quoting
from resources.erasing import find_answers, newest


@dataclass(frozen=True)
class Counts:
    """`rows` by "zone/level". `twins`: documents that were rejected for one of these and are not covered themselves; each
    is judged again. `quoting`: rows of documents that stay, made again without what they quoted. `loop`: what the closed
    loop keeps of them. `exports`: lines by name. `objects`: files in the raw store that hold these documents, alone or among
    others."""

    documents: int
    batches: int
    rows: dict[str, int]
    answers: int
    vectors: int
    links: int
    loop: dict[str, int]
    exports: dict[str, int]
    objects: int
    twins: int
    quoting: int = 0

    def and_of(self, more: "Counts", whole: "Counts") -> "Counts":
        """Of a plan that has grown by `more` to `whole`; what was counted before may be gone by now."""
        return replace(
            whole, answers=self.answers + more.answers, vectors=self.vectors + more.vectors, links=self.links + more.links,
            twins=self.twins + more.twins, loop=_sums(self.loop, more.loop), exports=_sums(self.exports, more.exports),
        )  # fmt: skip


def _sums(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}


def count(project: Project, plan: Plan) -> Counts:
    from darwin_assets.export.erase import exports_with

    lake = project.lake
    by_table = plan.rows.group_by("level", "zone").len().sort("level", "zone")
    return Counts(
        documents=_documents(plan),
        batches=len(plan.batches),
        rows={f"{zone}/{level}": n for level, zone, n in by_table.iter_rows()},
        answers=find_answers(lake, plan.ids["id"].to_list()).height,
        vectors=find_vectors(lake, plan).height,
        links=find_links(lake, plan).height,
        loop={called: rows.height for called, rows in find_loop_rows(lake, plan).items()},
        exports=exports_with(lake, plan.root_ids, plan.ids["id"]),
        objects=plan.roots["raw_sha256"].drop_nulls().n_unique(),
        twins=find_twins(project, plan).height,
        quoting=find_quoting(plan).height,
    )


def _documents(plan: Plan) -> int:
    """A file that was opened meanwhile counts as what was in it."""
    unopened = plan.roots.filter(pl.col("root_id").is_null())
    opened = plan.roots.filter(pl.col("root_id").is_not_null())
    return opened.height + unopened.join(opened, on="landed_id", how="anti").height


def find_twins(project: Project, plan: Plan) -> pl.DataFrame:
    """Rejected rows of L2 whose survivor goes, and that the request does not cover: id, root_id, batch."""
    ours = pl.col("survivor_id").is_in(plan.ids["id"].implode()) & ~pl.col("root_id").is_in(plan.root_ids)
    return newest(project.lake, "rejected", "L2", lambda rows: rows.filter(ours).select("id", "root_id", "batch"))
