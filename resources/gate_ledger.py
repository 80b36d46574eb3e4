"""The verdicts of the gates: an append-only Delta table that stands beside the data and needs no Dagster database."""

from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg
import polars as pl

from resources.errors import LakeError
from resources.lake import Lake

ZONE, TABLE = "ledger", "gates"


@dataclass(frozen=True)
class Verdict:
    """One decision of one gate about one candidate.

    `verdict` identifies it and stands on every row it let through. `input_key` hashes what the candidate was made
    from, `candidate_fingerprint` the files that were judged, `suite_sha256` the rules that judged them. `facts` and
    `results` are JSON: counts and expectation outcomes, never text.
    """

    verdict: str
    level: str
    batch: str
    passed: bool
    waived: bool
    approver: str | None
    reason: str | None
    input_key: str
    candidate_version: int
    candidate_fingerprint: str
    suite_sha256: str
    recipe: str
    n_in: int
    n_kept: int
    n_rejected: int
    seconds: float
    facts: str
    results: str
    run_id: str
    at: str

    @property
    def opens(self) -> bool:
        return self.passed or self.waived


SCHEMA: dict[str, pl.DataType] = {
    "verdict": pl.String(),
    "level": pl.String(),
    "batch": pl.String(),
    "passed": pl.Boolean(),
    "waived": pl.Boolean(),
    "approver": pl.String(),
    "reason": pl.String(),
    "input_key": pl.String(),
    "candidate_version": pl.Int64(),
    "candidate_fingerprint": pl.String(),
    "suite_sha256": pl.String(),
    "recipe": pl.String(),
    "n_in": pl.Int64(),
    "n_kept": pl.Int64(),
    "n_rejected": pl.Int64(),
    "seconds": pl.Float64(),
    "facts": pl.String(),
    "results": pl.String(),
    "run_id": pl.String(),
    "at": pl.String(),
}


class GateLedger(dg.ConfigurableResource[Any]):
    """Reads and appends verdicts. Nothing here updates or deletes one."""

    lake: dg.ResourceDependency[Lake]

    def create(self) -> bool:
        return self.lake.create_table(ZONE, TABLE, SCHEMA, "level", ["verdict", "batch"])

    def record(self, verdict: Verdict) -> None:
        """Append a verdict; one that stands there already is not written twice."""
        if self._scan().filter(pl.col("verdict") == verdict.verdict).head(1).collect().height == 0:
            self.lake.append(ZONE, TABLE, pl.DataFrame([asdict(verdict)], schema=SCHEMA))

    def find(self, verdict: str) -> Verdict:
        """The verdict with this id; LakeError when no gate ever gave it."""
        rows = self._scan().filter(pl.col("verdict") == verdict).collect()
        if rows.height == 0:
            raise LakeError(f"verdict {verdict} is not in the gate ledger")
        return Verdict(**rows.row(0, named=True))

    def refused(self, verdict: str) -> bool:
        """Whether this verdict was given and lets nothing through."""
        closed = (pl.col("verdict") == verdict) & ~pl.col("passed") & ~pl.col("waived")
        return self._scan().filter(closed).head(1).collect().height > 0

    def all(self) -> pl.DataFrame:
        """Every verdict, oldest first."""
        return self._scan().sort("at").collect()

    def _scan(self) -> pl.LazyFrame:
        return self.lake.scan(ZONE, TABLE, self.lake.version(ZONE, TABLE))
