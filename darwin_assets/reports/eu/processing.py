"""Section 3: reservations of rights, illegal content, and what else was done to the data."""

from __future__ import annotations

from darwin_assets.acquire.signals import CODES
from darwin_assets.markdown import table, words
from darwin_assets.reports.eu.answer import Answer, told
from darwin_assets.reports.evidence import Evidence

_SCREENED = (
    "Every document passes rules and classifiers, a score of toxicity among them, and every batch a gate before it is "
    "published; the numbers of documents dropped by each rule stand in 3.3.a."
)


def processing(evidence: Evidence) -> dict[str, Answer]:
    """The fields of section 3 that the lake can tell something about."""
    return {"3.1.b": _reservations(evidence), "3.2.a": _illegal(evidence), "3.3.a": _other(evidence)}


def _reservations(evidence: Evidence) -> Answer:
    found = evidence.ask("opt_outs")
    looked = "When documents are landed these signals are read and kept with their evidence on every document:"
    codes = table(["signal", "meaning"], [[f"`{code}`", meaning] for code, meaning in CODES.items()])
    if found.is_empty():
        seen = "No document carries one."
    else:
        rows = [[f"`{signal}`", n, kept] for signal, n, kept in found.iter_rows()]
        header = ["signal", "documents acquired", f"of which at {evidence.snapshot.level}"]
        seen = f"What was found:\n\n{table(header, rows)}"
    return told(
        [looked, codes, seen, _removals(evidence)], "opt_outs", *_ledgers(evidence),
        left="what is done before collection, and what the policy makes of a signal",
    )  # fmt: skip


def _illegal(evidence: Evidence) -> Answer:
    return told(
        [_SCREENED, _removals(evidence)],
        *_ledgers(evidence), "rejections",
        left="measures against illegal content beyond these, such as block lists of known material",
    )  # fmt: skip


def _other(evidence: Evidence) -> Answer:
    found = evidence.ask("rejections")
    rows = [[level, kind, f"`{rule}`", n] for level, kind, rule, n in found.iter_rows()]
    gates = evidence.ask("gates")
    waived = int(gates["waived"].sum())
    return told(
        ["Exact and verified near-duplicates are taken out at L2. Documents that were not kept, by rule:",
         table(["level", "kind", "rule", "documents"], rows) if rows else "None.",
         f"Gates gave {int(gates['verdicts'].sum()):,} verdicts; {waived:,} batches were let through by a person's waiver."],
        "rejections", "gates",
    )  # fmt: skip


def _removals(evidence: Evidence) -> str:
    takedowns = evidence.ask("takedowns") if "takedowns" in _ledgers(evidence) else None
    blocked = evidence.ask("blocked") if "blocked" in _ledgers(evidence) else None
    done = 0 if takedowns is None else takedowns.height
    kinds = [] if blocked is None else [f"{n:,} by {words(kind)}" for kind, n, _ in blocked.iter_rows()]
    kept_out = (
        f" The block list refuses {', '.join(kinds)} when landed again." if kinds else " The block list is empty."
    )
    return f"Take-downs carried out: {done:,}.{kept_out}"


def _ledgers(evidence: Evidence) -> list[str]:
    return [one for one in ("takedowns", "blocked") if evidence.can(one)]
