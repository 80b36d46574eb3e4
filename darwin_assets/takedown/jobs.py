"""The take-down as a Dagster job: asked for in the UI or by a ticket system, with a dry run that is the default.

Dagster keeps the config of a run for ever. So an identifier and a text are never given there, only the name of a file or of
an environment variable where the run finds them; addresses may be given so too.
"""

import os
from dataclasses import asdict
from pathlib import Path

import dagster as dg

from darwin_assets.project import Project
from darwin_assets.takedown import run
from darwin_assets.takedown.count import Counts
from darwin_assets.takedown.request import UNSPOKEN, Kind, Request
from resources.errors import DarwinError, redacted
from resources.written import decoded


class TakedownConfig(dg.Config):
    """`value` in the clear, or `value_file` or `value_env` that name where it stands. `by` and `reason` are needed when
    `dry_run` is false."""

    kind: str
    value: str | None = None
    value_file: str | None = None
    value_env: str | None = None
    by: str = ""
    reason: str = ""
    dry_run: bool = True


def request_of(config: TakedownConfig) -> Request:
    """The request that a run is about. DarwinError when it is given in more than one way, or in one that would be kept."""
    given = [one for one in (config.value, config.value_file, config.value_env) if one]
    if len(given) != 1:
        raise DarwinError("give one of value, value_file (a path) and value_env (the name of a variable)")
    if config.kind in UNSPOKEN and config.value:
        raise DarwinError(f"Dagster keeps the config of a run: give a {config.kind} by value_file or value_env")
    data = _read(config)
    if config.kind == Kind.TEXT:
        return Request.of_document(Path(config.value_file) if config.value_file else None, data)
    return Request.make(config.kind, decoded(data, "what value_file or value_env names"))


def _read(config: TakedownConfig) -> bytes:
    if config.value_file:
        path = Path(config.value_file)
        if not path.is_file():
            raise DarwinError("value_file names no file on the machine of the run")
        return path.read_bytes()
    if config.value_env:
        if config.value_env not in os.environ:
            raise DarwinError(f"the run has no environment variable {config.value_env}")
        return os.environ[config.value_env].encode()
    return (config.value or "").encode()


def takedown_job(project: Project) -> dg.JobDefinition:
    """The job over one project."""

    @dg.op(description="Shows what a take-down would erase; erases it when `dry_run` is false.", out=dg.Out(dg.Nothing))
    def erase_documents(context: dg.OpExecutionContext, config: TakedownConfig) -> None:
        with redacted("take-down"):
            request = request_of(config)
            if config.dry_run:
                context.add_output_metadata(_numbers(run.dry_run(project, request)) | {"dry_run": True})
                return
            outcome = run.take_down(project, context.instance, request, config.by, config.reason)
        context.add_output_metadata(
            _numbers(outcome.counts)
            | {
                "dry_run": False,
                "request": outcome.request,
                "clean": outcome.clean,
                "seconds": sum(outcome.seconds.values()),
            }
        )
        if not outcome.clean:
            raise dg.Failure(
                f"take-down {outcome.request}: the search found what should be gone; see its certificate",
                allow_retries=False,
            )

    @dg.job(name="takedown", description="Takes documents back with everything made of them, and proves it.")
    def job() -> None:
        erase_documents()

    return job


def _numbers(counts: Counts) -> dict[str, int | dg.MetadataValue]:
    found = asdict(counts)
    nested = {name: dg.MetadataValue.json(found.pop(name)) for name in ("rows", "exports")}
    return {**found, **nested}
