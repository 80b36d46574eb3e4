"""OpenLineage events of the steps of the ladder, made from the lake: from the gate ledger, the recipe book and commits.

Two events a step: START and, when its gate opened, COMPLETE, else FAIL. The gate judges the candidate, which is therefore an
input with assertions; what it let through are the outputs. No event holds a value of a row.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from darwin_assets.acquire.landed import TABLE as LANDED_TABLE
from darwin_assets.acquire.landed import ZONE as LANDED_ZONE
from darwin_assets.contract import COMMON
from darwin_assets.ladder import SPECS
from darwin_assets.meanings import MEANING
from darwin_assets.tier import LevelSpec, carried_columns
from resources.delta import without_row_contents
from resources.lake import METADATA_PREFIX, Lake

if TYPE_CHECKING:
    from openlineage.client.event_v2 import InputDataset, OutputDataset, Run, RunEvent

PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python"
JOBS = "darwin"
"""Namespace of the jobs, which are named as the assets."""
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:darwin:openlineage")
_SEVERITIES = {"critical": "error", "warning": "warn"}


RECENT_COMMITS = 1000
"""Of each table, where the events of a run that has just ended are wanted: a log may have any number."""


@dataclass
class _Log:
    """The commits of the lake's tables that say what they are about, newest first; `limit` of each, None for all."""

    lake: Lake
    limit: int | None
    _read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def version(
        self, zone: str, name: str, batch: str, *, before: datetime | None = None, verdict: str | None = None
    ) -> int | None:
        """The last commit about a batch: before a moment, or by a verdict. None when the log no longer tells."""
        for one in self._commits(zone, name):
            if one.get(f"{METADATA_PREFIX}batch") != batch or (before and one["timestamp"] > before.timestamp() * 1000):
                continue
            if verdict is None or one.get(f"{METADATA_PREFIX}verdict") == verdict:
                return int(one["version"])
        return None

    def _commits(self, zone: str, name: str) -> list[dict[str, Any]]:
        from deltalake import DeltaTable

        uri = self.lake.table_uri(zone, name)
        if uri not in self._read:
            with without_row_contents(f"read the history of {zone}/{name}"):
                table = DeltaTable(uri, storage_options=self.lake.storage_options or None)
                self._read[uri] = table.history(self.limit)
        return self._read[uri]


def events(lake: Lake, verdicts: pl.DataFrame, recent: int | None = None) -> list[RunEvent]:
    """The events of those of these rows of the gate ledger that are about a level, in order of time. `recent`: how many
    commits of each table to look at, None for all.
    """
    log, of_levels = _Log(lake, recent), verdicts.filter(pl.col("level").is_in(list(SPECS)))
    return [event for row in of_levels.sort("at").iter_rows(named=True) for event in _events(log, row)]


def lines(found: Iterable[RunEvent]) -> str:
    """One event a line, as the client writes them."""
    from openlineage.client.serde import Serde

    return "".join(f"{Serde.to_json(event)}\n" for event in found)


def _events(log: _Log, row: dict[str, Any]) -> list[RunEvent]:
    from openlineage.client.event_v2 import Job, RunEvent, RunState
    from openlineage.client.facet_v2 import job_type_job

    spec = SPECS[row["level"]]
    ended = datetime.fromisoformat(row["at"])
    begun = ended - timedelta(seconds=row["seconds"])
    opened = row["passed"] or row["waived"]
    kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="DAGSTER", jobType="ASSET")
    job = Job(JOBS, spec.asset, facets={"jobType": kind})
    common: dict[str, Any] = {"job": job, "run": _run(row, opened), "producer": PRODUCER}
    inputs = _inputs(log, spec, row, begun)
    outputs = _outputs(log, spec, row) if opened else []
    state = RunState.COMPLETE if opened else RunState.FAIL
    return [
        RunEvent(eventType=RunState.START, eventTime=begun.isoformat(), inputs=inputs[:1], outputs=[], **common),
        RunEvent(eventType=state, eventTime=ended.isoformat(), inputs=inputs, outputs=outputs, **common),
    ]


