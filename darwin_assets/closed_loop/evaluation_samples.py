"""From a landed evaluation to its published samples, and what the UI shows of them."""

import hashlib
from typing import Any

import dagster as dg
import polars as pl

from darwin_assets.acquire.landed import landed_name, read_landed
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.closed_loop.asset_parts import table_of
from darwin_assets.closed_loop.drop import read_evaluation, read_facts, store_evaluation
from darwin_assets.closed_loop.gated import Judged, publish, read_gated
from darwin_assets.closed_loop.samples import UNNAMED, other_questions
from darwin_assets.closed_loop.statistics.outcomes import SCORE
from darwin_assets.closed_loop.tables import SAMPLES_TABLE
from darwin_assets.promotion import Promotion
from darwin_assets.verdicts import Waiver
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.landing import LandingZone
from resources.raw_store import RawStore

RECIPE = "evaluation_samples/3"
OF = ["benchmark", "subset", "checkpoint"]


def publish_samples(
    key: str,
    lake: Lake,
    ledger: GateLedger,
    raw: RawStore,
    landing: LandingZone,
    settings: AcquireSettings,
    run_id: str,
    waiver: Waiver | None = None,
) -> Promotion:
    """Land an evaluation, read it and publish its samples behind their gate. DarwinError where nothing can be read."""
    landed = store_evaluation(key, landing, lake, raw, run_id, settings)
    stated = read_facts(lake, key).model_dump_json()
    upstream = hashlib.sha256(f"{landed_name(landed['id'])}\x1f{stated}".encode()).hexdigest()
    return publish(
        lake, ledger, SAMPLES_TABLE, key, lambda: judged(read_evaluation(lake, raw, landed, key)),
        upstream=upstream, recipe=RECIPE, run_id=run_id, waiver=waiver,
    )  # fmt: skip


def judged(samples: pl.DataFrame) -> Judged:
    """Samples with the facts that their gate looks at; a record that could not be read is kept as a row with its error."""
    read = samples.filter(pl.col("error").is_null())
    errors = samples.filter(pl.col("error").is_not_null())
    primary = read.filter("primary")
    facts = {
        "error_share": errors.height / samples.height if samples.height else 0.0,
        "n_items": read["item"].n_unique(),
        "n_checkpoints": read["checkpoint"].n_unique(),
        "n_unnamed": read.filter(
            pl.any_horizontal(pl.col("benchmark", "item_id").is_null()) | (pl.col("checkpoint") == UNNAMED)
        ).height,
        "n_twice": int(primary.select("checkpoint", "item", "sample").is_duplicated().sum()),
        "n_unscored": primary.select(SCORE.is_null().sum()).item(),
        "n_other_questions": other_questions(read),
    }
    by_rule = errors["error"].value_counts().sort("count", "error", descending=[True, False])
    return Judged(samples, samples.height, read.height, dict(by_rule.iter_rows()), facts)


def samples_metadata(lake: Lake, ledger: GateLedger, key: str) -> dict[str, Any]:
    """Metadata of published samples: counts, files beside them, and a row a benchmark, subset and checkpoint."""
    _, samples = read_gated(lake, ledger, SAMPLES_TABLE, key)
    _, landed = read_landed(lake, key)
    beside = landed.filter(~pl.col("raw_sha256").is_in(samples["file_sha256"].drop_nulls().implode()))
    primary = samples.filter("primary")
    shown = (
        primary.group_by(OF)
        .agg(outputs=pl.len(), items=pl.col("item").n_unique(), mean_score=pl.col("score").mean())
        .sort(OF, nulls_last=True)
    )
    return {
        "dagster/partition_row_count": samples.height,
        "outputs": primary.height,
        "items": primary["item"].n_unique(),
        "checkpoints": dg.MetadataValue.json(sorted(primary["checkpoint"].unique())),
        "scores": table_of(shown),
        "files_without_outputs": dg.MetadataValue.json(beside["path"].to_list()),
        "errors": table_of(samples.filter(pl.col("error").is_not_null())["error"].value_counts(name="records")),
    }
