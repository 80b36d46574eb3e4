"""Write-audit-publish: how a batch gets from one level to the next. Knows no Dagster.

build → candidate (own zone) → suite on its metric columns → verdict in the ledger → on a pass, one commit to `published`.
Each stage of this can be cut off at any moment and run again: a finished candidate is found and audited again, a published
batch is found and left alone.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from checks.gate import Result, load_engine
from checks.suites import Suite
from darwin_assets.answer_facts import drift_facts
from darwin_assets.audit import batch_facts, enforce_permissions, metrics, rejected_by_rule
from darwin_assets.contract import COMMON, REJECTION, UNSTORED_WHEN_REJECTED
from darwin_assets.levels import LEVELS, Level
from darwin_assets.seals import is_sealed, seal
from darwin_assets.taken_down import Watch
from darwin_assets.tiers import raise_tiers
from darwin_assets.verdicts import Candidate, Waiver, decide, hash_of, results_of, verdict_id
from resources.block_list import BlockList
from resources.chain import Chain
from resources.errors import Conflict, Unpublished
from resources.gate_ledger import GateLedger, Verdict
from resources.lake import Lake

MAX_PUBLISH_ATTEMPTS = 20
PUBLISHED = "published"
"""Why a partition was sealed."""
INDEXED = ("id", "root_id", "n_chars")


@dataclass(frozen=True)
class Publication:
    """A published batch of a level, pinned: rows read through it cannot change underneath."""

    level: str
    batch: str
    version: int
    verdict: Verdict


@dataclass(frozen=True)
class Promotion:
    """What a step came to. `reused`: nothing was done, the same input had been published by the same recipe and suite."""

    verdict: Verdict
    results: list[Result]
    reused: bool
    version: int | None


@dataclass(frozen=True)
class Operation:
    """What one step does to one batch.

    `build` makes the finished rows (COMMON + `columns` + REJECTION) from the parents, given the version of the level's own
    published table; `exclusive` says that they depend on that version, so that publishing must be refused when it moved.
    """

    level: Level
    columns: dict[str, pl.DataType]
    recipe: str
    build: Callable[[pl.DataFrame, int], pl.DataFrame]
    exclusive: bool = False


def schema_of(zone: str, columns: dict[str, pl.DataType]) -> dict[str, pl.DataType]:
    """The columns of a level's table in a zone."""
    rows = {**COMMON, **columns}
    if zone == "candidate":
        return {**rows, **REJECTION, "candidate_key": pl.String()}
    if zone == "published":
        return {**rows, "verdict": pl.String()}
    kept_out = {name: dtype for name, dtype in rows.items() if name not in UNSTORED_WHEN_REJECTED}
    return {**kept_out, **REJECTION, "verdict": pl.String()}


def find_publication(lake: Lake, ledger: GateLedger, level: str, batch: str) -> Publication | None:
    """The pinned publication of a batch, or None. LakeError when its rows name a verdict that no gate gave."""
    version = lake.version("published", level)
    named = lake.scan("published", level, version).filter(pl.col("batch") == batch).select("verdict").head(1).collect()
    if named.height == 0:
        return None
    verdict = ledger.find(named["verdict"][0])
    if (verdict.level, verdict.batch) != (level, batch) or not verdict.opens:
        raise Unpublished(f"{level}/{batch} holds rows whose verdict {verdict.verdict} did not let them through")
    return Publication(level, batch, version, verdict)


def published(lake: Lake, ledger: GateLedger, level: str, batch: str) -> Publication:
    """The pinned publication of a batch; Unpublished when no gate has let it through."""
    found = find_publication(lake, ledger, level, batch)
    if found is None:
        raise Unpublished(
            f"{level}/{batch} is not published: materialize {level} for this batch and pass its gate first"
        )
    return found


def read_published(lake: Lake, found: Publication, columns: list[str] | None = None) -> pl.DataFrame:
    return lake.read("published", found.level, found.batch, found.version, columns)


