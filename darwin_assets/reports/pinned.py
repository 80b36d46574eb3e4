"""The tables and versions that a report was made from, as its last section."""

from darwin_assets.markdown import heading, table
from darwin_assets.reports.snapshot import TABLES, Snapshot


def pinned(snapshot: Snapshot) -> list[str]:
    """Blocks of Markdown: every table of the snapshot with its version."""
    rows = [
        [f"`{zone}/{name}`", snapshot.versions[key]] for key, (zone, name) in TABLES.items() if key in snapshot.versions
    ]
    return [heading(2, "Annex: tables and versions"), table(["Delta table", "version"], rows)]
