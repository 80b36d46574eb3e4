"""Reports in Dagster: an asset with its job, and a sensor that tells OpenLineage of finished runs."""

from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg

from darwin_assets.funnel import svg_markdown
from darwin_assets.ladder import LADDER
from darwin_assets.reports.emit import emit_run
from darwin_assets.status import latest_verdicts
from darwin_assets.tier import OWNERS
from resources.errors import DarwinError, redacted
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.raw_store import RawStore
from resources.workplace import Workplace

NAME = "compliance_report"
NOTHING_PUBLISHED = "nothing has been published yet"


class ReportConfig(dg.Config):
    """Which reports: a kind or `all`; the level and the batches that they are about, all and the deepest by default."""

    kind: str = "all"
    level: str = ""
    batches: list[str] = []  # noqa: RUF012 - pydantic copies field defaults
    name: str = "darwin"


@dg.asset(
    name=NAME,
    deps=[spec.asset for spec in LADDER],
    group_name="audit",
    description="The public summary of training content under Article 53(1)(d) of the EU AI Act, a data card, figures of "
    "every level, Croissant, PROV, SPDX and the Data Provenance Standard, from the lake alone; written to `reports/` in the "
    "lake, as `darwin report` does.",
    kinds={"deltalake", "polars"},
    owners=OWNERS,
)
def compliance_report(
    config: ReportConfig, work: Workplace, lake: Lake, ledger: GateLedger, raw: RawStore
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    with redacted(NAME):
        if latest_verdicts(ledger).is_empty():
            return dg.MaterializeResult(metadata={"said": NOTHING_PUBLISHED})
        return dg.MaterializeResult(metadata=report_metadata(work, lake, raw, config))


def report_metadata(work: Workplace, lake: Lake, raw: RawStore, config: ReportConfig) -> dict[str, Any]:
    """Write the reports, and what the page of the asset shows of them."""
    from darwin_assets.reports.eu.answer import State
    from darwin_assets.reports.eu.summary import summarize
    from darwin_assets.reports.figures import density_svg, level_figures, volume_svg
    from darwin_assets.reports.kinds import make
    from darwin_assets.reports.make import Wanted, kinds_of, order_of
    from darwin_assets.reports.write import to_lake

    wanted = Wanted(config.kind, config.level or None, tuple(config.batches) or None, name=config.name)
    order = order_of(work, lake, raw, wanted)
    made = {kind: make(kind, order) for kind in kinds_of(wanted)}
    written = [place for kind, files in made.items() for place in to_lake(lake, kind, files)]
    pages = {
        kind.replace("-", "_"): dg.MetadataValue.md(files[f"{kind}.md"])
        for kind, files in made.items()
        if f"{kind}.md" in files
    }
    summary, figures = summarize(order.evidence, order.provider), level_figures(order.evidence)
    counts = {f"fields {state.value}": summary.count(state) for state in State}
    return {
        "level": order.evidence.snapshot.level,
        "as_of": order.evidence.snapshot.as_of,
        **counts,
        "volume": dg.MetadataValue.md(svg_markdown(volume_svg(figures), "tokens by level")),
        "density": dg.MetadataValue.md(svg_markdown(density_svg(figures), "education score by level")),
        **pages,
        "files": dg.MetadataValue.md("\n".join(f"- `{one}`" for one in written)),
        "tables": dg.MetadataValue.json(dict(order.evidence.snapshot.versions)),
    }


REPORTS = dg.define_asset_job(
    "compliance_reports",
    selection=dg.AssetSelection.assets(NAME),
    description="Writes the reports of the lake. Kind, level and batches go into the config of compliance_report.",
)


def _told(context: dg.RunStatusSensorContext, work: Workplace, lake: Lake, ledger: GateLedger) -> dg.SkipReason:
    run = context.dagster_run.run_id
    try:
        path = emit_run(work, lake, ledger, run)
    except DarwinError as error:
        return dg.SkipReason(str(error))
    return dg.SkipReason(f"{path} holds the events of run {run}" if path else f"run {run} took no decision")


def _sensors() -> Iterator[dg.SensorDefinition]:
    for status, word in ((dg.DagsterRunStatus.SUCCESS, "success"), (dg.DagsterRunStatus.FAILURE, "failure")):
        yield dg.run_status_sensor(
            run_status=status,
            name=f"openlineage_{word}",
            default_status=dg.DefaultSensorStatus.RUNNING,
            description=f"Writes OpenLineage events of runs that ended in {word} to a file, and sends them where "
            "OPENLINEAGE_URL or openlineage.yml says.",
        )(_told)


OPENLINEAGE: Iterable[dg.SensorDefinition] = tuple(_sensors())
