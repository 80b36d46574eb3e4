"""The whole diagnosis of an evaluation, in the lake or in a folder: from its samples to what the data should afford."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.acquire.manifest import ManifestError
from darwin_assets.closed_loop.actions import manifest
from darwin_assets.closed_loop.channel.signs import signs
from darwin_assets.closed_loop.columns import RULE_EVIDENCE
from darwin_assets.closed_loop.data_side import DataSide, data_side
from darwin_assets.closed_loop.diagnose.diagnose import Diagnosis, diagnose
from darwin_assets.closed_loop.diagnose.reference import NothingToCompare
from darwin_assets.closed_loop.drop import read_facts
from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.label import label
from darwin_assets.closed_loop.outputs_folder import read_folder
from darwin_assets.closed_loop.report.data_side import blocks
from darwin_assets.closed_loop.report.write import inlined, write_report
from darwin_assets.closed_loop.samples import other_questions
from darwin_assets.closed_loop.settings import ClosedLoopSettings
from darwin_assets.closed_loop.tables import (
    AFFORDANCES_TABLE,
    DIAGNOSES_TABLE,
    LABELS_TABLE,
    OPERATIONS_TABLE,
    RULE_EVIDENCE_TABLE,
    SAMPLES_TABLE,
)
from resources.errors import DarwinError
from resources.gate_ledger import GateLedger
from resources.lake import Lake

ACTIONS = "actions.json"
HEADLINE = ("checkpoint", "reference", "benchmark", "n", "score", "ref_score", "p_holm", "verdict", "cause")


@dataclass(frozen=True)
class Evaluated:
    """What a diagnosis is made of: frames of SAMPLES and LABELS, what was stated, and what is known of the data:
    AFFORDANCES, null without a lake, and RULE_EVIDENCE.
    """

    samples: pl.DataFrame
    labels: pl.DataFrame
    facts: EvaluationFacts
    affordances: pl.DataFrame | None
    rule_evidence: pl.DataFrame


@dataclass(frozen=True)
class Diagnosed:
    diagnosis: Diagnosis
    side: DataSide

    def report(self, title: str) -> str:
        """Markdown that holds its pictures."""
        return inlined(self.diagnosis, title, blocks(self.side))

    def write(self, title: str, folder: Path) -> list[Path]:
        """The files of the report, and the proposed actions as a manifest beside them."""
        written = write_report(self.diagnosis, title, folder, blocks(self.side))
        actions = folder / ACTIONS
        actions.write_text(manifest(self.side.actions), encoding="utf-8")
        return [*written, actions]


def store_diagnosis(lake: Lake, key: str, found: Diagnosis, run_id: str) -> int:
    """Write cells and operations of an evaluation; the version of the cells."""
    # what reads a diagnosis asks for its cells: written last, they never stand beside another one's operations
    OPERATIONS_TABLE.write(lake, key, found.operations, run_id)
    return DIAGNOSES_TABLE.write(lake, key, found.cells, run_id)


def by_benchmark(cells: pl.DataFrame) -> pl.DataFrame:
    """HEADLINE of DIAGNOSES: a row a checkpoint and benchmark as a whole."""
    return cells.filter(level="benchmark").select(HEADLINE)


def headlines(verdicts: pl.DataFrame) -> list[str]:
    """The same, a sentence each."""
    return [
        f"{one['checkpoint']} in {one['benchmark']}: {100 * one['score']:.1f} against {100 * one['ref_score']:.1f} of "
        f"{one['reference']} on {one['n']:,} items, {one['verdict']} ({one['cause']})"
        for one in verdicts.iter_rows(named=True)
    ]


def diagnose_evaluation(lake: Lake, ledger: GateLedger, key: str, settings: ClosedLoopSettings) -> Diagnosed:
    """From what stands in the lake now; nothing is written. Unpublished before its slices are there, DarwinError where there
    are no two checkpoints to compare.
    """
    _, samples = read_gated(lake, ledger, SAMPLES_TABLE, key)
    affordances, evidence = AFFORDANCES_TABLE.all(lake), RULE_EVIDENCE_TABLE.all(lake)
    found = Evaluated(samples, LABELS_TABLE.expect(lake, key), read_facts(lake, key), affordances, evidence)
    return _diagnosed(key, found, settings)


def diagnose_folder(folder: Path, settings: ClosedLoopSettings) -> Diagnosed:
    """From files alone, without a lake: nothing is known of what it holds. DarwinError where they cannot be compared."""
    try:
        outputs = read_folder(folder)
    except ManifestError as error:
        raise DarwinError(f"manifest of {folder}: {error}") from None
    if n := other_questions(outputs.samples):
        raise DarwinError(
            f"diagnosis of {folder.name}: {n:,} items are other questions in the files of other checkpoints, under one name; "
            "outputs for different questions cannot be paired: give the benchmark of one of them another name"
        )
    found = Evaluated(outputs.samples, label(outputs.samples), outputs.facts, None, RULE_EVIDENCE.to_frame())
    return _diagnosed(folder.name, found, settings)


def _diagnosed(name: str, of: Evaluated, settings: ClosedLoopSettings) -> Diagnosed:
    try:
        found = diagnose(of.samples, of.labels, signs(of.samples, settings.channel), of.facts, settings)
    except NothingToCompare as error:
        raise DarwinError(f"diagnosis of {name}: {error}") from None
    return Diagnosed(found, data_side(found.cells, found.operations, of.affordances, of.rule_evidence, settings))
