"""The steps of a take-down. Each brings one part of the project to where it must be, whatever has been done of it before."""

from dataclasses import asdict, dataclass, field
from typing import Any

import dagster as dg
import polars as pl

from darwin_assets.project import Project
from darwin_assets.takedown import erasure, loop_rows, old_files, stored_windows
from darwin_assets.takedown.blocking import entries
from darwin_assets.takedown.count import Counts, count
from darwin_assets.takedown.election import PLANNED, Elected, elect
from darwin_assets.takedown.findings import Findings
from darwin_assets.takedown.old_files import Grace
from darwin_assets.takedown.plan import PLAN_FILE, Plan, new_in, plan_of, store_plan, united
from darwin_assets.takedown.quoting import make_again
from darwin_assets.takedown.raw import erase_raw as erase_raw_bytes
from darwin_assets.takedown.request import Kind, Request
from darwin_assets.takedown.resolve import find_roots
from darwin_assets.takedown.state import REQUEST, State, all_requests
from darwin_assets.takedown.stored_windows import WINDOWS_FILE
from darwin_assets.takedown.texts import staying_texts
from resources.block_list import BlockList
from resources.erasing import delete_answers
from resources.errors import DarwinError
from resources.export_store import ExportStore

IDS_FILE = "ids.parquet"
TEMPORARY = (WINDOWS_FILE, PLANNED, PLAN_FILE)
"""What is removed at the end; the plan last, since without it a take-down counts as not begun."""
SPOKEN = (Kind.ROW, Kind.SOURCE, Kind.LICENCE)
"""Kinds of request whose value is no address, and nothing of a text."""
Facts = dict[str, Any]


@dataclass
class Job:
    """One take-down on its way. `plan` grows when something was made of its documents before they were blocked."""

    project: Project
    instance: dg.DagsterInstance | None
    state: State
    about: dict[str, Any]
    plan: Plan
    grace: Grace
    elected: list[Elected] = field(default_factory=list)
    findings: Findings | None = None

    @property
    def request(self) -> str:
        return self.state.request

    @property
    def counts(self) -> Counts:
        return Counts(**self.about["counts"])


def block(job: Job) -> Facts:
    """Put the documents on the block list, then look again: what was made of them before is in the plan from here on."""
    kind = Kind(job.about["kind"])
    value = job.about["asked"] if kind in (Kind.URI, Kind.PREFIX) else None
    lake = job.project.lake
    while True:
        BlockList(lake=lake).block(job.request, entries(lake, kind, value, job.plan))
        grown = plan_of(job.project, pl.concat([job.plan.roots, _asked_again(job)]))
        merged = united(job.plan, grown)
        if merged.size == job.plan.size:
            break
        _count_new(job, merged)
        job.plan = store_plan(job.state, merged, again=True)
    job.state.put_frame(IDS_FILE, job.plan.ids)
    return {"documents": job.counts.documents}


def _count_new(job: Job, grown: Plan) -> None:
    """Bring the counts up to a plan that has grown, before what is new in it is erased."""
    more, whole = (count(job.project, one) for one in (new_in(grown, job.plan), grown))
    job.about |= {"counts": asdict(job.counts.and_of(more, whole))}
    job.state.put_json(REQUEST, job.about)


def _asked_again(job: Job) -> pl.DataFrame:
    """What the request is about now, where it can be told from what is stored of it: more may have landed since."""
    kind = Kind(job.about["kind"])
    if kind not in (Kind.URI, Kind.PREFIX, Kind.SOURCE, Kind.LICENCE):
        return job.plan.roots.clear()
    return find_roots(job.project, Request.make(kind, job.about["asked"]))


def fingerprint(job: Job) -> Facts:
    """Fingerprints of every text that goes, made while the texts are there."""
    stored_windows.cover(job.project, job.state, job.plan)
    return {}


def erase_rows(job: Job) -> Facts:
    touched = erasure.erase_rows(job.project, job.plan, job.request)
    erasure.erase_landed(job.project, job.plan, job.request)
    erasure.seal_again(job.project.lake, touched | erasure.partitions(job.plan), job.request)
    return {}


def erase_raw(job: Job) -> Facts:
    """The bytes of the documents, here and in drops that were set aside."""
    erased = job.plan.roots.select(
        id="root_id", parents=pl.concat_list("landed_id"), raw_sha256="raw_sha256", content_sha256="content_sha256",
        batch="batch", locator=pl.when(pl.col("root_id").is_not_null()).then(pl.col("locator").fill_null("")),
    )  # fmt: skip
    return asdict(erase_raw_bytes(job.project, erased, job.request))


