"""The code location: one Definitions object."""

import dagster as dg

from darwin_assets.automation import JOBS, landing_sensor
from darwin_assets.ladder import ASSETS
from darwin_assets.project import Project, open_project


def define(project: Project) -> dg.Definitions:
    """Assets, jobs and the sensor over the resources of one project."""
    return dg.Definitions(
        assets=ASSETS,
        jobs=JOBS,
        sensors=[landing_sensor],
        resources=project.resources(),
        executor=dg.in_process_executor,
    )


defs = define(open_project())
