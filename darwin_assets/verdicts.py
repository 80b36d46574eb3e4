"""What a gate decides: the outcome of its suite, and who lets a batch through all the same."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from checks.gate import Result, closes, run_suite
from checks.suites import Suite
from darwin_assets.audit import as_frame
from resources.errors import DarwinError
from resources.gate_ledger import Verdict


@dataclass(frozen=True)
class Waiver:
    """Who lets a batch through although its suite failed, and why. Both must say something."""

    approver: str
    reason: str

    def __post_init__(self) -> None:
        if not self.approver.strip() or not self.reason.strip():
            raise DarwinError("a waiver names both an approver and a reason")


@dataclass(frozen=True)
class Candidate:
    """What is judged. `level` names what it is to become a batch of, `input_key` what it was made from; `fingerprint` is of
    what stands at `version`, and `begun` when the work on it was, by the monotonic clock.
    """

    level: str
    batch: str
    input_key: str
    recipe: str
    fingerprint: str
    version: int
    run_id: str
    begun: float


def decide(
    candidate: Candidate,
    suite: Suite,
    rows: pl.DataFrame,
    facts: Mapping[str, Any],
    rejected_by: Mapping[str, int],
    waiver: Waiver | None,
) -> tuple[Verdict, list[Result]]:
    """Run a suite on the metric columns of rows and on facts (numbers; n_in, n_kept, n_rejected among them).

    A waiver is used only where the gate would be closed.
    """
    results = run_suite(suite, rows, as_frame(dict(facts)))
    passed = not closes(results)
    used = waiver if waiver and not passed else None
    verdict = Verdict(
        verdict=verdict_id(candidate.level, candidate.batch, candidate.fingerprint, suite, used),
        level=candidate.level,
        batch=candidate.batch,
        passed=passed,
        waived=used is not None,
        approver=used.approver if used else None,
        reason=used.reason if used else None,
        input_key=candidate.input_key,
        candidate_version=candidate.version,
        candidate_fingerprint=candidate.fingerprint,
        suite_sha256=suite.sha256,
        recipe=candidate.recipe,
        n_in=facts["n_in"],
        n_kept=facts["n_kept"],
        n_rejected=facts["n_rejected"],
        seconds=time.monotonic() - candidate.begun,
        facts=json.dumps({**facts, "rejected_by": dict(rejected_by)}),
        results=json.dumps([one.as_row() for one in results]),
        run_id=candidate.run_id,
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
    )
    return verdict, results


def results_of(verdict: Verdict) -> list[Result]:
    """What the expectations came to when it was given."""
    return [Result(**one) for one in json.loads(verdict.results)]


def verdict_id(level: str, batch: str, fingerprint: str, suite: Suite, waiver: Waiver | None = None) -> str:
    """Names what was judged, by what, and who let it through all the same."""
    return hash_of(level, batch, fingerprint, suite.sha256, *((waiver.approver, waiver.reason) if waiver else ()))[:32]


def hash_of(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
