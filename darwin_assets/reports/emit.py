"""Sends the OpenLineage events of a run: always to a file, and to wherever OpenLineage's own settings say.

OPENLINEAGE_URL (with OPENLINEAGE_API_KEY), OPENLINEAGE_CONFIG or an `openlineage.yml` in the working directory name a
server, as they do for every producer of OpenLineage. The file `<home>/openlineage/<run>.jsonl` says that a run is done, so
that it is sent once, whoever asks.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from darwin_assets.reports.openlineage import RECENT_COMMITS, events, lines
from resources.errors import DarwinError, redacted
from resources.gate_ledger import GateLedger
from resources.lake import Lake
from resources.workplace import Workplace

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

FOLDER = "openlineage"
CONFIG_FILE = "openlineage.yml"


def emit_run(work: Workplace, lake: Lake, ledger: GateLedger, run_id: str) -> Path | None:
    """The file with the events of a run; None when it took no decision, so that there is nothing to tell.

    DarwinError when a server is named and does not take them: the file is there, and is what should be sent again.
    """
    path = Path(work.home).absolute() / FOLDER / f"{run_id}.jsonl"
    if path.exists():
        return path
    with redacted(f"OpenLineage events of run {run_id}"):
        found = events(lake, ledger.all().filter(pl.col("run_id") == run_id), RECENT_COMMITS)
        if not found:
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.part")
        unfinished.write_text(lines(found), encoding="utf-8")
        unfinished.replace(path)
    if is_configured():
        _send(found, path)
    return path


def is_configured() -> bool:
    """Whether OpenLineage's own settings name a server."""
    return bool(
        os.environ.get("OPENLINEAGE_URL") or os.environ.get("OPENLINEAGE_CONFIG") or Path(CONFIG_FILE).is_file()
    )


def _send(found: Sequence[RunEvent], path: Path) -> None:
    from openlineage.client import OpenLineageClient

    failure = ""
    try:
        # it refuses an address that is none
        with closing(OpenLineageClient()) as client:
            for event in found:
                client.emit(event)
    except Exception as error:  # noqa: BLE001 - every transport has errors of its own
        failure = type(error).__name__
    if failure:
        raise DarwinError(f"OpenLineage events were not taken by the server ({failure}); they stand in {path}")
