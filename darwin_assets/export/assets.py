"""Exports in the Dagster UI: launch the asset with a config to write one, without to see those there are."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from darwin_assets.benchmark_gate import open_gate
from darwin_assets.closed_loop.mix.read import read_arm
from darwin_assets.export.files import LEFT_OUT_SCHEMA
from darwin_assets.export.request import Exported, ExportRefused, Wanted, by_reason
from darwin_assets.export.run import export, read_manifest
from darwin_assets.policy.settings import load_policy
from darwin_assets.recipe import load_recipe
from darwin_assets.tier import OWNERS
from resources.embedder import Embedder
from resources.errors import redacted
from resources.export_store import ExportStore
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.workplace import Workplace

GATE = "policy_permits"
SHOWN_ROWS = 50
LEVELS = (
    "l1_normalized", "l2_filtered", "l3_annotated", "l4_refined", "l5_completed",
    "qa_extracted", "qa_deduplicated", "qa_refined", "qa_decontaminated", "qa_selected",
)  # fmt: skip


class ExportConfig(dg.Config):
    """As the options of `darwin export`; without a name nothing is written."""

    name: str | None = None
    level: str = "L5"
    purpose: str = "training"
    batches: list[str] = []  # noqa: RUF012 - pydantic copies field defaults
    format: str = "parquet"
    allow_partial: bool = False
    replace: bool = False
    reviewed: list[str] = []  # noqa: RUF012
    mix: str | None = None
    arm: str = "targeted"


@dg.asset(
    name="exports",
    deps=LEVELS,
    group_name="audit",
    kinds={"deltalake", "parquet"},
    owners=OWNERS,
    description="Published rows as files in exports/NAME of the lake, for a purpose that the policy file permits, without "
    "those that repeat a registered benchmark; questions also as Hugging Face, LLaMA-Factory and chat data. Set "
    "`name` in the launchpad to write one; without it nothing is written, and the exports that there are are listed.",
    check_specs=[
        dg.AssetCheckSpec(
            GATE,
            asset="exports",
            blocking=True,
            description="The policy permits the purpose for every row, and none repeats a registered benchmark; closed, the "
            "rows and reasons are listed.",
        )
    ],
)
def exports(
    config: ExportConfig, lake: Lake, ledger: GateLedger, work: Workplace, embedder: Embedder
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg]
    store = ExportStore(lake)
    if config.name is None:
        yield dg.MaterializeResult(
            metadata={"exports": _listed(store)}, check_results=[_check(True, {"said": "no export was asked for"})]
        )
        return
    refusal = None
    with redacted(f"export {config.name}"):
        drawn = read_arm(lake, ledger, config.mix, config.arm) if config.mix else None
        wanted = Wanted(
            config.name, drawn.level if drawn else config.level, config.purpose, tuple(config.batches), config.format,
            config.allow_partial, config.replace, frozenset(config.reviewed), drawn,
        )  # fmt: skip
        settings = load_recipe(work.recipe_path()).decontamination
        gate = open_gate(lake, work.benchmarks_path(), settings, embedder)
        try:
            done = export(lake, ledger, load_policy(work.policy_path()), wanted, gate)
        except ExportRefused as refused:
            refusal = refused
    if refusal is not None:
        yield _check(False, {"said": str(refusal), "rows": _refused_rows(refusal), "reasons": by_reason(refusal.rows)})
        raise dg.Failure(str(refusal), allow_retries=False) from None
    told = {"rows": done.manifest["rows"], "left_out": done.manifest["left_out"]["rows"]}
    yield dg.MaterializeResult(metadata=_metadata(done, store), check_results=[_check(True, told)])


def _check(passed: bool, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(check_name=GATE, asset_key="exports", passed=passed, metadata=metadata)


def _metadata(done: Exported, store: ExportStore) -> dict[str, Any]:
    manifest = done.manifest
    return {
        "dagster/row_count": manifest["rows"],
        "characters": manifest["chars"],
        "left_out": manifest["left_out"]["rows"],
        **({"reasons": manifest["left_out"]["reasons"]} if manifest["left_out"]["rows"] else {}),
        **({"personal_data": manifest["personal_data"]["found"]} if manifest["personal_data"]["found"] else {}),
        "purpose": manifest["purpose"],
        "policy": manifest["policy"]["hash"],
        "decontamination": manifest["decontamination"]["said"],
        **({"tokens_missing": manifest["mix"]["tokens_missing"]} if manifest.get("mix") else {}),
        "reused": done.reused,
        "exports": _listed(store),
    }


def _refused_rows(refused: ExportRefused) -> dg.TableMetadataValue:
    names = [name for name in LEFT_OUT_SCHEMA if name in ("id", "batch", "reasons")]
    rows = [
        dg.TableRecord({**one, "reasons": ", ".join(one["reasons"])})
        for one in refused.rows.select(names).head(SHOWN_ROWS).iter_rows(named=True)
    ]
    return dg.MetadataValue.table(rows, schema=dg.TableSchema([dg.TableColumn(name) for name in names]))


def _listed(store: ExportStore) -> dg.TableMetadataValue:
    columns = ("name", "level", "purpose", "format", "rows", "chars", "erased")
    found = [read_manifest(store, name) or {} for name in store.names()]
    rows = [dg.TableRecord({column: one[column] for column in columns}) for one in found if one]
    types = {"rows": "int", "chars": "int", "erased": "int"}
    schema = dg.TableSchema([dg.TableColumn(column, types.get(column, "string")) for column in columns])
    return dg.MetadataValue.table(rows, schema=schema)


EXPORT_JOB = dg.define_asset_job(
    "export", selection=dg.AssetSelection.assets("exports"), description="One export; set its name, level and purpose."
)
