"""Which mix the checkpoints of a validation were trained on: stated, or the only one that it can have been."""

from __future__ import annotations

import polars as pl

from darwin_assets.acquire.evaluation_manifest import Validates
from darwin_assets.closed_loop.tables import MIX_TABLE, SAMPLES_TABLE
from resources.errors import DarwinError
from resources.gate_ledger import GateLedger


def expect_trained_on(standing: str, stated: Validates, key: str, ledger: GateLedger) -> None:
    """DarwinError unless the mix that stands (its verdict) is the one that the evaluation `key` validates.

    Where its manifest does not say, that is certain of a mix that was the only one ever published before the outputs were
    read; one that was drawn later was not trained on.
    """
    trained = stated.mix or _only_one(stated.evaluation, key, ledger)
    if trained != standing:
        raise DarwinError(
            f"{key} validates the mix {trained}, and the one of {stated.evaluation} that stands is {standing}: it was drawn "
            "again since; validate it by checkpoints that were trained on it, or draw the other again by its own recipe first"
        )


def _only_one(evaluation: str, key: str, ledger: GateLedger) -> str:
    verdicts = ledger.all().filter(pl.col("passed") | pl.col("waived"))
    read_at = verdicts.filter(pl.col("level") == SAMPLES_TABLE.suite, pl.col("batch") == key)["at"].min()
    of_mix = verdicts.filter(pl.col("level") == MIX_TABLE.suite, pl.col("batch") == evaluation, pl.col("at") < read_at)
    if of_mix.height == 1:
        return str(of_mix["verdict"][0])
    if of_mix.is_empty():
        raise DarwinError(f"{key} validates a mix of {evaluation}, and none was published before its outputs were read")
    published = ", ".join(f"{verdict} ({at[:10]})" for verdict, at in of_mix.select("verdict", "at").iter_rows())
    raise DarwinError(
        f"the manifest of {key} does not say which mix was trained on, and {of_mix.height} of {evaluation} were published "
        f"before: {published}. Drop the outputs again with `validates.mix`: the manifest.json of the arm's export tells it "
        "as mix.verdict"
    )
