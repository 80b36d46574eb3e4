"""The code location: one Definitions object."""

import dagster as dg

from darwin_assets.automation import JOBS, SENSORS
from darwin_assets.closed_loop.action_assets import data_affordances, targeted_mix, validation
from darwin_assets.closed_loop.assets import capability_slices, diagnosis, evaluation_samples
from darwin_assets.executor import executor_named
from darwin_assets.export.assets import EXPORT_JOB, exports
from darwin_assets.ladder import ASSETS, QUESTION_ASSETS
from darwin_assets.lineage.assets import AUDIT, WEEKLY, audit_report
from darwin_assets.lineage.jobs import TRACE, row_trace
from darwin_assets.model_costs import model_costs
from darwin_assets.project import Project, open_project
from darwin_assets.reports.assets import OPENLINEAGE, REPORTS, compliance_report
from darwin_assets.takedown.jobs import takedown_job
from darwin_assets.textbook_reasoning.leak_check import planted_leaks
from darwin_assets.tier_twins.assets import tier_twins


def define(project: Project) -> dg.Definitions:
    """Assets, jobs and sensors over the resources of one project.

    Without an embedder `tier_twins` is no part of the graph: it could only fail, and with it every run of all assets.
    """
    return dg.Definitions(
        assets=[
            *ASSETS,
            *QUESTION_ASSETS,
            evaluation_samples,
            capability_slices,
            diagnosis,
            targeted_mix,
            data_affordances,
            validation,
            model_costs,
            exports,
            audit_report,
            row_trace,
            compliance_report,
            *([tier_twins] if project.embedder.is_set else []),
        ],
        asset_checks=[planted_leaks],
        jobs=[*JOBS, EXPORT_JOB, AUDIT, TRACE, REPORTS, takedown_job(project)],
        schedules=[WEEKLY],
        sensors=[*SENSORS, *OPENLINEAGE],
        resources=project.resources(),
        executor=executor_named(project.work.executor()),
    )


defs = define(open_project())
