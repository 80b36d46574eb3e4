"""Runs a batch from the command line, in this process, through the same job that the UI starts."""

import json
import logging
from dataclasses import asdict, dataclass, field
from typing import Any

import dagster as dg

from darwin_assets.batches import BATCHES, EVALUATIONS, check_key
from darwin_assets.dead_runs import end_dead_runs, process_tags
from darwin_assets.gate_shown import GATE
from darwin_assets.landing_desk import make_known
from darwin_assets.levels import BUILT, TABLES, path_to
from darwin_assets.project import Project
from darwin_assets.verdicts import Waiver
from resources.errors import DarwinError

OF_BATCHES = (*TABLES, "affordances")
OF_EVALUATIONS = ("closed_loop", "mix")
"""What can be made of a drop: levels of documents, and jobs."""

REPOSITORY_TAG, REPOSITORY = ".dagster/repository", "__repository__@darwin_assets"
"""By which the pages of jobs in the UI find their runs; workspace.yaml names the code location."""


@dataclass(frozen=True)
class LevelReport:
    """What one level came to in this run."""

    level: str
    n_in: int
    n_kept: int
    n_rejected: int
    rejected_by: dict[str, int]
    said: str
    seconds: float


@dataclass(frozen=True)
class RunReport:
    """`error` is one line for a person, None when everything went through."""

    batch: str
    run_id: str
    levels: list[LevelReport] = field(default_factory=list)
    gate_closed: bool = False
    error: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def run_batch(
    project: Project,
    instance: dg.DagsterInstance,
    batch: str,
    to: str | None = None,
    waiver: tuple[str | None, str | None] = (None, None),
) -> RunReport:
    """Materialize the levels of one batch up to `to` (L5), or what it affords; of an evaluation its diagnosis, or its mix.

    DarwinError when there is no such batch, or nothing of that name is made of it.
    """
    from darwin_assets.definitions import define

    if to is not None and to not in (*OF_BATCHES, *OF_EVALUATIONS):
        raise DarwinError(f"{to!r} is not a level that can be run: one of {', '.join(OF_BATCHES)}")
    try:
        check_key(batch)
    except ValueError as error:
        raise DarwinError(str(error)) from None
    if _is_evaluation(project, instance, batch):
        job, assets, gated = _plan_of_evaluation(to or "closed_loop")
    else:
        job, assets, gated = _plan_of_batch(to or BUILT[-1])
    end_dead_runs(instance)
    result = (
        define(project)
        .resolve_job_def(job)
        .execute_in_process(
            instance=instance,
            partition_key=batch,
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            run_config=_run_config(gated, waiver),
            raise_on_error=False,
            tags=process_tags() | {REPOSITORY_TAG: REPOSITORY},
        )
    )
    _tell_openlineage(project, result.run_id)
    return _report(project, batch, result)


def _is_evaluation(project: Project, instance: dg.DagsterInstance, key: str) -> bool:
    """Whether a key is that of an evaluation. DarwinError where nothing has landed under it."""
    for partitions in (EVALUATIONS, BATCHES):
        if key in instance.get_dynamic_partitions(partitions.name or ""):
            return partitions is EVALUATIONS
    if key in project.landing.taken_keys():
        # a landing that was cut off after it took the drop has left the key there and nowhere else
        return make_known(project, instance, key)
    raise DarwinError(f"batch {key} is not known: `darwin land` makes one and prints its key")


Plan = tuple[str, list[str], list[str]]
"""Job, its assets that are wanted, and those of them that have a gate."""


def _plan_of_batch(to: str) -> Plan:
    from darwin_assets.automation import AFFORDANCES, QUESTIONS, WHOLE_LADDER
    from darwin_assets.ladder import SPECS

    if to not in OF_BATCHES:
        raise DarwinError(f"{to!r} is made of evaluations, not of documents: one of {', '.join(OF_BATCHES)}")
    if to == AFFORDANCES.name:
        return AFFORDANCES.name, ["data_affordances"], []
    wanted = [SPECS[level].asset for level in path_to(to)]
    return (WHOLE_LADDER if to in BUILT else QUESTIONS).name, ["landed_files", *wanted], wanted


def _plan_of_evaluation(to: str) -> Plan:
    from darwin_assets.automation import CLOSED_LOOP, MIX, OF_CLOSED_LOOP

    if to not in OF_EVALUATIONS:
        raise DarwinError(f"{to!r} is made of documents, not of an evaluation: {' or '.join(OF_EVALUATIONS)}")
    if to == MIX.name:
        return MIX.name, ["targeted_mix"], ["targeted_mix"]
    return CLOSED_LOOP.name, OF_CLOSED_LOOP, OF_CLOSED_LOOP[:1]


def _tell_openlineage(project: Project, run_id: str) -> None:
    """A run is as good without anybody being told of it, so that a server that is away is a warning."""
    from darwin_assets.reports.emit import emit_run

    try:
        emit_run(project.work, project.lake, project.ledger, run_id)
    except DarwinError as error:
        logging.getLogger(__name__).warning("%s", error)


def _run_config(assets: list[str], waiver: tuple[str | None, str | None]) -> dict[str, Any]:
    # the terminal shows a report of its own; the event log keeps everything
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    approver, reason = waiver
    if approver is None and reason is None:
        return config
    waive = {"waive": asdict(Waiver(approver or "", reason or ""))}
    return config | {"ops": {asset: {"config": waive} for asset in assets}}


def _report(project: Project, batch: str, result: dg.ExecuteInProcessResult) -> RunReport:
    evaluations = [one for one in result.get_asset_check_evaluations() if one.check_name == GATE]
    levels = [_level(project, str(one.metadata["verdict"].value), one.description or "") for one in evaluations]
    failures = [event for event in result.all_events if event.is_step_failure]
    if result.success and levels and levels[-1].said == "closed":
        said = f"gate of {levels[-1].level} is closed for {batch}: {evaluations[-1].description}"
        return RunReport(batch, result.run_id, levels, True, said)
    if result.success:
        return RunReport(batch, result.run_id, levels)
    closed = (
        bool(evaluations) and not evaluations[-1].passed and evaluations[-1].severity is dg.AssetCheckSeverity.ERROR
    )
    return RunReport(batch, result.run_id, levels, closed, _failure(failures))


def _level(project: Project, verdict: str, said: str) -> LevelReport:
    one = project.ledger.find(verdict)
    reused = "nothing to do" in said
    gate = "waived" if one.waived else "passed" if one.passed else "closed"
    return LevelReport(
        one.level,
        one.n_in,
        one.n_kept,
        one.n_rejected,
        json.loads(one.facts).get("rejected_by", {}),
        f"{gate}, as before" if reused else gate,
        0.0 if reused else one.seconds,
    )


def _failure(failures: list[dg.DagsterEvent]) -> str:
    if not failures:
        return "the run failed before its first step; see the run in the UI"
    data = failures[0].step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error and error.cause:
        error = error.cause
    return error.message.strip().split(": ", 1)[-1] if error else "the step failed; see the run in the UI"
