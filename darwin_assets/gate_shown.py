"""What a gate said, as the UI and the log show it."""

import json
from dataclasses import fields

import dagster as dg

from checks.gate import Result
from darwin_assets.promotion import Promotion

GATE = "gate"
RULES_SHOWN = 3


def check_result(
    outcome: Promotion, when_closed: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    """The verdict as the UI shows it: a waived failure stays a failure, as a warning that does not block."""
    failed = [one for one in outcome.results if not one.success]
    return dg.AssetCheckResult(
        check_name=GATE,
        passed=outcome.verdict.passed and not failed,
        severity=dg.AssetCheckSeverity.WARN if outcome.verdict.opens else when_closed,
        description=summary(outcome),
        metadata={
            "expectations": expectation_table(outcome.results),
            "verdict": outcome.verdict.verdict,
            "candidate_version": outcome.verdict.candidate_version,
            "candidate_fingerprint": outcome.verdict.candidate_fingerprint,
            "suite_sha256": outcome.verdict.suite_sha256,
            "n_expectations": len(outcome.results),
            "n_failed": len(failed),
            **(
                {"waived_by": outcome.verdict.approver, "waiver_reason": outcome.verdict.reason}
                if outcome.verdict.waived
                else {}
            ),
        },
    )


def expectation_table(results: list[Result]) -> dg.TableMetadataValue:
    """A row an expectation, failures first."""
    names = [field.name for field in fields(Result)]
    schema = dg.TableSchema([dg.TableColumn(name, "bool" if name == "success" else "string") for name in names])
    ordered = sorted(results, key=lambda one: one.success)
    return dg.MetadataValue.table([dg.TableRecord(one.as_row()) for one in ordered], schema=schema)


def summary(outcome: Promotion) -> str:
    """One line: what came in, what stays, what the gate said."""
    verdict = outcome.verdict
    counts = f"{verdict.n_in} in, {verdict.n_kept} kept, {verdict.n_rejected} rejected"
    if outcome.reused:
        return f"{counts}; already published by the same recipe, nothing to do"
    if verdict.waived:
        return f"{counts}; gate failed ({reasons(outcome.results)}), waived by {verdict.approver}"
    return f"{counts}; gate {'passed' if verdict.passed else 'closed: ' + reasons(outcome.results)}"


def closed_because(outcome: Promotion) -> str:
    """The failed expectations, and the rules that took most rows: often the second explains the first."""
    rejected = json.loads(outcome.verdict.facts)["rejected_by"]
    most = ", ".join(f"{rows} by {rule}" for rule, rows in list(rejected.items())[:RULES_SHOWN])
    return reasons(outcome.results) + (f"; rejected: {most}" if most else "")


def reasons(results: list[Result]) -> str:
    failed = [one for one in results if not one.success and one.severity == "critical"]
    return "; ".join(map(_reason, failed)) or "no expectation ran"


def _reason(one: Result) -> str:
    measured = f"{one.expectation}({one.column}) {one.observed}" if one.column else f"{one.expectation} {one.observed}"
    return f"{one.why} ({measured})" if one.why else measured
