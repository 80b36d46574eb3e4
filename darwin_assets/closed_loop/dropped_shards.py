"""Tokenized training shards that were dropped beside the outputs of an evaluation: whether they teach where documents end."""

from contextlib import ExitStack

import dagster as dg

from darwin_assets.acquire.evaluation_manifest import Training
from darwin_assets.acquire.landed import read_landed
from darwin_assets.closed_loop.asset_parts import ENDS_LEARNT
from darwin_assets.closed_loop.channel.loss_mask_audit import LossMask, UnreadableShard, audit_shards
from darwin_assets.closed_loop.drop import read_facts
from resources.errors import DarwinError
from resources.lake import Lake
from resources.raw_store import RawStore


def audit_dropped(lake: Lake, raw: RawStore, key: str) -> dict[str, LossMask]:
    """The audit of each checkpoint's shards, as the manifest names them. DarwinError for one that is missing or none."""
    trained = {name: facts.training for name, facts in read_facts(lake, key).checkpoints.items() if facts.training}
    if not trained:
        return {}
    stored = dict(read_landed(lake, key)[1].drop_nulls("raw_sha256").select("path", "raw_sha256").iter_rows())
    return {name: _audit(name, training, stored, raw) for name, training in trained.items()}


def _audit(checkpoint: str, training: Training, stored: dict[str, str], raw: RawStore) -> LossMask:
    hashes = [sha256 for path, sha256 in stored.items() if training.matches(path)]
    if not hashes:
        raise DarwinError(f"training of {checkpoint}: no file of the drop is one of {', '.join(training.files)}")
    with ExitStack() as open_files:
        try:
            return audit_shards([open_files.enter_context(raw.local_path(one)) for one in hashes], training.end_token)
        except UnreadableShard as error:
            raise DarwinError(f"training of {checkpoint}: {error}") from None


def shards_check(audits: dict[str, LossMask]) -> dg.AssetCheckResult:
    """What the UI shows of them. An evaluation without shards has nothing to say."""
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
