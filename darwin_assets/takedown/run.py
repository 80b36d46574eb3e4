"""Carries a take-down out, step by step. Each step may be done again, so one that was killed is done from the first step on.

plan → block list → fingerprints of the texts → rows → raw bytes → answers, vectors, links, labels and samples, exports →
Dagster's storage → twins → rows that quoted → old files → rows once more → search → certificate.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from darwin_assets.project import Project
from darwin_assets.takedown import steps
from darwin_assets.takedown.count import Counts, count
from darwin_assets.takedown.old_files import Grace
from darwin_assets.takedown.plan import make_plan, store_plan, stored_plan, united
from darwin_assets.takedown.request import MEANING, Kind, Request
from darwin_assets.takedown.state import (
    DONE,
    REQUEST,
    State,
    all_requests,
    as_json,
    find_request,
    open_request,
    salt_of,
    unfinished,
)
from darwin_assets.takedown.steps import Job
from resources.errors import DarwinError, redacted
from resources.lake import Lake

GRACE = Grace()
Step = Callable[[Job], dict[str, Any]]

STEPS: dict[str, Step] = {
    "block list": steps.block,
    "fingerprints": steps.fingerprint,
    "rows": steps.erase_rows,
    "raw bytes": steps.erase_raw,
    "answers": steps.erase_answers,
    "vectors": steps.erase_vectors,
    "links": steps.erase_links,
    "labels and samples": steps.erase_loop_rows,
    "exports": steps.erase_exports,
    "Dagster": steps.erase_dagster,
    "twins": steps.elect_twins,
    "quoting rows": steps.make_quoting_rows,
    "old files": steps.remove_old_files,
    "second look": steps.look_again,
    "search": steps.search,
    "certificate": steps.certify,
}


@dataclass(frozen=True)
class Outcome:
    """What a take-down came to. `clean`: the search found nothing. `seconds` by step."""

    request: str
    counts: Counts
    clean: bool
    seconds: dict[str, float] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)


def dry_run(project: Project, request: Request) -> Counts:
    """What a request is about; nothing is changed. DarwinError as `plan.make_plan`."""
    with redacted("look for what is to be taken down"):
        return count(project, make_plan(project, request))


def take_down(
    project: Project, instance: dg.DagsterInstance | None, request: Request, by: str, reason: str, grace: Grace = GRACE
) -> Outcome:
    """Erase what a request is about, or go on where the same request was cut off.

    DarwinError when nobody answers for it, or when it is about nothing that is here.
    """
    if not by.strip() or not reason.strip():
        raise DarwinError("a take-down names who asks for it and why")
    with redacted("plan a take-down"):
        _tidy(project.lake)
        state = open_request(project.lake, request.number(salt_of(project.lake)))
        if state.get(REQUEST) is None:
            _begin(project, state, request, by.strip(), reason.strip())
    return carry_out(project, instance, state, grace)


def _begin(project: Project, state: State, request: Request, by: str, reason: str) -> None:
    """Write down what is asked and what it is about; from here on another process can go on."""
    plan = make_plan(project, request)
    if plan.roots.is_empty() and request.kind not in (Kind.URI, Kind.PREFIX):
        raise DarwinError(f"nothing here is {MEANING[request.kind]}: nothing was done")
    earlier = stored_plan(state)
    plan = store_plan(state, plan) if earlier is None else store_plan(state, united(earlier, plan), again=True)
    about = {
        "request": state.request, "kind": request.kind.value, "asked": request.shown(), "by": by, "reason": reason,
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "counts": asdict(count(project, plan)),
    }  # fmt: skip
    state.put_new(REQUEST, as_json(about))


def resume(
    project: Project, instance: dg.DagsterInstance | None, request: str | None, grace: Grace = GRACE
) -> list[Outcome]:
    """Finish one take-down that was cut off, or all of them. DarwinError when there is none of this number."""
    _tidy(project.lake)
    chosen = unfinished(project.lake) if request is None else [find_request(project.lake, request)]
    return [carry_out(project, instance, state, grace) for state in chosen]


def carry_out(project: Project, instance: dg.DagsterInstance | None, state: State, grace: Grace = GRACE) -> Outcome:
    """All steps of a planned take-down."""
    plan, about = stored_plan(state), state.get_json(REQUEST)
    if about is None or plan is None or state.is_done:
        raise DarwinError(f"take-down {state.request} is finished")
    job = Job(project, instance, state, about, plan, grace)
    seconds: dict[str, float] = {}
    facts: dict[str, dict[str, Any]] = {}
    for name, step in STEPS.items():
        begun = time.monotonic()
        with redacted(f"take-down {state.request}, {name}"):
            facts[name] = step(job)
        seconds[name] = round(time.monotonic() - begun, 3)
    outcome = Outcome(state.request, job.counts, bool(facts["search"].get("clean", True)), seconds, facts)
    if outcome.clean:
        _close(state, job.about, outcome)
    return outcome


def _close(state: State, about: dict[str, Any], outcome: Outcome) -> None:
    """Say that it is done, then forget what it was about: the plan knows addresses, the fingerprints guesses of the text."""
    said = about | {"asked": "an address"} if about["kind"] == Kind.URI else about
    state.put_json(DONE, said | {"done": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": outcome.seconds})
    _forget(state)


def _tidy(lake: Lake) -> None:
    """Do what take-downs that were killed at their very end have left to do."""
    for state in all_requests(lake):
        if state.is_done:
            _forget(state)


def _forget(state: State) -> None:
    for name in steps.TEMPORARY:
        state.remove(name)
    said = state.get_json(DONE)
    if said is not None and state.get_json(REQUEST) != said:
        state.put_json(REQUEST, said)


def overview(lake: Lake) -> list[dict[str, Any]]:
    """Every take-down with its state (`finished` or `cut off`), kind, what was asked, by whom, when."""
    found = []
    for state in all_requests(lake):
        about = state.get_json(DONE) or state.get_json(REQUEST) or {}
        found.append(
            {"request": state.request, "state": "finished" if state.is_done else "cut off"}
            | {name: about.get(name) for name in ("kind", "asked", "by", "reason", "at", "done")}
        )
    return found
