"""Figures of every level as one page."""

from __future__ import annotations

from darwin_assets.markdown import document, heading
from darwin_assets.reports.evidence import Evidence
from darwin_assets.reports.figures import figures_blocks, sources_blocks
from darwin_assets.reports.pinned import pinned


def levels_report(evidence: Evidence) -> str:
    return document(
        [
            heading(1, "Levels"),
            f"As of {evidence.snapshot.as_of[:10]}.",
            heading(2, "Volume and density"),
            *figures_blocks(evidence),
            heading(2, "Sources, licences and domains"),
            *sources_blocks(evidence),
            *evidence.annex(),
            *pinned(evidence.snapshot),
        ]
    )
