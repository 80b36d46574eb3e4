"""A folder of evaluation outputs, with or without a manifest, as samples: what a landing drop and the command line share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from darwin_assets.acquire.drop import MANIFEST_NAMES, drop_files
from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.acquire.manifest import ManifestError, read_manifest
from darwin_assets.closed_loop.samples import normalize
from darwin_assets.evaluation.outputs import read_outputs
from darwin_assets.file_names import name_in_drop
from resources.raw_store import hash_file


@dataclass(frozen=True)
class Outputs:
    """`samples` are rows of SAMPLES, `facts` what is stated about their checkpoints."""

    samples: pl.DataFrame
    facts: EvaluationFacts


def read_folder(folder: Path, facts: EvaluationFacts | None = None, hashes: Mapping[str, str] | None = None) -> Outputs:
    """All outputs below a folder. Without `facts` its manifest says what there is to say, where it has one; `hashes`: SHA-256
    of each file by its name, where they are known.

    ManifestError for one that cannot be used or names a checkpoint without outputs; UnknownFormatError where no file is in
    a known format.
    """
    facts = facts or _facts_of(folder)
    hashes = hashes or {name_in_drop(path): hash_file(folder / path) for path in drop_files(folder)}
    samples = normalize(read_outputs(folder).samples, facts, hashes)
    _check_facts(facts, samples)
    return Outputs(samples, facts)


def _facts_of(folder: Path) -> EvaluationFacts:
    """What the manifest of a folder says, nothing without one. ManifestError for one of documents."""
    if not any((folder / name).is_file() for name in MANIFEST_NAMES):
        return EvaluationFacts()
    manifest = read_manifest(folder)
    if manifest.kind != "evaluation":
        raise ManifestError("the manifest is one of documents: outputs of an evaluation say 'kind: evaluation' there")
    return manifest.evaluation


def _check_facts(facts: EvaluationFacts, samples: pl.DataFrame) -> None:
    """ManifestError for a checkpoint of the manifest that has no outputs, or those of two models: a slip there would compare
    the wrong ones.
    """
    models = {*samples["model"].drop_nulls().unique()}
    if taken := sorted(
        name for name, one in facts.checkpoints.items() if one.model not in (None, name) and name in models
    ):
        raise ManifestError(
            f"{', '.join(taken)}: a model of the files has this name too: name the checkpoint otherwise"
        )
    found = samples["checkpoint"].drop_nulls().unique().sort().to_list()
    tried = [facts.validates.before, facts.validates.targeted, facts.validates.control] if facts.validates else []
    stated = {*facts.checkpoints, *tried, *([facts.reference] if facts.reference else [])}
    if missing := sorted(stated - {*found}):
        raise ManifestError(f"no outputs of {', '.join(missing)}; the files have those of {', '.join(found)}")
