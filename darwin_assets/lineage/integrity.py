"""The audit of a whole lake: is everything there, unchanged, and by whom it should be?

Only reads. A batch that runs meanwhile changes tables while they are read: what is found then is looked at a second time,
and named when it is found again.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from darwin_assets.lineage.chain_checks import check_chain, check_head, check_ledger
from darwin_assets.lineage.commit_checks import Commits, check_commits
from darwin_assets.lineage.erased_checks import check_block_list, check_erased
from darwin_assets.lineage.evidence import Evidence
from darwin_assets.lineage.file_checks import ALL_SEALED, check_files, check_unsealed_files
from darwin_assets.lineage.findings import Finding
from darwin_assets.lineage.gather import gather
from darwin_assets.lineage.paper_checks import check_papers
from darwin_assets.lineage.raw_checks import check_raw
from darwin_assets.lineage.recipe_checks import check_recipes
from darwin_assets.lineage.row_checks import check_rows
from darwin_assets.project import Project
from darwin_assets.recipe import load_recipe
from resources.chain import Chain, Link
from resources.delta import without_row_contents
from resources.errors import LakeError

AUDITED = "audited"
LAKE = "lake"
SEEDS = 1 << 31


@dataclass(frozen=True)
class Audit:
    """What an audit came to. `head`: number and hash of the newest link; `looked_at`: how many of each thing."""

    findings: list[Finding]
    remarks: list[Finding]
    head: tuple[int, str]
    looked_at: dict[str, int]
    sample: pl.DataFrame | None = None

    @property
    def sound(self) -> bool:
        return not self.findings

    def counts(self) -> dict[str, int]:
        """Findings by check."""
        return dict(sorted(Counter(one.check for one in self.findings).items()))

    def as_json(self) -> dict[str, Any]:
        return {
            "sound": self.sound,
            "chain": {"links": self.head[0], "hash": self.head[1]},
            "looked_at": self.looked_at,
            "findings": [one.as_row() for one in self.findings],
            "remarks": [one.as_row() for one in self.remarks],
            "sample": None if self.sample is None else self.sample.to_dicts(),
        }


def audit(project: Project, *, sample: int = 0, seed: int | None = None, head: tuple[int, str] | None = None) -> Audit:
    """Check everything, make `sample` rows of each level and as many evaluations again, and enter the outcome in the chain.

    `seed` chooses the rows; by chance when it is None, and then told in the outcome. `head`: number and hash of the newest
    link as an earlier audit told them.
    """
    found = inspect(project, head)
    if sample:
        found = _with_sample(project, found, sample, secrets.randbelow(SEEDS) if seed is None else seed)
    try:
        enter(project, found)
    except LakeError as error:
        said = f"the outcome of this audit could not be entered: {error}"
        found = replace(found, findings=[*found.findings, Finding("file.unreadable", "ledger/chain", said)])
    return found


def _with_sample(project: Project, found: Audit, n_rows: int, seed: int) -> Audit:
    from darwin_assets.lineage.compare import DIFFERS
    from darwin_assets.lineage.sampling import replay_sample

    try:
        with without_row_contents("make a sample again"):
            rows = replay_sample(project, n_rows, seed)
    except LakeError as error:
        said = f"{error}: what is named above stands in the way"
        return replace(found, findings=[*found.findings, Finding("replay", LAKE, said)])
    differing = rows.filter(pl.col("status") == DIFFERS).iter_rows(named=True)
    named = [
        Finding("replay", f"{one['zone']}/{one['level']}/{one['batch']}", _differs(one), (one["id"],))
        for one in differing
    ]
    counts = {"replayed": rows.height, "seed": seed}
    return replace(found, findings=[*found.findings, *named], looked_at={**found.looked_at, **counts}, sample=rows)


def _differs(one: dict[str, Any]) -> str:
    columns = ", ".join(one["columns"])
    return f"{columns}: {one['detail']}" if one["detail"] else columns


def inspect(project: Project, head: tuple[int, str] | None = None) -> Audit:
    """Check everything and write nothing."""
    evidence = gather(project)
    found = list(_checked(evidence, head))
    if found:
        again = gather(project)
        if _has_moved(evidence, again):
            # what a running batch was in the middle of is not found a second time
            second = set(_checked(again, head))
            found = [one for one in found if one in second]
        evidence = again
    links = evidence.links
    newest = (links["seq"][-1], links["hash"][-1]) if links.height else (0, "")
    return Audit(
        [one for one in found if one.serious], [one for one in found if not one.serious], newest, _looked_at(evidence)
    )


def enter(project: Project, found: Audit) -> Link:
    """The outcome as a link of the chain: counts only."""
    payload = {"findings": found.counts(), "remarks": len(found.remarks), **found.looked_at}
    return Chain(lake=project.lake).append(AUDITED, LAKE, payload)


def _checked(evidence: Evidence, head: tuple[int, str] | None) -> Iterator[Finding]:
    commits = Commits(evidence.lake)
    yield from evidence.unreadable
    yield from check_chain(evidence)
    if head:
        yield from check_head(evidence, *head)
    yield from check_ledger(evidence)
    yield from check_recipes(evidence)
    yield from check_commits(evidence, commits)
    yield from check_files(evidence, commits)
    yield from check_unsealed_files(evidence)
    yield from check_rows(evidence)
    yield from check_raw(evidence, load_recipe(evidence.project.work.recipe_path()).acquire)
    yield from check_block_list(evidence)
    yield from check_erased(evidence)
    yield from check_papers(evidence)


def _has_moved(before: Evidence, after: Evidence) -> bool:
    return before.versions != after.versions or before.links.height != after.links.height


def _looked_at(evidence: Evidence) -> dict[str, int]:
    listed = [files for (zone, _), files in evidence.files.items() if zone in ALL_SEALED]
    return {
        "links": evidence.links.height,
        "verdicts": evidence.verdicts.height,
        "seals": len(evidence.all_seals),
        "files": sum(files.height for files in listed),
        "bytes": sum(int(files["size_bytes"].cast(pl.Int64).sum()) for files in listed),
        "landed": evidence.rows("landed", "files", ["id"]).height,
    }
