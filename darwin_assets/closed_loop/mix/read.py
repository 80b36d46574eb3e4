"""An arm of a published mix, and its rows with their texts: what is trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from darwin_assets.closed_loop.gated import read_gated
from darwin_assets.closed_loop.mix.cut import first_tokens
from darwin_assets.closed_loop.mix.draw import ARMS
from darwin_assets.closed_loop.mix.pool import read_texts
from darwin_assets.closed_loop.tables import MIX_TABLE
from darwin_assets.complete.tokens import counter
from darwin_assets.textbook_reasoning.pair import BETWEEN
from resources.errors import DarwinError, Unpublished
from resources.gate_ledger import GateLedger
from resources.lake import Lake


@dataclass(frozen=True)
class Arm:
    """One arm as it was published. `rows`: MIX without manifest, in order of place."""

    evaluation: str
    name: str
    verdict: str
    manifest: dict[str, Any]
    rows: pl.DataFrame

    @property
    def level(self) -> str:
        return str(self.manifest["level"])

    def tokens_missing(self, rows: pl.DataFrame) -> int:
        """By how many tokens those of the arm among some rows (id) fall short of the budget."""
        used = self.rows.join(rows, on="id", how="semi")["tokens_used"].sum()
        return int(self.manifest["budget_tokens"]) - int(used)

    def take(self, published: pl.DataFrame) -> pl.DataFrame:
        """Those of published rows (id, text_sha256, and text where it was read) that the arm holds, as they were drawn; the
        last one cut. A pair of whose answer it uses nothing is left out.
        """
        ours = published.join(self.rows, on=["id", "text_sha256"], how="semi", maintain_order="left")
        cut = ours.join(self.rows.filter(pl.col("tokens_used") < pl.col("tokens")), on="id").select("id", "tokens_used")
        if "text" not in ours.columns or cut.is_empty():
            return ours
        ((one, n_tokens),) = cut.rows()
        is_cut = pl.col("id") == one
        beginning = first_tokens(ours.filter(is_cut)["text"][0], n_tokens, counter(self.manifest["tokenizer"]).count)
        ours = ours.with_columns(text=pl.when(is_cut).then(pl.lit(beginning)).otherwise("text"))
        if "question_chars" in ours.columns:
            return ours.filter(~is_cut | (pl.col("question_chars") + len(BETWEEN) < pl.lit(len(beginning))))
        return ours


@dataclass(frozen=True)
class Read:
    """`rows`: those of an arm with text, in order of place. `gone`: those that are not published any more as they were drawn,
    and a pair cut within its question. `missing_tokens`: by how many tokens the rows fall short of the budget, those of
    documents taken down included.
    """

    rows: pl.DataFrame
    gone: pl.DataFrame
    missing_tokens: int


def read_arm(lake: Lake, ledger: GateLedger, key: str, name: str) -> Arm:
    """DarwinError for an arm of another name; Unpublished where no gate let a mix of this evaluation through."""
    if name not in ARMS:
        raise DarwinError(f"{name!r} is no arm of a mix: {', '.join(ARMS)}")
    verdict, rows = read_gated(lake, ledger, MIX_TABLE, key)
    ours = rows.filter(pl.col("arm") == name).sort("place")
    if ours.is_empty():
        raise Unpublished(f"all rows of the {name} arm of {key} were taken down: materialize targeted_mix for it again")
    return Arm(key, name, verdict.verdict, json.loads(ours["manifest"][0]), ours.drop("manifest"))


def read_mix(lake: Lake, ledger: GateLedger, key: str, name: str) -> Read:
    """The rows of an arm with their texts, the last one cut. Raises as `read_arm` does."""
    arm = read_arm(lake, ledger, key, name)
    texts = [arm.take(one).select("id", "text") for one in read_texts(lake, ledger, arm.rows)]
    found = pl.concat([pl.DataFrame(schema={"id": pl.String(), "text": pl.String()}), *texts])
    rows = arm.rows.join(found, on="id", how="inner", maintain_order="left")
    gone = arm.rows.join(found, on="id", how="anti", maintain_order="left")
    return Read(rows, gone, arm.tokens_missing(rows))
