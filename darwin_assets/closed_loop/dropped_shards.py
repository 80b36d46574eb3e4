"""Tokenized training shards that were dropped beside the outputs of an evaluation: whether they teach where documents end."""

import dagster as dg
import polars as pl

from darwin_assets.acquire.evaluation_manifest import Training
from darwin_assets.acquire.landed import read_landed
from darwin_assets.closed_loop.asset_parts import ENDS_LEARNT
from darwin_assets.closed_loop.channel.loss_mask_audit import LossMask, UnreadableShard, audit_shards
from darwin_assets.closed_loop.drop import laid_out, read_facts
from resources.errors import DarwinError
from resources.lake import Lake
from resources.raw_store import RawStore


class UnfitShards(DarwinError):
    """Shards that the manifest names are not in the drop, or are none; the message says which."""


def check_dropped(lake: Lake, raw: RawStore, key: str) -> dg.AssetCheckResult:
    """What the UI shows of the shards of an evaluation; what cannot be audited keeps nothing else from being told."""
    try:
        return shards_check(audit_dropped(lake, raw, key))
    except UnfitShards as error:
        return dg.AssetCheckResult(
            check_name=ENDS_LEARNT, passed=False, severity=dg.AssetCheckSeverity.ERROR, description=str(error)
        )


def audit_dropped(lake: Lake, raw: RawStore, key: str) -> dict[str, LossMask]:
    """The audit of each checkpoint's shards, as the manifest names them. UnfitShards for one that is missing or none."""
    trained = {name: facts.training for name, facts in read_facts(lake, key).checkpoints.items() if facts.training}
    if not trained:
        return {}
    stored = read_landed(lake, key)[1].drop_nulls("raw_sha256")
    return {name: _audit(name, training, stored, raw) for name, training in trained.items()}


def _audit(checkpoint: str, training: Training, stored: pl.DataFrame, raw: RawStore) -> LossMask:
    shards = stored.filter(pl.Series([training.matches(path) for path in stored["path"]], dtype=pl.Boolean))
    if shards.is_empty():
        raise UnfitShards(f"training of {checkpoint}: no file of the drop is one of {', '.join(training.files)}")
    with laid_out(raw, shards) as folder:
        try:
            return audit_shards([folder / path for path in shards["path"]], training.end_token)
        except UnreadableShard as error:
            raise UnfitShards(f"training of {checkpoint}: {error}") from None


def shards_check(audits: dict[str, LossMask]) -> dg.AssetCheckResult:
    """What an audit of shards came to. An evaluation without any has nothing to say."""
    masked = [name for name, mask in audits.items() if not mask.teaches_to_stop]
    said = (
        f"{', '.join(masked)}: the ends of documents are missing or not all learnt"
        if masked
        else "all ends of documents are learnt"
    )
    return dg.AssetCheckResult(
        check_name=ENDS_LEARNT,
        passed=not masked,
        severity=dg.AssetCheckSeverity.ERROR,
        description=said if audits else "no training shard was dropped beside the outputs",
        metadata={
            name: f"{mask.n_not_learnt:,} of {mask.n_ends:,} ends are not learnt ({mask.share_not_learnt:.1%}); "
            f"{mask.share_with_end:.1%} of the documents have one"
            for name, mask in audits.items()
        },
    )