def _run(row: dict[str, Any], opened: bool) -> Run:
    from openlineage.client.event_v2 import Run
    from openlineage.client.facet_v2 import error_message_run, tags_run

    stated = {
        "batch": row["batch"], "dagster_run": row["run_id"], "recipe": row["recipe"], "verdict": row["verdict"],
        "gate": "waived" if row["waived"] else "passed" if row["passed"] else "closed",
    }  # fmt: skip
    facets: dict[str, Any] = {
        "tags": tags_run.TagsRunFacet(
            tags=[
                tags_run.TagsRunFacetFields(key=key, value=str(value), source="DARWIN") for key, value in stated.items()
            ]
        )
    }
    if not opened:
        failed = [one["expectation"] for one in json.loads(row["results"]) if not one["success"]]
        said = f"gate of {row['level']} is closed: {', '.join(failed)}"
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(message=said, programmingLanguage="python")
    return Run(str(uuid.uuid5(_IDS, f"{row['verdict']}:{row['run_id']}")), facets=facets)


def _inputs(log: _Log, spec: LevelSpec, row: dict[str, Any], begun: datetime) -> list[InputDataset]:
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import data_quality_assertions_dataset as quality

    zone, table = _above(spec)
    read = log.version(zone, table, row["batch"], before=begun)
    assertions = [
        quality.Assertion(
            assertion=one["expectation"],
            success=one["success"],
            column=one["column"] or None,
            severity=_SEVERITIES.get(one["severity"]),
        )
        for one in json.loads(row["results"])
    ]
    judged = quality.DataQualityAssertionsDatasetFacet(assertions=assertions)
    namespace = _namespace(log.lake)
    return [
        InputDataset(namespace, f"{zone}/{table}", facets=_version(read)),
        InputDataset(
            namespace, f"candidate/{spec.level}", facets=_version(row["candidate_version"]),
            inputFacets={"dataQualityAssertions": judged},
        ),
    ]  # fmt: skip


def _outputs(log: _Log, spec: LevelSpec, row: dict[str, Any]) -> list[OutputDataset]:
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics

    made = []
    for zone, count in (("published", row["n_kept"]), ("rejected", row["n_rejected"])):
        version = log.version(zone, spec.level, row["batch"], verdict=row["verdict"])
        rows = statistics.OutputStatisticsOutputDatasetFacet(rowCount=count)
        facets = _version(version)
        if zone == "published":
            facets |= _columns(log.lake, spec)
        made.append(
            OutputDataset(
                _namespace(log.lake), f"{zone}/{spec.level}", facets=facets, outputFacets={"outputStatistics": rows}
            )
        )
    return made


def _columns(lake: Lake, spec: LevelSpec) -> dict[str, Any]:
    """The schema, and the column of the level above that each carried column comes from."""
    from openlineage.client.facet_v2 import column_lineage_dataset as lineage
    from openlineage.client.facet_v2 import schema_dataset as schema

    fields = [
        schema.SchemaDatasetFacetFields(name=name, type=str(dtype), description=MEANING.get(name))
        for name, dtype in {**COMMON, **spec.columns}.items()
    ]
    above = "/".join(_above(spec))
    carried = {**{name: name for name in carried_columns(spec)}, "parents": "id"}
    deps = {
        name: lineage.Fields(
            inputFields=[lineage.InputField(namespace=_namespace(lake), name=above, field=source)],
            transformationType="IDENTITY",
        )
        for name, source in carried.items()
    }
    return {
        "schema": schema.SchemaDatasetFacet(fields=fields),
        "columnLineage": lineage.ColumnLineageDatasetFacet(fields=deps),
    }


def _version(version: int | None) -> dict[str, Any]:
    from openlineage.client.facet_v2 import dataset_version_dataset

    if version is None:
        return {}
    return {"version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=str(version))}


def _above(spec: LevelSpec) -> tuple[str, str]:
    upstream = next((one for one in SPECS.values() if one.asset == spec.below), None)
    return ("published", upstream.level) if upstream else (LANDED_ZONE, LANDED_TABLE)


def _namespace(lake: Lake) -> str:
    """As OpenLineage names stores: `s3://bucket/lake`, and `file` for a folder of this machine, whose name is nobody's."""
    return "file" if lake.is_local() else lake.uri.rstrip("/")