def erase_answers(job: Job) -> Facts:
    """Answers about these rows, and about those of earlier take-downs: a step that was killed may have left some."""
    ids = [job.plan.ids["id"]]
    for state in all_requests(job.project.lake):
        earlier = state.get_frame(IDS_FILE)
        ids += [earlier["id"]] if earlier is not None else []
    delete_answers(job.project.lake, pl.concat(ids).unique().to_list(), {"takedown": job.request})
    return {}


def erase_vectors(job: Job) -> Facts:
    erasure.erase_vectors(job.project, job.plan, job.request)
    return {}


def erase_links(job: Job) -> Facts:
    erasure.erase_links(job.project, job.plan, job.request)
    return {}


def erase_loop_rows(job: Job) -> Facts:
    loop_rows.erase_loop_rows(job.project, job.plan, job.request)
    return {}


def erase_exports(job: Job) -> Facts:
    """Lines of exports, and whatever an unfinished export has written so far."""
    from darwin_assets.export.erase import erase_rows as erase_lines

    ExportStore(job.project.lake).sweep()
    return {"exports": [asdict(one) for one in erase_lines(job.project.lake, job.plan.root_ids, job.plan.ids["id"])]}


def erase_dagster(job: Job) -> Facts:
    """Previews and excerpts in Dagster's event log."""
    if job.instance is None:
        return {}
    from darwin_assets.takedown import dagster_storage

    keys, known = stored_windows.read(job.state)
    return {
        "events": dagster_storage.erase(job.instance, job.plan.ids["id"].to_list(), job.plan.batches, keys[~known.mask])
    }


def elect_twins(job: Job) -> Facts:
    """Documents that were rejected for one that is gone are judged again."""
    job.elected = elect(job.project, job.instance, job.plan.ids, job.request)
    return {"elected": [asdict(one) for one in job.elected]}


def make_quoting_rows(job: Job) -> Facts:
    """Rows of documents that stay, which went for what they quoted."""
    return {"made_again": [asdict(one) for one in make_again(job.project, job.instance, job.plan, job.request)]}


def remove_old_files(job: Job) -> Facts:
    """Files of earlier versions, and those that killed writers left, in the partitions of these documents."""
    return {"removed": old_files.remove(job.project.lake, job.plan, job.grace)}


def look_again(job: Job) -> Facts:
    """Rows and answers of a step that was writing them all the while the block list was written.

    What has landed meanwhile and is covered goes in the same way as all that was there before.
    """
    known = job.plan.size
    block(job)
    if job.plan.size != known:
        for step in ERASING:
            step(job)
    touched = erasure.erase_rows(job.project, job.plan, job.request)
    if touched:
        erasure.seal_again(job.project.lake, touched, job.request)
        remove_old_files(job)
    erase_answers(job)
    return {"partitions": len(touched)}


ERASING = (
    fingerprint, erase_rows, erase_raw, erase_answers, erase_vectors, erase_links, erase_loop_rows, erase_exports,
    erase_dagster, elect_twins, make_quoting_rows, remove_old_files,
)  # fmt: skip
"""All that comes between the block list and the search, in its order."""


def search(job: Job) -> Facts:
    """Look for the fingerprints in every file of the lake, the landing zone, the home and Dagster's storage."""
    from darwin_assets.takedown.places import places_of
    from darwin_assets.takedown.search import search as look
    from darwin_assets.takedown.windows import shared

    keys, known = stored_windows.read(job.state)
    job.findings = look(places_of(job.project, job.instance), keys, known)
    if not job.findings.clean:
        # a twin that was elected says the same, and so do the answers about it; and a writer that came too late to commit
        # has left what it read before
        remove_old_files(job)
        known = shared(keys, staying_texts(job.project, job.plan))
        job.findings = look(places_of(job.project, job.instance), keys, known)
    return {"clean": job.findings.clean, **job.findings.as_json()}


def certify(job: Job) -> Facts:
    """Write the certificate, which puts its link into the chain."""
    from darwin_assets.takedown.certificate import Certified, write

    if job.findings is None:
        raise DarwinError("a certificate says what a search has found: search first")
    counts = job.counts
    numbers = {name: getattr(counts, name) for name in ("documents", "answers", "vectors", "links", "objects")}
    erased = {
        **numbers,
        **counts.rows,
        **counts.loop,
        **{f"export {name}": n for name, n in counts.exports.items()},
    }
    elected = [{name: str(value) for name, value in asdict(one).items() if value is not None} for one in job.elected]
    certified = Certified(
        job.request, job.about["kind"], job.about["by"], job.about["reason"], job.about["at"], erased, elected,
        job.findings, job.about["asked"] if Kind(job.about["kind"]) in SPOKEN else None,
    )  # fmt: skip
    return {"sha256": write(job.project, certified)}