def read_rejected(lake: Lake, found: Publication) -> pl.DataFrame:
    """The rows that were not kept by the very verdict that published the batch."""
    version = lake.version("rejected", found.level)
    rows = lake.read("rejected", found.level, found.batch, version)
    return rows.filter(pl.col("verdict") == found.verdict.verdict)


def input_key(level: str, batch: str, upstream: str, recipe: str) -> str:
    """Identifies what a step makes a batch of: by `recipe` from the parents that `upstream` names."""
    return hash_of(level, batch, upstream, recipe)


def promote(
    lake: Lake,
    ledger: GateLedger,
    suite: Suite,
    operation: Operation,
    batch: str,
    upstream: str,
    parents: pl.DataFrame,
    *,
    run_id: str,
    waiver: Waiver | None = None,
    again: bool = False,
) -> Promotion:
    """Take one batch through a level. `upstream` identifies what the parents are (the verdict that published them).

    Returns with a verdict that opens or does not; only the former has published. Conflict when another run works on the
    same batch. `again`: also where this input has been published, because what it was judged against has changed.
    """
    level = operation.level.name
    key = input_key(level, batch, upstream, operation.recipe)
    watch = Watch(lake, level, batch, parents)
    watch.before_writing()
    current = find_publication(lake, ledger, level, batch)
    if not again and current and current.verdict.input_key == key and current.verdict.suite_sha256 == suite.sha256:
        dropped = _drop_stale_rejected(lake, current)
        named = ["id", "root_id", "parents", "uri", *({"locator", "content_sha256"} & {*operation.columns})]
        watch.take_back(read_published(lake, current, named))
        if dropped or not is_sealed(lake, level, batch, current.verdict.verdict):
            seal(lake, level, batch, PUBLISHED, verdict=current.verdict.verdict)
        return Promotion(current.verdict, results_of(current.verdict), True, current.version)
    load_engine()
    for attempt in range(MAX_PUBLISH_ATTEMPTS):
        seen = lake.version("published", level)
        begun = time.monotonic()
        candidate_version, rows = _candidate(
            lake, ledger, suite, operation, batch, key, parents, seen, watch, run_id=run_id, waived=waiver is not None
        )
        verdict, results = _audit(
            lake, ledger, suite, operation, batch, key, candidate_version, rows, parents,
            waiver=waiver, run_id=run_id, begun=begun,
        )  # fmt: skip
        watch.take_back(rows)
        if not verdict.opens:
            return Promotion(verdict, results, False, None)
        try:
            version = _publish(lake, operation, verdict, rows, seen)
        except Conflict:
            # somebody published to this level meanwhile: what was built may hold a twin of theirs
            if not operation.exclusive or attempt + 1 == MAX_PUBLISH_ATTEMPTS:
                raise
        else:
            watch.take_back(rows)
            seal(lake, level, batch, PUBLISHED, verdict=verdict.verdict)
            return Promotion(verdict, results, False, version)
    raise AssertionError("unreachable")


def _candidate(
    lake: Lake, ledger: GateLedger, suite: Suite, operation: Operation, batch: str, key: str, parents: pl.DataFrame,
    seen: int, watch: Watch, *, run_id: str, waived: bool,
) -> tuple[int, pl.DataFrame]:  # fmt: skip
    """Version and rows of a candidate for this input: the one that stands there, or a new one.

    One on which this suite has closed the gate is built again, for what failed may have been a server that is back by
    now; only a waiver is about the candidate that was judged.
    """
    level = operation.level.name
    candidate_key = hash_of(key, str(seen)) if operation.exclusive else key
    version = lake.version("candidate", level)
    found = lake.scan("candidate", level, version).filter(pl.col("batch") == batch).select("candidate_key").head(1)
    stands = found.collect().to_series().to_list() == [candidate_key]
    if stands and not waived:
        fingerprint = lake.fingerprint("candidate", level, batch, version)
        stands = not ledger.refused(verdict_id(level, batch, fingerprint, suite))
    if not stands:
        rows = operation.build(parents, seen).with_columns(candidate_key=pl.lit(candidate_key))
        enforce_permissions(operation.level, rows, parents)
        watch.before_writing(rows)
        metadata = {"run": run_id, "batch": batch, "recipe": operation.recipe, "input": key}
        version = lake.write("candidate", level, batch, rows, metadata)
    return version, lake.read("candidate", level, batch, version)


