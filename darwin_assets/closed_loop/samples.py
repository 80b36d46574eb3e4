"""Evaluation outputs as the loop compares them: items matched across checkpoints, one metric for each benchmark."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath

import polars as pl

from darwin_assets.acquire.evaluation_manifest import EvaluationFacts
from darwin_assets.closed_loop.columns import SAMPLES
from darwin_assets.closed_loop.same_questions import named_alike, question_key
from darwin_assets.closed_loop.statistics.outcomes import SCORE

UNNAMED = "unnamed"
REPEATED = "record.repeated"
"""Import error of a row that says again what an earlier one has said: one output would count twice."""
OUTPUT = ("checkpoint", "item", "sample")
SCORED_BY = ("metric", "scorer")


def normalize(rows: pl.DataFrame, facts: EvaluationFacts, hashes: Mapping[str, str]) -> pl.DataFrame:
    """Rows of `evaluation.outputs.SCHEMA` as SAMPLES, in their order; `hashes`: SHA-256 of each file by its name. A right
    answer that is null is none, and so is a score that is not finite.

    A checkpoint is named as the manifest names it, else as the file names the model, else by the folder of the file.
    """
    read = rows["error"].is_null()
    named = rows.with_columns(
        item=pl.when(read).then(_item_hashes(rows)),
        checkpoint=pl.when(read).then(_checkpoints(rows, facts)),
        file_sha256=_hash_of_file(rows, hashes),
        gold=pl.col("gold").list.drop_nulls(),
        score=pl.when(pl.col("score").is_finite()).then("score"),
    )
    return _with_primary(_without_repeats(named_alike(named))).select(list(SAMPLES))


def item_hash(benchmark: str, subset: str | None, item_id: str) -> str:
    """Names an item, whoever was asked: 32 hex digits."""
    return hashlib.sha256("\x1f".join((benchmark, subset or "", item_id)).encode()).hexdigest()[:32]


def other_questions(samples: pl.DataFrame) -> int:
    """Items under whose name checkpoints were asked different questions, as far as the files show the question alone."""
    asked = samples.filter(pl.col("question").is_not_null()).group_by("item").agg(n=question_key().n_unique())
    return asked.filter(pl.col("n") > 1).height


def _item_hashes(rows: pl.DataFrame) -> pl.Series:
    parts = rows.select("benchmark", "subset", "item_id").iter_rows()
    found = [item_hash(benchmark or "", subset, item_id or "") for benchmark, subset, item_id in parts]
    return pl.Series("item", found, pl.String())


def _checkpoints(rows: pl.DataFrame, facts: EvaluationFacts) -> pl.Series:
    files = rows.select("model", "file").iter_rows()
    models = [model or PurePosixPath(file).parent.name or UNNAMED for model, file in files]
    return pl.Series("checkpoint", [facts.checkpoint_of(model) for model in models], pl.String())


def _hash_of_file(rows: pl.DataFrame, hashes: Mapping[str, str]) -> pl.Series:
    """A member of an archive has the archive's hash."""
    names = [file if file in hashes else _archive(file, hashes) for file in rows["file"]]
    return pl.Series("file_sha256", [hashes.get(name) for name in names], pl.String())


def _archive(file: str, hashes: Mapping[str, str]) -> str:
    above = (parent.as_posix() for parent in PurePosixPath(file).parents)
    return next((name for name in above if name in hashes), "")


def _without_repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that repeat an output and metric carry an error and stay out of everything."""
    key = [*OUTPUT, *SCORED_BY]
    again = pl.col("error").is_null() & (pl.int_range(pl.len()).over(key) > 0)
    said = {"error": REPEATED, "error_detail": "the same checkpoint, item, sample, metric and scorer", "item": None}
    return rows.with_columns(
        pl.when(again).then(pl.lit(value, pl.String)).otherwise(pl.col(name)).alias(name)
        for name, value in said.items()
    )


def _with_primary(rows: pl.DataFrame) -> pl.DataFrame:
    """Marks the metric by which a benchmark is compared: the one that most checkpoints share, of these the one with most
    verdicts of right or wrong, of these the first in the files; a checkpoint without it is told by its own best. A metric
    with a value that is no share of right, 0 to 1, is never the one.
    """
    by = ["benchmark", *SCORED_BY]
    scored = rows.with_row_index("place").filter(
        pl.col("error").is_null(), SCORE.is_between(0, 1).all(ignore_nulls=True).over(by), SCORE.is_not_null()
    )
    ranked = (
        scored.group_by(by)
        .agg(
            n_checkpoints=pl.col("checkpoint").n_unique(),
            verdicts=pl.col("verdict").is_not_null().mean(),
            place=pl.col("place").min(),
        )
        .sort("n_checkpoints", "verdicts", "place", descending=[True, True, False])
        .with_row_index("rank")
    )
    own = scored.select("checkpoint", *by).unique().join(ranked, on=by, nulls_equal=True)
    best = own.group_by("checkpoint", "benchmark").agg(best=pl.col("rank").min())
    chosen = own.join(best, on=["checkpoint", "benchmark"]).filter(pl.col("rank") == pl.col("best"))
    marked = rows.join(
        chosen.select("checkpoint", *by, chosen=pl.lit(True)),
        on=["checkpoint", *by], how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    # an output that nobody scored is its own only row
    primary = pl.col("chosen").fill_null(False) | pl.col("metric").is_null()
    return marked.with_columns(primary=pl.col("error").is_null() & primary)
