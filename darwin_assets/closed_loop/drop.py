"""A landed evaluation: its files in the raw store and among the landed files, its manifest in a table of its own."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from darwin_assets.acquire.drop import MANIFEST_NAMES
from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.acquire.landed import store_drop
from darwin_assets.acquire.manifest import ManifestError, read_manifest
from darwin_assets.acquire.settings import AcquireSettings
from darwin_assets.closed_loop.columns import SAMPLES
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.sealed import WRITTEN, seal_partition
from darwin_assets.closed_loop.tables import MANIFESTS_TABLE
from darwin_assets.evaluation.outputs import UnknownFormatError
from darwin_assets.seals import is_sealed
from resources.errors import Conflict, DarwinError
from resources.lake import Lake
from resources.landing import LandingZone
from resources.raw_store import RawStore

MAX_ATTEMPTS, PAUSE_S = 5, 0.2


def store_evaluation(
    key: str, landing: LandingZone, lake: Lake, raw: RawStore, run_id: str, settings: AcquireSettings
) -> pl.DataFrame:
    """Store what the manifest of a taken drop says and then its files; the landed rows. A second call finds it done, and one
    at the same time what the other has done so far.
    """
    for attempt in range(MAX_ATTEMPTS):
        try:
            _store_manifest(key, landing, lake, run_id)
            return store_drop(key, landing, lake, raw, run_id, settings)
        except (Conflict, ManifestError, OSError):
            # another run has stored the manifest, or the files, and may be taking them away
            if attempt + 1 == MAX_ATTEMPTS or MANIFESTS_TABLE.read(lake, key).is_empty():
                raise
            time.sleep(PAUSE_S)
    raise AssertionError("unreachable")


def _store_manifest(key: str, landing: LandingZone, lake: Lake, run_id: str) -> None:
    if MANIFESTS_TABLE.read(lake, key).is_empty():
        stated = read_manifest(landing.taken(key))
        facts = pl.DataFrame({"facts": [stated.evaluation.model_dump_json(exclude_defaults=True)]})
        MANIFESTS_TABLE.write(lake, key, facts, run_id)
    elif not is_sealed(lake, MANIFESTS_TABLE.name, key):
        # a run that was killed before it could
        seal_partition(lake, MANIFESTS_TABLE, key, WRITTEN)


def is_evaluation(key: str, landing: LandingZone, lake: Lake) -> bool:
    """Whether a taken drop is an evaluation. Once its files are stored no manifest says so any more, but the table does."""
    folder = landing.taken(key)
    if any((folder / name).is_file() for name in MANIFEST_NAMES):
        return read_manifest(folder).kind == "evaluation"
    return key in lake.batches(MANIFESTS_TABLE.zone, MANIFESTS_TABLE.name)


def read_facts(lake: Lake, key: str) -> EvaluationFacts:
    """What the manifest of an evaluation says about its checkpoints."""
    return EvaluationFacts.model_validate_json(MANIFESTS_TABLE.expect(lake, key)["facts"][0])


def read_evaluation(lake: Lake, raw: RawStore, landed: pl.DataFrame, key: str) -> pl.DataFrame:
    """The SAMPLES of landed files. A file that was refused is an import error; DarwinError where nothing can be read."""
    refused = pl.col("refused_by").is_not_null()
    stored = landed.filter(~refused)
    hashes = dict(stored.select("path", "raw_sha256").iter_rows())
    with laid_out(raw, stored) as folder:
        try:
            found = read_folder(folder, read_facts(lake, key), hashes).samples
        except UnknownFormatError:
            raise DarwinError(f"none of the {landed.height} files of {key} holds outputs of a known harness") from None
        except ManifestError as error:
            raise DarwinError(f"manifest of {key}: {error}") from None
    errors = landed.filter(refused).select(
        file="path", line=pl.lit(0, pl.Int64), error="refused_by", error_detail="refused_detail", primary=pl.lit(False)
    )
    return pl.concat([found, errors], how="diagonal").select(list(SAMPLES))


@contextmanager
def laid_out(raw: RawStore, landed: pl.DataFrame) -> Iterator[Path]:
    """The files under the names that they had in the drop: readers of outputs go by names and neighbours."""
    with tempfile.TemporaryDirectory(prefix="darwin-evaluation-") as folder:
        for name, sha256 in landed.select("path", "raw_sha256").iter_rows():
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            raw.place(sha256, target)
        yield Path(folder)