def _audit(
    lake: Lake, ledger: GateLedger, suite: Suite, operation: Operation, batch: str, key: str, version: int,
    rows: pl.DataFrame, parents: pl.DataFrame, *, waiver: Waiver | None, run_id: str, begun: float,
) -> tuple[Verdict, list[Result]]:  # fmt: skip
    level = operation.level.name
    enforce_permissions(operation.level, rows, parents)
    facts = batch_facts(rows, parents)
    if "n_pieces" in facts:
        facts |= drift_facts(facts, ledger.all(), level, batch)
    candidate = Candidate(
        level,
        batch,
        key,
        operation.recipe,
        lake.fingerprint("candidate", level, batch, version),
        version,
        run_id,
        begun,
    )
    verdict, results = decide(candidate, suite, metrics(rows, parents), facts, rejected_by_rule(rows), waiver)
    ledger.record(verdict)
    return verdict, results


def _publish(lake: Lake, operation: Operation, verdict: Verdict, rows: pl.DataFrame, seen: int) -> int:
    """Rejected rows first, then the one commit that makes the batch visible, then the end of the older rejected rows."""
    level, batch = verdict.level, verdict.batch
    metadata = {
        "run": verdict.run_id, "batch": batch, "recipe": verdict.recipe, "verdict": verdict.verdict,
        "suite": verdict.suite_sha256, "candidate_version": str(verdict.candidate_version),
    }  # fmt: skip
    rows = rows.with_columns(verdict=pl.lit(verdict.verdict))
    kept, rejected = (
        rows.filter(keep) for keep in (pl.col("rejected_by").is_null(), pl.col("rejected_by").is_not_null())
    )
    columns = operation.columns
    rejected_seen = lake.version("rejected", level)
    older = lake.read("rejected", level, batch, rejected_seen)
    others = older.filter(pl.col("verdict") != verdict.verdict)
    # rows of this very verdict are left as they are: the run that wrote them may have sealed them
    if others.height == older.height:
        names = list(schema_of("rejected", columns))
        both = pl.concat([others.select(names), rejected.select(names)])
        lake.write("rejected", level, batch, both, metadata, since=rejected_seen)
    # a waiver lets rows through, but only a gate that passed is evidence for a tier
    kept = raise_tiers(kept, level, verdict.verdict) if verdict.passed else kept
    kept = kept.select(list(schema_of("published", columns)))
    condition = {"only_if_version" if operation.exclusive else "since": seen}
    version = lake.write("published", level, batch, kept, metadata, **condition)
    _drop_stale_rejected(lake, Publication(level, batch, version, verdict))
    return version


def _drop_stale_rejected(lake: Lake, found: Publication) -> bool:
    """Take out the rejected rows of other verdicts; whether there were any."""
    seen = lake.version("rejected", found.level)
    rows = lake.read("rejected", found.level, found.batch, seen)
    current = rows.filter(pl.col("verdict") == found.verdict.verdict)
    if current.height == rows.height:
        return False
    metadata = {"run": found.verdict.run_id, "batch": found.batch, "verdict": found.verdict.verdict}
    lake.write("rejected", found.level, found.batch, current, metadata, since=seen)
    return True


def create_tables(lake: Lake, ledger: GateLedger, columns_of: dict[str, dict[str, pl.DataType]]) -> int:
    """Make every table that is missing; returns how many were made."""
    made = [ledger.create(), Chain(lake=lake).create(), BlockList(lake=lake).create()]
    for level, columns in columns_of.items():
        for zone in ("candidate", "published", "rejected"):
            schema = schema_of(zone, columns)
            made.append(lake.create_table(zone, LEVELS[level].name, schema, "batch", INDEXED))
    return sum(made)
