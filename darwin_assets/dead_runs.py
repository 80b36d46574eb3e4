"""Clears up after runs of the command line whose process was killed: a run that cannot say that it ended keeps its place
in a concurrency pool, and the next one would wait for it without end.
"""

import os
import socket

import dagster as dg

HOST_TAG, PROCESS_TAG = "darwin/host", "darwin/process"


def process_tags() -> dict[str, str]:
    """Tags that say which process works on a run."""
    return {HOST_TAG: socket.gethostname(), PROCESS_TAG: str(os.getpid())}


def end_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs of dead processes of this host as failed and free what they hold in pools; returns their ids.

    Runs that a daemon launched carry no process tag and are left to Dagster's run monitoring.
    """
    unfinished = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING],
        tags={HOST_TAG: socket.gethostname()},
    )
    dead = [run for run in instance.get_runs(unfinished) if not _is_alive(int(run.tags[PROCESS_TAG]))]
    for run in dead:
        instance.report_run_failed(run, "the process of this run was killed")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in dead]


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
